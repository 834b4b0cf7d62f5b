"""Speech for the guide vocal: espeak-ng called as a program of its own, its phonemes and its voice.

Text goes to its standard input, never through a shell. Answers are kept: a word or a syllable is asked for once.
"""

import io
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from xml.sax.saxutils import escape

import numpy as np
import soundfile
from numpy.typing import NDArray

from resonant.errors import InputError

_TIMEOUT_S = 10.0
_KEPT = 512
_LONGEST_WORD = 40
_WORDS_A_CALL = 200
_RATE_WPM = "120"  # slower than speech: vowels are long enough to be sung on
_VARIANT = "+Annie"  # a light voice without echo or roughness
_PITCH_PERCENT = 99

_VOICES = {"en": "en-us", "zh": "cmn", "fr": "fr-fr", "pt": "pt-br"}
_IPA_VOWELS = frozenset("aeiouyæɑɒɔəɚɛɜɝɪɨʉʊʌøœɐɵɤɯʏɶɘɞᵻᵿãõ")
_SYLLABIC = "\u0329"
_STRESS_MARKS = "'%,=|ˈˌ"


@dataclass(frozen=True, slots=True)
class Phoneme:
    """A sound of a language: espeak-ng's mnemonic for it, and whether it is the heart of a syllable."""

    mnemonic: str
    is_vowel: bool


@cache
def espeak_version() -> str:
    """The version line of espeak-ng.

    Raises:
        InputError: it is not installed.
    """
    return _run(["--version"], "").decode("utf-8", "replace").split("  ")[0].strip()


def phonemes(words: Iterable[str], language: str) -> dict[str, tuple[Phoneme, ...]]:
    """How each word is said; a word that can not be said has no phonemes.

    Raises:
        InputError: espeak-ng is not installed, does not speak the language, or does not answer.
    """
    distinct = tuple(dict.fromkeys(words))
    said: dict[str, tuple[Phoneme, ...]] = {}
    for start in range(0, len(distinct), _WORDS_A_CALL):
        some = distinct[start : start + _WORDS_A_CALL]
        said |= dict(zip(some, _said(some, language), strict=True))
    return said


@lru_cache(_KEPT)
def speech(mnemonics: str, language: str) -> tuple[NDArray[np.float32], int]:
    """The sound of some phonemes on one pitch, mono, and its sample rate."""
    text = f'<prosody range="0" pitch="{_PITCH_PERCENT}"> [[{escape(mnemonics)}]] </prosody>'
    wav = _run(["-v", voice_of(language) + _VARIANT, "-m", "-z", "-s", _RATE_WPM, "--stdout"], text)
    samples, rate = soundfile.read(io.BytesIO(wav), dtype="float32", always_2d=True)
    return samples[:, 0], int(rate)


def voice_of(language: str) -> str:
    """What espeak-ng calls a language: "en" is sung as in America."""
    return _VOICES.get(language.lower(), language.lower())


@lru_cache(_KEPT)
def _said(words: tuple[str, ...], language: str) -> tuple[tuple[Phoneme, ...], ...]:
    text = "\n\n".join(_sayable(word) for word in words) + "\n"
    by_name, by_sound = (_lines(option, text, language) for option in ("-x", "--ipa"))
    if len(by_name) == len(by_sound) == len(words):
        return tuple(_paired(*pair) for pair in zip(by_name, by_sound, strict=True))
    if len(words) == 1:
        return (_paired(" ".join(by_name), " ".join(by_sound)),)
    return tuple(_said((word,), language)[0] for word in words)


def _sayable(word: str) -> str:
    """The letters of a word, bounded; nothing that espeak-ng would take for a command."""
    kept = "".join(letter for letter in word if letter.isalnum() or letter in "'’" or _joins(letter))
    return kept[:_LONGEST_WORD].replace("’", "'").lower() or "-"


def _joins(letter: str) -> bool:
    return "\u0300" <= letter <= "\u036f" or "\u0900" <= letter <= "\u0dff"  # marks that belong to a letter


def _lines(option: str, text: str, language: str) -> list[str]:
    answer = _run(["-v", voice_of(language), "-b", "1", "-q", option, "--sep=_"], text).decode("utf-8", "replace")
    return [line for line in answer.splitlines() if line.strip()]


def _paired(by_name: str, by_sound: str) -> tuple[Phoneme, ...]:
    names, sounds = _tokens(by_name), _tokens(by_sound)
    if len(names) != len(sounds):
        return ()
    return tuple(Phoneme(name, _is_vowel(sound)) for name, sound in zip(names, sounds, strict=True))


def _tokens(line: str) -> list[str]:
    """The phonemes of a line, without stress marks and changes of language such as "(en)"."""
    plain = (token.strip(_STRESS_MARKS) for token in line.replace(" ", "_").split("_"))
    return [token for token in plain if token and not token.startswith("(")]


def _is_vowel(sound: str) -> bool:
    return sound[0] in _IPA_VOWELS or _SYLLABIC in sound


def _run(arguments: Sequence[str], text: str) -> bytes:
    program = shutil.which("espeak-ng")
    if program is None:
        raise InputError(
            "a guide vocal needs the program espeak-ng, which is not installed here; "
            "install espeak-ng (Debian, Ubuntu: apt-get install espeak-ng) or leave the vocal out"
        )
    try:
        done = subprocess.run([program, *arguments], input=text.encode(), capture_output=True, timeout=_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise InputError(f"espeak-ng did not answer within {_TIMEOUT_S:g} seconds; shorten the lyrics") from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise InputError(f"espeak-ng can not sing this: {said[0] if said else 'it failed'}; choose another language")
    return done.stdout

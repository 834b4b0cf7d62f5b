"""Tags and lyrics as HeartMuLa reads them: `BOS <tag>tags</tag> EOS`, the place of a style, `lyrics EOS`.

The code that the weights were published with sets a second BOS before the lyrics; ours does not unless it is asked to
(decision 30). A tokeniser may set BOS by itself, which would make two of the first: it is never asked for any.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from resonant.errors import InputError
from resonant.nn.lm.heartmula_session import Prompt

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MOST_POSITIONS = 8192
"""Words and frames that the model has positions for."""

_SECTION = re.compile(r"\[\s*([^\]\n]*?)\s*\]")


@dataclass(frozen=True, eq=False)
class Tokeniser:
    """Text to words of the model.

    Args:
        words: of the library that reads `tokenizer.json`.
        bos, eos: the signs around a text.
    """

    words: "Tokenizer"
    bos: int = 128_000
    eos: int = 128_001

    def __call__(self, text: str) -> list[int]:
        """The words of a text, without any sign around them."""
        ids: list[int] = self.words.encode(text, add_special_tokens=False).ids
        return ids


def load_tokeniser(folder: Path) -> Tokeniser:
    """The tokeniser of a folder with `tokenizer.json` and `gen_config.json`.

    Raises:
        InputError: one is missing or damaged.
    """
    from tokenizers import Tokenizer

    words, signs = folder / "tokenizer.json", folder / "gen_config.json"
    for path in (words, signs):
        if not path.is_file():
            raise InputError(
                f"{path} is missing; fetch it with: hf download HeartMuLa/HeartMuLaGen --local-dir {folder}"
            )
    try:
        said = json.loads(signs.read_text(encoding="utf-8"))
        bos, eos = int(said["text_bos_id"]), int(said["text_eos_id"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InputError(f"{signs} does not name the signs around a text ({error!r}); fetch it again") from error
    try:
        return Tokeniser(Tokenizer.from_file(str(words)), bos, eos)
    except Exception as error:  # the library raises nothing narrower
        raise InputError(f"{words} is no tokeniser ({error}); fetch it again") from error


def prompt(tokeniser: Tokeniser, tags: str, lyrics: str, second_bos: bool = False) -> Prompt:
    """What a song is about, in words of the model.

    Args:
        tokeniser: of the checkpoint.
        tags: with commas between them, the strongest first; may be empty.
        lyrics: with sections in brackets; may be empty.
        second_bos: whether the lyrics begin with a sign of their own, as in the published code.
    """
    told = ",".join(filter(None, (tag.strip() for tag in plain(tags).split(","))))
    sung = [tokeniser.bos] if second_bos else []
    if plain(lyrics).strip():
        sung += tokeniser(normalised(lyrics))
    return Prompt(
        (tokeniser.bos, *tokeniser(f"<tag>{told}</tag>"), tokeniser.eos),
        (*sung, tokeniser.eos),
    )


def normalised(lyrics: str) -> str:
    """Lyrics as the model knows them: small letters, one line a line, sections as `[verse]` on lines of their own."""
    text = _SECTION.sub(lambda found: f"\n[{found[1]}]\n", plain(lyrics))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def plain(text: str) -> str:
    """Small letters in one spelling of accents, without signs that can not be seen."""
    composed = unicodedata.normalize("NFC", text).lower()
    return "".join(c for c in composed if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))


def check_room(prompt: Prompt, frames: int, past: int = 0) -> None:
    """Sees that a prompt, what is there and what is to be written have room together.

    Raises:
        InputError: they have not; the message says how much there is.
    """
    left = MOST_POSITIONS - len(prompt) - past
    if frames <= left:
        return
    there, free, wanted = (max(count, 0) * 2 // 25 for count in (past, left, frames))
    raise InputError(
        f"tags and lyrics take {len(prompt)} of the model's {MOST_POSITIONS} places and {there} s of music are there "
        f"already, which leaves {free} s, not {wanted}; shorten the lyrics or ask for less"
    )

"""The brief of an arrangement: a sketch gives tempo, key, metre and length, words give the band and the style."""

from dataclasses import replace
from pathlib import Path

from resonant.brief.call import Call
from resonant.brief.model import Brief
from resonant.brief.reader import read_brief
from resonant.brief.reading import Said, listen
from resonant.brief.reading.length import MAX_BARS, MAX_SECONDS
from resonant.brief.vocabulary import lexicon, vocabulary
from resonant.errors import BriefError

FULL = ("full band", "band", "everybody")  # the style's own band, with the parts that join a rich arrangement
_RICH = 7


def ensemble_brief(
    ensemble: str,
    given: Brief,
    *,
    style: str | None = None,
    prompt: str = "",
    seed: int = 0,
    styles_folder: Path | None = None,
) -> Brief:
    """What is asked of an arrangement.

    Args:
        ensemble: who shall play: a band that has a name ("string quartet", "big band"), a style's band ("full band",
            "rock band"), or instruments ("flute and nylon guitar").
        given: what the sketch says: tempo, key, metre, bars, title, and the style it is nearest to.
        style: name or alias of a style; None takes what the words suggest, or else that of the sketch.
        prompt: more words about the band and the character.
        seed: names the random streams.
        styles_folder: a folder with the user's own style files.

    Raises:
        BriefError: the ensemble is not understood, or the sketch is too long.
    """
    _check_length(given)
    named = " ".join(ensemble.lower().split())
    said = listen("" if named in FULL else ensemble, lexicon(styles_folder))
    if named not in FULL and not (said.players.ensemble or said.players.wanted or said.style.words):
        raise BriefError(
            f"the ensemble {ensemble!r} is not understood; name instruments, a style's band such as rock band, or one "
            f"of {', '.join(('full band', *vocabulary().ensembles))}"
        )
    words = f"{_as_a_wish(ensemble, said)}, {prompt}".strip(", ")
    call = Call(
        style=style, bars=given.bars, tempo_bpm=given.tempo_bpm, key=str(given.key), metre=str(given.metre),
        title=given.title or None, complexity=_RICH if named in FULL else None, seed=seed,
    )  # fmt: skip
    brief = read_brief(words, call, styles_folder=styles_folder)
    if brief.origin["style"] == "assumed" and said.players.ensemble is None and given.style:
        brief = read_brief(words, replace(call, style=given.style), styles_folder=styles_folder)
    return replace(brief, text=words or "full band", form=(), seconds_wanted=None)


def _as_a_wish(ensemble: str, said: Said) -> str:
    """The ensemble as a prompt would say it: where nothing but instruments is named, nobody else shall play."""
    players = said.players
    if not players.wanted and not players.ensemble and not said.style.words:
        return ""
    is_a_list = not players.ensemble and not said.style.words and not players.only
    return f"only {ensemble}" if is_a_list else ensemble


def _check_length(given: Brief) -> None:
    if given.bars > MAX_BARS or given.seconds > MAX_SECONDS:
        raise BriefError(
            f"the sketch is {given.bars} bars and {given.seconds / 60:.0f} minutes long, more than the {MAX_BARS} bars "
            f"and {MAX_SECONDS / 60:.0f} minutes of a song; cut it into parts and arrange them one by one"
        )

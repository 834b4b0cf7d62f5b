"""The brief of a song that is told in another style: style, band and sound are new, the song's form stays."""

from dataclasses import replace
from pathlib import Path

from resonant.brief.call import Call
from resonant.brief.model import Brief
from resonant.brief.reader import read_brief
from resonant.brief.reading.tempo import SaidTempo, checked_tempo
from resonant.styles import Style, all_styles
from resonant.units import Metre


def restyled_brief(
    old: Brief,
    style: str,
    prompt: str = "",
    *,
    tempo_bpm: float | None = None,
    seed: int | None = None,
    tempo_held: bool = False,
    styles_folder: Path | None = None,
) -> Brief:
    """What is asked of a song that goes into another style.

    Key, metre, bars, title, words and role are the song's; the band, tags, energy and sound are read from `prompt` as
    for a new song of that style.

    Args:
        old: what was asked of the song so far.
        style: name or alias of the new style.
        prompt: words about the band and the character, such as "with organ, no percussion".
        tempo_bpm: quarter notes a minute; None keeps the song's where the style knows it, else the nearest it knows.
        seed: of the act; None keeps the song's.
        tempo_held: the tempo must not change (locked cells sound as they do), whatever the style knows.
        styles_folder: a folder with the user's own style files.

    Raises:
        BriefError: there is no such style, or what is asked for can not be.
    """
    call = Call(
        style=style, bars=old.bars, key=str(old.key), metre=str(old.metre), title=old.title or None,
        role=old.role or None, quality=old.quality, seed=old.seed if seed is None else seed,
    )  # fmt: skip
    new = read_brief(prompt, call, styles_folder=styles_folder)
    chosen = all_styles(styles_folder)[new.style]
    tempo, said = _tempo(old, chosen, tempo_bpm, tempo_held)
    remarks = (*new.remarks, *said, *_of_metre(old.metre, chosen))
    return replace(
        new, text=old.text, tempo_bpm=tempo, form=old.form, loop=old.loop, language=old.language,
        seconds_wanted=None, remarks=tuple(dict.fromkeys(remarks)),
        origin={**new.origin, "style": "said", "tempo_bpm": "assumed" if tempo_bpm is None else "said"},
    )  # fmt: skip


def _tempo(old: Brief, style: Style, asked_bpm: float | None, held: bool) -> tuple[float, tuple[str, ...]]:
    """The tempo, and a sentence where it is not what one would think."""
    usual = style.tempo_bpm
    wanted = min(max(old.tempo_bpm, usual.low), usual.high)
    if asked_bpm is not None:
        wanted = checked_tempo(SaidTempo(float(asked_bpm), "call")).bpm
    if wanted == old.tempo_bpm:
        return wanted, ()
    if held:
        return old.tempo_bpm, (
            f"The tempo stays at {old.tempo_bpm:g} bpm: locked cells must sound as they do; unlock them to change it.",
        )
    if asked_bpm is not None:
        return wanted, ()
    return wanted, (
        f"The tempo goes from {old.tempo_bpm:g} to {wanted:g} bpm: {style.name} is played at "
        f"{usual.low:g} to {usual.high:g}; --tempo sets another.",
    )


def _of_metre(metre: Metre, style: Style) -> tuple[str, ...]:
    usual = Metre.parse(style.metre)
    if metre.beats_per_bar % 2 == usual.beats_per_bar % 2:
        return ()
    return (f"{style.name} is usually in {usual}; the song's {metre} is kept, so that its melody stays itself.",)

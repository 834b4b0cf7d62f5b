"""The brief of a song that was brought and not asked for: what was found in it stands where words would."""

from resonant.brief.model import Brief, Origin
from resonant.brought.wishes import Wishes
from resonant.listening.style_of_score import likely_style
from resonant.score.model import Score

_ENERGY = 0.5


def brief_of(score: Score, file_name: str, wishes: Wishes, remarks: tuple[str, ...] = ()) -> Brief:
    """What a brief would have said to get this score: style, tempo, key, metre, bars and who plays.

    Origins are "said" where the wishes say it, else "assumed". It has no parts: nobody was asked to play these tracks.
    """
    style = wishes.style or likely_style(score)
    if not wishes.style:
        remarks = (*remarks, f"it sounds nearest to {style}; what is added is played so, unless --style says otherwise")
    said = {
        "style": bool(wishes.style), "key": wishes.key is not None, "metre": wishes.metre is not None,
        "tempo_bpm": wishes.tempo_bpm is not None or wishes.stretch_to_bpm is not None,
    }  # fmt: skip
    origin: dict[str, Origin] = {field: "said" if was_said else "assumed" for field, was_said in said.items()}
    energy = sum(section.energy * section.bars for section in score.sections) / max(score.bars, 1) or _ENERGY
    return Brief(
        f"import of {file_name}", style, score.tempo.bpm, score.key, score.metre.metre_at(0), score.bars,
        title=score.title, energy=round(energy, 2),
        origin=origin, remarks=remarks,
    )  # fmt: skip

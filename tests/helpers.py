"""What several tests share."""

from dataclasses import replace
from typing import TypeVar

from resonant.brief.model import Brief
from resonant.players.arranger.form import plan_form
from resonant.players.arranger.harmony import write_harmony
from resonant.score.model import Score
from resonant.styles import all_styles
from resonant.units import MetreMap, TempoMap

Value = TypeVar("Value")


def changed(value: Value, **fields: object) -> Value:
    """A copy of a frozen value with some fields changed."""
    return replace(value, **fields)  # type: ignore[type-var]


def planned(brief: Brief) -> Score:
    """A score with sections and harmony and no tracks."""
    style = all_styles()[brief.style]
    score = Score(brief.bars, TempoMap.constant(brief.tempo_bpm), MetreMap.constant(brief.metre), brief.key)
    score = replace(score, sections=plan_form(brief, style))
    return replace(score, harmony=write_harmony(brief, style, score, brief.seed))

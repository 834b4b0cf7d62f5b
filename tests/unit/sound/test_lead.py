"""Slow instruments are struck early, so that they are heard on the beat."""

import numpy as np
import pytest

from resonant.instruments import instrument
from resonant.score.model import Note, Track
from resonant.sound.banks import default_bank
from resonant.sound.lead import leads_s
from resonant.sound.render import render_track
from resonant.sound.sampler import render_sampled
from resonant.sound.sampler.performance import LONGEST_LEAD_S
from resonant.units import TempoMap

RATE = 44_100
BEAT = TempoMap.constant(60)  # a quarter lasts a second


def half_loud_ms(samples: np.ndarray, at_s: float) -> float:
    """When the sound around `at_s` first reaches half of what it reaches within 80 ms, in ms from `at_s`."""
    start = round((at_s - 0.05) * RATE)
    heard = np.abs(samples[:, start : start + round(0.13 * RATE)]).max(axis=0)
    return float((heard >= 0.5 * heard.max()).argmax()) / RATE * 1000 - 50


@pytest.mark.parametrize(("name", "pitch"), [("fingered_bass", 40), ("alto_sax", 65), ("acoustic_guitar", 60)])
def test_a_slow_instrument_is_heard_on_the_beat(name: str, pitch: int) -> None:
    plays, bank = instrument(name), default_bank()
    track = Track("part", "bass", name, (Note(960, pitch, 240, 96),))
    late = render_sampled(track, BEAT, plays.program, plays.bank, 4 * RATE, RATE, bank)
    heard = render_track(track, BEAT, plays, 4 * RATE, RATE, bank)
    assert half_loud_ms(late.samples, 2.0) > 6
    assert abs(half_loud_ms(heard.samples, 2.0)) < abs(half_loud_ms(late.samples, 2.0)) / 2 + 1


def test_the_first_beat_is_not_lost() -> None:
    plays, bank = instrument("fingered_bass"), default_bank()
    track = Track("part", "bass", "fingered_bass", (Note(0, 40, 240, 96), Note(960, 40, 240, 96)))
    samples = render_track(track, BEAT, plays, 4 * RATE, RATE, bank).samples
    first, second = (np.abs(samples[:, s : s + RATE // 2]).max() for s in (0, 2 * RATE))
    assert first == pytest.approx(second, rel=0.1)
    assert np.abs(samples[:, 0]).max() == 0.0


def test_leads_lie_in_their_range_and_drums_have_none() -> None:
    bank = default_bank()
    leads = leads_s(instrument("flute"), range(60, 97), bank)
    assert set(leads) == set(range(60, 97))
    assert all(0 <= lead <= LONGEST_LEAD_S for lead in leads.values())
    assert leads_s(instrument("standard_kit"), [36], bank) == {}
    assert leads_s(instrument("acid_bass"), [36], bank) == {}

"""The opening of a stem is the stem's, on every kind of instrument."""

import numpy as np
import pytest

from resonant.brief.reader import Call, read_brief
from resonant.produce import Engine, Watch, compose, rendering_of
from resonant.sound.render import OPENING_S, MemoryStemCache, render_opening

ENGINE = Engine()


@pytest.mark.parametrize("style", ["gospel", "house", "ambient", "trap", "folk", "cinematic"])
def test_the_opening_of_a_stem_is_its_beginning_sample_for_sample(style: str) -> None:
    heard = {}
    song = compose(
        read_brief(f"{style}, 4 bars", calls=Call(seed=3)),
        ENGINE,
        Watch(heard=lambda name, audio: heard.update({name: audio})),
    )
    assert set(heard) == {track.name for track in song.score.tracks}
    assert song.stems is not None
    for name, opening in heard.items():
        length = opening.samples.shape[1]
        assert length == round(OPENING_S * opening.sample_rate)
        assert np.array_equal(opening.samples, song.stems.tracks[name].samples[:, :length]), name
    track = song.score.tracks[0]
    longer = render_opening(track, song.score, rendering_of(song.brief), ENGINE.bank, 1000.0)
    assert longer.samples.shape[1] == song.stems.tracks[track.name].samples.shape[1] - round(0.05 * longer.sample_rate)


def test_a_stem_that_is_kept_is_not_opened_again() -> None:
    engine, heard = Engine(stem_cache=MemoryStemCache()), []
    for _ in range(2):
        compose(
            read_brief("house, 2 bars", calls=Call(seed=3)), engine, Watch(heard=lambda name, _: heard.append(name))
        )
    assert heard and len(heard) == len(set(heard))

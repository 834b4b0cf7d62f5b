"""Who plays what decides who stands where."""

import numpy as np
import pytest
from band import RATE, score, stems

from resonant.brief.model import Sound
from resonant.errors import StyleError
from resonant.mix.effects.eq import response_db
from resonant.mix.mixdown import mix_down
from resonant.mix.scene import kick_times_s, low_cut_hz, mix_scene
from resonant.score.model import Note, Score, Track
from resonant.sound.recording import Recording
from resonant.styles.files import all_styles


def tracks(*roles: tuple[str, str]) -> Score:
    held = (Note(0, 60, 480, 90),)
    return Score(bars=1, tracks=tuple(Track(f"{n}", role, plays, held) for n, (role, plays) in enumerate(roles)))


def test_an_unknown_mix_lists_those_there_are() -> None:
    with pytest.raises(StyleError, match="choose band, club, lofi, orchestral, acoustic, ambient"):
        mix_scene(score(), Sound(), "cathedral")


def test_every_style_names_a_mix_there_is() -> None:
    for style in all_styles().values():
        assert mix_scene(score(), Sound(), style.mix, style.sidechain).preset == style.mix


def test_low_frequencies_are_left_to_kick_and_bass() -> None:
    scene = mix_scene(score(), Sound())
    at_50_hz = {name: response_db(strip.bands, RATE, np.array([50.0]))[0] for name, strip in scene.strips.items()}
    assert min(at_50_hz["drums"], at_50_hz["bass"]) > -4.0
    assert max(at_50_hz[name] for name in ("chords", "melody", "pad")) < -10.0


def test_in_the_mix_the_lows_of_other_parts_lie_far_under_those_of_kick_and_bass() -> None:
    mix = mix_down(stems(), mix_scene(score(), Sound()))

    def low_energy(name: str) -> float:
        spectrum = np.abs(np.fft.rfft(mix.stems[name].samples.mean(axis=0))) ** 2
        return float(spectrum[: round(90 * mix.bus.num_samples / RATE)].sum())

    assert 10 * np.log10(low_energy("bass") / max(low_energy(name) for name in ("chords", "melody", "pad"))) > 20.0


def test_accompaniment_leaves_the_presence_to_a_melody_and_takes_it_back_without_one() -> None:
    def presence(*roles: tuple[str, str]) -> float:
        bands = mix_scene(tracks(*roles), Sound()).strips["0"].bands
        return float(response_db(bands, RATE, np.array([2600.0]))[0])

    with_melody = presence(("chords", "grand_piano"), ("melody", "flute"))
    assert with_melody < presence(("chords", "grand_piano")) - 2.0


def test_a_low_part_keeps_its_fundamentals() -> None:
    deep = Track("cello", "melody", "cello", tuple(Note(n * 480, 40 + n % 5, 480, 90) for n in range(20)))
    assert low_cut_hz(deep, 140.0) < 80.0


def test_parts_of_one_role_stand_on_two_sides_and_the_middle_is_left_to_drums_bass_and_melody() -> None:
    roles = (("drums", "standard_kit"), ("bass", "fingered_bass"), ("melody", "flute"), ("chords", "grand_piano"))
    strips = mix_scene(tracks(*roles, ("chords", "clean_guitar"), ("counter", "violin")), Sound()).strips
    assert [strips[f"{n}"].pan for n in range(3)] == [0.0, 0.0, 0.0]
    assert strips["3"].pan < 0.0 < strips["4"].pan


def test_the_kick_ducks_bass_and_pads_where_the_style_wants_it_and_nothing_else() -> None:
    scene = mix_scene(score(), Sound(), "club", 0.6)
    ducked = {name for name, strip in scene.strips.items() if strip.ducking is not None}
    assert ducked == {"bass", "chords", "pad"}
    assert scene.strips["pad"].ducking is not None
    assert scene.strips["pad"].ducking.times_s == kick_times_s(score()) == (0.0, 1.0, 2.0, 3.0)
    assert all(strip.ducking is None for strip in mix_scene(score(), Sound(), "club").strips.values())


def test_a_dry_brief_has_no_rooms_and_half_the_reverb_is_six_db_less() -> None:
    dry, half, usual = (mix_scene(score(), Sound(reverb=amount)).strips["chords"] for amount in (0.0, 0.5, 1.0))
    assert dry.room_db is None
    assert usual.room_db is not None
    assert half.room_db == pytest.approx(usual.room_db - 6.02, abs=0.01)


def test_wide_dynamics_compress_less_than_flat_ones() -> None:
    wide, flat = (mix_scene(score(), Sound(dynamics=dynamics)).strips["bass"].compression for dynamics in (1.0, 0.0))
    assert wide is not None
    assert flat is not None
    assert wide.ratio < flat.ratio


def test_a_sub_bass_owns_the_lowest_octave() -> None:
    kits = (tracks(("drums", "kit_808"), ("bass", plays)) for plays in ("bass_808", "fingered_bass"))
    sub, usual = (response_db(mix_scene(kit, Sound()).strips["0"].bands, RATE, np.array([45.0]))[0] for kit in kits)
    assert sub < usual - 2.0


def test_beside_a_recording_the_others_are_as_loud_as_beside_what_it_plays() -> None:
    song = tracks(("melody", "recording"), ("bass", "recording"), ("drums", "standard_kit"), ("chords", "grand_piano"))
    alone = mix_scene(song, Sound()).strips

    def recorded(**lufs: float | None) -> dict[str, float]:
        takes = {
            name[1:]: Recording(f"recordings/{name}", "", 0.0, 2, RATE, loudness_lufs=one) for name, one in lufs.items()
        }
        strips = mix_scene(song, Sound(), recordings=takes).strips
        assert all(strips[name].untouched for name in takes) and not strips["3"].untouched
        return {name: round(strip.level_lufs - alone[name].level_lufs, 2) for name, strip in strips.items()}

    assert recorded(_0=alone["0"].level_lufs - 5.0)["2"] == -5.0
    assert recorded(_1=alone["1"].level_lufs + 3.0)["3"] == 3.0, "a bass is measured against a bass"
    assert recorded(_0=alone["0"].level_lufs - 5.0, _1=alone["1"].level_lufs + 1.0)["3"] == 1.0, "the loudest decides"
    assert recorded(_0=-70.0)["3"] == -14.0, "nobody follows a whisper down to where one hears nothing"
    assert recorded(_0=None)["3"] == 0.0

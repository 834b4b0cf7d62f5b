"""Forecasts and progressions: chances that are chances, in any key; the network is that of `resonant.nn`."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from resonant.errors import BriefError, InputError
from resonant.nn.checkpoints import save_checkpoint
from resonant.nn.transformer import Transformer, TransformerConfig
from resonant.players.chord_lm.forecast import KEYS, Taste, forecast, foretold, taste_of
from resonant.players.chord_lm.network import read_network, shipped_network
from resonant.players.chord_lm.progression import MOST_BARS, Wanted, progression
from resonant.players.chord_lm.vocabulary import CHORDS, COLOURED, FAMILIES, SIZE, chord_of, family
from resonant.styles import all_styles
from resonant.theory.chord import Chord
from resonant.theory.key import Key

NETWORK = shipped_network()
CONFIG = TransformerConfig(SIZE, width=32, layers=2, heads=2, context=64)
WORDS = st.lists(st.integers(0, CHORDS - 1), min_size=1, max_size=6)


def read(symbols: str) -> list[Chord]:
    return [Chord.parse(symbol) for symbol in symbols.split()]


def test_numpy_and_torch_read_a_checkpoint_alike(tmp_path: Path) -> None:
    torch.manual_seed(5)
    model = Transformer(CONFIG).eval()
    for parameter in model.parameters():  # larger than at first, so that every part matters
        parameter.data.mul_(4.0)
    save_checkpoint(tmp_path, model.half(), CONFIG)
    tokens = torch.randint(0, SIZE, (3, 40))
    with torch.inference_mode():
        told = model.float()(tokens).numpy()
    np.testing.assert_allclose(read_network(tmp_path).logits(tokens.numpy()), told, atol=2e-4)


@given(WORDS)
@settings(max_examples=15, deadline=None)
def test_chances_sum_to_one_and_the_last_chord_does_not_come_again(words: list[int]) -> None:
    chords = [chord_of(word, 0) for word in words]
    found = forecast(NETWORK, chords)
    assert found.chances.sum() == pytest.approx(1.0)
    assert found.chances[words[-1]] == pytest.approx(0.0, abs=1e-12)
    falling = [chance for _, chance in found.likeliest(CHORDS)]
    assert falling == sorted(falling, reverse=True)


@given(WORDS, st.integers(1, 11))
@settings(max_examples=10, deadline=None)
def test_chords_moved_are_foretold_alike(words: list[int], step: int) -> None:
    chords = [chord_of(word, 0) for word in words]
    found, moved = forecast(NETWORK, chords), forecast(NETWORK, [chord.transposed(step) for chord in chords])
    np.testing.assert_allclose(np.roll(found.chances, step * len(FAMILIES)), moved.chances, atol=1e-5)


def test_a_forecast_hears_nothing_of_what_comes_later() -> None:
    chords = read("C Am F G C")
    weights, chances = foretold(NETWORK, chords, KEYS, Taste())
    for length in (1, 3):
        before, foreseen = foretold(NETWORK, chords[:length], KEYS, Taste())
        np.testing.assert_allclose(before[-1], weights[length], atol=1e-5)
        np.testing.assert_allclose(foreseen[-1], chances[length], atol=1e-5)


@pytest.mark.parametrize("tonic", range(12))
def test_a_cadence_is_resolved_and_its_key_found(tonic: int) -> None:
    found = forecast(NETWORK, [chord.transposed(tonic) for chord in read("C F G7 C Dm7 G7")])
    assert found.key == Key(tonic)
    assert found.likeliest(1)[0][0].root == tonic


def test_of_a_turn_that_comes_again_and_again_the_next_chord_is_known() -> None:
    turn = read("Ab Gb Db Fm")
    found = forecast(NETWORK, turn * 5 + turn[:2], Key(8))
    chord, chance = found.likeliest(1)[0]
    assert chord == turn[2]
    assert chance > 0.5


def test_chords_that_go_on_and_other_basses_are_no_changes() -> None:
    plain, spelled = forecast(NETWORK, read("C Am F")), forecast(NETWORK, read("C C/E C Am Am/G F"))
    np.testing.assert_allclose(plain.chances, spelled.chances, atol=1e-6)


def test_more_chords_than_the_model_reads_are_heard_from_their_end() -> None:
    long = forecast(NETWORK, read("C F G7 Am") * 300, Key(0))
    assert long.likeliest(1)[0][0] == Chord(0)


def test_a_style_that_is_colourful_asks_for_more_than_triads() -> None:
    coloured = np.tile(COLOURED, 12)
    shares = [
        forecast(NETWORK, read("C Am"), Key(0), Taste("charts", colour)).chances[coloured].sum()
        for colour in (0.0, 0.3, 0.6, 1.0)
    ]
    assert shares == sorted(shares)
    assert shares[0] < 0.2 < 0.8 < shares[-1]


def test_every_style_has_a_taste() -> None:
    tastes = {name: taste_of(style) for name, style in all_styles().items()}
    assert tastes["jazz"] == Taste("standards", all_styles()["jazz"].harmony.color)
    assert {taste.source for taste in tastes.values()} == {"charts", "standards"}


def test_without_a_chord_there_is_nothing_to_go_on_from() -> None:
    with pytest.raises(BriefError, match="no chord is given"):
        forecast(NETWORK, [])


@given(
    st.sampled_from(KEYS), st.integers(1, 12), st.integers(0, 2**63 - 1), st.floats(0, 2),
    st.sampled_from(["any", "charts", "standards"]),
)  # fmt: skip
@settings(max_examples=15, deadline=None)
def test_a_progression_has_the_bars_that_were_asked_for_and_its_seed_makes_it(
    key: Key, bars: int, seed: int, temperature: float, source: str
) -> None:
    wanted = Wanted(key, bars, (), Taste(source), temperature, seed)
    made = progression(NETWORK, wanted)
    assert len(made) == bars
    assert all(len(bar) == 1 or (len(bar) == 2 and bar[0] != bar[1]) for bar in made)
    assert all(family(chord.intervals) == chord.quality for bar in made for chord in bar)
    assert progression(NETWORK, wanted) == made


@given(WORDS, st.integers(0, 11))
@settings(max_examples=10, deadline=None)
def test_the_start_stays_as_it_was_given(words: list[int], tonic: int) -> None:
    start = tuple((chord_of(word, tonic),) for word in words)
    assert progression(NETWORK, Wanted(Key(tonic), len(start) + 2, start))[: len(start)] == start


def test_a_start_keeps_its_basses_its_colours_and_its_long_chords() -> None:
    start = (tuple(read("Dm7/C G7b9")), *((tuple(read("C6/9")),) * 9))
    made = progression(NETWORK, Wanted(Key(0), 12, start, seed=2))
    assert made[:10] == start
    assert len(made) == 12


def test_a_progression_knows_its_limits() -> None:
    with pytest.raises(BriefError, match=f"1…{MOST_BARS}"):
        Wanted(Key(0), MOST_BARS + 1)
    with pytest.raises(BriefError, match="ask for more bars"):
        Wanted(Key(0), 1, ((Chord(0),), (Chord(5),)))
    with pytest.raises(BriefError, match="one chord or two"):
        Wanted(Key(0), 4, (tuple(read("C F G")),))
    assert len(progression(NETWORK, Wanted(Key(0), MOST_BARS, temperature=0.0))) == MOST_BARS


def test_what_is_no_checkpoint_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can not be read"):
        read_network(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"heads": 2}))
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 40)
    with pytest.raises(InputError, match="damaged"):
        read_network(tmp_path)


def test_a_forecast_starts_no_torch() -> None:
    program = (
        "import sys; from resonant.players.chord_lm.network import shipped_network as s;"
        "from resonant.players.chord_lm.forecast import forecast; from resonant.theory.chord import Chord;"
        "forecast(s(), [Chord(2, 'm7'), Chord(7, '7')]); print('torch' in sys.modules, 'safetensors' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert out == "False False\n"


def test_the_weights_are_small() -> None:
    import resonant.players.chord_lm.network as module

    assert Path(module.__file__).with_name("model.safetensors").stat().st_size < 3_000_000

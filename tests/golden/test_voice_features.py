"""What every modelled voice sounds like, in numbers: loudness, brightness, onsets, decay.

After a change that is meant to be heard: `python -m tests.golden.test_voice_features`, then review the diff.
"""

import json
from pathlib import Path

import pytest
from tests.sound_features import SECOND, centroid_hz, decay_ms, heard, loudness_lufs, onsets, phrase

from resonant.score.model import Note
from resonant.sound.voices import voice_names

GOLDEN = Path(__file__).with_name("voice_features.json")
DRUM_KEYS = {"kick": 36, "snare": 38, "clap": 39, "closed hat": 42, "open hat": 46, "crash": 49, "tom": 45, "conga": 63}
TOLERANCE = {"loudness_lufs": (0.5, 0.0), "centroid_hz": (5.0, 0.05), "onsets": (2.0, 0.0), "decay_ms": (8.0, 0.08)}


def features(voice: str) -> dict[str, dict[str, float]]:
    """Features of a phrase, and of single notes or drums."""
    played = heard(voice, *phrase(voice), seconds=9.0)
    found = {
        "phrase": {"loudness_lufs": loudness_lufs(played), "centroid_hz": centroid_hz(played), "onsets": onsets(played)}
    }
    singles = DRUM_KEYS if voice.startswith("kit_") else {"low": 36, "high": 60 if "bass" in voice else 72}
    for name, pitch in singles.items():
        single = heard(voice, Note(0, pitch, SECOND // 2, 100), seconds=4.0)
        found[name] = {"centroid_hz": centroid_hz(single), "decay_ms": decay_ms(single)}
    return {name: {key: round(float(value), 1) for key, value in row.items()} for name, row in found.items()}


@pytest.mark.parametrize("voice", voice_names())
def test_a_voice_sounds_as_it_did(voice: str) -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))[voice]
    now = features(voice)
    assert now.keys() == golden.keys()
    for name, row in now.items():
        for key, value in row.items():
            absolute, relative = TOLERANCE[key]
            assert value == pytest.approx(golden[name][key], abs=absolute, rel=relative), f"{voice}, {name}: {key}"


if __name__ == "__main__":
    rows = {voice: features(voice) for voice in voice_names()}
    GOLDEN.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")

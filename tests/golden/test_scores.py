"""One song of each style as it was last reviewed: form, chords, and each part in a line.

A change that is meant shows here as a diff to read; `python -m tests.golden.test_scores` writes the new state.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.test_first_song import written

from resonant.score.model import Score, Track
from resonant.styles import all_styles
from resonant.theory.pitch import pitch_name

STORED = Path(__file__).with_name("scores.json")
BARS, SEED = 16, 11


def summary(score: Score) -> dict[str, Any]:
    """What a reviewer wants to see of a score."""
    return {
        "form": " ".join(f"{section.name}:{section.bars}" for section in score.sections),
        "chords": " ".join(span.chord.symbol(score.key) for span in score.harmony),
        "parts": {track.name: _part(track) for track in score.tracks},
    }


def _part(track: Track) -> str:
    pitches = [note.pitch for note in track.notes]
    opening = " ".join(f"{pitch_name(note.pitch)}@{round(note.start / 120)}" for note in track.notes[:6])
    reach = f"{pitch_name(min(pitches))}-{pitch_name(max(pitches))}"
    return f"{track.instrument}, {len(pitches)} notes, {reach}: {opening}"


@pytest.mark.parametrize("style", sorted(all_styles()))
def test_the_song_of_a_style_is_the_one_that_was_reviewed(style: str) -> None:
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    assert summary(written(style, BARS, SEED)) == stored[style]


if __name__ == "__main__":
    songs = {style: summary(written(style, BARS, SEED)) for style in sorted(all_styles())}
    STORED.write_text(json.dumps(songs, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

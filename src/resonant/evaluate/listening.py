"""What the audio questions hear: onset strength and chroma; see `resonant.listening`."""

from resonant.listening.chroma import (
    CHROMA_HOP,
    CHROMA_RATE_HZ,
    CHROMA_WINDOW,
    HIGHEST_PITCH,
    LOWEST_PITCH,
    Chromagram,
    chromagram,
)
from resonant.listening.ear import RATE_HZ, Array, heard, validate
from resonant.listening.onsets import (
    ONSET_HOP,
    ONSET_LATENESS_S,
    ONSET_RATE_HZ,
    ONSET_WINDOW,
    onset_strength,
    onset_times_s,
)

__all__ = [
    "CHROMA_HOP", "CHROMA_RATE_HZ", "CHROMA_WINDOW", "HIGHEST_PITCH", "LOWEST_PITCH", "ONSET_HOP", "ONSET_LATENESS_S",
    "ONSET_RATE_HZ", "ONSET_WINDOW", "RATE_HZ", "Array", "Chromagram", "chromagram", "heard", "onset_strength",
    "onset_times_s", "validate",
]  # fmt: skip

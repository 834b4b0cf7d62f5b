"""What is heard in a sound or read in a score: onsets, pulse, bars, chroma, chords, key, sections."""

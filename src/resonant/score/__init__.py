"""What is played: the score, its regions, and its forms as MIDI and tokens."""

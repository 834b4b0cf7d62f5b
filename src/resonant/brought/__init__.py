"""What a user brings: a MIDI file or a recording becomes a song whose tracks are locked, ready to be accompanied."""

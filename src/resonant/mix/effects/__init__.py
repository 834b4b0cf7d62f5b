"""Effects: pure functions on `float32 [channels, samples]`, one file each."""

"""Score passes: small transformations that keep the music and change how it is played or written."""

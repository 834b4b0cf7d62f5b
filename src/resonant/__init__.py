"""Resonant: words in, multi-track music out, with selective regeneration."""

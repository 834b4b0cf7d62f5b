"""Scores and sounds drawn as pictures."""

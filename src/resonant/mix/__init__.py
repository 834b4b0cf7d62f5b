"""Stems to a mix: chain, effects, loudness."""

"""Codecs: sound to codes and back."""

"""The words that a brief understands, as data: moods, scenes, tempos, manners, groups of instruments, forms."""

from resonant.brief.vocabulary.lexicon import Lexicon, Meaning, lexicon, words_of
from resonant.brief.vocabulary.words import Vocabulary, vocabulary

__all__ = ["Lexicon", "Meaning", "Vocabulary", "lexicon", "vocabulary", "words_of"]

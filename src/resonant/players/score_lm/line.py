"""The line that a part draws: the highest note of each moment, and how long it stays on one pitch."""

from collections.abc import Iterable

from resonant.players.score_lm.vocabulary import VOCABULARY

_V = VOCABULARY


class Line:
    """What was heard of a line so far: its last pitch, and how often that was struck in a row."""

    def __init__(self) -> None:
        self.pitch, self.times = -1, 0
        self._is_new_moment = True
        self._before = (-1, 0)

    def hear(self, words: Iterable[int]) -> None:
        """Goes on with words of a cell."""
        for word in words:
            if word in _V.position:
                self._is_new_moment = True
            elif word in _V.pitch:
                self._strike(_V.pitch.index(word))

    def _strike(self, pitch: int) -> None:
        """A note; the notes of a moment rise, so that the last one is the line's."""
        if self._is_new_moment:
            self._before = self.pitch, self.times
            self._is_new_moment = False
        last, times = self._before
        self.pitch, self.times = pitch, times + 1 if pitch == last else 1

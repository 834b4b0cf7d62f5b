"""Swing: where the off-beats fall, and back.

Players write on the straight grid and call `swung`; whoever listens to a written part calls `straight` first.
"""

from dataclasses import dataclass

from resonant.units import TICKS_PER_QUARTER, Tick


@dataclass(frozen=True, slots=True)
class Swing:
    """Two notes of `unit_ticks` share their time as `amount` : 1 − `amount`; 0.5 is straight, 0.667 a triplet."""

    amount: float = 0.5
    unit_ticks: Tick = TICKS_PER_QUARTER // 2

    @classmethod
    def of(cls, amount: float, unit: int) -> "Swing":
        """`unit` 8 swings eighths, 16 sixteenths."""
        return cls(amount, TICKS_PER_QUARTER * 4 // unit)

    def swung(self, tick: Tick) -> Tick:
        """Where a straight tick is played. Rising, and undone by `straight` to a tick on the unit's grid."""
        return self._bend(tick, 0.5, self.amount)

    def straight(self, tick: Tick) -> Tick:
        """Where a played tick would be written."""
        return self._bend(tick, self.amount, 0.5)

    def _bend(self, tick: Tick, middle_from: float, middle_to: float) -> Tick:
        pair = 2 * self.unit_ticks
        start, inside = tick - tick % pair, tick % pair / pair
        if inside <= middle_from:
            bent = inside * middle_to / middle_from
        else:
            bent = middle_to + (inside - middle_from) * (1 - middle_to) / (1 - middle_from)
        return start + round(bent * pair)

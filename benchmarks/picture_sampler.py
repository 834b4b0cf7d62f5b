"""Draw `docs/pictures/sampler_vs_fluidsynth.png`: levels, envelopes and tuning of both players, program by program.

python benchmarks/picture_sampler.py
"""

from pathlib import Path

import fluidsynth
import matplotlib as mpl
import numpy as np
from fluidsynth import FLUID_R3, Part, shift_cents
from numpy.typing import NDArray

from resonant.score.model import Note, Track
from resonant.sound.banks import SoundBank
from resonant.sound.sampler import render_sampled
from resonant.units import TempoMap

mpl.use("Agg")
import matplotlib.pyplot as plt

PICTURE = Path(__file__).parent.parent / "docs" / "pictures" / "sampler_vs_fluidsynth.png"
RATE = 44_100
TEMPO = TempoMap.constant(120.0)  # 960 ticks are a second
SLOT_S = 3
SHOWN = {
    0: "grand piano", 4: "electric piano", 25: "steel guitar", 30: "distortion guitar", 33: "fingered bass",
    48: "strings", 52: "choir", 56: "trumpet", 65: "alto sax", 73: "flute", 11: "vibraphone", 89: "warm pad",
}  # fmt: skip
KEYS = {33: 36, 43: 45, 58: 45, 67: 55}


def rendered() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Ours and theirs: every program for three seconds, one note of 1.5 s."""
    tracks = {p: _track(p, 0) for p in range(128)}
    theirs = fluidsynth.play([Part(_track(p, p * SLOT_S * 960), p) for p in tracks], TEMPO, RATE)
    bank = SoundBank(FLUID_R3)
    ours = [render_sampled(track, TEMPO, p, 0, SLOT_S * RATE, RATE, bank).samples for p, track in tracks.items()]
    together = np.concatenate(ours, axis=1)
    return together, theirs[:, : together.shape[1]]


def _track(program: int, start: int) -> Track:
    return Track("part", "melody", "grand_piano", (Note(start, KEYS.get(program, 60), 1440, 100),))


def envelope_db(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """Root mean square of both channels every 10 ms, in dB of full scale."""
    hop = RATE // 100
    blocks = sound[:, : sound.shape[1] // hop * hop].reshape(2, -1, hop)
    return 10 * np.log10(np.mean(blocks.astype(np.float64) ** 2, axis=(0, 2)) + 1e-10)


def main() -> None:
    ours, theirs = rendered()
    figure, axes = plt.subplots(5, 3, figsize=(13, 14))
    seconds = np.arange(SLOT_S * 100) / 100
    for axis, (program, name) in zip(axes.flat[:12], SHOWN.items(), strict=True):
        span = slice(program * SLOT_S * RATE, (program + 1) * SLOT_S * RATE)
        axis.plot(seconds, envelope_db(theirs[:, span]), color="tab:orange", lw=3, alpha=0.6, label="FluidSynth")
        axis.plot(seconds, envelope_db(ours[:, span]), color="black", lw=0.9, label="Resonant")
        axis.set(title=f"{program} {name}", ylim=(-90, 0), xlabel="s", ylabel="dBFS")
    axes[0, 0].legend()
    for axis in axes[4]:
        axis.remove()
    grid = axes[4, 0].get_gridspec()
    _dots(figure.add_subplot(grid[4, :2]), figure.add_subplot(grid[4, 2]), ours, theirs)
    figure.suptitle("FluidR3_GM through both players: one note of 1.5 s, no reverb, no chorus")
    figure.tight_layout()
    figure.savefig(PICTURE, dpi=80)


def _dots(levels: plt.Axes, tunings: plt.Axes, ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> None:
    db, cents = [], []
    for program in range(128):
        span = slice(int((program * SLOT_S + 0.05) * RATE), int((program * SLOT_S + 0.8) * RATE))
        db.append(10 * np.log10(np.mean(ours[:, span] ** 2) / np.mean(theirs[:, span] ** 2)))
        cents.append(shift_cents(ours[:, span].mean(axis=0), theirs[:, span].mean(axis=0), RATE)[0])
    levels.stem(range(128), db, basefmt=" ", markerfmt=".")
    levels.set(title="level, ours above theirs", xlabel="General MIDI program", ylabel="dB", ylim=(-4, 4))
    tunings.hist(cents, bins=np.arange(-10, 10.5, 0.5), color="black")
    tunings.set(title="tuning of the 128 programs, ours above theirs", xlabel="cents", ylabel="programs")
    print(f"level: median {np.median(db):.2f} dB, {min(db):.2f}…{max(db):.2f} dB")
    print(f"tuning: largest difference {np.max(np.abs(cents)):.2f} cents, median {np.median(np.abs(cents)):.2f} cents")


if __name__ == "__main__":
    main()

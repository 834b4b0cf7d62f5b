"""Loops: a mix that ends where it begins, so that it can go round without a seam."""

import numpy as np

from resonant.audio import Audio, Samples
from resonant.brief.model import Sound
from resonant.mix.loudness import measure
from resonant.mix.master import Master, master
from resonant.mix.model import MasterChain

_SEAM_S = 0.05  # over which the master's beginning is led in from its end


def folded(audio: Audio, num_samples: int) -> Audio:
    """The first `num_samples` of a part with all that rings on behind them laid over their beginning.

    That is what is heard when the part goes round: each time the end of the time before still sounds.
    """
    rounds = -(-audio.num_samples // num_samples)
    samples = np.pad(audio.samples, ((0, 0), (0, rounds * num_samples - audio.num_samples)))
    return Audio(samples.reshape(audio.channels, rounds, num_samples).sum(axis=1), audio.sample_rate)


def master_of_loop(bus: Audio, chain: MasterChain, sound: Sound) -> Master:
    """The master of a bus that goes round, exactly as long as the bus.

    The bus is mastered twice over and the second time published: compressor and limiter then stand at its beginning
    where its end leaves them. What still differs (a tape's wow) is crossed over within 50 ms.
    """
    length = bus.num_samples
    seam = min(round(_SEAM_S * bus.sample_rate), length)
    rounds = np.concatenate([bus.samples, bus.samples, bus.samples[:, :seam]], axis=1)
    finished = master(Audio(rounds, bus.sample_rate), chain, sound)
    published = Audio(_second_round(finished.audio.samples, length, seam), bus.sample_rate)
    return Master(published, measure(published), finished.gain_db)


def _second_round(rounds: Samples, length: int, seam: int) -> Samples:
    """The second time round; it begins as the third does, which follows its end."""
    second = rounds[:, length : 2 * length].copy()
    arrived = np.linspace(0.0, 1.0, seam, dtype=np.float32)
    second[:, :seam] += (1.0 - arrived) * (rounds[:, 2 * length :] - second[:, :seam])
    return second

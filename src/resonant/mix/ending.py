"""How a mix ends: it rings out, is cut at a length, or goes round without a seam."""

import numpy as np

from resonant.audio import Audio, Samples
from resonant.brief.model import Sound
from resonant.mix.loudness import measure
from resonant.mix.master import Master, master
from resonant.mix.model import Ending, MasterChain

_FADE_S = 0.4  # to silence where a sound is cut; a quarter of what is shorter than four fades
_SEAM_S = 0.05  # over which the master's beginning is led in from its end


def ended(audio: Audio, ending: Ending, seconds_of_music: float) -> Audio:
    """A part that rings out behind its bars, as it ends in the mix."""
    if ending.loops:
        return folded(audio, max(1, round(seconds_of_music * audio.sample_rate)))
    return audio if ending.cut_s is None else cut(audio, max(1, round(ending.cut_s * audio.sample_rate)))


def cut(audio: Audio, num_samples: int) -> Audio:
    """The first `num_samples`, faded to silence at their end; silence follows where there are fewer."""
    samples = audio.samples[:, :num_samples].copy()
    fade = min(round(_FADE_S * audio.sample_rate), samples.shape[1] // 4)
    samples[:, samples.shape[1] - fade :] *= np.cos(np.linspace(0.0, np.pi / 2.0, fade, dtype=np.float32)) ** 2
    return Audio(np.pad(samples, ((0, 0), (0, num_samples - samples.shape[1]))), audio.sample_rate)


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
    return Master(published, measure(published), finished.gain_db, finished.held)


def _second_round(rounds: Samples, length: int, seam: int) -> Samples:
    """The second time round; it begins as the third does, which follows its end."""
    second = rounds[:, length : 2 * length].copy()
    arrived = np.linspace(0.0, 1.0, seam, dtype=np.float32)
    second[:, :seam] += (1.0 - arrived) * (rounds[:, 2 * length :] - second[:, :seam])
    return second

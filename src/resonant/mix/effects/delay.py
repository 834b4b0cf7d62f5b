"""Delay in time with the music, written as an impulse response so that it shares the reverb's convolution."""

import numpy as np

from resonant.audio import Samples


def echo_response(
    sample_rate: int, step_s: float, feedback: float = 0.4, high_cut_hz: float = 5000.0, low_cut_hz: float = 250.0
) -> Samples:
    """Repeats that swing from side to side, each softer and duller than the one before; of unit energy per channel.

    Args:
        sample_rate: Hz.
        step_s: time between repeats, e.g. three sixteenths of the tempo.
        feedback: 0…0.9: level of each repeat relative to the one before; those under -50 dB are left out.
        high_cut_hz, low_cut_hz: what is left of the first repeat.

    Returns:
        `float32 [2, samples]`
    """
    from scipy.signal import butter, sosfilt

    repeats = max(1, int(np.ceil(-50.0 / (20.0 * np.log10(max(feedback, 0.01))))))
    step = max(1, round(step_s * sample_rate))
    response = np.zeros((2, repeats * step + sample_rate // 20))
    band = butter(1, (low_cut_hz, min(high_cut_hz, 0.45 * sample_rate)), "bandpass", fs=sample_rate, output="sos")
    pulse = np.zeros(sample_rate // 20)
    pulse[0] = 1.0
    for repeat in range(repeats):
        pulse = sosfilt(band, pulse)
        near, far = (0, 1) if repeat % 2 == 0 else (1, 0)
        start = (repeat + 1) * step
        response[near, start : start + pulse.size] += 0.95 * feedback**repeat * pulse
        response[far, start : start + pulse.size] += 0.31 * feedback**repeat * pulse
    return np.asarray((response / np.sqrt((response**2).sum(axis=1, keepdims=True).mean())), dtype=np.float32)

"""The drum machines: every General MIDI key 35…81 on three kits.

808: sine drums, tuned squares for cymbals. 909: a punchy swept bass drum, sampled-sounding cymbals. Lo-fi: close and
dry, as an acoustic kit sounds through a 12-bit sampler at 26 kHz that was filled from a dusty record.
"""

import numpy as np

from resonant.audio import Samples
from resonant.sound.voices import drum_models as made
from resonant.sound.voices.drums import Model, driven, filtered, high_pass, low_pass
from resonant.sound.voices.kit import Drum, Kit

_TOM_KEYS = (41, 43, 45, 47, 48, 50)
_TOM_PANS = (-0.45, -0.27, -0.1, 0.1, 0.27, 0.45)
_JINGLES_HZ = (4_350.0, 5_120.0, 6_080.0, 7_330.0, 8_210.0, 9_470.0, 10_900.0)


def _percussion() -> dict[int, Drum]:
    """What hands play, keys 54…81 without cymbals and cowbell: the same on all kits."""
    wood, triangle = 0.35, ((2_480.0, 0.7, 1.0), (5_270.0, 0.9, 0.8), (8_710.0, 0.7, 0.5), (11_900.0, 0.4, 0.3))
    muted = tuple((hz, level, decay * 0.06) for hz, level, decay in triangle)
    return {
        54: Drum(made.jingles(_JINGLES_HZ, 0.07, 0.012), -7.0, 0.3, 0.5),
        58: Drum(made.rattled(2_400.0, 24.0, 0.35), -12.0, -0.3, 1.4),
        60: Drum(made.drum(405.0, 0.12, 0.075, 0.30, 3_000.0), -7.0, 0.30, 0.5),
        61: Drum(made.drum(292.0, 0.12, 0.10, 0.28, 2_400.0), -7.0, 0.20, 0.6),
        62: Drum(made.drum(268.0, 0.06, 0.035, 0.75, 2_600.0), -7.0, -0.25, 0.3),
        63: Drum(made.drum(262.0, 0.07, 0.095, 0.40, 1_900.0), -5.0, -0.30, 0.7),
        64: Drum(made.drum(186.0, 0.08, 0.12, 0.35, 1_500.0), -5.0, -0.20, 0.8),
        65: Drum(made.drum(372.0, 0.10, 0.12, 0.60, 4_200.0), -6.0, 0.35, 0.9),
        66: Drum(made.drum(262.0, 0.10, 0.15, 0.55, 3_600.0), -6.0, 0.25, 1.0),
        67: Drum(made.struck(((905.0, 1.0, 0.14), (2_430.0, 0.5, 0.09), (4_010.0, 0.3, 0.05))), -13.0, 0.4, 0.8),
        68: Drum(made.struck(((672.0, 1.0, 0.16), (1_840.0, 0.5, 0.10), (3_120.0, 0.3, 0.06))), -13.0, 0.3, 0.9),
        69: Drum(made.shaken(5_200.0, 13_000.0, 0.012, 0.035, 90), -12.0, -0.35, 0.3),
        70: Drum(made.shaken(6_000.0, 14_000.0, 0.006, 0.022), -11.0, -0.4, 0.2),
        71: Drum(made.blown(2_450.0, 0.13, 31.0), -15.0, 0.2, 0.2),
        72: Drum(made.blown(2_350.0, 0.5, 29.0), -15.0, 0.2, 0.6),
        73: Drum(made.scraped(3_100.0, 75.0, 0.09), -13.0, -0.35, 0.15),
        74: Drum(made.scraped(2_900.0, 55.0, 0.36), -13.0, -0.35, 0.5),
        75: Drum(made.struck(((2_490.0, 1.0, 0.025), (5_310.0, 0.12, 0.01))), -10.0, 0.25, 0.25),
        76: Drum(
            made.struck(((1_180.0, 1.0, 0.022), (1_890.0, 0.5, 0.015), (3_050.0, wood, 0.008)), 0.2), -10.0, 0.3, 0.25
        ),
        77: Drum(
            made.struck(((790.0, 1.0, 0.028), (1_310.0, 0.5, 0.018), (2_200.0, wood, 0.008)), 0.2), -10.0, 0.2, 0.3
        ),
        78: Drum(made.rubbed(540.0, 690.0, 0.11), -12.0, -0.2, 0.2),
        79: Drum(made.rubbed(620.0, 330.0, 0.24), -12.0, -0.2, 0.4),
        80: Drum(made.struck(muted, 0.1), -17.0, 0.45, 0.3, "triangle"),
        81: Drum(made.struck(triangle, 0.1), -18.0, 0.45, 2.5, "triangle"),
    }


def _toms(lowest_hz: float, bend: float, decay_s: float, skin: float, level_db: float) -> dict[int, Drum]:
    """Six toms, each a minor third above the one before."""
    return {
        key: Drum(made.drum(lowest_hz * 2.0 ** (index / 4.0), bend, decay_s * 0.93**index, skin), level_db, pan, 1.4)
        for index, (key, pan) in enumerate(zip(_TOM_KEYS, _TOM_PANS, strict=True))
    }


def _kit_808() -> Kit:
    squares = made.TR808_SQUARES_HZ
    return Kit(
        {
            **_percussion(),
            **_toms(82.0, 0.32, 0.17, 0.08, -4.0),
            35: Drum(made.kick(46.0, 1.3, 0.013, 0.42, 1.2, 0.15), 0.0, 0.0, 2.2),
            36: Drum(made.kick(51.0, 1.6, 0.011, 0.17, 1.3, 0.25), 0.0, 0.0, 1.3),
            37: Drum(made.struck(((455.0, 0.6, 0.006), (1_667.0, 1.0, 0.007)), 1.6, 2.5), -5.0, 0.12, 0.15),
            38: Drum(made.snare((178.0, 334.0), 0.055, 0.55, 0.085, 9_500.0), -1.5, 0.0, 0.7),
            39: Drum(made.clap(1_050.0, 0.0105, 0.085), -3.0, 0.0, 0.7),
            40: Drum(made.snare((214.0, 380.0), 0.045, 0.75, 0.12, 11_000.0), -1.5, 0.0, 0.8),
            42: Drum(made.metal(squares, 7_600.0, 0.032, 0.12), -9.5, 0.18, 0.25, "hat"),
            44: Drum(made.metal(squares, 7_200.0, 0.018, 0.12), -11.5, 0.18, 0.15, "hat"),
            46: Drum(made.metal(squares, 7_200.0, 0.17, 0.12), -9.0, 0.18, 1.0, "hat"),
            49: Drum(made.metal(squares, 6_400.0, 0.55, 0.15, 0.55, 0.35), -5.5, -0.3, 3.0),
            51: Drum(made.metal(squares, 6_800.0, 0.38, 0.08, 0.30, 0.16), -9.5, 0.35, 2.0),
            52: Drum(made.metal(squares, 5_000.0, 0.45, 0.25, 0.8, 0.4), -7.0, 0.3, 2.6),
            53: Drum(made.cowbell(800.0, 1_193.0, 0.22), -11.0, 0.35, 1.2),
            55: Drum(made.metal(squares, 7_000.0, 0.22, 0.15, 0.4, 0.12), -7.0, -0.2, 1.3),
            56: Drum(made.cowbell(540.0, 800.0, 0.075), -5.0, 0.15, 0.6),
            57: Drum(made.metal(squares, 5_600.0, 0.65, 0.18, 0.6, 0.4), -5.5, 0.3, 3.2),
            59: Drum(made.metal(squares, 6_200.0, 0.34, 0.08, 0.35, 0.18), -9.5, 0.35, 2.0),
        },
        trim_db=-10.1,
    )


def _kit_909() -> Kit:
    squares = made.CYMBAL_SQUARES_HZ

    def cymbal(low_hz: float, decay_s: float, noise: float, body: float = 0.0, body_s: float = 0.0) -> Model:
        return made.crunched(made.metal(squares, low_hz, decay_s, noise, body, body_s), 40)

    return Kit(
        {
            **_percussion(),
            **_toms(88.0, 0.45, 0.15, 0.14, -4.0),
            35: Drum(made.kick(46.0, 3.2, 0.032, 0.20, 2.4, 0.35), 0.0, 0.0, 1.0),
            36: Drum(made.kick(50.0, 3.8, 0.026, 0.13, 2.2, 0.6), 0.0, 0.0, 0.9),
            37: Drum(
                made.struck(((510.0, 0.8, 0.007), (1_140.0, 1.0, 0.006), (2_260.0, 0.6, 0.004)), 1.6, 3.0),
                -5.0,
                0.1,
                0.15,
            ),
            38: Drum(made.snare((186.0, 331.0), 0.06, 0.85, 0.105, 11_000.0), -1.5, 0.0, 0.8),
            39: Drum(made.clap(1_250.0, 0.0115, 0.11), -3.0, 0.0, 0.9),
            40: Drum(made.snare((208.0, 365.0), 0.05, 1.1, 0.14, 12_500.0), -1.5, 0.0, 0.9),
            42: Drum(cymbal(6_800.0, 0.036, 0.55), -7.0, 0.15, 0.3, "hat"),
            44: Drum(cymbal(6_200.0, 0.022, 0.55), -9.0, 0.15, 0.2, "hat"),
            46: Drum(cymbal(6_400.0, 0.24, 0.6), -6.0, 0.15, 1.2, "hat"),
            49: Drum(cymbal(4_600.0, 0.75, 0.72, 0.5, 0.5), -3.0, -0.3, 3.2),
            51: Drum(cymbal(5_800.0, 0.55, 0.3, 0.35, 0.3), -7.0, 0.3, 2.4),
            52: Drum(cymbal(3_900.0, 0.5, 0.6, 0.9, 0.5), -7.0, 0.3, 2.8),
            53: Drum(
                made.struck(((1_830.0, 0.7, 0.4), (3_470.0, 1.0, 0.5), (5_210.0, 0.6, 0.3), (7_900.0, 0.4, 0.2)), 0.3),
                -11.0,
                0.3,
                2.0,
            ),
            55: Drum(cymbal(5_200.0, 0.28, 0.7, 0.5, 0.18), -7.0, -0.2, 1.6),
            56: Drum(made.cowbell(562.0, 838.0, 0.10), -5.0, 0.15, 0.7),
            57: Drum(cymbal(4_200.0, 0.85, 0.75, 0.55, 0.55), -3.0, 0.35, 3.6),
            59: Drum(cymbal(5_300.0, 0.5, 0.35, 0.4, 0.32), -7.0, 0.3, 2.4),
        },
        trim_db=-12.1,
    )


def _kit_lofi() -> Kit:
    squares = made.CYMBAL_SQUARES_HZ
    return Kit(
        {
            **_percussion(),
            **_toms(94.0, 0.15, 0.20, 0.30, -4.0),
            35: Drum(made.kick(52.0, 0.9, 0.030, 0.13, 1.6, 0.5), 0.0, 0.0, 0.7),
            36: Drum(made.kick(60.0, 1.1, 0.024, 0.095, 1.8, 0.7), 0.0, 0.0, 0.6),
            37: Drum(
                made.struck(((420.0, 0.5, 0.012), (1_020.0, 1.0, 0.010), (1_730.0, 0.8, 0.008)), 1.0, 1.5),
                -5.0,
                0.1,
                0.2,
            ),
            38: Drum(made.snare((188.0, 287.0, 412.0), 0.06, 0.95, 0.075, 6_500.0), -1.5, 0.0, 0.6),
            39: Drum(made.clap(1_350.0, 0.009, 0.06), -3.0, 0.0, 0.5),
            40: Drum(made.snare((232.0, 341.0, 480.0), 0.05, 0.8, 0.06, 7_500.0), -1.5, 0.0, 0.6),
            42: Drum(made.metal(squares, 5_200.0, 0.028, 0.75), -9.5, 0.2, 0.25, "hat"),
            44: Drum(made.metal(squares, 4_800.0, 0.020, 0.75), -11.5, 0.2, 0.2, "hat"),
            46: Drum(made.metal(squares, 4_800.0, 0.16, 0.75), -9.0, 0.2, 0.9, "hat"),
            49: Drum(made.metal(squares, 3_600.0, 0.5, 0.8, 0.5, 0.4), -5.5, -0.3, 2.6),
            51: Drum(made.metal(squares, 4_800.0, 0.4, 0.4, 0.5, 0.25), -9.5, 0.3, 2.0),
            52: Drum(made.metal(squares, 3_000.0, 0.4, 0.7, 0.8, 0.4), -7.0, 0.3, 2.2),
            53: Drum(
                made.struck(((1_640.0, 0.7, 0.35), (3_120.0, 1.0, 0.4), (4_900.0, 0.6, 0.25)), 0.3), -15.0, 0.3, 1.6
            ),
            55: Drum(made.metal(squares, 4_200.0, 0.2, 0.8, 0.5, 0.15), -7.0, -0.2, 1.2),
            56: Drum(made.cowbell(587.0, 845.0, 0.06), -5.0, 0.15, 0.5),
            57: Drum(made.metal(squares, 3_300.0, 0.55, 0.8, 0.55, 0.45), -5.5, 0.35, 2.8),
            59: Drum(made.metal(squares, 4_400.0, 0.38, 0.45, 0.5, 0.28), -9.5, 0.3, 2.0),
        },
        trim_db=-9.7,
        colour=_sampled_at_26_khz,
    )


_SAMPLER_HZ, _SAMPLER_LEVELS = 26_040.0, 2_048.0


def _sampled_at_26_khz(sound: Samples, sample_rate: float) -> Samples:
    """Through a 12-bit sampler: each value is held until its next one, which leaves images over the band, then tape."""
    warm = driven(filtered(sound, sample_rate, low_pass(8_500.0)) * 0.8, 1.6)
    num_samples = warm.shape[1]
    held = np.floor(np.arange(num_samples) * (_SAMPLER_HZ / sample_rate)) * (sample_rate / _SAMPLER_HZ)
    stepped = np.take(warm, np.minimum(held.astype(np.int64), num_samples - 1), axis=1)
    coarse = np.rint(stepped * _SAMPLER_LEVELS) / np.float32(_SAMPLER_LEVELS)
    return filtered(coarse, sample_rate, low_pass(9_500.0, 0.6), high_pass(32.0))


KITS: dict[str, Kit] = {"kit_808": _kit_808(), "kit_909": _kit_909(), "kit_lofi": _kit_lofi()}

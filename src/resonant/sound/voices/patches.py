"""The patches: every modelled synthesiser voice as knobs.

The classics they stand for, from public descriptions: TB-303 (one saw or square, diode ladder, decay envelope, accent,
60 ms slide), Minimoog (three oscillators, 24 dB ladder), Roland JP-8000 (seven saws; detune ratios and levels as
measured in A. Szabo, "How to Emulate the Super Saw", KTH 2010), Juno-60 (saw, pulse and sub through one filter and a
chorus), Solina (divide-down saws through three swept delay lines), Prophet-5 (two oscillators, 24 dB).
"""

from math import log2

from resonant.sound.voices.cycle import Filter, Wave
from resonant.sound.voices.envelope import Envelope
from resonant.sound.voices.patch import Cutoff, Drop, Ensemble, Oscillator, Patch, Vibrato

_SAW, _SQUARE, _TRIANGLE, _SINE = Wave("saw"), Wave("square"), Wave("triangle"), Wave("sine")
_OCTAVE_CENTS = 1200.0


def _pair(wave: Wave, cents: float, level: float, width: float) -> tuple[Oscillator, Oscillator]:
    """Two oscillators either side of the tuning and of the middle."""
    return Oscillator(wave, -cents, level, -width), Oscillator(wave, cents, level, width)


# Frequency ratios of the JP-8000's side saws at full detune (Szabo 2010, table 1).
_JP8000_RATIOS = (-0.11002313, -0.06288439, -0.01952356, 0.01991221, 0.06216538, 0.10745242)


def _seven_saws(detune: float, mix: float, width: float) -> tuple[Oscillator, ...]:
    """The super saw: `detune` 0…1 of full, `mix` 0…1 as on the panel (levels fitted by Szabo 2010)."""
    middle = -0.55366 * mix + 0.99785
    side = -0.73764 * mix**2 + 1.2841 * mix + 0.044372
    pans = (-width, width * 0.7, -width * 0.4, width * 0.4, -width * 0.7, width)
    sides = (
        Oscillator(_SAW, _OCTAVE_CENTS * log2(1.0 + detune * ratio), side, pan)
        for ratio, pan in zip(_JP8000_RATIOS, pans, strict=True)
    )
    return (Oscillator(_SAW, 0.0, middle), *sides)


PATCHES: dict[str, Patch] = {
    # basses
    "synth_bass": Patch(
        oscillators=(
            Oscillator(_SAW, 0.0, 0.6),
            Oscillator(_SAW, 6.0, 0.45),
            Oscillator(_SQUARE, -_OCTAVE_CENTS, 0.35),
        ),
        filter=Filter("ladder", 0.42, 0.9),
        cutoff=Cutoff(420.0, 0.4, 2.6, 2.4, Envelope(0.002, 0.16, 0.22, 0.08)),
        amp=Envelope(0.002, 0.5, 0.72, 0.045),
        mono=True,
        glide_s=0.04,
        random_phase=False,
        drift_cents=0.6,
        click=0.02,
        saturation=0.7,
        slower=2,
        trim_db=-13.6,
    ),
    "acid_bass": Patch(
        oscillators=(Oscillator(_SAW, 0.0, 0.9),),
        filter=Filter("diode", 0.86, 1.4),
        accent=Filter("diode", 0.97, 2.0),
        cutoff=Cutoff(330.0, 0.15, 3.3, 4.5, Envelope(0.003, 0.17, 0.0, 0.09)),
        amp=Envelope(0.002, 1.4, 0.5, 0.02),
        mono=True,
        glide_s=0.06,
        random_phase=False,
        drift_cents=0.4,
        touch=1.0,
        trim_db=-16.1,
    ),
    "sub_bass": Patch(
        oscillators=(Oscillator(_SINE, 0.0, 0.9), Oscillator(_TRIANGLE, 0.0, 0.25)),
        filter=Filter("ladder", 0.0),
        cutoff=Cutoff(700.0, 0.5, 0.8, 1.5, Envelope(0.003, 0.12, 0.3, 0.1)),
        amp=Envelope(0.006, 0.8, 0.85, 0.06),
        mono=True,
        glide_s=0.06,
        random_phase=False,
        drift_cents=0.2,
        saturation=1.2,
        slower=2,
        trim_db=-14.1,
    ),
    "bass_808": Patch(
        oscillators=(Oscillator(_SINE, 0.0, 1.0),),
        filter=Filter("ladder", 0.0),
        cutoff=Cutoff(18_000.0, 0.0, 0.0, 0.0),
        amp=Envelope(0.001, 1.1, 0.12, 0.09),
        mono=True,
        glide_s=0.11,
        random_phase=False,
        drift_cents=0.0,
        drop=Drop(19.0, 0.011),
        click=0.10,
        saturation=2.7,
        touch=1.0,
        trim_db=-9.6,
    ),
    "reese_bass": Patch(
        oscillators=(
            *_pair(_SAW, 13.0, 0.5, 0.55),
            *_pair(_SAW, 4.5, 0.4, 0.25),
            Oscillator(_SINE, 0.0, 0.55),
        ),
        filter=Filter("ladder", 0.3, 1.2),
        cutoff=Cutoff(850.0, 0.3, 0.9, 2.0, Envelope(0.02, 0.5, 0.4, 0.15), 0.55, 0.23),
        amp=Envelope(0.006, 0.6, 0.9, 0.06),
        mono=True,
        glide_s=0.07,
        saturation=0.8,
        trim_db=-15.6,
    ),
    # leads
    "saw_lead": Patch(
        oscillators=(
            *_pair(_SAW, 7.0, 0.5, 0.5),
            Oscillator(_SAW, 0.0, 0.5),
            Oscillator(_SQUARE, -_OCTAVE_CENTS, 0.16),
        ),
        filter=Filter("ladder", 0.28, 0.5),
        cutoff=Cutoff(3_000.0, 0.6, 1.4, 2.2, Envelope(0.004, 0.25, 0.45, 0.12)),
        amp=Envelope(0.004, 0.5, 0.85, 0.07),
        mono=True,
        glide_s=0.06,
        vibrato=Vibrato(9.0, 5.5, 0.9),
        saturation=0.4,
        trim_db=-14.9,
    ),
    "square_lead": Patch(
        oscillators=(Oscillator(_SQUARE, 0.0, 0.55), Oscillator(Wave("pulse", 0.27), 5.0, 0.35)),
        filter=Filter("svf", 0.25),
        cutoff=Cutoff(4_800.0, 0.6, 0.7, 2.0, Envelope(0.003, 0.2, 0.5, 0.1)),
        amp=Envelope(0.003, 0.3, 0.8, 0.05),
        mono=True,
        glide_s=0.045,
        vibrato=Vibrato(10.0, 5.8, 0.8),
        trim_db=-17.5,
    ),
    "soft_lead": Patch(
        oscillators=(Oscillator(_TRIANGLE, 0.0, 0.8), Oscillator(_SINE, 0.0, 0.35), Oscillator(_SAW, 2.0, 0.08)),
        filter=Filter("ladder", 0.1),
        cutoff=Cutoff(2_200.0, 0.7, 0.6, 2.2, Envelope(0.04, 0.4, 0.5, 0.15)),
        amp=Envelope(0.022, 0.5, 0.88, 0.11),
        mono=True,
        glide_s=0.09,
        glides_always=True,
        vibrato=Vibrato(16.0, 5.1, 1.0),
        slower=2,
        trim_db=-15.3,
    ),
    # chords
    "supersaw": Patch(
        oscillators=_seven_saws(0.13, 0.75, 0.9),
        filter=Filter("svf", 0.12),
        cutoff=Cutoff(11_000.0, 0.4, 0.0, 2.4),
        amp=Envelope(0.006, 0.6, 0.85, 0.12),
        trim_db=-26.6,
    ),
    "pluck": Patch(
        oscillators=(*_pair(_SAW, 6.0, 0.5, 0.6), Oscillator(_SQUARE, 0.0, 0.3)),
        filter=Filter("ladder", 0.25),
        cutoff=Cutoff(520.0, 0.6, 4.1, 3.0, Envelope(0.001, 0.075, 0.0, 0.06)),
        amp=Envelope(0.001, 0.24, 0.0, 0.12),
        click=0.03,
        slower=2,
        trim_db=-10.7,
    ),
    "stab": Patch(
        oscillators=(
            *_pair(_SAW, 8.0, 0.5, 0.7),
            Oscillator(Wave("pulse", 0.3), 0.0, 0.35),
            Oscillator(_SAW, _OCTAVE_CENTS, 0.15),
        ),
        filter=Filter("ladder", 0.36, 0.7),
        cutoff=Cutoff(800.0, 0.5, 3.0, 2.6, Envelope(0.001, 0.11, 0.1, 0.08)),
        amp=Envelope(0.001, 0.28, 0.15, 0.075),
        click=0.02,
        trim_db=-14.5,
    ),
    "synth_keys": Patch(
        oscillators=(
            *_pair(Wave("pulse", 0.4), 5.0, 0.4, 0.45),
            Oscillator(_SAW, 0.0, 0.3),
            Oscillator(_SINE, -_OCTAVE_CENTS, 0.2),
        ),
        filter=Filter("ladder", 0.22),
        cutoff=Cutoff(1_500.0, 0.6, 1.9, 2.8, Envelope(0.002, 0.32, 0.25, 0.15)),
        amp=Envelope(0.003, 0.9, 0.45, 0.12),
        ensemble=Ensemble(2, 1.6, 0.5, 0.0, 0.4),
        trim_db=-15.4,
    ),
    # pads
    "warm_pad": Patch(
        oscillators=(
            *_pair(_SAW, 6.5, 0.4, 0.7),
            Oscillator(Wave("pulse", 0.42), 1.5, 0.3),
            Oscillator(_SQUARE, -_OCTAVE_CENTS, 0.16),
        ),
        filter=Filter("ladder", 0.15),
        cutoff=Cutoff(900.0, 0.5, 1.1, 1.8, Envelope(0.7, 1.5, 0.6, 0.7), 0.22, 0.17),
        amp=Envelope(0.32, 1.5, 0.85, 0.3),
        ensemble=Ensemble(2, 1.8, 0.52, 0.0, 0.5),
        takes=1,
        slower=2,
        touch=1.0,
        trim_db=-15.5,
    ),
    "glass_pad": Patch(
        oscillators=(
            *_pair(_TRIANGLE, 4.0, 0.4, 0.8),
            *_pair(_SINE, _OCTAVE_CENTS + 3.0, 0.22, 0.6),
            Oscillator(_SINE, _OCTAVE_CENTS + 702.0, 0.12, 0.3),
            Oscillator(_SINE, 2 * _OCTAVE_CENTS + 2.0, 0.11, -0.4),
            Oscillator(Wave("pulse", 0.12), 2.0, 0.10),
        ),
        filter=Filter("svf", 0.3),
        cutoff=Cutoff(3_600.0, 0.6, 1.2, 2.0, Envelope(0.15, 1.2, 0.35, 0.8), 0.35, 0.21),
        amp=Envelope(0.16, 1.4, 0.7, 0.36),
        ensemble=Ensemble(3, 2.2, 0.4, 0.1, 0.45),
        takes=1,
        slower=2,
        touch=1.0,
        trim_db=-15.9,
    ),
    "dark_pad": Patch(
        oscillators=(
            *_pair(_SAW, 9.0, 0.4, 0.75),
            *_pair(_SAW, -_OCTAVE_CENTS + 4.0, 0.22, 0.4),
            Oscillator(_SQUARE, -_OCTAVE_CENTS, 0.15),
        ),
        filter=Filter("ladder", 0.3, 0.6),
        cutoff=Cutoff(380.0, 0.4, 0.8, 1.5, Envelope(1.2, 2.0, 0.6, 0.9), 0.5, 0.11),
        amp=Envelope(0.5, 2.0, 0.9, 0.36),
        ensemble=Ensemble(3, 2.6, 0.33, 0.0, 0.4),
        takes=1,
        slower=4,
        touch=1.0,
        trim_db=-14.6,
    ),
    "synth_strings": Patch(
        oscillators=(
            *_pair(_SAW, 4.0, 0.4, 0.5),
            Oscillator(_SAW, _OCTAVE_CENTS, 0.22),
            Oscillator(_SAW, _OCTAVE_CENTS + 3.0, 0.10, 0.3),
        ),
        filter=Filter("svf", 0.1),
        cutoff=Cutoff(3_200.0, 0.35, 0.5, 1.6, Envelope(0.2, 1.0, 0.7, 0.4)),
        amp=Envelope(0.12, 1.5, 0.92, 0.2),
        ensemble=Ensemble(3, 2.4, 0.62, 0.22, 0.75),
        touch=1.0,
        takes=1,
        trim_db=-16.3,
    ),
}

"""Models of drums, as functions that take their knobs and give back what makes a hit.

Circuit facts: K. J. Werner, J. Abel and J. Smith on the TR-808 bass drum (DAFx-14) and cymbal (ICMC 2014), and the
Roland service notes: bass drum a bridged-T near 50 Hz pulled up for its first milliseconds; snare two of them near 180
and 330 Hz beside noise; hats and cymbal six squares at 205, 304, 370, 523, 540 and 800 Hz through band-passes at 3.4
and 7.1 kHz; cowbell the upper two; clap a noise band near 1 kHz opened three times 10 ms apart, then a tail.
"""

import numpy as np

from resonant.audio import Samples
from resonant.sound.voices.drums import (
    Hit,
    Model,
    band_pass,
    driven,
    fall,
    filtered,
    high_pass,
    low_pass,
    modes,
    rise,
    squares,
    swept,
)

TR808_SQUARES_HZ = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)
CYMBAL_SQUARES_HZ = (317.0, 465.3, 591.7, 763.9, 1013.1, 1321.9)  # tighter and higher, for plate-like cymbals


def kick(hz: float, punch: float, bend_s: float, decay_s: float, drive: float, click: float = 0.3) -> Model:
    """A bass drum: `punch` is how many times higher it starts, `bend_s` how fast it falls, `click` the beater."""

    def model(hit: Hit) -> Samples:
        t = hit.times()
        start_hz = hz * (1.0 + punch * hit.between(0.6, 1.1))
        body = swept(t, hit.near(start_hz), hit.near(hz, 0.003), bend_s, 0.5)
        body *= fall(t, decay_s * hit.between(0.75, 1.05)) * rise(t, 0.0008)
        snap = filtered(hit.noise()[0] * fall(t, 0.0025), hit.sample_rate, band_pass(hit.between(1_500, 3_800), 0.7))
        beater = np.float32(click * hit.between(0.1, 1.3)) * snap
        return driven(body + beater, max(drive * hit.between(0.6, 1.1), 0.1))

    return model


def snare(tones_hz: tuple[float, ...], tone_s: float, wires: float, wires_s: float, bright_hz: float) -> Model:
    """A snare drum: shell tones beside the noise of its wires, which speak more under a hard stroke."""

    def model(hit: Hit) -> Samples:
        t = hit.times()
        shell = np.zeros_like(t)
        for index, hz in enumerate(tones_hz):
            high = hit.near(hz * hit.between(1.15, 1.5))
            shell += (
                swept(t, high, hit.near(hz), 0.009) * fall(t, tone_s / (1 + 0.4 * index)) / np.float32(1 + 0.5 * index)
            )
        noise = hit.noise(2)
        rattle = filtered(noise, hit.sample_rate, high_pass(900.0), low_pass(bright_hz * hit.between(0.5, 1.1)))
        crack = filtered(noise[:1] * fall(t, 0.006), hit.sample_rate, band_pass(hit.between(2_200, 4_200), 0.8))
        tail = 0.75 * fall(t, wires_s * hit.between(0.7, 1.1)) + 0.25 * fall(t, 0.3 * wires_s)
        loud = np.float32(wires * hit.between(0.65, 1.05))
        wide = rattle.mean(axis=0, keepdims=True) * 1.2 + 0.35 * rattle
        return driven((shell * rise(t, 0.0006) + loud * (wide * tail + 0.8 * crack)) * 0.7, hit.between(0.5, 1.4))

    return model


def clap(hz: float, spread_s: float, tail_s: float) -> Model:
    """Hands: bursts of a noise band a hundredth of a second apart, then the room."""

    def model(hit: Hit) -> Samples:
        t = hit.times()
        envelope = np.zeros_like(t)
        for burst in range(3):
            since = t - np.float32(burst * hit.near(spread_s, 0.12))
            envelope = np.maximum(envelope, np.where(since >= 0, fall(np.maximum(since, 0), 0.0045), 0))
        last = t - np.float32(3 * spread_s)
        envelope = np.maximum(
            envelope, np.where(last >= 0, fall(np.maximum(last, 0), tail_s * hit.between(0.7, 1.1)), 0)
        )
        noise = hit.noise(2)
        band = filtered(noise.mean(axis=0) + 0.4 * noise, hit.sample_rate, band_pass(hz, 1.6), high_pass(500.0))
        air = filtered(noise, hit.sample_rate, high_pass(3_500.0), low_pass(9_000.0))
        return driven((band + np.float32(hit.between(0.04, 0.18)) * air) * envelope, hit.between(0.5, 1.2))

    return model


def metal(
    squares_hz: tuple[float, ...], low_hz: float, decay_s: float, noise: float, body: float = 0.0, body_s: float = 0.0
) -> Model:
    """Hi-hats and cymbals: squares and noise above `low_hz`; `body` is the level of a lower, longer band."""

    def model(hit: Hit) -> Samples:
        t = hit.times()
        hiss = hit.noise(2)
        cluster = squares(hit, squares_hz)
        raw = np.float32(1.0 - noise) * 3.0 * cluster + np.float32(noise) * hiss
        edge = hit.between(0.75, 1.08) * hit.near(low_hz, 0.02)
        top = filtered(
            raw, hit.sample_rate, high_pass(edge, 0.9), high_pass(edge * 0.8), low_pass(hit.between(9e3, 17e3))
        )
        ring = 0.7 * fall(t, decay_s * hit.between(0.75, 1.1)) + 0.3 * fall(t, 0.25 * decay_s)
        stroke = top * ring * rise(t, 0.0005)
        if body > 0.0:
            band = filtered(raw, hit.sample_rate, band_pass(low_hz * 0.55, 1.1))
            stroke = stroke + np.float32(body * hit.between(1.3, 0.9)) * band * fall(t, body_s) * rise(t, 0.003)
        return stroke

    return model


def drum(hz: float, bend: float, decay_s: float, skin: float = 0.15, skin_hz: float = 1_800.0) -> Model:
    """A tuned drum (tom, conga, bongo, timbale): falls by `bend` of its pitch; `skin` is the slap of the hand."""

    def model(hit: Hit) -> Samples:
        t = hit.times()
        pitch = hit.near(hz)
        tone = swept(t, pitch * (1 + bend * hit.between(0.6, 1.2)), pitch, 0.03, 0.2) * fall(t, decay_s)
        tone += 0.25 * swept(t, pitch * 1.59 * (1 + bend), pitch * 1.59, 0.02) * fall(t, 0.35 * decay_s)
        slap = filtered(
            hit.noise()[0] * fall(t, 0.008), hit.sample_rate, band_pass(skin_hz * hit.between(0.7, 1.2), 0.9)
        )
        return driven((tone * rise(t, 0.0007) + np.float32(skin * hit.between(0.3, 1.6)) * slap), 0.9)

    return model


def struck(partials: tuple[tuple[float, float, float], ...], click: float = 0.05, drive: float = 0.3) -> Model:
    """Wood, metal and glass that is struck: modes of (Hz, level, decay constant in s)."""

    def model(hit: Hit) -> Samples:
        t = hit.times()
        near = hit.near(1.0, 0.006)
        bright = hit.between(0.55, 1.15)
        heard = [(hz * near, level * bright**index, decay) for index, (hz, level, decay) in enumerate(partials)]
        tick = filtered(hit.noise()[0] * fall(t, 0.0015), hit.sample_rate, high_pass(2_000.0))
        return driven(modes(t, heard) * rise(t, 0.0003) + np.float32(click * hit.between(0.2, 1.5)) * tick, drive)

    return model


def cowbell(low_hz: float, high_hz: float, decay_s: float) -> Model:
    """Two squares through a band-pass: a knock, then a ring."""

    def model(hit: Hit) -> Samples:
        t = hit.times()
        pair = squares(hit, (low_hz, high_hz))
        band = filtered(pair, hit.sample_rate, band_pass(hit.between(1_900, 2_700), 0.9), high_pass(400.0))
        return band * (0.6 * fall(t, 0.012) + 0.4 * fall(t, decay_s)) * rise(t, 0.0005)

    return model


def shaken(low_hz: float, high_hz: float, swell_s: float, decay_s: float, grains: int = 0) -> Model:
    """Seeds in a shell: a band of noise that swells as they slide; `grains` per second roughen it."""

    def model(hit: Hit) -> Samples:
        t = hit.times()
        noise = filtered(hit.noise(2), hit.sample_rate, high_pass(hit.near(low_hz, 0.03), 1.1), low_pass(high_hz))
        swell = hit.near(swell_s, 0.15) * hit.between(1.25, 0.8)
        envelope = np.where(
            t < swell, (t / np.float32(swell)) ** 2, fall(np.maximum(t - np.float32(swell), 0), decay_s)
        )
        if grains:
            envelope = envelope * (0.35 + 0.65 * np.abs(np.sin(np.float32(np.pi * grains) * t)))
        return noise * envelope

    return model


def jingles(partials_hz: tuple[float, ...], decay_s: float, shake_s: float) -> Model:
    """Tambourine: little plates that ring, struck a few times within a moment."""

    def model(hit: Hit) -> Samples:
        t = hit.times()
        rings = np.zeros_like(t)
        for index, hz in enumerate(partials_hz):
            late = np.maximum(t - np.float32(shake_s * float(hit.luck.random()) * (index % 3)), 0)
            rings += np.sin(np.float32(2 * np.pi * hit.near(hz, 0.01)) * late) * fall(
                late, decay_s * hit.near(1.0, 0.3)
            )
        hiss = filtered(hit.noise(2), hit.sample_rate, high_pass(5_500.0), low_pass(hit.between(9e3, 15e3)))
        return (
            (0.5 * rings / np.float32(len(partials_hz)) + 0.35 * hiss)
            * (0.6 * fall(t, 0.02) + 0.4 * fall(t, decay_s))
            * rise(t, 0.001)
        )

    return model


def scraped(low_hz: float, strokes_per_s: float, seconds: float) -> Model:
    """Guiro: a comb of wood, tick after tick, faster towards the end."""

    def model(hit: Hit) -> Samples:
        t = hit.times()
        length = hit.near(seconds, 0.05)
        ticks = (
            np.abs(np.sin(np.float32(np.pi) * np.float32(strokes_per_s) * t * (1.0 + 0.6 * t / np.float32(length))))
            ** 6
        )
        wood = filtered(hit.noise()[0], hit.sample_rate, band_pass(low_hz, 1.8), high_pass(low_hz * 0.6))
        ends = rise(t, 0.01) * np.clip((np.float32(length) - t) / 0.03, 0, 1)
        return np.asarray(wood * ticks * ends)

    return model


def rattled(hz: float, beats_per_s: float, decay_s: float) -> Model:
    """Vibraslap: teeth that chatter in a wooden box."""

    def model(hit: Hit) -> Samples:
        t = hit.times()
        beats = (0.5 + 0.5 * np.cos(np.float32(2 * np.pi * hit.near(beats_per_s, 0.03)) * t)) ** 8
        box = filtered(hit.noise()[0], hit.sample_rate, band_pass(hz, 7.0)) * 3
        box += 0.6 * filtered(hit.noise()[0], hit.sample_rate, band_pass(hz * 1.7, 9.0)) * 3
        return np.asarray(box * beats * fall(t, decay_s) * rise(t, 0.002))

    return model


def blown(hz: float, length_s: float, warble_hz: float) -> Model:
    """Whistle with a pea: a tone and breath that warble."""

    def model(hit: Hit) -> Samples:
        t = hit.times()
        warble = np.sin(np.float32(2 * np.pi * warble_hz) * t)
        cycles = hit.near(hz) * t - np.float32(0.012 * hz / (2 * np.pi * warble_hz)) * np.cos(
            np.float32(2 * np.pi * warble_hz) * t
        )
        tone = np.sin((2 * np.pi * cycles).astype(np.float32)) * (0.75 + 0.25 * warble)
        breath = filtered(hit.noise()[0], hit.sample_rate, band_pass(hz, 6.0))
        ends = rise(t, 0.012) * np.clip((np.float32(length_s) - t) / 0.03, 0, 1)
        return np.asarray((tone + 0.3 * breath) * ends)

    return model


def rubbed(low_hz: float, high_hz: float, length_s: float) -> Model:
    """Cuica: a rubbed skin that yelps up or down between two pitches."""

    def model(hit: Hit) -> Samples:
        t = hit.times()
        way = np.clip(t / np.float32(length_s), 0, 1)
        cycles = np.cumsum((low_hz + (high_hz - low_hz) * way) / hit.sample_rate)
        angle = (2 * np.pi * cycles).astype(np.float32)
        voice = np.sin(angle) + 0.45 * np.sin(2 * angle) + 0.25 * np.sin(3 * angle) + 0.12 * np.sin(4 * angle)
        rub = filtered(hit.noise()[0], hit.sample_rate, band_pass(1_400.0, 1.5)) * (0.5 + 0.5 * np.sin(angle))
        ends = rise(t, 0.012) * np.clip((np.float32(length_s) - t) / 0.05, 0, 1)
        return np.asarray((voice + 0.25 * rub) * ends)

    return model


def crunched(model: Model, levels: int) -> Model:
    """The model through few levels, as the TR-909 plays its six-bit cymbals."""

    def crunch(hit: Hit) -> Samples:
        clean = model(hit)
        peak = max(float(np.abs(clean).max()), 1e-6)
        stepped = np.sign(clean) * np.rint(np.sqrt(np.abs(clean) / peak) * levels) ** 2 / np.float32(levels**2)
        return np.asarray(stepped, dtype=np.float32)

    return crunch

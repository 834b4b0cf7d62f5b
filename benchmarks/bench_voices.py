"""How fast the modelled voices are: one track of 32 bars at 124 bpm per voice, one thread, processor time.

Velocities and lengths vary from note to note, as they do in a played part; the four bars of harmony come round again.
"""

import time
from random import Random

from resonant.heap import keep_freed_memory
from resonant.score.model import Note, Track
from resonant.sound.voices import render_voice, voice_names
from resonant.units import TempoMap

BARS, BAR, TEMPO, RATE = 32, 1_920, TempoMap.constant(124.0), 44_100
CHORDS = ((57, 60, 64, 67), (53, 57, 60, 64), (55, 59, 62, 67), (52, 55, 59, 62))


def part(voice: str) -> tuple[Note, ...]:
    """What such a voice usually plays: beats, eighth-note basses and plucks, quarter-note leads, stabs, held chords."""
    rng = Random(1)
    notes: list[Note] = []
    for bar in range(BARS):
        chord, start = CHORDS[bar % 4], bar * BAR
        if voice.startswith("kit_"):
            steps = [(42, i * 240) for i in range(8)] + [(36, i * 480) for i in range(4)] + [(38, 480), (38, 1_440)]
            notes += [Note(start + at, key, 60, rng.randint(70, 115)) for key, at in steps]
        elif "bass" in voice:
            notes += [
                Note(start + i * 240, chord[0] - 12, rng.randint(180, 250), rng.randint(80, 115)) for i in range(8)
            ]
        elif "lead" in voice:
            notes += [
                Note(start + i * 480, chord[i] + 12, rng.randint(380, 500), rng.randint(80, 115)) for i in range(4)
            ]
        elif voice == "pluck":
            notes += [
                Note(start + i * 240, chord[i % 4], rng.randint(150, 220), rng.randint(80, 115)) for i in range(8)
            ]
        else:
            begins, length = ((0, 720, 1_200), 260) if voice == "stab" else ((0,), 1_860)
            notes += [
                Note(start + b, p, length + rng.randint(-20, 20), rng.randint(80, 110)) for b in begins for p in chord
            ]
    return tuple(sorted(notes))


def main() -> None:
    keep_freed_memory()
    seconds = TEMPO.seconds_at(BARS * BAR) + 2.5
    render_voice(Track("part", "x", "saw_lead", part("saw_lead")), TEMPO, "saw_lead", RATE, RATE)  # loads scipy
    for voice in voice_names():
        track = Track("part", "x", voice, part(voice))
        began = time.process_time()
        render_voice(track, TEMPO, voice, int(seconds * RATE), RATE)
        taken = time.process_time() - began
        print(f"{voice:15s} {len(track.notes):4d} notes {taken * 1000:7.0f} ms  {seconds / taken:5.0f} x real time")


if __name__ == "__main__":
    main()

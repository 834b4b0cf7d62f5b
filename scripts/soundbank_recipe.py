"""What goes into the embedded bank, most needed first, and how finely each is sampled."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A preset of the source.

    Args:
        label: for the log.
        program, bank: in the source and in the result.
        step: kept samples lie at least this many semitones apart.
        mono: keep one side of a stereo pair.
        rate: highest sample rate kept, Hz; lower where the sound has nothing up there.
        quality: of Vorbis, 0…1.
        seconds: unlooped sound is faded out here.
        keys: what is kept of the keyboard.
    """

    label: str
    program: int
    bank: int = 0
    step: int = 4
    mono: bool = True
    rate: int = 32000
    quality: float = 0.2
    seconds: float = 6.0
    keys: tuple[int, int] = (0, 127)


_KIT = (35, 81)

RECIPE = (
    Part("standard kit", 0, 128, step=1, rate=44100, quality=0.2, seconds=2.5, keys=_KIT),
    Part("grand piano", 0, step=5, mono=False, quality=0.3),
    Part("rhodes", 4, step=5),
    Part("fingered bass", 33, step=3),
    Part("upright bass", 32, step=3),
    Part("steel guitar", 25, step=4, quality=0.3),
    Part("nylon guitar", 24, step=4, quality=0.3),
    Part("clean guitar", 27, step=4),
    Part("distortion guitar", 30, step=5),
    Part("strings", 48, step=5, mono=False),
    Part("drawbar organ", 16, mono=False),
    Part("choir", 52, step=6),
    Part("trumpet", 56),
    Part("alto sax", 65, step=4),
    Part("flute", 73, step=5),
    Part("muted guitar", 28, step=4),
    Part("overdriven guitar", 29, step=6),
    Part("jazz guitar", 26, step=5),
    Part("picked bass", 34, step=5),
    Part("fretless bass", 35, step=5),
    Part("slap bass", 36, step=5),
    Part("tenor sax", 66, step=5),
    Part("violin", 40, step=5),
    Part("viola", 41, step=7),
    Part("cello", 42, step=5),
    Part("contrabass", 43, step=6),
    Part("pizzicato", 45, step=6),
    Part("harp", 46, step=6),
    Part("timpani", 47, step=5),
    Part("trombone", 57, step=4),
    Part("tuba", 58, step=5),
    Part("muted trumpet", 59),
    Part("french horns", 60, step=5),
    Part("brass section", 61, step=5),
    Part("soprano sax", 64, step=6),
    Part("baritone sax", 67, step=6),
    Part("oboe", 68, step=5),
    Part("bassoon", 70, step=6),
    Part("clarinet", 71, step=5),
    Part("clavinet", 7),
    Part("harpsichord", 6, step=7),
    Part("celesta", 8, step=6),
    Part("glockenspiel", 9, step=6),
    Part("music box", 10, step=6),
    Part("vibraphone", 11, step=5),
    Part("marimba", 12, step=6),
    Part("xylophone", 13, step=8),
    Part("tubular bells", 14),
    Part("rock organ", 18, step=8),
    Part("church organ", 19, step=8),
    Part("accordion", 21, step=6),
    Part("harmonica", 22, step=5),
    Part("oohs", 53, step=6),
    Part("recorder", 74, step=7),
    Part("pan flute", 75, step=6),
    Part("whistle", 78),
    Part("sitar", 104, step=6),
    Part("banjo", 105, step=5),
    Part("synth bass", 38, rate=44100),
    Part("square lead", 80, rate=44100),
    Part("saw lead", 81, rate=44100),
    Part("warm pad", 89),
    Part("brush kit", 40, 128, step=1, rate=44100, seconds=2.5, keys=_KIT),
    Part("jazz kit", 32, 128, step=1, rate=44100, seconds=2.5, keys=_KIT),
    Part("orchestra kit", 48, 128, step=1, rate=44100, seconds=2.5, keys=_KIT),
)

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
    # What nearly every song needs, finely.
    Part("standard kit", 0, 128, step=1, mono=False, rate=44100, quality=0.3, seconds=3.0, keys=_KIT),
    Part("grand piano", 0, step=4, mono=False, quality=0.3),
    Part("rhodes", 4, step=4, mono=False, quality=0.25),
    Part("fingered bass", 33, step=2, quality=0.3),
    Part("upright bass", 32, step=2, quality=0.3),
    Part("steel guitar", 25, step=3, rate=44100, quality=0.3),
    Part("nylon guitar", 24, step=3, rate=44100, quality=0.3),
    Part("clean guitar", 27, step=3, quality=0.3),
    Part("distortion guitar", 30, step=4, quality=0.25),
    Part("strings", 48, step=4, mono=False, quality=0.25),
    Part("drawbar organ", 16, mono=False, quality=0.3),
    Part("choir", 52, step=4, mono=False, quality=0.1),
    Part("trumpet", 56, step=3, rate=44100, quality=0.5),
    Part("alto sax", 65, step=3, quality=0.4),
    Part("flute", 73, step=4, quality=0.4),
    Part("violin", 40, step=4, quality=0.25),
    Part("brass section", 61, step=4, mono=False, quality=0.2),
    # Often asked for.
    Part("muted guitar", 28, step=3, rate=44100),
    Part("overdriven guitar", 29, step=5, quality=0.2),
    Part("jazz guitar", 26, step=4),
    Part("picked bass", 34, step=4),
    Part("fretless bass", 35, step=4),
    Part("slap bass", 36, step=4),
    Part("tenor sax", 66, step=4),
    Part("viola", 41, step=6),
    Part("cello", 42, step=4),
    Part("contrabass", 43, step=5),
    Part("pizzicato", 45, step=4),
    Part("harp", 46, step=4),
    Part("timpani", 47, step=4),
    Part("trombone", 57, step=3),
    Part("tuba", 58, step=4, quality=0.4),
    Part("muted trumpet", 59, step=3),
    Part("french horns", 60, step=5, quality=0.1),
    Part("soprano sax", 64, step=5),
    Part("baritone sax", 67, step=5),
    Part("oboe", 68, step=4),
    Part("bassoon", 70, step=5),
    Part("clarinet", 71, step=4),
    Part("clavinet", 7, step=4),
    Part("fm piano", 5, step=4, quality=0.2),
    Part("harpsichord", 6, step=5),
    Part("celesta", 8, step=5),
    Part("glockenspiel", 9, step=5, rate=44100),
    Part("music box", 10, step=5),
    Part("vibraphone", 11, step=4, mono=False),
    Part("marimba", 12, step=5),
    Part("xylophone", 13, step=6),
    Part("tubular bells", 14, mono=False),
    Part("rock organ", 18, step=6),
    Part("church organ", 19, step=6),
    Part("accordion", 21, step=6, quality=0.1),
    Part("harmonica", 22, step=4),
    Part("oohs", 53, step=5),
    Part("recorder", 74, step=6),
    Part("pan flute", 75, step=5),
    Part("whistle", 78),
    Part("sitar", 104, step=5),
    Part("banjo", 105, step=4),
    # The other kits share most of their samples with the standard kit.
    Part("brush kit", 40, 128, step=1, rate=44100, seconds=3.0, keys=_KIT),
    Part("jazz kit", 32, 128, step=1, rate=44100, seconds=3.0, keys=_KIT),
    Part("orchestra kit", 48, 128, step=1, seconds=3.0, keys=_KIT),
    Part("room kit", 8, 128, step=1, rate=44100, seconds=3.0, keys=_KIT),
    Part("power kit", 16, 128, step=1, rate=44100, seconds=3.0, keys=_KIT),
    Part("electronic kit", 24, 128, step=1, rate=44100, seconds=3.0, keys=_KIT),
    Part("808 kit", 25, 128, step=1, rate=44100, seconds=3.0, keys=_KIT),
    # Those that share the samples of another.
    Part("bright piano", 1, step=4, mono=False, quality=0.3),
    Part("honky-tonk piano", 3, step=4, mono=False, quality=0.3),
    Part("fiddle", 110, step=4, quality=0.25),
    Part("slow strings", 49, step=4, mono=False, quality=0.25),
    Part("tremolo strings", 44, step=4, mono=False, quality=0.25),
    # Synthetic sounds, small.
    Part("synth bass 1", 38, rate=44100, quality=0.8),
    Part("synth bass 2", 39, rate=44100),
    Part("synth strings 1", 50),
    Part("synth strings 2", 51),
    Part("synth voice", 54, step=7, quality=0.1),
    Part("orchestra hit", 55),
    Part("synth brass 1", 62),
    Part("synth brass 2", 63),
    Part("square lead", 80, rate=44100, quality=0.8),
    Part("saw lead", 81, rate=44100, quality=0.8),
    Part("calliope", 82),
    Part("chiff lead", 83),
    Part("charang", 84, step=4),
    Part("solo vox", 85),
    Part("fifth sawtooth", 86),
    Part("bass and lead", 87),
    Part("fantasia", 88),
    Part("warm pad", 89, mono=False),
    Part("polysynth", 90),
    Part("space voice", 91),
    Part("bowed glass", 92),
    Part("metal pad", 93),
    Part("halo pad", 94),
    Part("sweep pad", 95),
    Part("ice rain", 96),
    Part("soundtrack", 97),
    Part("crystal", 98),
    Part("brightness", 100),
    Part("goblin", 101),
    # Colours.
    Part("english horn", 69, step=6),
    Part("piccolo", 72, step=6),
    Part("bottle", 76),
    Part("shakuhachi", 77),
    Part("ocarina", 79),
    Part("shamisen", 106, step=6),
    Part("koto", 107),
    Part("kalimba", 108),
    Part("bagpipe", 109),
    Part("shenai", 111),
    Part("tinker bell", 112),
    Part("agogo", 113),
    Part("steel drums", 114),
    Part("woodblock", 115),
    Part("taiko", 116),
    Part("melodic tom", 117),
    Part("synth drum", 118),
    Part("reverse cymbal", 119),
    Part("fret noise", 120),
    Part("breath noise", 121),
    Part("sea shore", 122),
    Part("bird", 123),
    Part("telephone", 124),
    Part("helicopter", 125),
    Part("applause", 126),
    Part("gun shot", 127),
    Part("pop bass", 37, step=5),
    Part("reed organ", 20, step=6),
    Part("guitar harmonics", 31, step=6),
    Part("percussive organ", 17, step=8, quality=0.1),
    Part("dulcimer", 15, step=8, quality=0.1),
)

"""Words to a brief: the one function that the rest of the house calls."""

from pathlib import Path

from resonant.brief.call import Call
from resonant.brief.model import Brief
from resonant.brief.presets import Presets, load_presets
from resonant.brief.reading import listen
from resonant.brief.resolve import Filling, Request
from resonant.brief.vocabulary import lexicon

__all__ = ["Call", "read_brief"]


def read_brief(
    text: str, calls: Call | None = None, *, presets: Presets | None = None, styles_folder: Path | None = None
) -> Brief:
    """The brief that a text asks for. What the text leaves open is filled up from presets and the style.

    Explicit settings in `calls` win over the text, numbers over words, and a refusal over a wish; every such
    contradiction is told in `remarks`. The empty text is a request too: a pop song with everything assumed.

    >>> brief = read_brief("warm gospel in C, 120 bpm, walking bass, 8 bars")
    >>> brief.style, brief.tempo_bpm, str(brief.key), brief.bars, brief.origin["metre"]
    ('gospel', 120.0, 'C major', 8, 'assumed')

    Args:
        text: natural language, at most 50,000 characters.
        calls: explicit settings.
        presets: style, role and quality presets; ours where None.
        styles_folder: a folder with the user's own style files.

    Raises:
        BriefError: something that was asked for can not be (900 bpm, 0 bars, nobody left to play).
        StyleError: a style or preset file is broken.
    """
    said = listen(text, lexicon(styles_folder))
    return Filling(Request(text, said, calls or Call(), presets or load_presets(), styles_folder)).brief()

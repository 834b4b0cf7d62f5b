"""Tags by category: in which order a prompt names them, and how often training leaves them out (A2)."""

from collections.abc import Mapping

from resonant.brief.model import Brief, Tag, TagCategory

# How strongly each category steered the models that were trained with them (requirement A2).
WEIGHTS: Mapping[TagCategory, float] = {
    "genre": 0.95,
    "timbre": 0.50,
    "gender": 0.375,
    "mood": 0.325,
    "instrumentation": 0.25,
    "scene": 0.2,
    "topic": 0.1,
}


def drop_out(category: TagCategory) -> float:
    """The probability 0…1 with which training leaves out tags of a category.

    >>> drop_out("scene")
    0.8
    """
    return round(1.0 - WEIGHTS[category], 6)


def strong_first(tags: tuple[Tag, ...]) -> tuple[Tag, ...]:
    """Tags in falling order of their category's weight, each once, otherwise in the order given."""
    unique = {tag.text.lower(): tag for tag in reversed(tags)}
    kept = [tag for tag in tags if unique[tag.text.lower()] is tag]
    return tuple(sorted(kept, key=lambda tag: -WEIGHTS[tag.category]))


def prompt_line(brief: Brief) -> str:
    """The tags as one line for a neural player, strong categories first; the form behind them where it is asked for.

    >>> from resonant.theory.key import Key
    >>> from resonant.units import Metre
    >>> tags = (Tag("mood", "warm"), Tag("genre", "jazz"))
    >>> prompt_line(Brief("", "jazz", 120, Key(0), Metre(), 8, tags=tags))
    'jazz, warm'
    """
    line = ", ".join(tag.text for tag in strong_first(brief.tags))
    if brief.append_structure and brief.form:
        line += " " + " ".join(f"[{section.name.capitalize()}]" for section in brief.form)
    return line

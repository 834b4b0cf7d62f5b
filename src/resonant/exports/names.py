"""File names that say what is in the file: `Warm Gospel - 120bpm - C major - drums.wav`.

They are legal on Windows, macOS and Linux, keep letters of every script, and fit into the 255 bytes that disks allow.
"""

import unicodedata
from collections.abc import Iterable

from resonant.score.model import Score

_NOT_IN_NAMES = set('<>:"/\\|?*')
_UNSEEN = ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")  # categories of what no file name shows
_TURNS = {*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)}  # marks that turn text round
_TITLE_BYTES, _PART_BYTES = 120, 60
_WINDOWS_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def base_name(score: Score, title: str) -> str:
    """What all files of a song begin with: title, tempo at the start, key."""
    return f"{name_part(title, _TITLE_BYTES) or 'Untitled'} - {round(score.tempo.bpm, 2):g}bpm - {score.key}"


def file_names(base: str, parts: Iterable[tuple[str, str]]) -> list[str]:
    """A name for each part and ending, in order; a number follows where two would be one (capitals count for nothing).

    >>> file_names("A - 90bpm - C major", [("bass", "wav"), ("Bass", "wav")])
    ['A - 90bpm - C major - bass.wav', 'A - 90bpm - C major - Bass 2.wav']
    """
    taken: set[str] = set()
    names = []
    for part, ending in parts:
        plain = name_part(part) or "part"
        name, number = f"{base} - {plain}.{ending}", 1
        while name.casefold() in taken:
            number += 1
            name = f"{base} - {plain} {number}.{ending}"
        taken.add(name.casefold())
        names.append(name)
    return names


def name_part(text: str, most_bytes: int = _PART_BYTES) -> str:
    """The text as far as a file name can hold it; "" where nothing is left."""
    legal = "".join(_legal(character) for character in unicodedata.normalize("NFC", text))
    words = _cut(" ".join(legal.split()), most_bytes).strip(" .")
    return f"{words}_" if words.lower() in _WINDOWS_DEVICES else words


def _legal(character: str) -> str:
    if character in _NOT_IN_NAMES:
        return "-"
    if ord(character) in _TURNS or (unicodedata.category(character) in _UNSEEN and not character.isspace()):
        return ""
    return character


def _cut(text: str, most_bytes: int) -> str:
    """As many whole characters as fit, no accent torn from its letter."""
    cut = text.encode()[:most_bytes].decode(errors="ignore")
    while len(cut) < len(text) and cut and unicodedata.combining(text[len(cut)]):
        cut = cut[:-1]
    return cut

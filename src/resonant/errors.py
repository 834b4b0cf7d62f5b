"""What can go wrong, in the user's words.

    ResonantError                exit 1
    ├── InputError               exit 2   something that was given is not right: what, where, next step
    │   ├── BriefError                    the request itself (tempo, bars, preset, prompt)
    │   ├── StyleError                    a style or preset file; names the file and the line
    │   ├── MidiError                     a MIDI file
    │   ├── SoundBankError                an SF2/SF3 file
    │   └── AudioError                    an audio file
    ├── PlaceError               exit 3   the disk, a folder, a permission
    └── Cancelled                exit 130 the user stopped the work

Every message is one sentence that says what is wrong, where, and what to do next.
"""

from pathlib import Path


class ResonantError(Exception):
    """Base of every error that is meant to be read by a user."""

    exit_code = 1


class InputError(ResonantError):
    """Something that was given is not right."""

    exit_code = 2


class BriefError(InputError):
    """The request can not be carried out as it stands."""


class StyleError(InputError):
    """A style or preset file is broken.

    Args:
        message: what is wrong, without the place.
        path: the file, where there is one.
        line: 1-based line in that file, where it is known.
    """

    def __init__(self, message: str, path: Path | None = None, line: int | None = None) -> None:
        place = "" if path is None else f"{path}{'' if line is None else f', line {line}'}: "
        super().__init__(f"{place}{message}")
        self.path, self.line = path, line


class MidiError(InputError):
    """A MIDI file can not be read."""


class SoundBankError(InputError):
    """A sound bank can not be read."""


class AudioError(InputError):
    """An audio file can not be read or written in the format asked for."""


class PlaceError(ResonantError):
    """The disk is full, a folder is read-only or missing."""

    exit_code = 3


class Cancelled(ResonantError):
    """The user stopped the work; nothing half-written is left."""

    exit_code = 130

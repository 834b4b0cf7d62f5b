"""Sound banks: which one plays, where it lies, and what plays the programs that it lacks."""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import yaml

from resonant.sound.sampler.regions import Region, preset_regions
from resonant.sound.soundfont import SoundFont

DRUM_BANK = 128
KNOWN_PLACES = (
    Path("/usr/share/sounds/sf3"),
    Path("/usr/share/sounds/sf2"),
    Path("/usr/local/share/soundfonts"),
    Path("/usr/share/soundfonts"),
)
HOW_TO_GET_A_BETTER_ONE = "apt install musescore-general-soundfont"


class SoundBank:
    """An open sound bank in which every General MIDI program plays.

    Args:
        path: an SF2 or SF3 file.
        is_embedded: whether it is the one that comes with Resonant.

    Raises:
        SoundBankError: the file can not be read as a sound bank.
    """

    def __init__(self, path: Path, *, is_embedded: bool = False) -> None:
        self.path, self.is_embedded = path, is_embedded
        self.font = SoundFont(path)
        self._regions: dict[tuple[int, int], tuple[Region, ...]] = {}
        self._hash: str | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self.font.info.get("INAM", self.path.stem)

    @property
    def licence(self) -> str:
        """What the file says about its licence, or an empty text."""
        parts = (self.font.info.get("ICOP", ""), self.font.info.get("ICMT", ""))
        return "; ".join(part for part in parts if part)

    @property
    def programs(self) -> tuple[tuple[int, int, str], ...]:
        """Bank, program and name of every preset, in order."""
        return tuple((b, p, self.font.preset_name(b, p)) for b, p in sorted(self.font.presets))

    def sha256(self) -> str:
        """The hash of the file, which names the bank in a manifest; taken once."""
        with self._lock:
            if self._hash is None:
                with self.path.open("rb") as file:
                    self._hash = hashlib.file_digest(file, "sha256").hexdigest()
            return self._hash

    def preset_for(self, bank: int, program: int) -> tuple[int, int]:
        """The bank and program that play: those asked for, or the nearest that the file has.

        A drum kit falls back to the standard kit; a program to the same one in bank 0, then to its substitutes in
        `soundbank/substitutes.yaml`, then to the nearest of its General MIDI family, then to the nearest number.
        """
        has = self.font.presets
        if bank == DRUM_BANK:
            wanted: Sequence[tuple[int, int]] = [(DRUM_BANK, kit) for kit in (program, *_substitutes().kits(program))]
        else:
            wanted = [(bank, program), *((0, other) for other in (program, *_substitutes().programs(program)))]
        for place in wanted:
            if place in has:
                return place
        rest = [place for place in has if (place[0] == DRUM_BANK) == (bank == DRUM_BANK)] or list(has)
        return min(rest, key=lambda place: (place[1] // 8 != program // 8, abs(place[1] - program), place))

    def regions(self, bank: int, program: int) -> tuple[Region, ...]:
        """The regions that play a program, substituted where the file lacks it."""
        place = self.preset_for(bank, program)
        with self._lock:
            if place not in self._regions:
                self._regions[place] = self._filled(place)
            return self._regions[place]

    def _filled(self, place: tuple[int, int]) -> tuple[Region, ...]:
        """The regions of a preset; a kit that lacks a drum borrows it from the standard kit."""
        regions = preset_regions(self.font, *place)
        standard = (DRUM_BANK, 0)
        if place[0] != DRUM_BANK or place == standard or standard not in self.font.presets:
            return regions
        covered = {key for region in regions for key in range(region.keys[0], region.keys[1] + 1)}
        lent = (region for region in preset_regions(self.font, *standard) if region.keys[0] == region.keys[1])
        return regions + tuple(region for region in lent if region.keys[0] not in covered)


@cache
def default_bank() -> SoundBank:
    """The bank that comes with Resonant; the same bytes on every machine."""
    return SoundBank(embedded_path(), is_embedded=True)


def open_bank(setting: str | Path = "auto") -> SoundBank:
    """The bank that a setting names.

    Args:
        setting: "auto" or "embedded" for the one that comes with Resonant (so that a seed gives the same sound on
            every machine), "best" for the largest found in the known places, or the path of an SF2 or SF3 file.

    Raises:
        SoundBankError: the file is not there or is no sound bank.
    """
    if str(setting) in ("auto", "embedded"):
        return default_bank()
    if str(setting) == "best":
        found = found_banks()
        return SoundBank(max(found, key=lambda path: path.stat().st_size)) if found else default_bank()
    return SoundBank(Path(setting).expanduser())


def embedded_path() -> Path:
    """Where the embedded bank lies."""
    return Path(str(resources.files("resonant").joinpath("soundbank", "resonant.sf3")))


def found_banks(places: Sequence[Path] | None = None) -> tuple[Path, ...]:
    """SF2 and SF3 files in the known places, each once, in order."""
    if places is None:
        places = (*KNOWN_PLACES, Path.home() / ".local" / "share" / "soundfonts")
    found: dict[Path, None] = {}
    for place in places:
        if place.is_dir():
            files = sorted(path for path in place.iterdir() if path.suffix.lower() in (".sf2", ".sf3"))
            found.update((path.resolve(), None) for path in files if path.is_file())
    return tuple(found)


@dataclass(frozen=True)
class _Substitutes:
    rows: dict[str, dict[int, list[int]]]

    def programs(self, program: int) -> list[int]:
        return self.rows["programs"].get(program, [])

    def kits(self, kit: int) -> list[int]:
        return self.rows["kits"].get(kit, [0])


@cache
def _substitutes() -> _Substitutes:
    text = resources.files("resonant").joinpath("soundbank", "substitutes.yaml").read_text(encoding="utf-8")
    return _Substitutes(yaml.load(text, Loader=yaml.CSafeLoader))

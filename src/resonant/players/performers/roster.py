"""The performers by name: what each can do, which weights it plays from, and how it is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from resonant.errors import InputError
from resonant.nn.performing.ask import HEARTMULA, MUSICGEN, Usual
from resonant.players.performers.weights import Part, Weights, found
from resonant.players.registry import Capabilities, need

if TYPE_CHECKING:
    from resonant.nn.performing.performing import Performer
    from resonant.nn.weights import Kind

_LARGE = ("config.json",)
NEEDED = ("torch", "safetensors", "transformers", "tokenizers")


class Published(Protocol):
    """A performer that may be loaded.

    Args:
        name: "musicgen" or "heartmula".
        capabilities: what it can do.
        sizes: in which its weights were published, the usual one first.
        usual: how it chooses codes where nothing else is asked for.
        longest_s: the longest that it writes at once.
        hears_melodies: whether some of its weights follow a melody.
    """

    @property
    def name(self) -> str: ...
    @property
    def capabilities(self) -> Capabilities: ...
    @property
    def sizes(self) -> tuple[str, ...]: ...
    @property
    def usual(self) -> Usual: ...
    @property
    def longest_s(self) -> float: ...
    @property
    def hears_melodies(self) -> bool: ...

    def parts(self, size: str) -> tuple[str, tuple[Part, ...]]:
        """What the weights of a size are called, and the repositories that they were published in."""
        ...

    def bytes_in(self, weights: Weights, kind: "Kind | None" = None) -> int:
        """What weights will take in memory, by their configs alone; `kind` as in `load`.

        Raises:
            InputError: a config is damaged or of another model; or torch is not installed.
        """
        ...

    def load(self, weights: Weights, most_bytes: int | None = None, kind: "Kind | None" = None) -> "Performer":
        """Loads weights.

        Args:
            weights: of `weights_of`.
            most_bytes: of memory that may be used; None for what there is.
            kind: "float32", "bfloat16" or "int8", in which they are kept; None as it is usual on the machine.

        Raises:
            InputError: they are damaged, of another model, or too large; or torch is not installed.
        """
        ...


@dataclass(frozen=True)
class MusicgenPlayer:
    """A sentence, and a melody for the weights called so, to half a minute of music."""

    name: str = "musicgen"
    sizes: tuple[str, ...] = (
        "small", "medium", "large", "melody", "melody-large", "stereo-small", "stereo-medium", "stereo-large",
        "stereo-melody", "stereo-melody-large",
    )  # fmt: skip
    usual: Usual = MUSICGEN
    longest_s: float = 30.0
    hears_melodies: bool = True
    capabilities: Capabilities = Capabilities(  # noqa: RUF009 # frozen
        roles=frozenset(("recording",)),
        writes="codes",
        any_region=False,
        streaming=True,
        needs_torch=True,
        needs_weights=True,
        weights_licence="CC-BY-NC-4.0",
    )

    def parts(self, size: str) -> tuple[str, tuple[Part, ...]]:
        """As `Published.parts`."""
        return f"musicgen-{size}", (Part(f"facebook/musicgen-{size}", (*_LARGE, "tokenizer.json")),)

    def bytes_in(self, weights: Weights, kind: "Kind | None" = None) -> int:
        """As `Published.bytes_in`."""
        need(self.name, *NEEDED)
        from resonant.nn.performing.musicgen import bytes_in

        return bytes_in(weights.folders[0], kind)

    def load(self, weights: Weights, most_bytes: int | None = None, kind: "Kind | None" = None) -> "Performer":
        """As `Published.load`."""
        need(self.name, *NEEDED)
        from resonant.nn.performing.musicgen import load_musicgen_performer

        return load_musicgen_performer(weights.folders[0], most_bytes=most_bytes, kind=kind)


@dataclass(frozen=True)
class HeartmulaPlayer:
    """Tags and lyrics to a song with a voice, of some minutes."""

    name: str = "heartmula"
    sizes: tuple[str, ...] = ("3B",)
    usual: Usual = HEARTMULA
    longest_s: float = 360.0
    hears_melodies: bool = False
    capabilities: Capabilities = Capabilities(  # noqa: RUF009 # frozen
        roles=frozenset(("recording",)),
        writes="codes",
        any_region=False,
        lyrics=True,
        streaming=True,
        needs_torch=True,
        needs_weights=True,
        weights_licence="Apache-2.0",
    )

    def parts(self, size: str) -> tuple[str, tuple[Part, ...]]:
        """As `Published.parts`."""
        model = f"HeartMuLa-oss-{size}"
        return model, (
            Part(f"HeartMuLa/{model}", _LARGE, subfolder=model),
            Part("HeartMuLa/HeartCodec-oss", _LARGE, subfolder="HeartCodec-oss"),
            Part("HeartMuLa/HeartMuLaGen", ("tokenizer.json", "gen_config.json"), has_weights=False),
        )

    def bytes_in(self, weights: Weights, kind: "Kind | None" = None) -> int:
        """As `Published.bytes_in`."""
        need(self.name, *NEEDED)
        from resonant.nn.performing.heartmula import HeartmulaFolders, bytes_in

        return bytes_in(HeartmulaFolders(*weights.folders), kind)

    def load(self, weights: Weights, most_bytes: int | None = None, kind: "Kind | None" = None) -> "Performer":
        """As `Published.load`."""
        need(self.name, *NEEDED)
        from resonant.nn.performing.heartmula import HeartmulaFolders, load_heartmula_performer

        return load_heartmula_performer(HeartmulaFolders(*weights.folders), most_bytes=most_bytes, kind=kind)


PERFORMERS: Mapping[str, Published] = MappingProxyType(
    {performer.name: performer for performer in (MusicgenPlayer(), HeartmulaPlayer())}
)


def performer_named(name: str) -> Published:
    """The performer of that name.

    Raises:
        InputError: there is none.
    """
    if name not in PERFORMERS:
        raise InputError(f"engine {name!r} is not known; the engines are {', '.join(PERFORMERS)}")
    return PERFORMERS[name]


def weights_of(performer: Published, size: str | None, folder: Path | None, cache: Path) -> Weights:
    """The weights of a performer in a folder or in the cache; `size` None is the usual one.

    Weights in a folder of their own are called after it, for nothing else says their size.

    Raises:
        InputError: the size is not known, or a file is missing; the message says how to get it.
    """
    size = size or performer.sizes[0]
    if size not in performer.sizes:
        raise InputError(f"{performer.name} has no size {size!r}; its sizes are {', '.join(performer.sizes)}")
    name, parts = performer.parts(size)
    weights = found(name, parts, folder, cache)
    return weights if folder is None else Weights(folder.resolve().name, weights.folders)

"""The import law: a room imports only rooms to its left. Each rule has a control case that must be found out."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import resonant

PACKAGE = Path(resonant.__file__).parent

# From left to right. Rooms of one place do not import one another.
ORDER: tuple[tuple[str, ...], ...] = (
    ("errors", "seeds", "heap", "threads", "loops", "code_hash"),
    ("units", "theory", "audio"),
    ("audio_files",),
    ("nn",),
    ("yaml_files",),
    ("instruments",),
    ("styles",),
    ("brief",),
    ("score",),
    ("listening",),
    ("players",),
    ("sound",),
    ("mix",),
    ("pictures",),
    ("library",),
    ("exports",),
    ("brought",),
    ("produce",),
    ("extension", "reroll", "revising"),
    ("evaluate",),
    ("train",),
    ("cli", "testing"),
    ("__main__",),
)
PLACE = {room: place for place, rooms in enumerate(ORDER) for room in rooms}
THEORY_MAY_IMPORT = {"errors"}
ONLY_CLI_MAY_IMPORT = {"evaluate", "train", "cli"}  # and training, which measures
MAY_IMPORT_NN = {"players", "sound", "train", "evaluate"}
TORCH_ROOMS = {"nn", "train"}


@dataclass(frozen=True)
class Import:
    """One import in a module: `room` is where it stands, `of` what it names."""

    room: str
    of: str
    where: str


def rooms_and_trees(package: Path) -> Iterator[tuple[str, Path, ast.Module]]:
    """Each module of a package with the room (folder or file under the package) that it belongs to."""
    for path in sorted(package.rglob("*.py")):
        room = path.relative_to(package).parts[0].removesuffix(".py")
        yield room, path, ast.parse(path.read_text(encoding="utf-8"))


def imports(package: Path) -> Iterator[Import]:
    """All imports, also inside functions and under TYPE_CHECKING: the law is about what is known, not what is run."""
    for room, path, tree in rooms_and_trees(package):
        for node in ast.walk(tree):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}:{node.lineno}: write imports in full"
                module = node.module or ""
                names = [f"{module}.{alias.name}" if module == "resonant" else module for alias in node.names]
            yield from (Import(room, name, f"{path.relative_to(package)}:{node.lineno}") for name in names)


def breaches_of_order(package: Path) -> list[str]:
    found = []
    for each in imports(package):
        parts = each.of.split(".")
        if parts[0] != "resonant" or each.room == "__init__":
            continue
        target = parts[1] if len(parts) > 1 else "resonant"
        if target == each.room:
            continue
        if target not in PLACE or each.room not in PLACE:
            found.append(f"{each.where}: {each.room} -> {target}: a room that the law does not know")
        elif PLACE[target] >= PLACE[each.room]:
            found.append(f"{each.where}: {each.room} imports {target}, which stands to its right")
        elif target in ONLY_CLI_MAY_IMPORT and each.room not in ("cli", "train", "__main__"):
            found.append(f"{each.where}: {each.room} imports {target}, which only cli may")
        elif target == "nn" and each.room not in MAY_IMPORT_NN:
            found.append(f"{each.where}: {each.room} imports nn, which only players, sound, train and evaluate may")
        elif each.room == "theory" and target not in THEORY_MAY_IMPORT:
            found.append(f"{each.where}: theory imports {target}, and may know errors only")
    return found


def breaches_of_torch(package: Path) -> list[str]:
    return [i.where for i in imports(package) if i.of.split(".")[0] == "torch" and i.room not in TORCH_ROOMS]


def breaches_of_environment(package: Path) -> list[str]:
    """Reads of the environment outside a module named settings."""
    return [
        f"{path.relative_to(package)}:{node.lineno}"
        for _, path, tree in rooms_and_trees(package)
        if path.stem != "settings"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb")
    ]


def breaches_of_silence(package: Path) -> list[str]:
    """Calls of print outside cli."""
    return [
        f"{path.relative_to(package)}:{node.lineno}"
        for room, path, tree in rooms_and_trees(package)
        if room != "cli"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]


def cycles(package: Path) -> list[str]:
    """Modules that import each other in a ring at import time (imports inside functions do not count)."""
    names = {
        path: ".".join(("resonant", *path.relative_to(package).with_suffix("").parts)).removesuffix(".__init__")
        for _, path, _ in rooms_and_trees(package)
    }
    known = set(names.values())
    graph = {names[path]: _top_level_imports(tree, known) - {names[path]} for _, path, tree in rooms_and_trees(package)}
    rings, done = [], set[str]()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        if module in trail:
            rings.append(" -> ".join((*trail[trail.index(module) :], module)))
        elif module not in done:
            for target in sorted(graph[module]):
                visit(target, (*trail, module))
            done.add(module)

    for module in sorted(graph):
        visit(module, ())
    return rings


def _top_level_imports(tree: ast.Module, known: set[str]) -> set[str]:
    found = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {
                f"{node.module}.{a.name}" if f"{node.module}.{a.name}" in known else node.module for a in node.names
            }
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & known


LAWS = {
    "order": breaches_of_order,
    "torch": breaches_of_torch,
    "environment": breaches_of_environment,
    "silence": breaches_of_silence,
    "cycles": cycles,
}
CRIMES = {
    "order": {"theory/key.py": "from resonant.score.model import Note"},
    "torch": {"sound/voices.py": "def play():\n    import torch"},
    "environment": {"brief/read.py": "import os\nHOME = os.environ['HOME']"},
    "silence": {"mix/mixdown.py": "print('mixed')"},
    "cycles": {"score/a.py": "from resonant.score.b import B", "score/b.py": "from resonant.score import a"},
}


@pytest.mark.parametrize("law", LAWS)
def test_the_package_keeps_the_law(law: str) -> None:
    assert LAWS[law](PACKAGE) == []


@pytest.mark.parametrize("law", LAWS)
def test_a_breach_of_the_law_is_found(law: str, tmp_path: Path) -> None:
    for name, source in CRIMES[law].items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(source)
    assert LAWS[law](tmp_path)


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("score", "from resonant import library"),
        ("score", "import resonant.mix.model"),
        ("mix", "def f():\n    from resonant.cli import main"),
        ("produce", "from resonant.evaluate import rhythm"),
        ("theory", "from resonant.units import Metre"),
        ("seeds", "from resonant.errors import InputError"),
        ("attic", "from resonant.errors import InputError"),
    ],
)
def test_each_way_to_look_to_the_right_is_found(room: str, source: str, tmp_path: Path) -> None:
    (tmp_path / f"{room}.py").write_text(source)
    assert len(breaches_of_order(tmp_path)) == 1


def test_looking_to_the_left_is_no_breach(tmp_path: Path) -> None:
    (tmp_path / "mix.py").write_text(
        "from resonant.errors import InputError\nfrom resonant.score.model import Score\nimport numpy"
    )
    assert breaches_of_order(tmp_path) == []


def test_the_command_line_is_imported_without_anything_heavy() -> None:
    program = "import sys, resonant.cli; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    heavy = {
        "numpy", "scipy", "torch", "PIL", "rich", "soundfile", "soxr", "sqlalchemy", "pydantic", "yaml", "mido",
        "miditok", "symusic",
    }  # fmt: skip
    assert "click" in loaded
    assert heavy.isdisjoint(loaded)


def test_help_imports_nothing_heavy_either() -> None:
    program = (
        "import sys, resonant.cli as c; c.resonant(['--help'], standalone_mode=False); print('numpy' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "False"

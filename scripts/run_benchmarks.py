"""Runs every benchmark and writes benchmarks/RESULTS.md: what was measured, on which machine, by which script.

python scripts/run_benchmarks.py [--data FOLDER] [--only bench_mix.py ...]

With a folder of real music (the jsonl sets that `resonant.evaluate.pieces` reads), what the estimators manage on it is
measured beside our songs, and what is understood of it when it is imported.
"""

import argparse
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
DOCS = Path(__file__).parents[1] / "docs"
RESULTS = BENCHMARKS / "RESULTS.md"
_WITH_DATA = {
    "bench_music_quality.py": (),
    "bench_import.py": ("--out", str(DOCS / "import.md")),
    "bench_real_files.py": ("--every", "40"),
    "bench_restyle.py": ("--pieces", "200"),
}
_HEAD = """# Benchmarks

Written by `make bench`; every figure comes from the script named above it, on the machine named here. Times are the
best of several runs unless a line says otherwise: other work on the machine makes a run slower, never faster.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--only", nargs="+", default=[], help="scripts to run; of the others the last figures stay")
    asked = parser.parse_args()
    data = asked.data
    sys.path.insert(0, str(BENCHMARKS))
    from hardware import hardware

    parts = sections(RESULTS.read_text(encoding="utf-8")) if asked.only and RESULTS.exists() else {}
    for script in sorted(BENCHMARKS.glob("bench_*.py")):
        if asked.only and script.name not in asked.only:
            continue
        print(f"== {script.name}", flush=True)
        options = (
            ["--data", str(data), *_WITH_DATA[script.name]] if data is not None and script.name in _WITH_DATA else []
        )
        done = subprocess.run([sys.executable, str(script), *options], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{script.name} failed:\n{done.stderr}")
        print(done.stdout, flush=True)
        parts[script.name] = f"## {script.name}\n\n```text\n{done.stdout.strip()}\n```\n"
        whole = [_HEAD, f"Machine: {hardware()}\n", *(parts[name] for name in sorted(parts))]
        RESULTS.write_text("\n".join(whole), encoding="utf-8")


def sections(text: str) -> dict[str, str]:
    """What a page holds, by script."""
    found = text.split("\n## ")[1:]
    return {part.partition("\n")[0]: f"## {part.rstrip()}\n" for part in found}


if __name__ == "__main__":
    main()

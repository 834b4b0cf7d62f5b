"""Build the embedded sound bank `src/resonant/soundbank/resonant.sf3` from FluidR3_GM.sf2.

    python scripts/build_soundbank.py [path of FluidR3_GM.sf2]

The source is Debian's `fluid-soundfont-gm` (MIT, Frank Wen). What is kept, and how finely, stands in
`soundbank_recipe`; how it is thinned and packed in `soundbank_packing`. The result is the same bytes each time.
"""

import sys
from pathlib import Path

from soundbank_packing import Packer
from soundbank_recipe import RECIPE

from resonant.sound.soundfont import SoundFont

SOURCE = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
RESULT = Path(__file__).parent.parent / "src" / "resonant" / "soundbank" / "resonant.sf3"
MAX_BYTES = 8_000_000


def main(source: Path = SOURCE) -> None:
    packer = Packer(SoundFont(source))
    for part in RECIPE:
        before = packer.num_bytes
        packer.add(part)
        print(f"{part.bank:3d}:{part.program:<3d} {part.label:24s} {(packer.num_bytes - before) / 1024:7.1f} KiB")
    written = packer.file()
    if len(written) > MAX_BYTES:
        raise SystemExit(f"the bank has {len(written)} bytes, more than {MAX_BYTES}; thin the recipe")
    RESULT.write_bytes(written)
    print(f"{RESULT.name}: {len(written)} bytes, {packer.num_samples} samples")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))

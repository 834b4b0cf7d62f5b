#!/bin/sh
# Installs the system packages that tests and benchmarks need: FluidSynth and the FluidR3
# sound bank to measure against, and espeak-ng, which the guide vocal sings with.
set -eu

bank=/usr/share/sounds/sf2/FluidR3_GM.sf2
if command -v fluidsynth >/dev/null 2>&1 && command -v espeak-ng >/dev/null 2>&1 && [ -e "$bank" ]; then
    exit 0
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo -n"
fi
if command -v apt-get >/dev/null 2>&1 && $as_root true 2>/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends \
        fluidsynth fluid-soundfont-gm espeak-ng
    exit 0
fi

echo "The tests need FluidSynth and espeak-ng, which are not all installed here and which we may not install:" \
    "please install them (Debian, Ubuntu: sudo apt-get install fluidsynth fluid-soundfont-gm espeak-ng)." >&2
exit 3

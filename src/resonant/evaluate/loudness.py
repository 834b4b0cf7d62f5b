"""Is it as loud as it was meant to be, and no louder than a converter takes?

Aim and conventions: the meters are `resonant.mix.loudness` (ITU-R BS.1770-4, EBU R 128, 4x true peak).

Metrics:
    loudness_lufs: integrated loudness. loudness_error_lu: how far it lies from the target.
    true_peak_dbtp: true peak. over_ceiling_db: by how much it is over the ceiling, 0 where it is not.

Silence has no loudness: -70 LUFS (the gate) is told, and the error follows from it.
"""

from resonant.audio import Audio
from resonant.errors import InputError
from resonant.evaluate.stems import validate
from resonant.mix.loudness import integrated_lufs, true_peak_dbtp

GATE_LUFS = -70.0
_ROUNDING_DB = 0.01


def evaluate(audio: Audio, target_lufs: float, ceiling_dbtp: float) -> dict[str, float]:
    """All metrics of this module.

    Raises:
        InputError: samples that are no numbers, or a target above full scale.
    """
    validate(audio, "the master")
    if target_lufs > 0 or ceiling_dbtp > 0:
        raise InputError(f"target {target_lufs:g} LUFS and ceiling {ceiling_dbtp:g} dBTP must lie at or under 0")
    found = integrated_lufs(audio)
    lufs = GATE_LUFS if found is None else found
    peak = true_peak_dbtp(audio)
    return {
        "loudness_lufs": lufs,
        "loudness_error_lu": abs(lufs - target_lufs),
        "true_peak_dbtp": peak,
        "over_ceiling_db": max(peak - ceiling_dbtp - _ROUNDING_DB, 0.0),
    }

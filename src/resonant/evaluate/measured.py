"""All symbolic questions at once, for one track of a score: what goes into reports and the reference."""

from resonant.evaluate import drums, harmony_fit, pitch_content, playability, repetition, rhythm
from resonant.instruments import instruments
from resonant.score.model import Score, Track


def is_unpitched(track: Track) -> bool:
    """Whether a track is drums or percussion, whose pitches are names of instruments."""
    known = instruments().get(track.instrument)
    return track.role in ("drums", "percussion") or (known is not None and known.is_drums)


def measure(score: Score, track: Track, keys: harmony_fit.Keys = ()) -> dict[str, float]:
    """Every metric that makes sense for the track: rhythm and repetition for all, pitch and harmony for the pitched.

    Args:
        score: gives bars and harmony.
        track: the part asked about.
        keys: key signatures where the piece changes key (see `harmony_fit`).

    Raises:
        InputError: the track is malformed.
    """
    shared = rhythm.evaluate(score, track) | repetition.evaluate(score, track)
    if instruments().get(track.instrument) is not None:
        shared |= playability.evaluate(score, track)
    if is_unpitched(track):
        return shared | drums.evaluate(score, track)
    return shared | pitch_content.evaluate(score, track) | harmony_fit.evaluate(score, track, keys)

"""Performers repair: the codes of a gap are written anew between those around it, and heard with them.

Sound that has no codes is encoded on both sides of the gap, each side by itself: what the gap holds is in neither.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from resonant.audio import Audio
from resonant.errors import InputError
from resonant.nn.lm.choosing import Choosing
from resonant.nn.lm.engine import Manner
from resonant.nn.lm.punch_in import Gap, Hearing, takes
from resonant.nn.lm.writer import HeartmulaWriter, MusicgenWriter, Writer
from resonant.nn.performing.ask import Ask, Codes
from resonant.nn.performing.heartmula import HeartmulaPerformer
from resonant.nn.performing.musicgen import MusicgenPerformer
from resonant.nn.performing.performing import Performer

_SHARE_OF_CODES = 0.85


@dataclass(frozen=True, eq=False)
class Wanted:
    """What is to be written anew.

    Args:
        codes: `int64 [codebooks, frames]` of the music around the gap and of the gap; those in it are not looked at.
        gap: the frames [first, last) of it.
        words, lyrics: what the song is about.
        seed: of the takes, each of which has one that follows from it.
        takes: how many are written.
        heard_s, judged_s: how much before the gap is heard, and how much behind it judges the takes.
        temperature, top_k, guidance: how codes are chosen; carefully, as a repair is to be inconspicuous.
    """

    codes: Codes
    gap: tuple[int, int]
    words: str = ""
    lyrics: str = ""
    seed: int = 0
    takes: int = 4
    heard_s: float = 8.0
    judged_s: float = 3.0
    temperature: float = 0.2
    top_k: int = 30
    guidance: float = 1.0


@dataclass(frozen=True, eq=False)
class Repaired:
    """What came of it.

    Args:
        codes: as in `Wanted`, with the gap written.
        sound: of all of them.
        scores: by take in the order in which they were written, how likely the model finds what follows (mean
            log-probability of a code, nats); None where nothing follows.
        take: which of them this is.
    """

    codes: Codes
    sound: Audio
    scores: tuple[float | None, ...]
    take: int


def repaired(
    performer: Performer,
    wanted: Wanted,
    should_stop: Callable[[], bool] = lambda: False,
    progress: Callable[[float], None] = lambda share: None,
) -> Repaired:
    """The best take of a gap.

    Raises:
        InputError: the codes are not the performer's, or it can not do what is asked.
        Cancelled: `should_stop` said so.
    """
    _refuse_others(performer, wanted.codes)
    rate = performer.rate / performer.hop
    hearing = Hearing(round(wanted.heard_s * rate), round(wanted.judged_s * rate), wanted.takes, wanted.seed)
    manner = Manner(
        Choosing(wanted.temperature, wanted.top_k), should_stop=should_stop,
        progress=lambda share: progress(_SHARE_OF_CODES * share),
    )  # fmt: skip
    codes_KF = torch.from_numpy(np.ascontiguousarray(wanted.codes, dtype=np.int64))
    made = takes(_writer(performer, wanted), codes_KF, Gap(*wanted.gap), hearing, manner)
    by_number = {take.number: take.score for take in made}
    best = made[0]
    sound = heard(performer, best.codes_KF.numpy(), wanted.seed, should_stop)
    progress(1.0)
    return Repaired(best.codes_KF.numpy(), sound, tuple(by_number[n] for n in range(len(made))), best.number)


def heard(performer: Performer, codes: Codes, seed: int = 0, should_stop: Callable[[], bool] = lambda: False) -> Audio:
    """The sound of codes, `[channels, frames x hop]`.

    Raises:
        InputError: the weights make no sound.
        Cancelled: `should_stop` said so.
    """
    sounding = performer.sounding(seed, should_stop)
    parts = [*sounding.push(torch.from_numpy(np.ascontiguousarray(codes))), *sounding.finish()]
    samples = torch.cat(parts, dim=1).float().cpu().numpy()[:, : codes.shape[1] * performer.hop]
    if not np.isfinite(samples).all():
        raise InputError(f"the weights of {performer.name} made sound that is no number; fetch them again")
    return Audio(np.ascontiguousarray(samples), performer.rate)


def encoded(performer: Performer, audio: Audio) -> Codes:
    """The codes of a sound, of its whole frames: `int64 [codebooks, frames]`.

    Args:
        performer: whose codec has an encoder.
        audio: at the performer's rate, and of as many channels.

    Raises:
        InputError: the performer's codec only decodes.
    """
    if not isinstance(performer, MusicgenPerformer):
        raise InputError(
            f"{performer.name} only repairs what it wrote, as its codec reads no sound; repair this with musicgen"
        )
    assert audio.sample_rate == performer.rate and audio.channels == performer.channels
    frames = audio.num_samples // performer.hop
    if not frames:
        return np.zeros((performer.codebooks, 0), dtype=np.int64)
    sound = torch.from_numpy(audio.samples[:, None, : frames * performer.hop]).to(performer.model.norm.weight.device)
    codes_CKF = performer.codec.encode(sound)[0].codes
    # The channels of a codebook stand side by side, as the model reads them.
    return np.asarray(codes_CKF.transpose(0, 1).flatten(0, 1).cpu().numpy()[:, :frames])


def _writer(performer: Performer, wanted: Wanted) -> Writer:
    """The performer's model under what is asked; the length and the seeds of `Ask` are not for it."""
    ask = Ask(wanted.words, 1.0, (wanted.seed,), wanted.lyrics, guidance=wanted.guidance)
    if isinstance(performer, MusicgenPerformer):
        performer.items(ask)  # refuses what it does not do
        heard_branches, guidance = performer.conditions(ask)
        return MusicgenWriter(performer.model, heard_branches, guidance)
    if isinstance(performer, HeartmulaPerformer):
        said_branches, guidance = performer.conditions(ask)
        return HeartmulaWriter(performer.model, [branch[0] for branch in said_branches], guidance)
    raise InputError(f"{performer.name} repairs nothing; repair with musicgen or heartmula")


def _refuse_others(performer: Performer, codes: Codes) -> None:
    """Sees that codes are of the performer's codec."""
    known = (
        performer.model.config.vocab_size if isinstance(performer, MusicgenPerformer) else
        performer.codec.config.codebook_size if isinstance(performer, HeartmulaPerformer) else 0
    )  # fmt: skip
    fits = codes.ndim == 2 and codes.shape[0] == performer.codebooks
    if not fits or not ((codes >= 0) & (codes < known)).all():
        raise InputError(
            f"the codes are {list(codes.shape)}; {performer.name} writes [{performer.codebooks}, frames] from 0 to "
            f"{known - 1}"
        )

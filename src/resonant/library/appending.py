"""A song's files made longer in place: the work is that of the new bars, whatever the length of the song.

WAV files are written from just before the seam on, once what stood there is safe in a patch. Other audio formats are
made anew from them, whole. An act that is interrupted is undone when the song is opened again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from resonant.audio import Audio
from resonant.audio_files import AudioFormat, audio_bytes
from resonant.errors import InputError
from resonant.library.desk import Desk, Makers
from resonant.library.digests import Blocks, blocks_of, memory_of, remember, remembered, replaced
from resonant.library.document import SongDocument, StemFile
from resonant.library.history import History
from resonant.library.model import Song
from resonant.library.patches import Patch, begin
from resonant.library.place import disk_errors
from resonant.library.revisions import OpenSong, publish
from resonant.library.song_files import MIX, formats_of, meters_data, sheets_of, stem_paths
from resonant.library.wav_files import WavFile, end_of_wav, write_end
from resonant.mix.appending import Addition, PublishedEnd, context_start
from resonant.mix.loudness import Loudness
from resonant.mix.loudness_counts import LoudnessCounts
from resonant.mix.model import HeldMaster, Meters

WAV = AudioFormat.WAV.ending


@dataclass(frozen=True, slots=True)
class _Growth:
    """A file of the song that will end otherwise from `start` (a sample) on."""

    name: str
    wav: WavFile
    start: int
    end: bytes
    header: bytes
    before: Blocks
    after: Blocks

    @property
    def offset(self) -> int:
        return self.wav.offset(self.start)

    @property
    def patch(self) -> Patch:
        own = self.wav.header(self.wav.num_samples)
        return Patch(self.name, self.after.whole, self.offset, own, self.wav.bytes_from(self.start))


def published_end(opened: OpenSong) -> PublishedEnd | None:
    """The end of the sound that a song has, to go on from; None where it must be mixed as a whole.

    That is so where there are no WAV files as we write them, where they are no longer what was saved, and where nothing
    tells what strips and master were set to (a song that an earlier version mixed).
    """
    document, score = opened.document, opened.song.score
    meters: Mapping[str, Any] = document.meters
    wavs = _wavs(opened)
    silent = {name for name, lufs in meters.get("stems_lufs", {}).items() if lufs is None}
    known = silent | meters.get("strips", {}).keys() | opened.song.recordings.keys()
    if wavs is None or "held" not in meters or not {track.name for track in score.tracks} <= known:
        return None
    mix = wavs[MIX]
    seam = round(score.seconds * mix.sample_rate)
    start = context_start(seam, mix.sample_rate)
    counts = _counts(meters) or LoudnessCounts.of(mix.read(0))
    return PublishedEnd(
        seam,
        start,
        {name: wavs[name].read(start) for name in wavs if name != MIX},
        mix.read(start),
        opened.published.strips,
        HeldMaster(**meters["held"]),
        opened.published.trim_db,
        counts,
        Loudness(**meters["master"]),
        meters["stems_lufs"],
    )


def append(song: Song, addition: Addition, opened: OpenSong, files: Desk) -> SongDocument:
    """A new revision of the song whose sound is that of the opened one with an addition to its end.

    Args:
        files: where its files are made; some may be begun already.

    Raises:
        InputError: it would change a locked cell, or a file was changed by hand meanwhile.
        AudioError: a file would grow beyond 4 GB.
        PlaceError: the disk is full, or the place is read-only; the song is what it was.
    """
    folder, before = opened.folder, opened.document
    with disk_errors(folder):
        growths = _growths(addition, opened)
        made = files.written(sheets_of(song) | _other_formats(opened, addition, growths))
        recordings = {name: digest for name, digest in before.files.items() if name.startswith("recordings/")}
        digests = made.digests | recordings | {growth.name: growth.after.whole for growth in growths}
        document = SongDocument(
            replace(song, stems=None, mix=None, lineage=replace(song.lineage, parent=opened.revision)),
            before.name,
            dict(sorted(digests.items())),
            _meters(addition),
            {name: StemFile(stem.file, addition.keys[name]) for name, stem in before.stems.items()},
        )
        return publish(document, opened, opened.published, made, growth=partial(_grow, opened, growths))


def _wavs(opened: OpenSong) -> dict[str, WavFile] | None:
    """The WAV files of stems (by track) and mix, all of one length; None where one is missing or otherwise made."""
    names = {name: f"{path}.{WAV}" for name, path in stem_paths(t.name for t in opened.song.score.tracks).items()}
    wavs: dict[str, WavFile] = {}
    for key, name in {**names, MIX: f"{MIX}.{WAV}"}.items():
        wav = WavFile.at(opened.folder / name)
        if wav is None or name not in opened.document.files:
            return None
        wavs[key] = wav
    return wavs if len({(wav.num_samples, wav.sample_rate) for wav in wavs.values()}) == 1 else None


def _counts(meters: Mapping[str, Any]) -> LoudnessCounts | None:
    if "counts" not in meters:
        return None
    return LoudnessCounts(**{kind: dict(map(tuple, items)) for kind, items in meters["counts"].items()})


def _meters(addition: Addition) -> dict[str, object]:
    gain_db = addition.held.lift_db + addition.held.push_db
    meters = Meters(addition.loudness, addition.stems_lufs, gain_db, addition.held)
    return meters_data(meters, addition.trim_db, addition.strips, addition.counts)


def _growths(addition: Addition, opened: OpenSong) -> list[_Growth]:
    wavs = _wavs(opened)
    assert wavs is not None, "an addition is made to what published_end has read"
    ends = {name: (addition.stems_from, audio) for name, audio in addition.stems.items()}
    return [
        _growth(opened, wavs[key], *end) for key, end in {**ends, MIX: (addition.master_from, addition.master)}.items()
    ]


def _growth(opened: OpenSong, wav: WavFile, start: int, audio: Audio) -> _Growth:
    name = str(wav.path.relative_to(opened.folder).as_posix())
    before = remembered(memory_of(opened.folder, name), wav.path) or blocks_of(wav.path)
    if before.whole != opened.document.files[name]:
        raise InputError(f"{wav.path} was changed by hand; `resonant restore` brings it back as it was")
    header, end = wav.header(start + audio.num_samples), end_of_wav(audio, start)
    return _Growth(name, wav, start, end, header, before, replaced(before, wav.path, header, wav.offset(start), end))


def _grow(opened: OpenSong, growths: Sequence[_Growth]) -> None:
    """Writes the files in place; their patches are on the disk before."""
    begin(History(opened.folder).folder, {growth.before.whole: growth.patch for growth in growths})
    for growth in growths:
        write_end(growth.wav.path, growth.offset, growth.end, growth.header)
        remember(memory_of(opened.folder, growth.name), growth.wav.path, growth.after)


def _other_formats(opened: OpenSong, addition: Addition, growths: Sequence[_Growth]) -> Makers:
    """The same sound in the other formats that the song has, made anew from beginning to end."""
    audios = {MIX: addition.master, **addition.stems}
    paths = {MIX: MIX, **stem_paths(t.name for t in opened.song.score.tracks)}
    by_name = {growth.name: growth for growth in growths}

    def maker(key: str, form: AudioFormat, name: str) -> bytes:
        growth = by_name[f"{paths[key]}.{WAV}"]
        lead = growth.wav.read(0).samples[:, : growth.start]
        whole = np.concatenate((lead, audios[key].samples), axis=1)
        return audio_bytes(Audio(whole, growth.wav.sample_rate), form, name)

    return {
        f"{paths[key]}.{form.ending}": partial(maker, key, form, f"{paths[key]}.{form.ending}")
        for key in audios
        for form in formats_of(opened.document)
        if form is not AudioFormat.WAV
    }

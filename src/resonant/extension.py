"""A song goes on: new bars behind its end, and their sound added to what is published."""

from dataclasses import dataclass, replace

from resonant.errors import BriefError
from resonant.library.appending import append, published_end
from resonant.library.desk import desk
from resonant.library.model import Song
from resonant.library.revisions import OpenSong, save_revision
from resonant.library.song_files import sheets_of
from resonant.mix.appending import Addition, PublishedEnd, add
from resonant.mix.mixdown import mixed_length
from resonant.mix.scene import ending_of
from resonant.players.continuation import further_sections, with_words
from resonant.players.extension import extended
from resonant.players.writing import Writing, named_parts
from resonant.produce import Change, Engine, Watch, rendering_of, scene_and_keys, sounded, versions
from resonant.score.excerpt import from_bar
from resonant.score.region import HARMONY, Region
from resonant.sound.model import Stems
from resonant.sound.render import render_stems


@dataclass(frozen=True, slots=True)
class Longer:
    """An extended song on the disk.

    Args:
        opened: the new revision.
        whole: whether its sound was made anew as a whole, because it could not be added to.
    """

    opened: OpenSong
    whole: bool


def lengthened(
    opened: OpenSong,
    bars: int,
    engine: Engine,
    watch: Watch | None = None,
    change: Change | None = None,
    section: str | None = None,
) -> Longer:
    """The song of a folder extended (`extend`) and saved as a new revision; sound is only added where that can be.

    Raises:
        BriefError: as `extend`.
        InputError: a lock would be broken, or a file was changed by hand.
        AudioError: a file would grow beyond 4 GB.
        PlaceError: the disk is full, or the place is read-only; the song is what it was.
        Cancelled: the watch said stop.
    """
    watch = watch or Watch()
    song = extend(opened.song, bars, engine, watch, change, section)
    with desk(opened.folder) as files:
        files.begin(sheets_of(song))
        end = published_end(opened)
        addition = None if end is None else added(song, end, bars, engine, watch)
        if addition is not None:
            document = append(song, addition, opened, files)
        else:
            document = save_revision(sounded(song, engine, watch), opened, files=files)
    watch.progress("saved", 1.0)
    return Longer(OpenSong(opened.folder, document), addition is None)


def extend(
    song: Song,
    bars: int,
    engine: Engine,
    watch: Watch | None = None,
    change: Change | None = None,
    section: str | None = None,
) -> Song:
    """The song with so many bars more behind its end, from its own material; all that was there stays note for note.

    The result has a score and no sound yet; `added` makes the sound of the new bars alone, `sounded` that of the whole.

    Args:
        section: the section that shall come; None leaves it to the style's form.

    Raises:
        BriefError: bars or section can not be had, the song has no sections, or a player can not do what is asked.
        Cancelled: the watch said stop.
    """
    watch, change = watch or Watch(), change or Change("extend")
    old, now = song.score, change.now or song.brief
    if not old.sections:
        raise BriefError("the song has no sections to go on from; import it again, so that its form is found")
    style = engine.style(now.style)
    sections = further_sections(old.sections, bars, now, style, section)
    form = with_words(song.brief.form, [each for each in sections if each.start_bar < old.bars + bars])
    rows = (HARMONY, *(track.name for track in old.tracks))
    material = {row: song.seed_of(row) for row in rows} if change.seed is None else {}
    writing = Writing(
        replace(now, bars=old.bars + bars), style, engine.players,
        song.lineage.seed if change.seed is None else change.seed, {**material, **change.seeds}, change.player,
        change.heard_bars, now.energy - song.brief.energy, watch.part(0.0, 0.3), watch.should_stop,
    )  # fmt: skip
    draft = extended(old, sections, form, writing, brought(song))
    region = Region.of(rows, old.bars, draft.score.bars)
    lineage = replace(
        song.lineage, act=change.act, prompt=change.prompt, region=region, players=draft.players,
        settings={"sound bank": engine.bank.name, "quality": now.quality}, seed=writing.seed, versions=versions(),
    )  # fmt: skip
    brief = replace(song.brief, bars=draft.score.bars, form=(*song.brief.form, *form) if song.brief.form else ())
    return replace(song, brief=brief, score=draft.score, stems=None, mix=None, lineage=lineage)


def added(song: Song, before: PublishedEnd, bars: int, engine: Engine, watch: Watch | None = None) -> Addition | None:
    """The sound of the last bars of a song, added to what is published of the bars before them.

    None where that can not be heard as an addition: a loop begins with what rings over its end, a song that is cut at
    a length ends elsewhere, and a sum that would clip is mixed anew; `sounded` makes the whole.

    Args:
        song: as `extend` gave it.
        before: the end of what is published.
        bars: how many bars are new.

    Raises:
        BriefError: an instrument is not known.
        Cancelled: the watch said stop.
    """
    watch = watch or Watch()
    sound, ending = song.brief.sound, ending_of(song.brief)
    if ending.loops or ending.cut_s is not None or before.master.sample_rate != sound.sample_rate:
        return None
    scene, keys = scene_and_keys(song, engine)
    new = from_bar(song.score, song.score.bars - bars)
    settings = rendering_of(song.brief)
    stems = render_stems(new, settings, engine.bank, None, watch.part(0.3, 0.7), watch.should_stop)
    watch.progress("mixing", 0.7)
    length = mixed_length(Stems({}, song.score.seconds), scene, sound.sample_rate)
    addition = add(before, stems, scene, length, keys)
    watch.progress("mixed", 0.95)
    return addition


def brought(song: Song) -> frozenset[str]:
    """The tracks that the user brought: the brief has no part for them, and no player wrote them."""
    parts = {name for name, _ in named_parts(song.brief)}
    return frozenset(track.name for track in song.score.tracks if track.name not in parts)

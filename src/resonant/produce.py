"""The whole product on one page: a brief becomes a score, the score becomes stems, the stems become a mix.

There is one act, `regenerate` a region while the rest stays and is listened to; a first generation is the region
"everything".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import metadata
from pathlib import Path

from resonant.audio import Audio
from resonant.brief.model import Brief, Sound
from resonant.errors import BriefError
from resonant.library.model import Lineage, Song
from resonant.mix.mixdown import mix_down, published_key
from resonant.mix.model import Ending, Held, Mix, MixScene, NothingPublished, Published
from resonant.mix.scene import ending_of, mix_scene
from resonant.players.arranger.form import plan_form
from resonant.players.arranger.player import Arranger
from resonant.players.arranger.reharmonise import UNPITCHED
from resonant.players.arranging import read_sketch, seated, with_a_singer
from resonant.players.context import never
from resonant.players.registry import Registry
from resonant.players.restyle import Restyling, parts_of, restyled
from resonant.players.score_lm.player import SHIPPED, ScorePlayer
from resonant.players.writing import Writing, named_parts, quietly, write
from resonant.score.model import Score, Track
from resonant.score.passes.lyrics import singer, sung, unsung
from resonant.score.passes.lyrics_melody import singable
from resonant.score.region import HARMONY, NOTHING, Region
from resonant.sound.banks import SoundBank, default_bank
from resonant.sound.model import TAIL_S, Stems
from resonant.sound.recording import recorded, recording_keys
from resonant.sound.render import Rendering, StemCache, render_opening, render_stems, stem_keys, unrendered
from resonant.styles import Style, all_styles
from resonant.threads import Threads

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Engine:
    """What stays between songs: the players, the sound bank, the cache of rendered stems."""

    players: Registry = field(default_factory=lambda: Registry((Arranger(), ScorePlayer(SHIPPED))))
    bank: SoundBank = field(default_factory=default_bank)
    stem_cache: StemCache | None = None
    styles_folder: Path | None = None

    def style(self, name: str) -> Style:
        """The style of that name.

        Raises:
            BriefError: there is none; the message lists those there are.
        """
        known = all_styles(self.styles_folder)
        if name not in known:
            raise BriefError(f"style {name!r} is not known; the styles are {', '.join(known)}")
        return known[name]


@dataclass(frozen=True, slots=True)
class Watch:
    """Who watches a run: told each stage with a fraction 0…1 of the whole, and asked whether to stop.

    Args:
        heard: given the name and the opening of each stem that is rendered anew, before the rest of it is.
    """

    progress: Progress = quietly
    should_stop: Callable[[], bool] = never
    heard: Callable[[str, Audio], None] | None = None

    def part(self, start: float, end: float) -> Progress:
        """The progress of one stage, whose 0…1 is this stretch of the whole."""

        def report(stage: str, fraction: float) -> None:
            self.progress(stage, start + (end - start) * fraction)

        return report


@dataclass(frozen=True, slots=True)
class Change:
    """What an act does differently from how the song was made.

    Args:
        act: what it is called in the lineage.
        prompt: the words that were given with it.
        brief: the request as it stands from now on; None where it stays.
        now: the request as this act alone hears it; None where it is the one that stands.
        seed: names the random streams; None takes the song's.
        seeds: seeds of single rows (`Writing.seeds`).
        player: who shall write; "auto" takes the best at each role.
        heard_bars: how many bars around the region players hear; None for all.
    """

    act: str = "regenerate"
    prompt: str = ""
    brief: Brief | None = None
    now: Brief | None = None
    seed: int | None = None
    seeds: Mapping[str, int] = field(default_factory=dict)
    player: str = "auto"
    heard_bars: int | None = None


def compose(brief: Brief, engine: Engine | None = None, watch: Watch | None = None) -> Song:
    """A first song: the region "everything", rendered and mixed.

    Raises:
        BriefError: the brief asks for what no player or instrument can do.
        Cancelled: the watch said stop.
    """
    engine, watch = engine or Engine(), watch or Watch()
    empty = Song.empty(brief)
    planned = replace(empty, score=plan(brief, engine.style(brief.style)))
    everything = Region.of([HARMONY, *(track.name for track in planned.score.tracks)], 0, brief.bars)
    return sounded(regenerate(planned, everything, engine, watch, Change("compose")), engine, watch)


def plan(brief: Brief, style: Style) -> Score:
    """The score before a note is played: sections, and the tracks with their instruments."""
    score = replace(Song.empty(brief).score, sections=plan_form(brief, style), title=brief.title)
    return replace(score, tracks=tuple(Track(name, part.role, part.instrument) for name, part in named_parts(brief)))


def regenerate(
    song: Song, region: Region, engine: Engine, watch: Watch | None = None, change: Change | None = None
) -> Song:
    """The song with the region's cells written anew; every cell outside stays as it is, note for note.

    The result has a score and no sound yet; `sounded` renders it.

    Raises:
        BriefError: a cell of the region is locked, or a player can not do what is asked.
        Cancelled: the watch said stop.
    """
    watch, change = watch or Watch(), change or Change()
    refuse_locked(song, region)
    brief = change.brief or song.brief
    now = change.now or brief
    seed = song.lineage.seed if change.seed is None else change.seed
    writing = Writing(
        now, engine.style(now.style), engine.players, seed, change.seeds, change.player, change.heard_bars,
        now.energy - brief.energy, watch.part(0.0, 0.3), watch.should_stop,
    )  # fmt: skip
    draft = write(_seated(song, region, now), region, writing)
    score = _with_words(draft.score, brief, region)
    settings = {"sound bank": engine.bank.name, "quality": brief.quality}
    lineage = replace(
        song.lineage, act=change.act, prompt=change.prompt, region=region, players=draft.players, settings=settings,
        seed=seed, seeds=_material(song, region, draft.seeds), versions=versions(),
    )  # fmt: skip
    missing = unsung(score, brief.form, brief.language)
    remarks = tuple(dict.fromkeys((*brief.remarks, *draft.remarks, *missing)))
    return replace(song, brief=replace(brief, remarks=remarks), score=score, stems=None, mix=None, lineage=lineage)


def arrange(sketch: Score, brief: Brief, engine: Engine, watch: Watch | None = None, keep_bass: bool = True) -> Song:
    """A new song of a sketch: its tune, bass line, chords and form, played by the band of `brief`.

    The result has a score and no sound yet; `sounded` renders it.

    Args:
        sketch: a piano piece, a lead sheet, any score with a note that has a pitch.
        brief: of `ensemble_brief`: the sketch's tempo, key, metre and bars, and who shall play.
        keep_bass: whether the sketch's bass line is played as it is, or the bass's player writes one.

    Raises:
        BriefError: the sketch holds no note with a pitch, or nobody can play its tune.
        Cancelled: the watch said stop.
    """
    brief = with_a_singer(brief)
    arrangement = seated(read_sketch(sketch), brief, keep_bass)
    song = Song(brief, arrangement.score, lineage=Lineage(seed=brief.seed))
    return regenerate(song, arrangement.left, engine, watch, Change("arrange"))


def _seated(song: Song, region: Region, now: Brief) -> Score:
    """The score whose tracks are played on what the act asks for; a track of which bars stay keeps its instrument."""
    score, before = song.score, dict(named_parts(song.brief))
    for name, part in named_parts(now):
        track = score.track(name)
        is_asked = name in before and before[name].instrument != part.instrument
        if is_asked and track is not None and len(region.bars_of(name)) == score.bars:
            score = score.with_track(replace(track, instrument=part.instrument))
    return score


def restyle(
    song: Song,
    brief: Brief,
    engine: Engine,
    watch: Watch | None = None,
    change: Change | None = None,
    kept: Region = NOTHING,
) -> Song:
    """The song in the style of `brief`: melody and form stay; harmony, groove and band are the new style's.

    The result has a score and no sound yet; `sounded` renders it.

    Args:
        brief: of `restyled_brief`: the song's bars, key and metre, the new style's band and tempo.
        kept: cells that stay as they are beside the locked ones.

    Raises:
        BriefError: a player can not do what is asked.
        Cancelled: the watch said stop.
    """
    change = change or Change()
    seed = song.lineage.seed if change.seed is None else change.seed
    kept = kept | song.locked | Region.of(song.recordings, 0, song.score.bars)  # a recording can not be told anew
    told = restyled(song.score, Restyling(brief, engine.style(brief.style), seed, kept))
    brief = replace(brief, parts=parts_of(told.score, brief), remarks=(*brief.remarks, *told.remarks))
    change = replace(change, act="restyle", brief=brief, seed=seed)
    new = regenerate(replace(song, brief=brief, score=told.score), told.left, engine, watch, change)
    return replace(new, lineage=replace(new.lineage, region=told.told | told.left))


def _material(song: Song, region: Region, seeds: Mapping[str, int]) -> dict[str, int]:
    """The seeds of all rows' material: those of rows written from end to end are new; some bars change nothing."""
    whole = {row: seed for row, seed in seeds.items() if len(region.bars_of(row)) == song.score.bars}
    known = {**song.lineage.seeds, **whole}
    return {row: seed for row, seed in known.items() if seed != song.brief.seed}


def _with_words(score: Score, brief: Brief, region: Region) -> Score:
    """The score with its lyrics; the singer's notes are made to carry them inside the region."""
    if not any(section.lyrics for section in brief.form):
        return score
    voice = singer(score)
    if voice is not None:
        score = singable(score, brief.form, brief.language, frozenset(region.bars_of(voice.name)))
    return sung(score, brief.form, brief.language)


def refuse_locked(song: Song, region: Region) -> None:
    """A lock keeps its cells: a region that holds one of them is refused.

    Raises:
        BriefError: it names the lock and the cells.
    """
    for lock in song.locks:
        locked = region & lock.region
        if locked:
            raise BriefError(
                f"{in_words(locked)}: this is locked by {lock.name!r}; unlock it, or leave it out of what is written "
                "anew"
            )


def with_followers(song: Song, region: Region) -> Region:
    """The region with the unlocked cells that hang on it: what is played over its chords, what is sung of its tune.

    Raises:
        BriefError: there are pitched tracks, and locks hold all of them.
    """
    bars = region.bars_of(HARMONY)
    pitched = [track.name for track in song.score.tracks if track.role not in UNPITCHED]
    under = Region(frozenset((name, bar) for name in pitched for bar in bars))
    if under and not under - song.locked:
        names = " and ".join(dict.fromkeys(repr(lock.name) for lock in song.locks if lock.region & under))
        raise BriefError(f"nobody may follow other chords there: {names} locks every pitched track; unlock one of them")
    return _with_the_voice(song, region | (under - song.locked))


def _with_the_voice(song: Song, region: Region) -> Region:
    """The region with the vocal's unlocked cells where the melody is written anew, so that it sings the new one."""
    vocal, melody = song.score.of_role("vocal"), song.score.of_role("melody")
    if vocal is None or melody is None:
        return region
    return region | (Region(frozenset((vocal.name, bar) for bar in region.bars_of(melody.name))) - song.locked)


def in_words(region: Region) -> str:
    """The cells as a musician counts them: "bass in bars 5-8, drums in bars 1-4"."""
    return ", ".join(
        f"{track} in bars {start + 1}-{end}" for track in region.tracks for start, end in region.ranges_of(track)
    )


def sounded(
    song: Song,
    engine: Engine,
    watch: Watch | None = None,
    published: Published | None = None,
    mixed: Callable[[str, Audio], None] | None = None,
) -> Song:
    """The song with its stems rendered and mixed.

    Args:
        published: the stems of the revision before. Those that nothing has changed are taken from there; locked bars
            stay as they are there to the last bit, whatever becomes of the rest of their track.
        mixed: given the name and the published stem of each other track, before the master is made.

    Raises:
        BriefError: an instrument is not known.
        Cancelled: the watch said stop.
    """
    watch = watch or Watch()
    score, settings = song.score, rendering_of(song.brief)
    sound = song.brief.sound
    scene, keys = scene_and_keys(song, engine)
    before = published or NothingPublished()
    same = [name for name, key in keys.items() if before.keys.get(name) == key]
    locked = {name: s for name, s in locked_spans(song, sound.sample_rate).items() if name in before.keys}
    changed = replace(score, tracks=tuple(track for track in score.tracks if track.name not in same))
    if watch.heard is not None:
        for track in unrendered(changed, settings, engine.bank, engine.stem_cache):
            watch.heard(track.name, render_opening(track, score, settings, engine.bank))
    with Threads(2) as beside:  # what is kept is read while the rest is rendered
        reading = {name: beside.submit(before.stem, name) for name in {**dict.fromkeys(same), **locked}}
        stems = render_stems(changed, settings, engine.bank, engine.stem_cache, watch.part(0.3, 0.7), watch.should_stop)
        stems = recorded(stems, song.recordings)
        old = {name: stem.result() for name, stem in reading.items()}
    watch.progress("mixing", 0.7)
    mix = mix_down(
        stems, replace(scene, trim_db=before.trim_db), kept={name: old[name] for name in same},
        held={name: Held(old[name], spans) for name, spans in locked.items()}, readings=before.readings,
        mixed=mixed,
    )  # fmt: skip
    set_before = {name: strip for name, strip in before.strips.items() if name in same}
    watch.progress("mixed", 0.95)
    return replace(song, stems=stems, mix=replace(mix, keys=keys, strips={**set_before, **mix.strips}))


def scene_and_keys(song: Song, engine: Engine) -> tuple[MixScene, dict[str, str]]:
    """How the song is mixed, and by track the `published_key` of what it has to sound like.

    Raises:
        BriefError: an instrument is not known.
    """
    style, sound, score = engine.style(song.brief.style), song.brief.sound, song.score
    scene = mix_scene(score, sound, style.mix, style.sidechain, ending_of(song.brief), song.recordings)
    settings = rendering_of(song.brief)
    dry = stem_keys(score, settings, engine.bank) | recording_keys(song.recordings, score, settings)
    return scene, {
        name: published_key(key, scene.strips[name], scene.ending, score.seconds) for name, key in dry.items()
    }


def rendering_of(brief: Brief) -> Rendering:
    """How the stems of a song are rendered."""
    return Rendering(brief.sound.sample_rate, language=brief.language)


def locked_spans(song: Song, sample_rate: int) -> dict[str, tuple[tuple[int, int], ...]]:
    """By track, the stretches of its stem that locks hold, in samples; behind a locked last bar its ring-out too."""
    score, locked = song.score, song.locked
    music, whole = round(score.seconds * sample_rate), round((score.seconds + TAIL_S) * sample_rate) * 2

    def sample(bar: int) -> int:
        return round(score.tempo.seconds_at(score.metre.bar_start(bar)) * sample_rate)

    return {
        track.name: tuple(
            (sample(start), whole if end >= score.bars else min(sample(end), music))
            for start, end in locked.ranges_of(track.name)
        )
        for track in score.tracks
        if locked.bars_of(track.name)
    }


def render_score(
    score: Score,
    sound: Sound,
    engine: Engine,
    watch: Watch | None = None,
    *,
    mix_preset: str = "band",
    sidechain: float = 0.0,
    ending: Ending | None = None,
) -> tuple[Stems, Mix]:
    """The stems and the mix of any score, such as an imported MIDI file."""
    watch = watch or Watch()
    stems = render_stems(
        score, Rendering(sound.sample_rate), engine.bank, engine.stem_cache, watch.part(0.3, 0.7), watch.should_stop
    )
    watch.progress("mixing", 0.7)
    mix = mix_down(stems, mix_scene(score, sound, mix_preset, sidechain, ending))
    watch.progress("mixed", 0.95)
    return stems, mix


@cache
def versions() -> Mapping[str, str]:
    """Versions of what decides the bytes of a song."""
    return {name: metadata.version(name) for name in ("resonant", "numpy", "scipy")}

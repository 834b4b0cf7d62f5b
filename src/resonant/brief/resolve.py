"""From what was said to a brief: presets and the style fill up what was left open."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from resonant.brief.band import Band, gather, wish_for, with_a_tune
from resonant.brief.call import Call
from resonant.brief.lyrics import read_lyrics, with_bars
from resonant.brief.model import Brief, Knobs, Origin, SectionBrief, Sound, Tag
from resonant.brief.presets import Presets, Settings, resolve
from resonant.brief.presets.model import KnobsPreset, SoundPreset
from resonant.brief.reading import Said
from resonant.brief.reading.character import checked_seed
from resonant.brief.reading.key import checked_key
from resonant.brief.reading.length import checked_bars, checked_seconds
from resonant.brief.reading.progression import checked_progression, split_bars
from resonant.brief.reading.tempo import SaidTempo, checked_tempo
from resonant.brief.suggestions import DEFAULT_STYLE, changed_form, known_style, suggested_style
from resonant.brief.tags import strong_first
from resonant.brief.timing import (
    LengthWish,
    TempoWish,
    Timing,
    assumed_tempo,
    check_fits,
    contradiction,
    fixed,
    tempo_of_word,
    timed,
)
from resonant.brief.tonality import assumed_key, key_of_chords, said_key
from resonant.brief.vocabulary import vocabulary
from resonant.errors import BriefError
from resonant.instruments import instrument
from resonant.styles import Style, all_styles
from resonant.styles.form import USUAL_SECTIONS, SectionStyle
from resonant.theory.key import Key
from resonant.units import Metre

_SHORTEST_SECTION_BARS = 4


@dataclass(frozen=True)
class Request:
    """All that decides a brief: the text and its reading, the call, presets, styles."""

    text: str
    said: Said
    call: Call
    presets: Presets
    styles_folder: Path | None = None


class Filling:
    """A brief while its fields are filled: values, their origins, remarks."""

    def __init__(self, request: Request) -> None:
        self.request, self.said, self.call = request, request.said, request.call
        self.remarks: list[str] = list(request.said.remarks)
        self.origin: dict[str, Origin] = {}
        self.style, self.style_preset = self._style()
        self.role = self._named("role", self.call.role, self.said.character.role, "")
        self.quality = self._named("quality", self.call.quality, "", "standard")
        self.settings: Settings = resolve(request.presets, self.style, self.style_preset, self.role, self.quality)

    def brief(self) -> Brief:
        """The brief."""
        metre = self._metre()
        progression = self._progression()
        key = self._key(progression)
        energy, complexity = self._energy(), self._complexity()
        form = self._form(metre)
        timing, seconds = self._timing(metre, form)
        knobs = self._knobs()
        if knobs.normalize_duration == "strict" and seconds is not None:
            check_fits(timing, seconds, metre)
        band = self._band(complexity, has_words=any(section.lyrics for section in form))
        self.origin["seconds"] = "said" if seconds is not None else "assumed"
        self.remarks += [*timing.remarks, *band.remarks]
        character = self.said.character
        brief = Brief(
            text=self.request.text, style=self.style.name, tempo_bpm=timing.tempo_bpm, key=key, metre=metre,
            bars=timing.bars,
            seed=self._simple("seed", self._called_seed(), self.said.seed, 0),
            title=self._simple("title", self.call.title, self.said.title or None, ""),
            seconds_wanted=seconds, energy=energy, complexity=complexity,
            repetition=self._setting("repetition", self.call.repetition, None),
            moods=self._simple("moods", None, character.moods or None, ()),
            tags=self._tags(band), wanted=band.wanted, unwanted=band.unwanted, parts=band.parts,
            form=self._fitted(form, timing.bars), progression=progression,
            loop=self._setting("loop", self.call.loop, character.loop),
            role=self.role, quality=self.quality,
            language=self._setting("language", self.call.language, character.language or None),
            append_structure=self._setting("append_structure", self.call.append_structure, None),
            knobs=knobs, sound=self._sound(), unread=self.said.unread,
        )  # fmt: skip
        return replace(brief, origin=dict(sorted(self.origin.items())), remarks=tuple(dict.fromkeys(self.remarks)))

    def _called_seed(self) -> int | None:
        return None if self.call.seed is None else checked_seed(self.call.seed)

    def _style(self) -> tuple[Style, str]:
        """The style and the style preset: called, said, suggested by what was said, or pop."""
        styles = all_styles(self.request.styles_folder)
        presets = self.request.presets.styles
        if self.call.style:
            self.origin["style"] = "said"
            if self.call.style in presets:
                return styles[presets[self.call.style].style or DEFAULT_STYLE], self.call.style
            return styles[known_style(self.call.style, styles, self.request.presets, self.request.styles_folder)], ""
        name = self.said.style.name
        if name is not None and self.said.style.strength >= 0.5:
            self.origin["style"] = "said"
            return styles[name], ""
        self.origin["style"] = "assumed"
        role = self.call.role or self.said.character.role
        wish = self.request.presets.of("roles", role).style if role else None
        if wish is not None:
            self.origin["style"] = "preset"
        return styles[wish or suggested_style(self.said, styles)], ""

    def _named(self, name: str, called: str | None, said: str, otherwise: str) -> str:
        value = called or said or otherwise
        self.origin[name] = "said" if called or said else "assumed"
        kind = {"role": "roles", "quality": "qualities"}[name]
        self.request.presets.of(kind, value)
        return value

    def _simple(self, name: str, called: Any, said: Any, otherwise: Any) -> Any:
        """A field that presets do not touch."""
        value = called if called is not None else said
        self.origin[name] = "assumed" if value is None else "said"
        return otherwise if value is None else value

    def _setting(self, name: str, called: Any, said: Any) -> Any:
        """A field that presets may set."""
        value = called if called is not None else said
        if value is not None:
            self.origin[name] = "said"
            return value
        setting = self.settings[name]
        self.origin[name] = "preset" if self._is_from_preset(name) else "assumed"
        return setting.value

    def _is_from_preset(self, name: str) -> bool:
        origin = self.settings[name].origin if name in self.settings else ""
        asked_for_quality = origin.startswith("quality") and self.origin["quality"] == "said"
        return asked_for_quality or origin.startswith(("style preset", "role"))

    def _metre(self) -> Metre:
        words = [Metre.parse(name) for name in self.said.character.metre_words]
        called = None if self.call.metre is None else Metre.parse(self.call.metre)
        said = called or self.said.metre
        if said is not None and any(_feels_otherwise(word, said) for word in words):
            self.remarks.append(f"{words[0]} and {said} do not agree; {said} was followed.")
        metre: Metre | None = self._simple("metre", said, words[0] if words else None, None)
        if metre is None:
            self.origin["metre"] = "preset" if self._is_from_preset("metre") else "assumed"
            return Metre.parse(self.settings["metre"].value)
        return metre

    def _progression(self) -> tuple[str, ...]:
        called = None if self.call.progression is None else checked_progression(split_bars(self.call.progression))
        bars: tuple[str, ...] = self._simple("progression", called, self.said.progression or None, ())
        return bars

    def _key(self, progression: tuple[str, ...]) -> Key:
        words = self.said.character.mode_words
        if self.call.key is not None:
            self.origin["key"] = "said"
            called = checked_key(self.call.key)
            if self.said.key is not None and self.said.key.key != called:
                self.remarks.append(f"The text says {self.said.key.key} and the call {called}; the call was followed.")
            return called
        if self.said.key is not None:
            self.origin["key"] = "said"
            key, remark = said_key(self.said.key, words)
            self.remarks += [remark] if remark else []
            return key
        guessed = key_of_chords(progression) if progression else None
        if guessed is not None:
            self.origin["key"] = "assumed"
            self.remarks.append(f"The chords given were taken to be in {guessed}.")
            return guessed
        key, self.origin["key"] = assumed_key(self.style, self.said.character.mood_names, words)
        return key

    def _asked_energy(self) -> float | None:
        """The energy that moods and scenes ask for, 0…1, or None."""
        words = vocabulary()
        found = [words.moods[name].energy for name in self.said.character.mood_names]
        found += [words.scenes[name].energy for name in self.said.character.scenes]
        return sum(found) / len(found) if found else None

    def _energy(self) -> float:
        said = self.call.energy if self.call.energy is not None else self.said.character.energy
        if said is not None and not 0.0 <= said <= 1.0:
            raise BriefError(f"energy={said:g} must lie in 0…1; 0.2 is calm, 0.9 is wild")
        asked = self._asked_energy()
        value: float = self._setting("energy", said, None)
        if self.origin["energy"] == "assumed" and asked is not None:
            return round(0.4 * value + 0.6 * asked, 3)
        return value

    def _complexity(self) -> int:
        value: int = self._setting("complexity", self.call.complexity, self.said.character.complexity)
        if not 1 <= value <= 10:
            raise BriefError(f"complexity={value} must lie in 1…10; 3 is simple, 5 usual, 8 rich")
        return value

    def _timing(self, metre: Metre, form: tuple[SectionBrief, ...]) -> tuple[Timing, float | None]:
        """Tempo and bars, and the seconds that were asked for."""
        tempo, length = self._tempo(), self._length(metre, form)
        timing = timed(tempo, length, metre)
        self.origin["tempo_bpm"], self.origin["bars"] = tempo.origin, length.origin
        if (
            length.bars is not None
            and length.seconds is not None
            and not tempo.is_fixed
            and timing.tempo_bpm != tempo.bpm
        ):
            self.origin["tempo_bpm"] = "said"  # bars and seconds together are a tempo
        return timing, length.seconds if length.origin == "said" else None

    def _tempo(self) -> TempoWish:
        words = self.said.character.tempo_words
        said = self.said.tempo
        if self.call.tempo_bpm is not None:
            if said is not None and said.bpm != self.call.tempo_bpm:
                self.remarks.append(
                    f"The text says {said.bpm:g} bpm and the call {self.call.tempo_bpm:g}; the call was followed."
                )
            said = checked_tempo(SaidTempo(float(self.call.tempo_bpm), "call"))
        if said is not None:
            self.remarks += [remark for word in words if (remark := contradiction(word, said.bpm)) is not None]
            return fixed(said.bpm, "said")
        if words:
            return tempo_of_word(words[0], self.style)
        if self._is_from_preset("tempo_bpm"):
            bpm = float(self.settings["tempo_bpm"].value)
            return TempoWish(bpm, bpm * 0.95, bpm * 1.05, "preset")
        if (
            any(phrase in ("ballad", "ballads", "slow jam") for phrase in self.said.style.words)
            and self.style.name != "ballad"
        ):
            return replace(tempo_of_word("slow", self.style), origin="assumed")
        return assumed_tempo(self.style, self._asked_energy())

    def _length(self, metre: Metre, form: tuple[SectionBrief, ...]) -> LengthWish:
        said, call = self.said.length, self.call
        if call.bars is not None or call.seconds is not None:
            bars = None if call.bars is None else checked_bars(call.bars)
            return LengthWish(bars, None if call.seconds is None else checked_seconds(call.seconds), "said")
        if said.bars is not None or said.seconds is not None:
            return LengthWish(said.bars, said.seconds, "said", said.rough)
        if form and self.call.lyrics:
            return self._length_of_words(metre, form)
        if form and all(section.bars is not None for section in form):
            return LengthWish(checked_bars(sum(section.bars or 0 for section in form)), None, "said")
        if self.said.character.length_words:
            word = vocabulary().lengths[self.said.character.length_words[0]]
            if word.seconds is not None:
                return LengthWish(None, word.seconds, "said", rough=True)
            return LengthWish(max(2, 2 * round(self.style.bars * (word.factor or 1.0) / 2)), None, "said")
        if form:
            return LengthWish(sum(section.bars or 8 for section in form), None, "assumed")
        return self._usual_length(metre)

    def _length_of_words(self, metre: Metre, form: tuple[SectionBrief, ...]) -> LengthWish:
        """The length of sections with room for their words, cut to what the quality allows."""
        usual: dict[str, SectionStyle] = {**USUAL_SECTIONS, **dict(self.style.form.sections.items())}
        bars = sum(section.bars or usual[section.name].bars for section in form)
        cap = float(self.settings["max_seconds"].value)
        if bars * metre.quarters_per_bar * 60.0 / self.style.tempo_bpm.typical > cap:
            self.remarks.append(f"The lyrics are too long for {cap:g} seconds; not all of their lines may fit.")
            return LengthWish(None, cap, "preset", rough=True)
        return LengthWish(bars, None, "assumed")

    def _usual_length(self, metre: Metre) -> LengthWish:
        """The length that presets or the style give, cut to what the quality allows, rounded to whole chord rounds."""
        unit = "seconds" if "seconds" in self.settings else "bars"
        origin: Origin = "preset" if self._is_from_preset(unit) else "assumed"
        cap = float(self.settings["max_seconds"].value)
        if unit == "seconds":
            return LengthWish(None, min(float(self.settings[unit].value), cap), origin)
        bars = int(self.settings[unit].value)
        bar_seconds = metre.quarters_per_bar * 60.0 / self.style.tempo_bpm.typical
        if bars * bar_seconds > cap:
            return LengthWish(None, cap, "preset", rough=True)
        rounds = max(1, round(bars / len(self.said.progression))) if self.said.progression else 0
        return LengthWish(rounds * len(self.said.progression) if rounds else bars, None, origin)

    def _form(self, metre: Metre) -> tuple[SectionBrief, ...]:
        """The sections asked for; empty where the style decides."""
        form = self.said.form
        self.origin["form"] = "assumed"
        if self.call.lyrics:
            self.origin["form"] = "said"
            return with_bars(read_lyrics(self.call.lyrics), metre)
        if not (form.sections or form.added or form.left_out):
            return ()
        self.origin["form"] = "said"
        if form.sections:
            return tuple(section for section in form.sections if section.name not in form.left_out)
        return changed_form(self.style, form.added, form.left_out)

    def _fitted(self, form: tuple[SectionBrief, ...], bars: int) -> tuple[SectionBrief, ...]:
        """The form, cut to as many sections as there are bars; one that we made up has no section below four bars."""
        said = self.said.form
        if form and not said.sections and not self.call.lyrics and len(form) * _SHORTEST_SECTION_BARS > bars:
            middle = [name for name in self.style.form.cycle if name not in said.left_out][
                : max(1, bars // 4 - len(said.added))
            ]
            form = tuple(SectionBrief(name) for name in dict.fromkeys((*middle, *said.added)))
        if len(form) > bars:
            self.remarks.append(f"{len(form)} sections do not fit into {bars} bars; the first {bars} were kept.")
        return form[:bars]

    def _band(self, complexity: int, has_words: bool) -> Band:
        said = self.said.players
        called = tuple(map(wish_for, self.call.wanted)), tuple(map(wish_for, self.call.unwanted))
        refused = {wish.name for wish in called[1]}
        wanted = tuple(dict.fromkeys((*called[0], *(wish for wish in said.wanted if wish.name not in refused))))
        said = replace(said, wanted=wanted, unwanted=tuple(dict.fromkeys((*called[1], *said.unwanted))))
        without = tuple(map(wish_for, self.settings["without"].value))
        band = gather(self.style, said, complexity, without)
        band = with_a_tune(band, self.style) if has_words else band
        self.origin["wanted"] = "said" if band.wanted else "assumed"
        self.origin["unwanted"] = "said" if band.unwanted else "assumed"
        is_said = bool(said.wanted or said.unwanted or said.ensemble)
        self.origin["parts"] = "said" if is_said else "preset" if without else "assumed"
        if "vocals" in band.wanted:
            self.remarks.append(
                "Voices are sung by neural players only; with lyrics, --guide-vocal sings them for a guide."
            )
        return band

    def _tags(self, band: Band) -> tuple[Tag, ...]:
        preset = (*self.call.prepend_tags, *self.settings["prepend_tags"].value)
        tags = [Tag("genre", text) for text in (*preset, *self.said.style.words, self.style.name)]
        tags += [Tag("genre", text) for text in self.style.tags[:1]]
        tags += self.said.character.tags
        tags += [Tag("mood", text) for text in self.style.tags[1:]]
        tags += [Tag("instrumentation", _label(name)) for name in band.wanted]
        tags += [Tag("instrumentation", _label(part.instrument)) for part in band.parts]
        if "vocals" in band.unwanted or "vocals" not in band.wanted:
            tags.append(Tag("instrumentation", "instrumental"))
        return strong_first(tuple(tags))

    def _sound(self) -> Sound:
        said = {**self.said.sound, **_checked("sound", self.call.sound, SoundPreset)}
        usual = {
            name.removeprefix("sound."): setting.value
            for name, setting in self.settings.items()
            if name.startswith("sound.")
        }
        if self.style.mix == "lofi" and not self._is_from_preset("sound.lofi"):
            usual["lofi"] = max(float(usual["lofi"]), 0.35)
        self.origin["sound"] = (
            "said"
            if said
            else "preset"
            if any(map(self._is_from_preset, _prefixed("sound", self.settings)))
            else "assumed"
        )
        return replace(Sound(), **{**usual, **said})

    def _knobs(self) -> Knobs:
        said = _checked("knobs", self.call.knobs, KnobsPreset)
        usual = {
            name.removeprefix("knobs."): setting.value
            for name, setting in self.settings.items()
            if name.startswith("knobs.")
        }
        self.origin["knobs"] = (
            "said"
            if said
            else "preset"
            if any(map(self._is_from_preset, _prefixed("knobs", self.settings)))
            else "assumed"
        )
        return replace(Knobs(), **{**usual, **said})


def _prefixed(prefix: str, settings: Settings) -> list[str]:
    return [name for name in settings if name.startswith(f"{prefix}.")]


def _checked(kind: str, values: Mapping[str, Any], schema: type[KnobsPreset] | type[SoundPreset]) -> dict[str, Any]:
    """The values of a call, checked as those of a preset are."""
    try:
        return schema.model_validate(dict(values)).model_dump(exclude_none=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join((kind, *map(str, first["loc"])))
        raise BriefError(f"{place}: {first['msg']}; there are {', '.join(schema.model_fields)}") from error


def _feels_otherwise(word: Metre, said: Metre) -> bool:
    return word != said and word.numerator % 3 != said.numerator % 3


def _label(name: str) -> str:
    try:
        return instrument(name).label
    except BriefError:
        return name  # a group such as "vocals"

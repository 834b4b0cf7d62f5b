"""The model card of the learned score player: what is known of it, and its figures as tables."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean, median
from typing import Any

from resonant.evaluate.verdicts import Line

Figures = Mapping[str, Any]
MODEL = "score-lm"
_DATA = (
    ("POP909 (with POP909-CL and section labels)", "pop909", "MIT", "melody, counter, piano, chords, sections"),
    ("Groove MIDI Dataset", "groove", "CC-BY 4.0", "drums as played"),
    ("OpenScore String Quartets", "quartets", "CC0", "four parts"),
    ("OpenScore Lieder", "lieder", "CC0", "voice and piano"),
    ("OpenEWLD", "openewld", "MIT", "melody and chords"),
    ("Freedoom and Blasphemer", "freedoom", "BSD-3-Clause", "whole bands"),
    ("POP909 with its piano's bass and a Groove beat", "pseudo", "as above", "bands made of songs"),
    ("songs of our own arranger", "arranger", "Apache-2.0", "bands in all styles"),
)
IN_KEY_POINTS, CHORD_POINTS = 0.03, 0.06
_FEWEST_NOTES = 50  # of a role, for its shares to be judged
_SPREADS = ("pitch_class", "onset", "velocity", "duration")


def page(figures: Mapping[str, Figures], about: Figures) -> str:
    """The whole card, as Markdown."""
    lines = list(verdicts(figures))
    blocks = [
        "# score-lm: an infilling transformer for scores",
        "Written by `benchmarks/measure_score_lm.py`. It fills any cells (tracks by bars) of a score, given the rest.",
        _about(about),
        "## What was asked, and what was found",
        _verdict_table(lines),
        _foretelling(figures["foretelling"]),
        _fills(figures["fills"]),
        _groove(figures["fills"]["groove"]),
        _speed(figures["speed"]),
        _legal(figures["legal"]),
        _memory(figures["memory"]),
        *([_strengths(figures["strengths"])] if "strengths" in figures else []),
        _LIMITS,
        _times(figures),
    ]
    return "\n\n".join(blocks) + "\n"


def verdicts(figures: Mapping[str, Figures]) -> Iterable[Line]:
    """What has to hold, each with what was found."""
    yield from _foretold_better(figures["foretelling"])
    yield from _closer(figures["fills"])
    yield from _in_harmony(figures["fills"])
    groove = figures["fills"]["groove"]
    low, high = groove["band"]
    if groove[MODEL]:
        mean = fmean(groove[MODEL])
        yield Line("drum fills: mean groove consistency", f"{mean:.3f}", f"{low:.3f}…{high:.3f}", low <= mean <= high)
        inside = fmean(low <= value <= high for value in groove[MODEL])
        real = fmean(low <= value <= high for value in groove["the true bars"])
        yield Line(
            "drum fills: share inside Groove's middle 90 %", f"{inside:.0%}",
            f"≥ that of the true bars, {real:.0%}, less 10 points", inside >= real - 0.1,
        )  # fmt: skip
    fills = figures["speed"]["fills"]
    for name, key, most in (
        ("fill of 4 bars of a track", "all_s", 500),
        ("fill of 4 bars of a track, one candidate", "one_s", 500),
        ("first note of a candidate", "first_s", 100),
    ):
        for which, of in (("median", median), ("worst", max)):
            found = 1000 * of([fill[key] for fill in fills])
            yield Line(f"{name}, {which}", f"{found:.0f} ms", f"< {most} ms", found < most)
    legal = figures["legal"]
    yield Line(f"illegal among {legal['cells']:,} sampled cells", str(legal["illegal"]), "0", legal["illegal"] == 0)
    songs = figures["memory"]["songs"]
    for name, of in (("mean", fmean), ("longest", max)):
        ours, theirs = (of([song[who]["stretch"] for song in songs]) for who in ("ours", "theirs"))
        yield Line(
            f"notes in a row that stand in the training set, {name}", f"{ours:.1f}",
            f"≤ {theirs:.1f}, as in true tunes", ours <= theirs,
        )  # fmt: skip


def _foretold_better(figures: Figures) -> Iterable[Line]:
    groups = {"one track": [h for h in figures["holes"] if h["group"] != "all tracks"]}
    groups["all tracks"] = [h for h in figures["holes"] if h["group"] == "all tracks"]
    for name, holes in groups.items():
        if holes:
            found = _per_note(holes)
            for other in (key for key in found if MODEL not in key and key != "even"):
                what = f"nats a note, holes in {name}: below {other}"
                yield Line(what, f"{found[MODEL]:.2f}", f"< {found[other]:.2f}", found[MODEL] < found[other])


def _closer(figures: Figures) -> Iterable[Line]:
    for spread in _SPREADS:
        ours, theirs = (_over_roles(figures, who, "each", spread) for who in (MODEL, "arranger"))
        yield Line(
            f"{spread.replace('_', ' ')}: overlap with the true bars, closer than the arranger", f"{ours:.3f}",
            f"> {theirs:.3f}", ours > theirs,
        )  # fmt: skip


def _over_roles(figures: Figures, who: str, kind: str, spread: str) -> float:
    """Mean over all fills."""
    rows = [row[who] for row in figures["roles"].values() if spread in row[who][kind]]
    return sum(row[kind][spread] * row["fills"] for row in rows) / sum(row["fills"] for row in rows)


def _in_harmony(figures: Figures) -> Iterable[Line]:
    tuned = {
        role: row for role, row in figures["roles"].items()
        if role not in ("drums", "percussion") and row["the true bars"]["notes"] >= _FEWEST_NOTES
    }  # fmt: skip
    ours, real = (
        sum(row[who]["in_key"] * row[who]["notes"] for row in tuned.values())
        / max(sum(row[who]["notes"] for row in tuned.values()), 1)
        for who in (MODEL, "the true bars")
    )
    yield Line("in key, all roles", f"{ours:.3f}", f"{real:.3f} ± {IN_KEY_POINTS}", abs(ours - real) <= IN_KEY_POINTS)
    for role, row in tuned.items():
        ours, real = (row[who]["chord_tones"] for who in (MODEL, "the true bars"))
        holds = abs(ours - real) <= CHORD_POINTS
        yield Line(f"chord tones, {role}", f"{ours:.3f}", f"{real:.3f} ± {CHORD_POINTS}", holds)


def _about(about: Figures) -> str:
    config, recipe, notes = about["config"], about["recipe"], about["notes"]
    counts = {split: figures["sources"] for split, figures in about["data"].items()}
    sets = [
        [name, licence, what, str(counts.get("train", {}).get(key, 0)), str(counts.get("val", {}).get(key, 0))]
        for name, key, licence, what in _DATA
    ]
    words = {split: f"{figures['tokens'] / 1e6:.1f} M" for split, figures in about["data"].items()}
    checks = about["checks"]
    shown = [checks[at] for at in sorted({round(i * (len(checks) - 1) / 7) for i in range(8)})] if checks else []
    player = about["player"]
    trained = (
        f"{notes.get('step', '?')} of {recipe['steps']} steps of {recipe['batch']} rows, AdamW, peak rate "
        f"{recipe['rate']}, weight decay {recipe['decay']}, {'bfloat16' if recipe['half'] else 'float32'} products, "
        f"seed {recipe['seed']}; "
        f"{about['train_seconds'] / 3600:.1f} hours of steps. Every row is a piece in another key with other holes."
        if recipe
        else f"the run's folder is not beside the weights; they stand at step {notes.get('step', '?')}."
    )
    return "\n\n".join(
        [
            f"**Weights:** {about['parameters'] / 1e6:.2f} M parameters ({config['layers']} layers, width "
            f"{config['width']}, {config['heads']} heads, {config['context']} words of context, {config['vocabulary']} "
            f"words), {about['bytes'] / 1e6:.1f} MB as safetensors. Licence: Apache-2.0. Made by `resonant train run`.",
            "## Data\n\nNobody's notes are in the weights' licence: all sets are free to learn from, Groove asks to be "
            f"named. Songs are never parted between splits. {words.get('train', '?')} words to learn from, "
            f"{words.get('val', '?')} to check on; `test` pieces were never seen.",
            _table(["set", "licence", "what", "train", "valid"], sets),
            f"## Training\n\n{' '.join(filter(None, (trained, about['remark'])))}",
            _table(["step", "surprise held out, nats a word"], [[str(step), f"{check:.3f}"] for step, check in shown]),
            f"As it plays by default: temperature {player['temperature']}, top-p {player['top_p']}, theory "
            f"{player['theory']}, recall {player['recall']}, {player['sight']} words of the song in sight, the best of "
            f"at most {player['candidates']} candidates: fewer where the part is busy. Recall: what the bar most alike "
            "foretells gets a share of the chances, larger the longer the bar being written has gone along with it "
            "(`players/score_lm/recall.py`; the shares are fitted on validation pieces by `fit_recall.py`).",
        ]
    )


def _foretelling(figures: Figures) -> str:
    holes = figures["holes"]
    groups = sorted({hole["group"] for hole in holes}, key=lambda name: (name == "all tracks", name))
    names = [MODEL, *(name for name in holes[0]["nats"] if name != MODEL)]
    rows = []
    for group in groups:
        mine = [hole for hole in holes if hole["group"] == group]
        found = _per_note(mine)
        rows.append([group, str(len(mine)), str(sum(h["notes"] for h in mine)), *(f"{found[n]:.2f}" for n in names)])
    best = min((name for name in names if MODEL not in name), key=lambda name: _per_note(holes)[name])
    won = fmean(hole["nats"][MODEL] < hole["nats"][best] for hole in holes)
    return "\n\n".join(
        [
            "## Holes of four bars: surprise in nats a note",
            "Of unseen pieces one track at a time, or all of a piece of two to five tracks, for four bars. Every "
            "foreteller gives chances to the same legal words. The n-gram is an interpolated Kneser-Ney 5-gram of the "
            "cells of the track's role in the training set, in C. A copy foretells the word that the copied bar has at "
            "the same place; what it can not foretell, and what it gets wrong, comes from even chances or from the "
            "n-gram, mixed by shares that were fitted on validation pieces for each kind of word (expectation "
            "maximisation). Similar bars: most alike in chords, in what the others play and in the track's own bars "
            "beside; score-lm recalls bars by the same measure, but only those in which the track plays, up to 64 bars "
            f"away. Left out, for they are longer than the model reads: {figures['left_out']} holes.",
            _table(["hole in", "holes", "notes", *names], rows),
            f"Of all holes {won:.0%} are foretold better by {MODEL} than by the best of the others ({best}).",
        ]
    )


def _per_note(holes: Sequence[Figures]) -> dict[str, float]:
    notes = sum(hole["notes"] for hole in holes)
    return {name: sum(hole["nats"][name] for hole in holes) / max(notes, 1) for name in holes[0]["nats"]}


def _fills(figures: Figures) -> str:
    rows, pooled, harmony = [], [], []
    for role, players in figures["roles"].items():
        for name, row in players.items():
            if name != "the true bars":
                cells = [role, name, str(row["notes"])]
                rows.append([*cells, *(_number(row["each"].get(key)) for key in (*_SPREADS, "overlap"))])
                pooled.append([*cells, *(_number(row["together"].get(key)) for key in (*_SPREADS, "overlap"))])
            if role not in ("drums", "percussion"):
                harmony.append([role, name, str(row["notes"]), f"{row['in_key']:.3f}", f"{row['chord_tones']:.3f}"])
    head = ["role", "player", "notes", *(name.replace("_", " ") for name in _SPREADS), "mean"]
    return "\n\n".join(
        [
            "## Fills beside the true bars",
            f"{figures['holes']} holes, filled by each. Overlapping area of the spreads over pitch classes (from the "
            "tonic), 16ths of the bar, loudness and lengths; each fill with the bars that really stood there:",
            _table(head, rows),
            "All fills of a role taken together, with all true bars:",
            _table(head, pooled),
            "Notes in the key, and sounding time on tones of the chord:",
            _table(["role", "player", "notes", "in key", "chord tones"], harmony),
        ]
    )


def _groove(figures: Figures) -> str:
    low, high = figures["band"]
    rows = [
        [name, str(len(values)), f"{fmean(values):.3f}", f"{fmean(low <= v <= high for v in values):.0%}"]
        for name, values in figures.items()
        if name != "band" and values
    ]
    return "\n\n".join(
        [
            "## Groove of drum fills",
            "Groove consistency of the fill with two bars before and behind; the middle 90 % of Groove's test beats "
            f"in stretches of the same length: {low:.3f}…{high:.3f}.",
            _table(["player", "fills", "mean", "inside"], rows),
        ]
    )


def _speed(figures: Figures) -> str:
    fills = figures["fills"]
    rows = [
        [name, *(f"{1000 * of([fill[key] for fill in fills]):.0f}" for of in (median, max))]
        for name, key in (
            ("song read, ms", "read_s"),
            ("first note, ms", "first_s"),
            ("four bars, one candidate, ms", "one_s"),
            ("four bars as they are played, ms", "all_s"),
        )
    ]
    beside = [1000 * fill["all_s"] for fill in figures["beside"]]
    words = figures["beside"][0]["words"]
    rows.append(
        [
            f"the same of {words} words beside programs that hold all cores, ms",
            *(f"{of(beside):.0f}" for of in (median, max)),
        ]
    )
    each = [1000 * (fill["one_s"] - fill["read_s"]) / fill["words"] for fill in fills]
    rows.append(["a word, ms", f"{median(each):.2f}", f"{max(each):.2f}"])
    rows += [
        [f"a word read with weights of {kind}, ms, best", f"{1000 * s:.2f}", ""]
        for kind, s in figures["step_s"].items()
    ]
    return "\n\n".join(
        [
            "## Speed",
            f"{len(fills)} fills of four bars of a track, {median(fill['words'] for fill in fills):.0f} words each in "
            f"the median ({max(fill['words'] for fill in fills)} at most), "
            f"{median(fill['prompt'] for fill in fills):.0f} words read before; {figures['threads']} threads on "
            f"{figures['hardware']}; each the median of five rounds. What is played is the best of "
            f"{_counted(fill['candidates'] for fill in fills)}.",
            _table(["", "median", "worst"], rows),
        ]
    )


def _counted(candidates: Iterable[int]) -> str:
    """Of how many candidates, and how often."""
    counts = sorted(Counter(candidates).items(), reverse=True)
    return ", ".join(f"{number} ({times} fills)" for number, times in counts)


def _legal(figures: Figures) -> str:
    return (
        f"## Legality\n\n{figures['cells']:,} cells of {figures['words']:,} words drawn at temperature 1 without "
        f"top-p: {figures['illegal']} can not be read."
    )


def _memory(figures: Figures) -> str:
    songs = figures["songs"]
    rows = [
        [
            name,
            f"{fmean(song[key]['stretch'] for song in songs):.1f}",
            f"{median(song[key]['stretch'] for song in songs):.1f}",
            str(max(song[key]["stretch"] for song in songs)),
            f"{fmean(song[key]['a_bar'] for song in songs):.1f}",
            *(f"{fmean(song[key][share] for song in songs):.0%}" for share in ("at_rest", "again")),
        ]
        for name, key in ((f"tunes by {MODEL}", "ours"), ("true tunes", "theirs"))
    ]
    return "\n\n".join(
        [
            "## Memory",
            f"The tunes of {len(songs)} unseen POP909 songs, written anew from beginning to end: the longest stretch "
            "of each (interval and time of each note, in any key) that stands in a melody of the training set, in "
            "notes; beside the same of the true tunes. And how they breathe and return: notes a bar in which they "
            "play, the share of bars at rest, and of the others those whose rhythm stands in an earlier bar.",
            _table(["", "mean", "median", "longest", "notes a bar", "bars at rest", "rhythms again"], rows),
        ]
    )


def _strengths(figures: Figures) -> str:
    roles = {role: row for role, row in figures.items() if isinstance(row, Mapping)}
    names = list(next(iter(roles.values()), {}))
    rows = [
        [f"{what}, {role}", *(f"{row[name][key]:.3f}" for name in names)]
        for what, key in (("chord tones", "chord_tones"), ("in key", "in_key"))
        for role, row in roles.items()
    ]
    return "\n\n".join(
        [
            "## How strong theory shall be",
            "Fills of validation pieces, as theory (chord, key and range) bends more of what is drawn:",
            _table(["", *names], rows),
        ]
    )


_LIMITS = """## Limits

- It learned from pop ballads with piano, 19th-century quartets and songs, old standards, game music and played drums.
  Of electronic styles, hip hop or metal it knows what our arranger plays.
- It writes notes on twelfths of a quarter with five shifts; eight loudnesses; twelve lengths. Bends, pedals and
  controllers are not its business.
- It sees the song through a window of some 256 words, its own track before all others, and recalls one bar for each it
  writes. What returns after a hundred bars it can not know.
- Chords and form are given to it; it does not change them.
- POP909's transcriptions are of songs in copyright: no notes are shipped, and what the tunes share with the training
  set is measured above. Who publishes should listen all the same."""


def _times(figures: Mapping[str, Figures]) -> str:
    each = ", ".join(f"{name} {part['seconds']:.0f} s" for name, part in figures.items())
    minutes = sum(part["seconds"] for part in figures.values()) / 60
    return f"Measured in {minutes:.1f} min ({each}). Other work ran beside it."


def _verdict_table(lines: Sequence[Line]) -> str:
    rows = [["ok" if line.holds else "**no**", line.what, line.found, line.wanted] for line in lines]
    held = sum(line.holds for line in lines)
    return f"{_table(['', 'what', 'found', 'wanted'], rows)}\n\n{held} of {len(lines)} hold."


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    row: Callable[[Sequence[str]], str] = lambda cells: f"| {' | '.join(cells)} |"  # noqa: E731
    return "\n".join([row(head), row(["---"] * len(head)), *map(row, rows)])

"""What the learned score player is worth: every figure of its model card, on pieces nobody learned from.

    python benchmarks/measure_score_lm.py --weights FOLDER --prepared FOLDER --data DATA_FOLDER
        [--limit 10] [--work FOLDER] [--parts foretelling,fills,speed,legal,memory,manners] [--theory 0.0]
        [--threads 2]
        [--out docs/models/score-lm.md] [--choice src/resonant/players/measured.json]

`--weights` holds the checkpoint (in its run's folder, where `remark.txt` may say what else is to be known of the run),
`--prepared` what `resonant train prepare` made of the data (its n-gram and its melodies are compared with), `--data`
the collections with their `test.jsonl.gz`. Each part's figures are kept in `--work` as JSON under the hash of the
weights: a run that was cut off goes on, and `--parts` measures some anew (`strengths`, which helps to choose how strong
theory shall be, is measured only where it is named).
About twenty minutes on two cores; `--limit` (pieces of each collection) makes it shorter. Speed is that of the commands
with `GOMP_SPINCOUNT=10000` before it, which they set themselves (`resonant.cli.settings.wait_briefly`).
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from statistics import fmean, median
from typing import Any

import numpy as np
import torch
from hardware import hardware
from score_lm_fills import COPIES, TRUE, Player, Row, arranged, grooves, learned, playable, rows, together
from score_lm_page import CHORD_POINTS, IN_KEY_POINTS, page

from resonant.brief.reader import Call, read_brief
from resonant.cli.engine import learned_player
from resonant.code_hash import code_hash
from resonant.evaluate.borrowed import Collection
from resonant.nn.generation import Reader, Ready
from resonant.nn.sampling import Sampling, drawn_word
from resonant.nn.steps import Steps
from resonant.nn.transformer import Cache
from resonant.players.context import Context
from resonant.players.score_lm.cells import Cells, cells, notes_of, role_of
from resonant.players.score_lm.fill import begun, filled
from resonant.players.score_lm.grammar import CellGrammar, is_legal
from resonant.players.score_lm.layout import fill_head, prompt
from resonant.players.score_lm.new_part import TUNES
from resonant.players.score_lm.player import ScorePlayer, fits
from resonant.players.score_lm.recall import SHARES
from resonant.players.score_lm.vocabulary import ROLES, VOCABULARY
from resonant.players.seams import outside
from resonant.produce import Engine
from resonant.score.model import Note, Score
from resonant.seeds import stream
from resonant.styles import all_styles
from resonant.train.corpus import Corpus, load_corpus
from resonant.train.foretelling import ByRole, Case, Copying, case_of, surprises
from resonant.train.held_out import Torn, held_out, torn
from resonant.train.prepare import TEST, Told
from resonant.train.samples import bar_lengths
from resonant.units import TICKS_PER_SIXTEENTH

SEED = 20
LEGAL_CELLS, LEGAL_ROWS, MOST_WORDS = 10_000, 64, 160
MEMORY_SONGS, SPEED_FILLS, MOST_BEATS = 32, 48, 200
STEP_ROUNDS, STEP_WORDS, TIMINGS, BESIDE_OTHERS = 7, 100, 5, 12
FAR_SIGHT = 4096  # more than any model reads: its context is the limit then
_PLAYED = ("source", "temperature", "top_p", "theory", "recall", "candidates", "words_a_bar", "sight")
FEWEST_FILLS = 8  # fewer of a role say nothing of it
Figures = dict[str, Any]
MANNERS: Mapping[str, Figures] = {
    "as it plays": {},
    "temperature 0.75": {"temperature": 0.75},
    "temperature 0.85": {"temperature": 0.85},
    "temperature 1": {"temperature": 1.0},
    "no theory": {"theory": 0.0},
    "half of its theory": {"theory": 0.375},
    "nothing recalled": {"recall": 0.0},
    "recall 0.5": {"recall": 0.5},
    "recall 1": {"recall": 1.0},
}
TARGET = Path(__file__).parents[1] / "docs" / "models" / "score-lm.md"
_V = VOCABULARY


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--prepared", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=10)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--parts", default="")
    parser.add_argument("--theory", type=float, help="how strong theory is; the player's own where it is left out")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=TARGET)
    parser.add_argument("--choice", type=Path, help="where to write who measured best at what, for --player auto")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    player = learned_player(arguments.weights)
    if arguments.theory is not None:
        player = replace(player, theory=arguments.theory)
    bench = Bench(player, arguments.prepared, arguments.data, arguments.limit)
    folder = arguments.work or arguments.weights / "measured"
    anew = arguments.parts.split(",") if arguments.parts else []
    asked = [name for name in PARTS if name in anew or name not in ON_DEMAND]
    figures = {name: kept(folder, bench, name, name in anew) for name in asked}
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(page(figures, bench.about()), encoding="utf-8")
    if arguments.choice is not None:
        arguments.choice.write_text(json.dumps(choice(figures["fills"]), indent=1) + "\n", encoding="utf-8")
    print(arguments.out.read_text(encoding="utf-8").split("## What was asked")[-1].split("\n## ")[0])


def choice(fills: Figures) -> Figures:
    """By role and player, how near single fills lay to the true bars; a player out of harmony there is left out."""
    overlap: dict[str, dict[str, float]] = {}
    for role, by_player in fills["roles"].items():
        real = by_player[TRUE]
        for name in ("arranger", "score-lm"):
            row = by_player[name]
            fits = (
                row["chord_tones"] >= real["chord_tones"] - CHORD_POINTS
                and row["in_key"] >= real["in_key"] - IN_KEY_POINTS
            )
            if row["fills"] >= FEWEST_FILLS and (name == "arranger" or fits):
                overlap.setdefault(role, {})[name] = round(row["each"]["overlap"], 3)
    return {"made_by": "benchmarks/measure_score_lm.py", "overlap": overlap}


def kept(folder: Path, bench: "Bench", name: str, anew: bool) -> Figures:
    """The figures of a part: those that were measured before with these weights and this limit, else new ones."""
    path = folder / f"{name}-{bench.stamp(name)}.json"
    if path.exists() and not anew:
        found: Figures = json.loads(path.read_text(encoding="utf-8"))
        return found
    started = time.perf_counter()
    found = {**PARTS[name](bench), "hardware": hardware()}
    found["seconds"] = round(time.perf_counter() - started, 1)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1), encoding="utf-8")
    print(f"{name}: {found['seconds']:.0f} s", file=sys.stderr, flush=True)
    return found


@dataclass(frozen=True)
class Bench:
    """What is measured, and on what.

    Args:
        player: the learned one, as it plays for commands.
        prepared, data: see above.
        limit: most pieces of a collection.
    """

    player: ScorePlayer
    prepared: Path
    data: Path
    limit: int

    def stamp(self, part: str) -> str:
        """Names what the figures of a part hang on: the weights, how they play where they do, how many pieces."""
        weights = hashlib.sha256((self.weights / "model.safetensors").read_bytes()).hexdigest()
        if part in UNPLAYED:
            return f"{weights[:12]}-{self.limit}"
        played = {name: value for name, value in vars(self.player).items() if name in _PLAYED}
        manner = hashlib.sha256(repr((played, dict(SHARES), code_hash("players/score_lm", "nn"))).encode()).hexdigest()
        return f"{weights[:12]}-{manner[:8]}-{self.limit}"

    @cached_property
    def one(self) -> ScorePlayer:
        """The player that plays what comes first."""
        return replace(self.player, candidates=1)

    @property
    def weights(self) -> Path:
        return self.player.weights

    @property
    def model(self) -> Ready:
        return self.player.model

    @cached_property
    def pieces(self) -> list[Told]:
        return held_out(self.data, self.limit)

    @cached_property
    def torn(self) -> list[Torn]:
        return list(torn(self.pieces, SEED))

    @cached_property
    def corpus(self) -> Corpus:
        return load_corpus(self.prepared / "train.npz")

    def about(self) -> Figures:
        """What the weights are, where they come from, and what they learned from."""
        run = self.weights.parent
        log = [json.loads(line) for line in _lines(run / "log.jsonl")]
        recipe, remark = run / "run.json", run / "remark.txt"
        return {
            "config": asdict(self.model.config),
            "parameters": sum(p.numel() for p in self.model.model.parameters()),
            "bytes": (self.weights / "model.safetensors").stat().st_size,
            "notes": _header(self.weights / "model.safetensors"),
            "remark": remark.read_text(encoding="utf-8").strip() if remark.exists() else "",
            "recipe": json.loads(recipe.read_text(encoding="utf-8")) if recipe.exists() else {},
            "checks": [(row["step"], row["check"]) for row in log if "check" in row],
            "train_seconds": sum(row["seconds"] for row in log if "seconds" in row),
            "data": json.loads((self.prepared / "dataset_info.json").read_text(encoding="utf-8"))["splits"],
            "player": {name: getattr(self.player, name) for name in _PLAYED},
            "limit": self.limit,
            "hardware": hardware(),
        }


def foretelling(bench: Bench) -> Figures:
    """How surprising the true bars are to each foreteller, hole by hole."""
    copying = Copying(ByRole(bench.corpus), _tuning(bench))
    model = bench.model.model
    found: list[Figures] = []
    left_out = 0
    for hole in bench.torn:
        near, far = (case_of(hole, (sight, model.config.context)) for sight in (bench.player.sight, FAR_SIGHT))
        told = list(surprises([near], copying, {"score-lm, nothing recalled": model}))
        played, wide = (list(surprises_as_played(case, model, bench.player.recall)) for case in (near, far))
        if not told or not wide:
            left_out += 1
            continue
        _, notes, sums = told[0]
        sums |= {"score-lm": played[0], "score-lm, all it can read": wide[0]}
        found.append({"group": _group(hole), "source": hole.piece.source, "notes": notes, "nats": sums})
    shares = {" | ".join(key): round(share, 3) for key, share in sorted(copying.shares.items())}
    return {"holes": found, "left_out": left_out, "shares": shares}


def surprises_as_played(case: Case, model: Any, recall: float) -> Iterator[float]:
    """The surprise at a case of the model that recalls so strongly; nothing where the case is too long."""
    from resonant.train.foretelling import learned as foretold
    from resonant.train.foretelling import places, recalling

    alone = foretold(model, case)
    if alone is not None:
        chances = recalling(alone, case, recall)
        yield -sum(float(np.log(max(chances(place)[place.at], 1e-12))) for place in places(case))


def _tuning(bench: Bench) -> list[Case]:
    """Cases of the validation split, on which the copies learn how far to be trusted."""
    pieces = held_out(bench.data, max(bench.limit // 3, 1), "valid")
    reach = bench.player.sight, bench.model.config.context
    return [case_of(hole, reach) for hole in torn(pieces, SEED)]


def _group(hole: Torn) -> str:
    if len(hole.places) > 1:
        return "all tracks"
    role = hole.role(hole.places[0])
    return role if role in ROLES else "other"


def fills(bench: Bench) -> Figures:
    """What the fills are like, beside the true bars, the arranger's and copies."""
    engine = Engine()
    holes = [hole for hole in bench.torn if playable(hole, engine) and _can_be_read(bench, hole)]
    players: dict[str, Player] = {
        "score-lm": learned(bench.player),
        "score-lm, one candidate": learned(bench.one),
        "score-lm, one candidate, no theory": learned(replace(bench.one, theory=0.0)),
        "arranger": arranged(engine),
        **COPIES,
    }
    found = list(rows(holes, players, SEED))
    beats = [piece.score for piece in held_out(bench.data, MOST_BEATS, TEST, ["groove"])]
    names = [TRUE, *players]
    return {
        "holes": len(holes),
        "roles": {role: {name: _of_role(found, name, role) for name in names} for role in _roles(found)},
        "groove": {
            "band": np.percentile(grooves(beats), [5, 95]).round(4).tolist(),
            **{name: [row.groove for row in found if row.player == name and row.groove is not None] for name in names},
        },
    }


def _can_be_read(bench: Bench, hole: Torn) -> bool:
    """Whether the model reads and writes the whole hole at once; the player does crowded ones bar by bar."""
    return fits(cells(hole.score), hole.holes, bench.model.config.context)


def manners(bench: Bench) -> Figures:
    """On validation pieces: how near fills come to the true bars, in each manner of playing that was thought of."""
    engine = Engine()
    pieces = held_out(bench.data, bench.limit, "valid")
    holes = [hole for hole in torn(pieces, SEED) if playable(hole, engine) and _can_be_read(bench, hole)]
    players = {name: learned(replace(bench.player, **manner)) for name, manner in MANNERS.items()}
    found = list(rows(holes, players, SEED))
    return {role: {name: _of_role(found, name, role) for name in (TRUE, *players)} for role in _roles(found)}


def _roles(found: Sequence[Row]) -> list[str]:
    return sorted({row.role for row in found}, key=ROLES.index)


def _of_role(found: Sequence[Row], name: str, role: str) -> Figures:
    """Means over the fills of a role, shares weighed by notes; and the spreads of all fills together."""
    mine = [row for row in found if row.player == name and row.role == role]
    notes = sum(row.notes for row in mine)
    return {
        "fills": len(mine),
        "notes": notes,
        "each": {key: fmean(row.alike[key] for row in mine) for key in mine[0].alike},
        "together": together(found, name, role),
        "chord_tones": sum(row.chord_tones * row.notes for row in mine) / max(notes, 1),
        "in_key": sum(row.in_key * row.notes for row in mine) / max(notes, 1),
    }


def speed(bench: Bench) -> Figures:
    """Seconds of fills of four bars of a track as they are played, and of one candidate heard as it is written."""
    holes = [hole for hole in bench.torn if len(hole.places) == 1 and _can_be_read(bench, hole)]
    holes = [holes[number * len(holes) // SPEED_FILLS] for number in range(min(SPEED_FILLS, len(holes)))]
    _timed(bench, holes[0])
    rounds = [[_timed(bench, hole) for hole in holes] for _ in range(TIMINGS)]
    timed = [_median(timings) for timings in zip(*rounds, strict=True)]
    beside = _beside(bench, max(holes, key=lambda hole: timed[holes.index(hole)]["words"]))
    return {"fills": timed, "beside": beside, "step_s": _steps(bench), "threads": torch.get_num_threads()}


def _beside(bench: Bench, hole: Torn) -> list[Figures]:
    """A fill some times over, while other programs hold all cores."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        return [_timed(bench, hole) for _ in range(BESIDE_OTHERS)]
    finally:
        for other in others:
            other.kill()
            other.wait()


def _steps(bench: Bench) -> Mapping[str, float]:
    """Seconds of reading one word with each kind of weights, the best of some rounds, behind what is usually seen."""
    model, words = bench.model.model, range(bench.player.sight)
    kinds = {"float32": Steps(model, narrow=False), "8 bits": Steps(model)}
    best = dict.fromkeys(kinds, float("inf"))
    for name in (*kinds,) * STEP_ROUNDS:
        reader = Reader(replace(bench.model, steps=kinds[name]))
        reader.read(words)
        started = time.perf_counter()
        for word in words[:STEP_WORDS]:
            reader.read((word,))
        best[name] = min(best[name], (time.perf_counter() - started) / STEP_WORDS)
    return best


def _median(timings: Sequence[Figures]) -> Figures:
    """Of the same fill timed in some rounds: a slow minute of the machine is not the player's."""
    return {
        name: median(timing[name] for timing in timings) if name.endswith("_s") else value
        for name, value in timings[0].items()
    }


def _timed(bench: Bench, hole: Torn) -> Figures:
    heard: list[float] = []
    started = time.perf_counter()
    learned(bench.player)(hole, SEED)
    played = time.perf_counter() - started
    started = time.perf_counter()
    asked = bench.player.asked(hole.score, hole.holes, hole.piece.style)
    row = begun(Reader(bench.model), asked.cells, asked.view)
    read = time.perf_counter()
    filling = replace(asked.filling, heard=lambda hole, cell: heard.append(time.perf_counter()))
    (done,) = filled([row], filling, [stream(SEED, hole.piece.id)])
    end = time.perf_counter()
    return {
        "role": _group(hole),
        "prompt": len(prompt(asked.cells, asked.view)),
        "read_s": read - started,
        "words": sum(len(fill.cell) + 1 for fill in done),
        "first_s": (heard[0] if heard else end) - started,
        "one_s": end - started,
        "all_s": played,
        "candidates": bench.player.worth_trying(asked),
    }


def legal(bench: Bench) -> Figures:
    """Ten thousand cells drawn from the model at its own temperature, and how many of them can not be read."""
    player = replace(bench.player, sight=0)  # the bar itself: what is legal does not hang on what was seen
    count = illegal = words = 0
    turn = 0
    while count < LEGAL_CELLS:
        hole = bench.torn[turn % len(bench.torn)]
        turn += 1
        asked = player.asked(hole.score, frozenset([min(hole.holes)]), hole.piece.style)
        (bounds,) = asked.filling.bounds.values()
        row = (*prompt(asked.cells, asked.view), *fill_head(asked.cells, 0, *min(hole.holes)))
        bounds = replace(bounds, close=_V.end)
        drawn = _drawn_together(bench.model, row, [CellGrammar(bounds) for _ in range(LEGAL_ROWS)], turn)
        illegal += sum(not is_legal(cell, bounds) for cell in drawn)
        words += sum(map(len, drawn))
        count += len(drawn)
    return {"cells": count, "illegal": illegal, "words": words}


@torch.inference_mode()
def _drawn_together(
    ready: Ready, row: Sequence[int], grammars: Sequence[CellGrammar], turn: int
) -> list[tuple[int, ...]]:
    """A cell for each grammar behind the same words, all drawn in step: many times quicker than one after the other."""
    model, rngs = ready.model, [stream(SEED, "legal", turn, i) for i in range(len(grammars))]
    one = Cache(model.config, 1, len(row), model.embedding.weight)
    logits = model(torch.tensor([list(row)]), one)[0, -1].numpy()
    cache = Cache(model.config, len(grammars), len(row) + MOST_WORDS + 8, model.embedding.weight)
    cache.keys[..., : len(row), :] = one.keys
    cache.values[..., : len(row), :] = one.values
    cache.length = len(row)
    said: list[list[int]] = [[] for _ in grammars]
    told = np.tile(logits, (len(grammars), 1))
    how = Sampling(1.0, 0, 1.0)
    while not all(grammar.closed for grammar in grammars):
        for at, grammar in enumerate(grammars):
            if not grammar.closed:
                allowed = grammar.allowed()
                long = len(said[at]) >= MOST_WORDS and allowed[grammar.bounds.close]
                word = grammar.bounds.close if long else drawn_word(told[at], allowed, how, rngs[at])[0]
                grammar.take(word)
                said[at].append(word)
        told = model(torch.tensor([[words[-1]] for words in said]), cache)[:, -1].numpy()
    return [tuple(words[:-1]) for words in said]


def memory(bench: Bench) -> Figures:
    """The longest stretch of each tune written anew that stands in the training set, beside that of the true tune."""
    known = Collection(_tunes(bench.corpus))
    songs = held_out(bench.data, MEMORY_SONGS, TEST, ["pop909"])
    found = []
    for song in songs:
        place = next(i for i, track in enumerate(song.score.tracks) if track.role == "melody")
        track = song.score.tracks[place]
        bars = tuple(range(song.score.bars))
        blank = outside(track, song.score, bars)
        context = Context(
            read_brief("pop", Call(bars=song.score.bars)), all_styles()["pop"], song.score.with_track(blank), blank,
            bars, SEED,
        )  # fmt: skip
        ours = bench.player.play(context).notes
        theirs = list(_as_read(cells(song.score), place))
        both = {"ours": ours, "theirs": theirs}
        found.append({"song": song.id, **{who: _tune(known, song.score, notes) for who, notes in both.items()}})
    return {"songs": found}


def _tune(known: Collection, score: Score, notes: Sequence[Note]) -> Figures:
    """What a tune has of the training set, how often it rests, and how much of its rhythm comes again."""
    rhythms = [
        tuple(round((note.start - start) / TICKS_PER_SIXTEENTH) for note in notes if start <= note.start < end)
        for start, end in map(score.bar_ticks, range(score.bars))
    ]
    played = [rhythm for rhythm in rhythms if rhythm]
    return {
        "stretch": known.longest_stretch(notes),
        "notes": len(notes),
        "at_rest": 1.0 - len(played) / score.bars,
        "again": 1.0 - len(set(played)) / max(len(played), 1),
        "a_bar": len(notes) / max(len(played), 1),
    }


def _tunes(corpus: Corpus) -> Iterator[list[Note]]:
    """The melodies of the training set; bands made of songs, and what our own arranger wrote, are left out."""
    for number in range(len(corpus)):
        piece = corpus[number]
        if piece.source in ("pseudo", "arranger", "groove"):
            continue
        for place in range(len(piece.cells.tracks)):
            if role_of(piece.cells, place) in TUNES:
                yield list(_as_read(piece.cells, place))


def _as_read(song: Cells, place: int) -> Iterator[Note]:
    """The notes of a track as its words mean them."""
    start = 0
    for length, by_track in zip(bar_lengths(song), song.notes, strict=True):
        yield from notes_of(by_track[place], start)
        start += length


UNPLAYED, ON_DEMAND = ("legal",), ("manners",)
PARTS: Mapping[str, Callable[[Bench], Figures]] = {
    "foretelling": foretelling, "fills": fills, "speed": speed, "legal": legal, "memory": memory,
    "manners": manners,
}  # fmt: skip


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _header(path: Path) -> Figures:
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        return dict(file.metadata() or {})


if __name__ == "__main__":
    main()

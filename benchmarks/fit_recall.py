"""Fits how far the learned score player trusts what it recalls (`players/score_lm/recall.json`).

    python benchmarks/fit_recall.py --data ../shared/data   # two minutes

Of torn pieces of the validation split: by kind of word and by how many words came as recalled before it, the share of
the chances under which what really came is likeliest beside what the shipped model foretells (expectation
maximisation). Where a kind was recalled too seldom behind so many words, it has the share of the kind.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from resonant.nn.generation import load_model
from resonant.nn.transformer import Transformer
from resonant.players.score_lm import recall
from resonant.players.score_lm.player import SHIPPED, ScorePlayer
from resonant.players.score_lm.recall import Recall, kind_of, recalled
from resonant.train.foretelling import Case, case_of, learned, mixing_weight, places
from resonant.train.held_out import held_out, torn

SEED, FEWEST, MOST_CAME = 21, 60, 3
Pair = tuple[bool, float]
"""Whether the word came that was recalled, and the chance that the model gave to what came."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=24, help="most pieces of a collection")
    parser.add_argument("--out", type=Path, default=Path(recall.__file__).with_name("recall.json"))
    arguments = parser.parse_args()
    model = load_model(SHIPPED).model
    reach = ScorePlayer(SHIPPED).sight, model.config.context
    pairs: dict[tuple[str, int], list[Pair]] = {}
    for hole in torn(held_out(arguments.data, arguments.limit, "valid"), SEED):
        for key, pair in recalled_words(case_of(hole, reach), model):
            pairs.setdefault(key, []).append(pair)
    kinds = sorted({name for name, _ in pairs})
    shares = {kind: [share(pairs, kind, came) for came in range(MOST_CAME + 1)] for kind in kinds}
    arguments.out.write_text(json.dumps(shares, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for kind in kinds:
        print(kind, shares[kind], [len(pairs.get((kind, came), ())) for came in range(MOST_CAME + 1)])


def recalled_words(case: Case, model: Transformer) -> Iterator[tuple[tuple[str, int], Pair]]:
    """What was recalled at each place of a case: its kind, how many words came as recalled before it; and the pair."""
    chances, cells = learned(model, case), recalled(case.cells, case.view.holes)
    recalls = {hole: Recall(cell, 1.0) for hole, cell in cells.items()}
    for place in places(case) if chances is not None else ():
        heard = recalls.get(place.hole)
        expected = None if heard is None else heard.expected(place.grammar)
        if heard is not None and expected is not None:
            word, _ = expected
            chance = max(float(chances(place)[place.at]), 1e-9)
            yield (kind_of(word, place.grammar.bounds.close), min(heard.came, MOST_CAME)), (word == place.word, chance)
            heard.hear(place.word, word)


def share(pairs: dict[tuple[str, int], list[Pair]], kind: str, came: int) -> float:
    """The best share of a kind of word behind so many that came as recalled."""
    found = pairs.get((kind, came), [])
    if len(found) < FEWEST:
        found = [pair for (name, _), each in pairs.items() if name == kind for pair in each]
    return round(mixing_weight(found), 3)


if __name__ == "__main__":
    main()

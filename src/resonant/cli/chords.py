"""`resonant chords`: which chord comes next, and progressions from the first bar on."""

import json
import re
from typing import TYPE_CHECKING, Any

import click

from resonant.cli.options import SEED

if TYPE_CHECKING:
    from resonant.players.chord_lm.forecast import Forecast, Taste
    from resonant.players.chord_lm.progression import Bars, Wanted
    from resonant.theory.chord import Chord
    from resonant.theory.key import Key

_BETWEEN = re.compile(r"(?:->|[\s,;→–—])+")
_TENSIONS = re.compile(r"\([^()]*\)")
_SHOWN = 16  # of the chords that were given


@click.group()
def chords() -> None:
    """Foretell chords, and write progressions, with a model that learnt from annotated songs.

    \b
    resonant chords predict "Dm7 G7"
    resonant chords generate --key C --bars 8 --style jazz --start "Dm7 G7"
    """


@chords.command()
@click.argument("before", metavar="CHORDS")
@click.option("--key", help='Such as C or "A minor"; without it, every key that the chords may be in is weighed.')
@click.option("--style", help="A style; `resonant styles` lists them.")
@click.option("-n", "count", type=click.IntRange(1, 216), default=8, show_default=True, help="How many to show.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def predict(before: str, key: str | None, style: str | None, count: int, as_json: bool) -> None:
    """Print the likeliest chords after CHORDS, with their probabilities.

    CHORDS are symbols, or with --key roman numerals; bar lines are read and do not matter.

    \b
    resonant chords predict "Dm7 G7"
    resonant chords predict "ii7 V7/V" --key Bb --style jazz -n 3
    """
    from resonant.players.chord_lm.forecast import forecast
    from resonant.players.chord_lm.network import shipped_network

    said = _key(key)
    read = [chord for bar in bars_read(before, said) for chord in bar]
    found = forecast(shipped_network(), read, said, _taste(style))
    if as_json:
        click.echo(json.dumps(_forecast_as_json(found, read, count), ensure_ascii=False, indent=2))
    else:
        _print_forecast(found, read, count, said is None)


@chords.command()
@click.option("--key", help='Such as C, "Bb minor" or "D dorian".  [default: the likeliest of the start, else C]')
@click.option("--bars", type=int, default=8, show_default=True, help="Length in bars, 1 to 64.")
@click.option("--style", help="A style; `resonant styles` lists them.")
@click.option("--start", default="", help='The first bars: "Dm7 G7" is two of them, "| Dm7 G7 | Cmaj7 |" too.')
@click.option(
    "--temperature", type=click.FloatRange(0, 2), default=1.0, show_default=True, help="0 takes the likeliest."
)
@click.option("--seed", type=SEED, help="The same seed gives the same. Without one, a new one.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def generate(
    key: str | None, bars: int, style: str | None, start: str, temperature: float, seed: int | None, as_json: bool
) -> None:
    """Write a progression, with roman numerals beside the names.

    Bars are in four; chords change on bars and half bars. The last line can be put into a prompt as it is:
    resonant compose "jazz trio | Dm7 | G7 | Cmaj7 |".

    \b
    resonant chords generate --key "A minor" --bars 8 --seed 4
    resonant chords generate --key C --bars 4 --style jazz --start "Dm7 G7"
    """
    import secrets

    from resonant.cli.compose import NEW_SEEDS
    from resonant.players.chord_lm.network import shipped_network
    from resonant.players.chord_lm.progression import Wanted, progression
    from resonant.theory.key import Key

    said = _key(key)
    given = bars_read(start, said)
    home = said or _key_of(given) or Key(0)
    chosen = secrets.randbelow(NEW_SEEDS) if seed is None else seed
    wanted = Wanted(home, bars, given, _taste(style), temperature, chosen)
    made = progression(shipped_network(), wanted)
    if as_json:
        click.echo(json.dumps(_progression_as_json(made, wanted), ensure_ascii=False, indent=2))
    else:
        _print_progression(made, wanted)


def bars_read(text: str, key: "Key | None") -> "Bars":
    """The chords of a text by bar: parted by bar lines, or each a bar of its own; "%" is the bar before.

    Raises:
        BriefError: a chord that is not understood, which the message names.
    """
    # Commas and spaces within parentheses belong to the chord, as in C7(b9, #11).
    text = _TENSIONS.sub(lambda match: "".join(_BETWEEN.split(match[0])), text)
    cells = text.split("|") if "|" in text else _BETWEEN.split(text)
    bars: list[tuple[Chord, ...]] = []
    for cell in cells:
        symbols = [symbol for symbol in _BETWEEN.split(cell) if symbol not in ("", "-")]
        if symbols == ["%"] and bars:
            bars.append(bars[-1])
        elif symbols:
            bars.append(tuple(_chord(symbol, key) for symbol in symbols))
    return tuple(bars)


def _chord(symbol: str, key: "Key | None") -> "Chord":
    from resonant.errors import BriefError
    from resonant.theory import roman
    from resonant.theory.chord import Chord

    if re.match(r"[b#♭♯]?[ivIV]", symbol) is None:
        return Chord.parse(symbol)
    if key is None:
        raise BriefError(f"chord {symbol!r} is a roman numeral, which needs a key; give --key")
    try:
        return roman.chord(symbol, key)
    except BriefError as error:
        raise BriefError(f"numeral {symbol!r} is not understood; write I, ii7, bVII, V7/vi or I/3") from error


def _key(text: str | None) -> "Key | None":
    from resonant.theory.key import Key

    return None if text is None else Key.parse(text)


def _key_of(bars: "Bars") -> "Key | None":
    """The likeliest key of these bars; None of no bars."""
    from resonant.players.chord_lm.forecast import forecast
    from resonant.players.chord_lm.network import shipped_network

    return forecast(shipped_network(), [chord for bar in bars for chord in bar]).key if bars else None


def _taste(style: str | None) -> "Taste":
    from resonant.players.chord_lm.forecast import Taste, taste_of

    if style is None:
        return Taste()
    from resonant.cli.brief import style_named

    return taste_of(style_named(style))


def _forecast_as_json(found: "Forecast", read: "list[Chord]", count: int) -> dict[str, Any]:
    from resonant.theory.roman import numeral

    return {
        "key": {"name": str(found.key), "probability": round(found.key_chance, 4)},
        "chords": [chord.symbol(found.key) for chord in read],
        "next": [
            {"chord": chord.symbol(found.key), "numeral": numeral(chord, found.key), "probability": round(chance, 6)}
            for chord, chance in found.likeliest(count)
        ],
    }


def _print_forecast(found: "Forecast", read: "list[Chord]", count: int, key_is_found: bool) -> None:
    from resonant.theory.roman import numeral

    sure = f" (found, {found.key_chance:.0%} sure)" if key_is_found else ""
    shown = ["…"] * (len(read) > _SHOWN) + [chord.symbol(found.key) for chord in read[-_SHOWN:]]
    click.echo(f"after {' '.join(shown)} in {found.key}{sure}")
    for chord, chance in found.likeliest(count):
        click.echo(f"  {chord.symbol(found.key):8} {numeral(chord, found.key):8} {chance:6.1%}")


def _progression_as_json(made: "Bars", wanted: "Wanted") -> dict[str, Any]:
    from resonant.theory.roman import numeral

    return {
        "key": str(wanted.key),
        "seed": wanted.seed,
        "bars": [[chord.symbol(wanted.key) for chord in bar] for bar in made],
        "numerals": [[numeral(chord, wanted.key) for chord in bar] for bar in made],
    }


def _print_progression(made: "Bars", wanted: "Wanted") -> None:
    from resonant.theory.roman import numeral

    click.echo(f"{wanted.key}, {wanted.bars} bars, seed {wanted.seed}")
    names = [" ".join(chord.symbol(wanted.key) for chord in bar) for bar in made]
    for number, (name, bar) in enumerate(zip(names, made, strict=True), 1):
        click.echo(f"{number:4}  {name:14} {' '.join(numeral(chord, wanted.key) for chord in bar)}")
    click.echo(f"| {' | '.join(names)} |")

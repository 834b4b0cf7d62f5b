"""Which chords were given: symbols between bar lines or in a row, or roman numerals; by bar."""

import re

from resonant.brief.reading.page import Page
from resonant.errors import BriefError
from resonant.theory.chord import Chord

_SYMBOL = r"[A-G](?:#|b|♯|♭)?(?:maj|min|dim|aug|sus|add|omit|no|alt|[mM°øΔ+^o#b♯♭0-9(),-])*(?:/[A-G](?:#|b|♯|♭)?|/9)?"
_DEGREE = "(?:VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)"
_ROMAN = rf"[b#♭♯]?{_DEGREE}(?:maj|dim|sus|[°øΔ+mM0-9])*(?:/[b#]?{_DEGREE})?"
_PIPES = re.compile(r"\|[^|\n]{1,80}(?:\|[^|\n]{0,80})*\|?")
_LINK = r"(?:\s*(?:-|–|—|→|->|>|,|\|)\s*|\s+)"
_ROW = re.compile(rf"(?<![\w#/'&-])({_SYMBOL}(?:{_LINK}{_SYMBOL}){{1,63}})(?![\w#'&])")
_ROMAN_ROW = re.compile(rf"(?<![\w#/'&-])({_ROMAN}(?:{_LINK}{_ROMAN}){{1,31}})(?![\w#'&])")
_CUE = re.compile(
    r"(?:over|chords?|progression|changes|chord\s+progression|loop(?:ing)?|:|using|play(?:s|ing)?)\s*(?:of|are|is|:|the)?\s*$",
    re.IGNORECASE,
)
_FORM_AFTER = re.compile(r"\s*(?:form|structure|pattern)\b", re.IGNORECASE)


def read_progression(page: Page) -> tuple[str, ...]:
    """The chords given, one text a bar: ("Dm7 G7", "Cmaj7"); empty where there are none.

    Raises:
        BriefError: bar lines with a chord between them that is not understood.
    """
    for reader in (_between_bar_lines, _in_a_row, _romans):
        bars = reader(page)
        if bars:
            return bars
    return ()


def checked_progression(bars: tuple[str, ...]) -> tuple[str, ...]:
    """The same bars, or a BriefError that names the chord which is not understood."""
    for symbol in dict.fromkeys(symbol for bar in bars for symbol in bar.split()):
        if re.fullmatch(_ROMAN, symbol) is None and symbol != "%":
            Chord.parse(symbol)
    return bars


def split_bars(text: str) -> tuple[str, ...]:
    """The bars of "| Dm7 G7 | Cmaj7 | % |", or of chords in a row, each a bar of its own."""
    if "|" not in text:
        return tuple(symbol for symbol in re.split(_LINK, text.strip()) if symbol)
    bars: list[str] = []
    for cell in (" ".join(cell.split()) for cell in text.strip().strip("|").split("|")):
        if cell:
            bars.append(bars[-1] if cell == "%" and bars else cell)
    return tuple(bars)


def _between_bar_lines(page: Page) -> tuple[str, ...]:
    for match in page.find(_PIPES, cased=True):
        bars = split_bars(match[0])
        understood = any(map(_is_symbol, {symbol for bar in bars for symbol in bar.split()}))
        if not understood or not re.match(r"[A-G]|[ivIVb#]", bars[0]):
            continue
        end = match.end()
        while bars and not all(map(_is_symbol, bars[-1].split())) and not match[0].endswith("|"):
            bars = bars[:-1]  # words after the last bar line
            end = match.start() + page.text[match.start() : end].rindex("|")
        page.cross_out(match.start(), end)
        return checked_progression(bars)
    return ()


def _is_symbol(text: str) -> bool:
    if re.fullmatch(_ROMAN, text):
        return True
    try:
        Chord.parse(text)
    except (BriefError, ValueError):
        return False
    return True


def _in_a_row(page: Page) -> tuple[str, ...]:
    for match in page.find(_ROW, cased=True):
        symbols = [text for text in re.split(_LINK, match[1]) if text]
        cued = _CUE.search(page.text, 0, match.start()) is not None if match.start() < 400 else False
        is_form = _FORM_AFTER.match(page.text, match.end()) is not None
        plain_letters = all(len(symbol) == 1 for symbol in symbols)
        enough = len(symbols) >= (2 if cued else 4 if plain_letters else 3)
        only_ab = set(symbols) <= {"A", "B"} or (
            plain_letters and set(symbols) <= {"A", "B", "C"} and len(set(symbols)) < 3
        )
        if enough and not is_form and not (only_ab and not cued) and all(map(_is_symbol, symbols)):
            page.cross_out(*match.span(1))
            return tuple(symbols)
    return ()


def _romans(page: Page) -> tuple[str, ...]:
    for match in page.find(_ROMAN_ROW, cased=True):
        symbols = [text for text in re.split(_LINK, match[1]) if text]
        if len(symbols) >= 3 or (len(symbols) == 2 and not {"i", "I"} & set(symbols)):
            page.cross_out(*match.span(1))
            return tuple(symbols)
    return ()

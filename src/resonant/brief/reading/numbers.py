"""Numbers as people write them: 120, 1.5, 2 1/2, "thirty-two", "a hundred and twenty", "half a"."""

import re

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80,
    "ninety": 90, "ein": 1, "eine": 1, "zwei": 2, "drei": 3, "vier": 4, "acht": 8, "sechzehn": 16, "dreissig": 30,
    "un": 1, "une": 1, "una": 1, "dos": 2, "deux": 2, "due": 2, "cuatro": 4, "quatre": 4, "ocho": 8, "huit": 8,
    "otto": 8,
    "treinta": 30, "trente": 30, "trenta": 30, "couple": 2,
}  # fmt: skip
_WORDS = "|".join(sorted(_UNITS, key=len, reverse=True))
_DIGITS = r"\d{1,7}(?:[.,]\d{1,3})?(?:\s+1/2)?"
# One number: digits, or at most six number words joined by spaces, hyphens or "and".
NUMBER = (
    rf"(?:{_DIGITS}|half\s+an?|half|an?\s+half|(?:an?\s+)?(?:{_WORDS}|hundred|an?(?=\s+hundred))"
    rf"(?:(?:\s+|-)(?:and\s+|of\s+)?(?:a\s+)?(?:{_WORDS}|hundred|half)\b){{0,5}}(?:\s+of)?)"
)


def number(text: str) -> float:
    """The value of a text that `NUMBER` matched.

    >>> number("a hundred and twenty"), number("thirty-two"), number("2 1/2"), number("half a")
    (120.0, 32.0, 2.5, 0.5)
    """
    if re.match(r"\d", text):
        whole, _, half = text.partition(" ")
        return float(whole.replace(",", ".")) + (0.5 if half.strip() else 0.0)
    total, seen_unit = 0.0, False
    for word in re.findall(r"[a-z]+", text):
        if word == "hundred":
            total = max(total, 1.0) * 100
        elif word == "half":
            total += 0.5
        elif word in _UNITS:
            said_in_hundreds = 1 <= total <= 9 and _UNITS[word] >= 10  # "one twenty"
            total, seen_unit = total * (100 if said_in_hundreds else 1) + _UNITS[word], True
    return total if total or seen_unit else 1.0

"""Which syllables of a line are stressed, as far as spelling tells.

Short words of grammar are light in every language; of longer words English and German stress the first syllable unless
it is a light prefix, Spanish, Portuguese and Italian the one before the last unless an accent or the ending says
otherwise, French the last.
"""

import re

from resonant.score.passes.lyrics_syllables import word_syllables

STRESSED, EVEN, LIGHT = 1.0, 0.5, 0.1

_LIGHT_WORDS = {
    "en": (
        "a an the of to in on at by for from with and or but nor as if than that is am are was were be been i me my we "
        "us our you your he him his she her it its they them their will would can could shall should may might must "
        "do does did has have had so"
    ),
    "de": "der die das den dem des ein eine einen einem und oder in im an am zu zum zur von mit ist bin war ich du er "
    "sie es wir ihr mir dir so daß dass wie",
    "es": "el la los las un una de del y o en a al con por para que se me te lo mi tu su es no",
    "pt": "o a os as um uma de do da e em no na com por para que se me te meu teu seu é não",
    "fr": "le la les l un une de des du d et ou en à au aux avec par pour que qui se me "
    "te je tu il elle on ne ce mon ma",
    "it": "il lo la i gli le un una di del della e o in a al con per che si mi ti ci non è",
}  # fmt: skip
_LIGHT_PREFIXES = {
    "en": re.compile(r"(a|be|re|de|for|to|un|in|en|ex|con|com|per|pre|pro|sur|o|al|es|in|mis|dis)$"),
    "de": re.compile(r"(be|ge|ver|zer|er|ent|emp)$"),
}
_LATE = {"en": {"over", "open", "only", "always", "angel", "forest", "perfect", "proper", "really", "real", "under"}}
_ACCENTED = re.compile("[áéíóúàèìòù]")
_ENDS_LIKE_SPANISH = re.compile("[aeiouns]$")


def line_stresses(line: str, language: str) -> list[float]:
    """How much each syllable of a line wants a strong beat, 0 … 1, one for each of `syllables`."""
    language = language.lower()[:2]
    return [stress for word in line.split() for stress in _word(word_syllables(word, language), language)]


def _word(parts: list[str], language: str) -> list[float]:
    if not parts:  # a word of hyphens alone is not sung
        return []
    bare = [re.sub(r"\W", "", part).lower() for part in parts]
    if len(parts) == 1:
        return [LIGHT if bare[0] in _LIGHT_WORDS.get(language, "").split() else EVEN + 0.3]
    stressed = _stressed(bare, language)
    if stressed is None:
        return [EVEN] * len(parts)
    return [STRESSED if i == stressed else EVEN if abs(i - stressed) == 2 else LIGHT for i in range(len(parts))]


def _stressed(parts: list[str], language: str) -> int | None:
    """Which syllable of a longer word has the stress, or None in a language that we know nothing of."""
    last = len(parts) - 1
    if language in ("es", "pt", "it"):
        accented = [i for i, part in enumerate(parts) if _ACCENTED.search(part)]
        early = language == "it" or _ENDS_LIKE_SPANISH.search(parts[-1]) is not None
        return accented[-1] if accented else last - 1 if early else last
    if language == "fr":
        return last - 1 if parts[-1].endswith(("e", "es")) and not parts[-1].endswith("é") else last
    if language in ("en", "de"):
        late = _LIGHT_PREFIXES[language].match(parts[0]) and "".join(parts) not in _LATE.get(language, ())
        return 1 if late else 0
    return None

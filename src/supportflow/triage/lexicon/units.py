"""How a text is cut into the units that lexicons are made of: words, single Chinese characters, negations.

Case, width, traditional characters and the spellings of "not" fall together here, so that neither a lexicon nor the
matching has to know of them. English auxiliaries with "not" are one unit (`don't`, `did not`, `wasnt`), kept apart from
those of ability and will (`cannot`, `won't`): "I did not withdraw" is an alarm, "I cannot withdraw" is a fault. 没, 还没,
没有, 未 and their kin are one unit too.
"""

import re
from functools import cache
from importlib.resources import files

__all__ = ["BREAK", "NEGATED", "UNABLE", "fold_character", "normal", "tokens"]

NEGATED = "not"
UNABLE = "cannot"
CHINESE_NEGATED = "没"
BREAK = "\n"

_NOT = r"(?:do|does|did|have|has|had|is|are|was|were|am)(?:n['’]?t(?![a-z])| not(?![a-z]))|ain['’]?t(?![a-z])"
_CANNOT = (
    r"(?:can|could|will|would|should)(?:n['’]?t(?![a-z])| not(?![a-z]))|cannot|ca['’]?nt(?![a-z])|can['’]t|wo['’]?n['’]?t(?![a-z])"
    r"|unable to(?![a-z])|not able to(?![a-z])"
)
_CHINESE_NOT = "(?:[还還尚仍并並从從]?(?:没有|沒有|没|沒|未曾|未))"
_HAN = "\u2e80-\u9fff\uf900-\ufaff"

# Every character of a text belongs to exactly one token. Words and characters are units; a sentence's end is one; what
# separates words is none.
_TOKEN = re.compile(
    rf"{_NOT}|{_CANNOT}|[a-z0-9\u00df-\u024f\u0370-\u052f]+|{_CHINESE_NOT}|[{_HAN}]"
    rf"|[.!?](?=\s|$)|[。！？；;\n]|[^a-z0-9\u00df-\u024f\u0370-\u052f{_HAN}.!?。！？；;\n]+|[.!?]"
)
_IS_NOT = re.compile(_NOT)
_IS_CANNOT = re.compile(_CANNOT)
_IS_CHINESE_NOT = re.compile(_CHINESE_NOT)
_ENDS = frozenset(".!?。！？；;\n")
_UNIT = re.compile(rf"[a-z0-9\u00df-\u024f\u0370-\u052f{_HAN}]")


@cache
def _simplified() -> dict[str, str]:
    text = files("supportflow.triage.lexicon").joinpath("traditional.txt").read_text(encoding="utf-8")
    rows = "".join(line for line in text.splitlines() if not line.startswith("#"))
    table = dict(zip(rows[::2], rows[1::2], strict=True))
    # 帐 is the older spelling of 账, also in simplified texts; traditional 帳 leads to it.
    return table | {"帳": "账", "帐": "账"}


def fold_character(character: str) -> str:
    """The simplified form of a traditional character; any other character is itself."""
    return _simplified().get(character, character)


def tokens(text: str) -> list[str]:
    """Cut a text, in lower case and folded width, into tokens that join to the text again. Linear time."""
    return _TOKEN.findall(text)


def normal(token: str) -> str | None:
    """The unit that a token stands for, `BREAK` at a sentence's end, or `None` if it only separates."""
    if token in _ENDS:
        return BREAK
    if _UNIT.match(token) is None:
        return None
    if _IS_NOT.fullmatch(token):
        return NEGATED
    if _IS_CANNOT.fullmatch(token):
        return UNABLE
    if _IS_CHINESE_NOT.fullmatch(token):
        return CHINESE_NEGATED
    return fold_character(token) if len(token) == 1 else token

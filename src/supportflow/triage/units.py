"""How a text is cut into the units that lexicons are made of: words, single Chinese characters, negations.

Case, width, traditional characters and the spellings of "not" fall together here, so that neither a lexicon nor the
matching has to know of them. English auxiliaries with "not" are one unit (`don't`, `did not`, `wasnt`), kept apart from
those of ability and will (`cannot`, `won't`): "I did not withdraw" is an alarm, "I cannot withdraw" is a fault. 没, 还没,
没有, 未 and their kin are one unit too.
"""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
from functools import cache
from importlib.resources import files

from supportflow.triage.plain import cut_plain

__all__ = ["BREAK", "CHINESE_NOT", "normal", "pieces", "separates", "spellings", "spelt", "tokens"]

NEGATED = "not"
UNABLE = "cannot"
CHINESE_NEGATED = "没"
BREAK = "\n"

_DOES = ("do", "does", "did", "have", "has", "had", "is", "are", "was", "were", "am", "ai")
_CAN = ("can", "could", "would", "should", "ca", "wo", "will")
_WORD = "a-z0-9_\u00df-\u024f\u0370-\u052f\u1ea0-\u1eff"
_HAN = "\u2e80-\u9fff\uf900-\ufaff"
_SENTENCE_ENDS = "。！？\n"


def _negations(stems: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{stem}{form}" for stem in stems for form in ("n't", "n’t", "nt", "_not", "'t", "’t"))


def _between(first: str, last: str, without: list[str]) -> list[tuple[str, str]]:
    """The ranges of characters from the first to the last, with some left out."""
    starts = [first, *(chr(ord(one) + 1) for one in without)]
    ends = [*(chr(ord(one) - 1) for one in without), last]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if start <= end]


_NOT = _negations(_DOES)
_CANNOT = (*_negations(_CAN), "cannot", "unable_to")
_BEFORE_NOT = "还還尚仍并並"
CHINESE_NOT = tuple(
    f"{before}{word}" for before in ("", *_BEFORE_NOT) for word in ("没有", "沒有", "没", "沒", "未曾", "未")
)

# Every character of a text belongs to exactly one token. Words and characters are units, a sentence's end is one; what
# separates words is none.
_NOT_RUN = (
    rf"[{_BEFORE_NOT}]?(?:[没沒]有?|未曾?)|[{_HAN}]"
    rf"|[.!?]\s|[{_SENTENCE_ENDS}]|[^{_WORD}{_HAN}.!?{_SENTENCE_ENDS}]+|[.!?]"
)
_WORDS = rf"[{_WORD}]+(?:['’]t(?![{_WORD}]))?"
_TOKEN = re.compile(rf"{_WORDS}|(?![没沒未{_BEFORE_NOT}])[{_HAN}]|{_NOT_RUN}")
# Chinese characters that are one token each, all that stand together at once. None of them begins a negation.
_RUN = "".join(
    f"{first}-{last}" for first, last in _between("\u4e00", "\u9fff", sorted(f"没沒未{_BEFORE_NOT}"))
)
_PIECE = re.compile(rf"[{_RUN}]+|{_WORDS}|{_NOT_RUN}")
# The same for plain text: small classes are faster.
_ASCII_TOKEN = re.compile(r"[a-z0-9_]+(?:'t(?![a-z0-9_]))?|[.!?]\s|\n|[^a-z0-9_.!?\n]+|[.!?]")
# " not" behind an auxiliary is joined to it by a character that words may have: the text keeps its length.
_AUXILIARY_NOT = re.compile(
    rf" not(?![{_WORD}])(?:"
    + "|".join(rf"(?<=\b{stem} not)" for stem in (*_DOES[:-1], *_CAN) if stem not in {"ca", "wo"})
    + ")"
)


@cache
def spellings() -> dict[str, str]:
    """What is spelt in several ways, each spelling with its unit: negations and traditional characters."""
    text = files("supportflow.triage").joinpath("traditional.txt").read_text(encoding="utf-8")
    rows = "".join(line for line in text.splitlines() if not line.startswith("#"))
    return {
        **dict(zip(rows[::2], rows[1::2], strict=True)),
        # 帐 is the older spelling of 账, also in simplified texts; traditional 帳 leads to it.
        "帳": "账",
        "帐": "账",
        **dict.fromkeys(_NOT, NEGATED),
        **dict.fromkeys(_CANNOT, UNABLE),
        **dict.fromkeys(CHINESE_NOT, CHINESE_NEGATED),
    }


def spelt(text: str) -> str:
    """A text, in lower case and narrow width, with what is one unit in two words joined to one. It keeps its length."""
    if " not" in text:
        text = _AUXILIARY_NOT.sub("_not", text)
    if "unable to" in text:
        text = text.replace("unable to", "unable_to")
    return text


def tokens(text: str) -> list[str]:
    """Cut a text, in lower case and narrow width, into tokens that are together as long as it is. Linear time."""
    text = spelt(text)
    return (_ASCII_TOKEN if text.isascii() else _TOKEN).findall(text)


def pieces(text: str) -> list[str]:
    """The tokens of a text that went through `spelt`, with runs of Chinese characters left whole. Linear time."""
    return cut_plain(text, _ASCII_TOKEN) if text.isascii() else _PIECE.findall(text)


def separates(token: str) -> bool:
    """Whether a token only stands between units."""
    return not (token[0].isalnum() or token[0] == "_") and not _ends_sentence(token)


def _ends_sentence(token: str) -> bool:
    return token in _SENTENCE_ENDS or (len(token) > 1 and token[0] in ".!?")


def normal(token: str) -> str | None:
    """The unit that a token stands for, `BREAK` at a sentence's end, or `None` if it only separates."""
    if separates(token):
        return None
    if _ends_sentence(token):
        return BREAK
    return spellings().get(token, token)

"""How the words between an announcement and a value tie the two together."""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re

from supportflow.triage.redaction.beside import NEGATED
from supportflow.triage.redaction.vocabulary import words

__all__ = ["SIGNS", "WORD", "Tie"]

_LINKS, _OWNERS, _NEGATIONS = words("links"), words("owners"), words("negations")
_SMALL_WORDS = words("small") | _LINKS | _OWNERS

WORD = re.compile(r"[^\W\d_]++(?:['’][^\W\d_]++)*+")
_SENTENCE_END = re.compile(r"[.!?;] |[。！？；]")
SIGNS = re.compile(r"[\s\"'“”‘’«»()\[\]{}【】「」『』（）<>:=：＝|*_#,.;，、。~>-]*")
_FIRM = re.compile(r"(?:[:=：＝|→]|->)[\s\"'“”‘’«»(\[{【「『（<*_>]*$")
# Scripts that set no blanks between words.
_WIDE = re.compile(r"[\u0600-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_WIDE_LINK = re.compile(r"(?:は|が|是|为|為|은|는|이|가|คือ|就是|هو|هي|है|वह|است)[\s\"'“”「『]*$")
_WIDE_OWNER = re.compile(
    "[我您你私僕제]|내|저|나의|받은|온|届い|受け|收到|输入|輸入|ฉัน|ผม|คุณ|ได้รับ"
    "|मेर|मुझ|आप|मिला|وصل|تلقيت|استلم|دریافت|شما|من |بي |بك "
)
_MOST_WIDE = 28
_MOST_WORDS, _MOST_UNKNOWN = 9, 4


class Tie:
    """What stands between an announcement and a value, read once.

    Attributes:
        signs: Whether nothing but signs and blanks does.
        holds: Whether the two may belong together.
        firm: Whether a colon, an equals sign or "is" stands right before the value.
        links: Whether a word says that the one is the other.
        owned: Whether a word says whose it is.
        unknown: How many words are in no table.
    """

    __slots__ = ("firm", "holds", "links", "owned", "signs", "unknown")

    def __init__(self, gap: str) -> None:
        signs = SIGNS.fullmatch(gap) is not None
        self.signs = signs
        self.firm = _FIRM.search(gap) is not None
        self.links = self.owned = False
        self.unknown = 0
        self.holds = signs
        if signs:
            return
        end = _SENTENCE_END.search(gap)
        if end is not None and SIGNS.fullmatch(gap, end.start()) is None:
            return
        if _WIDE.search(gap):
            self.firm = self.firm or _WIDE_LINK.search(gap) is not None
            self.links = self.firm or _WIDE_LINK.search(gap) is not None
            self.owned = _WIDE_OWNER.search(gap) is not None
            self.holds = len(gap.strip()) <= _MOST_WIDE and NEGATED.search(gap) is None
            return
        words = WORD.findall(gap)
        self.links = any(word in _LINKS for word in words)
        self.owned = any(word in _OWNERS for word in words)
        self.unknown = sum(word not in _SMALL_WORDS for word in words)
        self.firm = self.firm or (bool(words) and words[-1] in _LINKS)
        negated = any(word in _NEGATIONS for word in words) or NEGATED.search(gap) is not None
        self.holds = (
            len(words) <= _MOST_WORDS and self.unknown <= _MOST_UNKNOWN and (self.firm or not negated)
        )

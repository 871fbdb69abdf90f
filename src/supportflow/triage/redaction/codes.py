"""Codes, PINs and card codes: digits that only the words beside them give away.

The nearest word decides. "Verification code 482913" is one, "order 482913" is none, and neither is the number in "I got no
verification code for order 482913". Between word and digits only small words may stand, in any of the languages whose words
are known; "code" alone announces six digits, unless it is a log's or an error's.
"""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
from collections.abc import Iterator
from itertools import chain

from supportflow.triage.redaction.beside import PUBLIC_BESIDE, SECRET_BESIDE, UNITS
from supportflow.triage.redaction.digit_words import digit_words
from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.labels import Label, has_labels, labels
from supportflow.triage.redaction.local import Local
from supportflow.triage.redaction.shapes import stretches
from supportflow.triage.redaction.ties import SIGNS, WORD, Tie
from supportflow.triage.redaction.view import View
from supportflow.triage.redaction.vocabulary import words

__all__ = ["find_codes"]

# Digits as codes are written: with a letter before, in two groups, one by one, in a row.
_CANDIDATE = re.compile(
    r"(?:(?<![a-z0-9_#$€£¥₹@/&%+])|(?<=otp)|(?<=pin)|(?<=code)|(?<=cvv))(?<!\d[.,:/-])(?<!# )"
    r"(?:[a-z]{1,2}-\d{4,8}|\d{3}[ |-]{1,7}\d{3}|\d{4}[ -]\d{4}|\d(?:[ |-]{1,7}\d){3,8}|\d\d(?:[ -]\d\d){1,4}|\d{3,12})"
    rf"(?![a-z0-9_]|[.,:/]\d|-\d|[ |]{{0,3}}(?:{UNITS})(?![a-z\u00df-\u024f]))"
)
_OWNERS, _PROSE, _RECEIVED = words("owners"), words("prose"), words("received")
_SECRET = ("card", "code", "head", "compound", "pin")
_CODE_CHARACTERS = bytes(ord("x") if chr(code) in "0123456789 -|" else ord(" ") for code in range(256))
_CODE_RUN = b"xxx"
_UNIT_REACH = 16
_CANDIDATE_REACH = 6  # before a stretch: two characters, and "code" before those
_REACH, _REACH_BACK = 70, 56
_JOINS = re.compile(r"[-:=：＝|→,(（\[【]")
_BESIDE = 26
_MOST_UNKNOWN = 2
_YEAR = re.compile(r"(?:19|20)\d\d$")
_LIST_JOINT = re.compile(r"[\s,;/&|、，]{0,3}(?:(?:and|or|y|o|und|oder|et|ou|и|или|ve|và|dan|和)\s)?\s?")
_LONGEST_CODE, _LONGEST_WEAK, _SHORTEST_CODE, _USUAL_CODE, _CARD_CODE = 10, 8, 4, 6, (3, 4)
# What makes a line one of a log, and a number behind it one of an error.
_LOG = re.compile(
    r"\b(?:error|warn(?:ing)?|info|debug|trace|fatal|exception|errno|stack|http|status|exit|fail(?:ed|ure)?"
    r"|return(?:ed|s)?|response)\b|\d\d:\d\d:\d\d"
)
_ERROR = re.compile(
    r"[\s\"')\],:-]{0,4}(?:\w+ ){0,1}(?:error|erro|fehler|erreur|errore|ошибк|hata|lỗi|エラー|오류|错误|錯誤|exception"
    r"|failed|timeout)"
)
_LOG_REACH, _NEAR = 60, 28

# Numbers that the sentence around them calls a code without the word.
_USED = re.compile(
    r"(?<![a-z])(?:use|enter|type|input|submit|usa|use|introduce|ingresa|ingrese|digite|insira|saisissez|entrez"
    r"|utilisez|gib|geben sie"
    r"|verwende|verwenden sie|введите|используйте|kullanın|girin|gunakan|masukkan|nhập|inserisci|usa|wpisz)"
    r"[ ]{1,2}(?:the )?(?:code |pin |código |codigo |code: )?([a-z]{0,2}-?\d{3}[ -]?\d{1,3}|\d{4,8})[ ]"
    r"(?=[^.\n\d]{0,40}?(?:verif|log|sign|confirm|access|auth|acce|conect|connect|inici|entrar|anmeld|войти|вход"
    r"|giriş|masuk|đăng|zalog))"
)
_NOT_SHARED = re.compile(
    r"(?:do not|don't|never|dont) (?:share|give|tell|disclose)|no (?:lo |la )?(?:compartas|comparta)"
    r"|não (?:o )?compartilhe|nicht weitergeben"
    r"|ne (?:le |la |les )?(?:partagez|communiquez)|никому не (?:сообщайте|говорите)|не сообщайте|paylaşmayın"
    r"|không chia sẻ|jangan (?:berikan|bagikan)"
    r"|共有しない|教えない|공유하지|알려주지|请勿泄露|勿泄露|請勿洩露|勿告知|请勿告知|切勿"
)
_NOT_SHARED_REACH = 90
_LONGEST_SIGN = 30  # characters; the longest has 24
# Before the digits stand such a word and few others; behind them a sentence ends soon.
_USED_REACH_BACK, _USED_REACH = 40, 80
_USE_WORDS = frozenset(
    [
        "use",
        "enter",
        "type",
        "input",
        "submit",
        "usa",
        "introduce",
        "ingresa",
        "ingrese",
        "digite",
        "insira",
        "saisissez",
        "entrez",
        "utilisez",
        "gib",
        "geben",
        "verwende",
        "verwenden",
        "введите",
        "используйте",
        "kullanın",
        "girin",
        "gunakan",
        "masukkan",
        "nhập",
        "inserisci",
        "wpisz",
    ]
)
_SHARE_WORDS = frozenset(
    [
        "share",
        "give",
        "tell",
        "disclose",
        "compartas",
        "comparta",
        "compartilhe",
        "weitergeben",
        "partagez",
        "communiquez",
        "сообщайте",
        "говорите",
        "paylaşmayın",
        "sẻ",
        "berikan",
        "bagikan",
        "공유하지",
        "알려주지",
    ]
)
_PLAIN_SHARE_WORDS = tuple(sorted(filter(str.isascii, _SHARE_WORDS)))
_SHARE_CHARACTERS = frozenset("泄洩告切共教")
# Without one of these, nothing in Chinese or Japanese says "not".
_NOT_CHARACTERS = frozenset("勿な")

# An Indian postal code is called a PIN, too: a place stands beside it.
_PLACE_BEHIND = re.compile(r"[ ,(–-]{1,3}([A-Z][A-Za-z]*)")
_ADDRESS = re.compile(
    r"\b(?:road|rd|street|st|nagar|lane|colony|sector|district|dist|city|village|address|floor|flat|house|plot"
    r"|block|india|state|taluk|post"
    r"|mumbai|delhi|bangalore|bengaluru|chennai|kolkata|hyderabad|pune|karnataka|maharashtra|gujarat|kerala"
    r"|tamil|pradesh|bengal|punjab|bihar"
    r"|rajasthan|haryana|odisha|assam|goa|area|postal|deliver\w*|shipping)\b|पता|भारत"
)
_OWN = re.compile(r"\b(?:my|your|our|his|her|card|atm|wallet|app|account|phone|sim|the|is)\b")
_POSTAL_DIGITS = 6


class _Reader:
    """Decides about the numbers of one text."""

    def __init__(self, view: View, numbers: Iterator[tuple[int, int, int]]) -> None:
        self.numbers = numbers
        self.text = view.text
        self.flat = view.flat
        self.labels = labels(view, *_SECRET, "password", "public")

    def find(self) -> Iterator[Span]:
        local = Local[Kind | None](self.text, _REACH + 60, _REACH_BACK + 60)
        before: tuple[int, Kind, int] | None = None
        for start, end, size in self.numbers:
            kind = local.decide(start, end, self._said, start, end, size)
            if (
                kind is None
                and before is not None
                and before[2] == size
                and _LIST_JOINT.fullmatch(self.flat, before[0], start)
            ):
                kind = before[1]
            before = None if kind is None else (end, kind, size)
            if kind is not None:
                yield start, end, kind

    def _said(self, start: int, end: int, size: int) -> Kind | None:
        return self._said_before(start, end, size) or self._said_behind(start, end, size)

    def _said_before(self, start: int, end: int, size: int) -> Kind | None:
        label = self.labels.before(start)
        if label is None or start - label.end > _REACH or label.role in {"public", "password"}:
            return None
        tie = Tie(self.flat[label.end : start])
        if not tie.holds or (_YEAR.match(self.flat, start, end) and not tie.firm):
            return None
        if label.role == "pin":
            return (
                Kind.PIN
                if size >= _SHORTEST_CODE
                and (tie.firm or not tie.unknown)
                and not self._postal(label, start, end)
                else None
            )
        strong = self._strong(label)
        if strong is None:
            return None
        if label.role == "card" and size in _CARD_CODE:
            return Kind.CARD_CODE
        if not _SHORTEST_CODE <= size <= _LONGEST_CODE:
            return None
        if strong:
            return Kind.ONE_TIME_CODE if tie.firm or tie.unknown <= 1 else None
        return Kind.ONE_TIME_CODE if self._weakly_said(label, tie, start, end, size) else None

    def _weakly_said(self, label: Label, tie: Tie, start: int, end: int, size: int) -> bool:
        """Whether "code" alone announces a number: six digits, or what somebody calls theirs."""
        flat = self.flat
        line = flat[max(0, label.start - _LOG_REACH) : label.start]
        near = WORD.findall(line[-_NEAR:])
        owned = tie.owned or any(word in _OWNERS for word in near[-2:]) or not _RECEIVED.isdisjoint(near)
        if flat[label.end : start] in {"=", '":', '": ', "':", "': ", '":"', '": "'} and _OWNERS.isdisjoint(
            near[-2:]
        ):
            return False
        if _LOG.search(line) or _ERROR.match(flat, end):
            return False
        if tie.unknown > (1 if tie.firm or owned else 0):
            return False
        if size == _USUAL_CODE or not flat[start].isdigit():
            return True
        if size > _LONGEST_WEAK:
            return False
        alone = label.start == 0 or self.text[label.start - 1] == "\n"
        return (
            owned
            or tie.links
            or (tie.firm and (size > _USUAL_CODE or (alone and self.text[end : end + 1] in {"", "\n"})))
        )

    def _said_behind(self, start: int, end: int, size: int) -> Kind | None:
        label = self.labels.after(end)
        if label is None or label.start - end > _REACH_BACK or label.role in {"public", "password"}:
            return None
        gap = self.flat[end : label.start]
        tie = Tie(gap)
        if not tie.holds or tie.unknown > _MOST_UNKNOWN or self._called_before(start):
            return None
        if _YEAR.match(self.flat, start, end) and not tie.links:
            return None
        said = tie.links or _JOINS.search(gap) is not None
        if label.role == "pin":
            return Kind.PIN if size >= _SHORTEST_CODE and said and (tie.owned or tie.links) else None
        strong = self._strong(label)
        if strong is None:
            return None
        if label.role == "card" and size in _CARD_CODE and said:
            return Kind.CARD_CODE
        if not _SHORTEST_CODE <= size <= _LONGEST_CODE:
            return None
        usual = _USUAL_CODE <= size <= _LONGEST_WEAK or not self.flat[start].isdigit()
        if strong:
            is_code = said or (usual and tie.unknown <= 1) or (tie.owned and size > _SHORTEST_CODE)
        else:
            is_code = tie.unknown <= 1 and ((said and (tie.owned or tie.links)) or (tie.owned and usual))
        return Kind.ONE_TIME_CODE if is_code else None

    def _called_before(self, start: int) -> bool:
        """Whether the word right before a number calls it one that everybody may read."""
        left = self.labels.before(start)
        return (
            left is not None and left.role == "public" and bool(SIGNS.fullmatch(self.flat, left.end, start))
        )

    def _strong(self, label: Label) -> bool | None:
        """Whether a word for "code" is one of a secret by the words at its sides; `None` for one that is public."""
        if label.role in {"code", "card"}:
            return True
        flat = self.flat
        if label.role == "compound":
            own = flat[label.start : label.end]
            return True if SECRET_BESIDE.search(own) and not PUBLIC_BESIDE.search(own) else None
        before = flat[max(0, label.start - _BESIDE) : label.start]
        behind = flat[label.end : label.end + _BESIDE]
        digit = next((at for at, one in enumerate(behind) if one.isdigit()), len(behind))
        behind = behind[:digit]
        secret, public = (_distance(pattern, before, behind) for pattern in (SECRET_BESIDE, PUBLIC_BESIDE))
        if public < secret:
            return None
        return secret < _FAR

    def _postal(self, label: Label, start: int, end: int) -> bool:
        if end - start != _POSTAL_DIGITS or self.text[start] in "09":
            return False
        line = self.flat[max(0, label.start - _LOG_REACH) : label.start]
        if _ADDRESS.search(line) or _ADDRESS.search(self.flat[end : end + 40]):
            return True
        place = _PLACE_BEHIND.match(self.text, end)
        return (
            place is not None
            and place[1].lower() not in _PROSE
            and _OWN.search(line[-24:] + self.flat[label.end : start]) is None
        )


_FAR = 1_000


def _distance(pattern: re.Pattern[str], before: str, behind: str) -> int:
    """How far from a word the nearest match at one of its sides is."""
    distance = _FAR
    for match in pattern.finditer(before):
        distance = len(before) - match.end()
    first = pattern.search(behind)
    return distance if first is None else min(distance, first.start())


def _digits(text: str) -> int:
    return len(text) if text.isdigit() else sum(map(str.isdigit, text))


def _numbers(view: View) -> Iterator[tuple[int, int, int]]:
    """Where digits stand as codes are written, and how many they are."""
    flat = view.flat
    local = Local[list[tuple[int, int, int]]](flat, _CANDIDATE_REACH, _UNIT_REACH)
    for start, end in stretches(view.ascii.translate(_CODE_CHARACTERS), _CODE_RUN):
        for first, last, digits in local.decide(start, end, _candidates, flat, start, end):
            yield start + first, start + last, digits


def _candidates(flat: str, start: int, end: int) -> list[tuple[int, int, int]]:
    """Numbers as codes are written that begin in a stretch, counted from its beginning, each with its digits."""
    return [
        (match.start() - start, match.end() - start, _digits(match[0]))
        for match in _CANDIDATE.finditer(flat, max(0, start - 2), end + _UNIT_REACH)
        if match.start() < end
    ]


def _by_sentence(view: View) -> Iterator[Span]:
    flat = view.flat
    if not _USE_WORDS.isdisjoint(view.words):
        for start, end in _around_digits(view, _USED_REACH_BACK, _USED_REACH):
            for match in _USED.finditer(flat, start, end):
                yield *match.span(1), Kind.ONE_TIME_CODE
    if _SHARE_WORDS.isdisjoint(view.words) and (
        flat.isascii() or _SHARE_CHARACTERS.isdisjoint(view.characters)
    ):
        return
    for start, end in _around_signs(view):
        yield from _by_sign(flat, start, end)


def _around_signs(view: View) -> Iterator[tuple[int, int]]:
    """The stretches of a text in which it may say that something is not to be shared: each such sign ends with its verb."""
    flat = view.flat
    if not (
        flat.isascii()
        or _SHARE_CHARACTERS.isdisjoint(view.characters)
        or _NOT_CHARACTERS.isdisjoint(view.characters)
    ):
        yield 0, len(flat)
        return
    ends: list[int] = []
    for verb in _PLAIN_SHARE_WORDS if flat.isascii() else _SHARE_WORDS:
        at = flat.find(verb)
        while at >= 0:
            ends.append(at + len(verb))
            at = flat.find(verb, at + 1)
    first = last = 0
    for end in sorted(ends):
        start = max(0, end - 2 * _LONGEST_SIGN)
        if start > last:
            if last:
                yield first, last
            first = start
        last = end
    if last:
        yield first, last


def _around_digits(view: View, back: int, ahead: int) -> Iterator[tuple[int, int]]:
    """The stretches of a text that have digits close by, widely taken: elsewhere no sentence is about a code."""
    size = len(view.flat)
    first = last = 0
    for start, end in stretches(view.ascii.translate(_CODE_CHARACTERS), _CODE_RUN):
        if start - back > last:
            if last:
                yield first, last
            first = max(0, start - back)
        last = min(size, end + ahead)
    if last:
        yield first, last


def _by_sign(flat: str, start: int, end: int) -> Iterator[Span]:
    for sign in _NOT_SHARED.finditer(flat, start, end):
        around = max(0, sign.start() - _NOT_SHARED_REACH), min(len(flat), sign.end() + _NOT_SHARED_REACH // 2)
        for match in _CANDIDATE.finditer(flat, *around):
            size = _digits(match[0])
            if _SHORTEST_CODE <= size <= _USUAL_CODE + 2 and not _YEAR.match(match[0]):
                yield *match.span(), Kind.ONE_TIME_CODE


def find_codes(view: View) -> Iterator[Span]:
    """Every code, PIN and card code, as spans of the plain text. Linear time."""
    if has_labels(view, *_SECRET):
        numbers, in_words = _numbers(view), list(digit_words(view))
        # In ASCII they are in order, and need not all be known before the first is decided.
        if in_words or not view.flat.isascii():
            numbers = iter(sorted((*numbers, *in_words)))
        for first in numbers:
            yield from _Reader(view, chain((first,), numbers)).find()
    if view.has_digits:
        yield from _by_sentence(view)

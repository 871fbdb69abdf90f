"""The writer's own words in a mail, apart from what they quote, forward and sign with.

Only what is certain is cut: an answer that is taken for a quotation is lost on whoever reads the ticket. Lines that begin
with `>`, the line that introduces them, a head of From, Sent, To and Subject, and the dashed line above one are certain; a
paragraph that begins with a dash is not.
"""

import re
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, NamedTuple

__all__ = ["Parts", "parts_of"]

_MARKS: dict[str, Any] = tomllib.loads((files(__package__) / "quotes.toml").read_text("utf-8"))


def _any_of(words: Sequence[str]) -> str:
    """An expression for any of some words, the longest first."""
    parts = (re.escape(word).replace(r"\*", ".{1,60}") for word in sorted(words, key=len, reverse=True))
    return f"(?:{'|'.join(parts)})"


_COLON = "[:\uff1a]"
_DASHES = "[-_=\u2013\u2014]{2,}"
_DASHED = re.compile(
    rf"\s*{_DASHES}\s*(?:{_any_of(_MARKS['original'])}|(?P<forward>{_any_of(_MARKS['forwarded'])}))\s*{_DASHES}\s*",
    re.IGNORECASE,
)
_BEGUN = re.compile(rf"\s*{_any_of(_MARKS['begun'])}\s*{_COLON}\s*", re.IGNORECASE)
_HEAD = re.compile(
    rf"\s*[*_]{{0,2}}(?:{'|'.join(f'(?P<{kind}>{_any_of(names)})' for kind, names in _MARKS['head'].items())})"
    rf"[*_]{{0,2}}\s?{_COLON}",
    re.IGNORECASE,
)
_INTRODUCES = re.compile(
    rf".{{4,300}}{_any_of(_MARKS['introduces'])}.{{0,100}}{_COLON}\s*", re.IGNORECASE | re.DOTALL
)
_BETWEEN_DASHES = re.compile(
    rf"\s*{_DASHES}(?=[^\d]*\d)\s.{{4,300}}{_any_of(_MARKS['introduces'])}\s*{_DASHES}\s*", re.IGNORECASE
)
_TIME = r"\d{1,2}[:.]\d\d"
_ADDRESS = r"<[^<>\s]{1,64}@[^<>\s]{1,255}>"
_DATED = re.compile(rf"(?=.*{_TIME}).*{_ADDRESS}[^<>]{{0,40}}{_COLON}\s*", re.DOTALL)
"""When, and by whom, with an address in brackets: that introduces a quotation without any word for writing."""
_SENT_FROM = re.compile(rf"\s*{_any_of(_MARKS['sent_from'])}\s*", re.IGNORECASE)
_FORWARDS = re.compile(rf"\s*{_any_of(_MARKS['forwards'])}\s*{_COLON}", re.IGNORECASE)
_HEADS = 3  # lines of a head that make one
_NEAR = 5  # lines below an introduction in which what it introduces begins
_SIGNED = 15  # lines that a signature has at most
_LONGEST = 400  # characters of a line that are looked at


class Parts(NamedTuple):
    """What a mail says.

    Attributes:
        own: What its writer wrote.
        rest: What they quoted, signed with and forwarded, line by line; empty if nothing.
        forwarded: True if the rest holds another mail that they passed on: not a word of it is theirs.
    """

    own: str
    rest: str
    forwarded: bool


def parts_of(text: str, subject: str = "") -> Parts:
    """Cut a mail.

    Args:
        text: All of its text.
        subject: A subject that says "Fwd:" makes what follows a head a forwarded mail.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cut, forwarded = _cut(lines, _FORWARDS.match(subject[:40]) is not None)
    own, gone = _unquoted(lines[:cut])
    end = _signed_at(own)
    words = "\n".join(own[:end]).strip()
    if words or forwarded:
        return Parts(words, "\n".join([*gone, *own[end:], *lines[cut:]]).strip(), forwarded)
    return Parts(
        text.strip(), "", forwarded=False
    )  # nothing of one's own: whoever quotes only, means what they quote


def _cut(lines: list[str], forwards: bool) -> tuple[int, bool]:
    """The line from which on everything is another mail, and whether it was passed on."""
    head: dict[str, int] = {}  # what a head has so far → the line that has it
    for at, line in enumerate(lines):
        seen = line[:_LONGEST].replace("&nbsp;", " ")  # some programs write it into plain text
        dashed = _DASHED.fullmatch(seen)
        if dashed is not None:
            return at, dashed["forward"] is not None or forwards
        if _BEGUN.fullmatch(seen):
            return at, True
        if _BETWEEN_DASHES.fullmatch(seen) or _introduces_unmarked(lines, at):
            return at, forwards
        found = _HEAD.match(seen)
        if found is not None:
            head.setdefault(str(found.lastgroup), at)
            # A list of sender, receiver and date alone may be the details of a payment.
            if len(head) >= _HEADS and {"sender", "subject"} <= head.keys():
                first = min(head.values())
                above = lines[first - 1].strip() if first else ""
                return (first - 1 if above and set(above) <= set("_-=") else first), forwards
        elif not (head and line.strip() and line[:1] in " \t"):  # the rest of a long line of the head
            head.clear()
    return len(lines), False


def _introduces_unmarked(lines: list[str], at: int) -> bool:
    """True if a line says when, who and at which address wrote what follows, and that is not marked line by line."""
    line = lines[at]
    if len(line) > _LONGEST or not line.rstrip().endswith((":", "\uff1a")):
        return False
    if not (_INTRODUCES.fullmatch(line) and _DATED.fullmatch(line)):
        return False
    below = next((one for one in lines[at + 1 : at + 1 + _NEAR] if one.strip()), ">")
    return not below.startswith(">")


def _unquoted(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines without those that quote and the one or two that introduce them; and these."""
    kept: list[str] = []
    gone: list[str] = []
    for line in lines:
        if not line.startswith(">"):
            kept.append(line)
            continue
        while kept and not kept[-1].strip():
            kept.pop()
        last = kept[-1] if kept and len(kept[-1]) <= _LONGEST else ""
        # A long line was broken inside of an address: then it takes both halves to introduce anything.
        count = 2 if last.count(">") > last.count("<") else 1
        introduction = "\n".join(one[: _LONGEST + 1] for one in kept[-count:])
        if len(introduction) <= _LONGEST and (
            _INTRODUCES.fullmatch(introduction) or _DATED.fullmatch(introduction)
        ):
            gone += kept[-count:]
            del kept[-count:]
        gone.append(line)
        if kept and kept[-1].strip():
            kept.append("")
    return kept, gone


def _signed_at(lines: list[str]) -> int:
    """Where a signature begins, below a line of two dashes and a blank, or the line that a telephone adds; else the end."""
    end = next(
        (at for at in range(max(0, len(lines) - _SIGNED), len(lines)) if lines[at] == "-- "), len(lines)
    )
    while end and (not lines[end - 1].strip() or _SENT_FROM.fullmatch(lines[end - 1][:_LONGEST])):
        end -= 1
    return end

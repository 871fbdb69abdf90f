"""A reply as a channel can carry it: escaped where its text would be read as markup, and in pieces where it is too long."""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import accumulate

from supportflow.exceptions import Undeliverable
from supportflow.ports import ChannelTraits, Outgoing

__all__ = ["fitted"]

_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_MARKDOWN = {sign: "\\" + sign for sign in "\\`*_{}[]()#+-.!|~<>&"}
_ESCAPES: dict[str, dict[str, str]] = {"plain": {}, "html": _HTML, "markdown": _MARKDOWN}
_UNITS: dict[str, Callable[[str], int]] = {
    "characters": len,
    "utf16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
}
# Where a text is cut, if it can be: after the last of the first that is there.
_ENDS = (("\n\n",), ("\n",), (". ", "! ", "? ", "。", "！", "？", "…"), (" ", "，", "、", "；"))  # noqa: RUF001 - Chinese ones
_JOINERS = {"\u200d", "\ufe0e", "\ufe0f", "\u20e3"}
_SKIN = range(0x1F3FB, 0x1F400)
_FLAG = range(0x1F1E6, 0x1F200)


def fitted(message: Outgoing, traits: ChannelTraits) -> tuple[Outgoing, ...]:
    """A message as one or several that a channel can carry, each under a key of its own that is the same for every attempt.

    Files go with the first.

    Args:
        message: The reply.
        traits: Of the channel.

    Raises:
        Undeliverable: If the channel cannot carry replies, or not its files.
    """
    if "public_reply" not in traits.can:
        raise Undeliverable("no_replies")
    if message.attachments and "attachments" not in traits.can:
        raise Undeliverable("no_attachments")
    escapes = _ESCAPES[traits.markup]
    if traits.longest is None:
        return (message,) if not escapes else (replace(message, body=_escaped(message.body, escapes)),)
    size = _UNITS[traits.unit]
    pieces = [_escaped(one, escapes) for one in _pieces(message.body, traits.longest, size, escapes)]
    return tuple(
        replace(message, body=body)
        if number == 1
        else replace(message, key=f"{message.key}#{number}", body=body, attachments=())
        for number, body in enumerate(pieces or [""], 1)
    )


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(letter, letter) for letter in text) if escapes else text


def _pieces(text: str, longest: int, size: Callable[[str], int], escapes: dict[str, str]) -> Iterator[str]:
    """A text in pieces that are not too long once escaped. Nothing but blanks at the joints is lost."""
    clusters = list(_clusters(text, longest, size, escapes))
    places = [0, *accumulate(map(len, clusters))]
    sizes = [0, *accumulate(size(_escaped(one, escapes)) for one in clusters)]
    start = 0
    while sizes[-1] - sizes[start] > longest:
        end = max(bisect_right(sizes, sizes[start] + longest) - 1, start + 1)
        cut = _cut(text, places[start], places[end])
        # What is joined to a letter can look like an end: nothing is cut before the first letter's own.
        end = max(bisect_right(places, cut) - 1, start + 1)
        piece = text[places[start] : places[end]].strip()
        if piece:
            yield piece
        start = end
    rest = text[places[start] :]
    if start:
        rest = rest.strip()
    if rest or not start:
        yield rest


def _cut(text: str, start: int, end: int) -> int:
    """Where a text is cut: at an end of something in its second half, or where it must."""
    half = start + (end - start) // 2
    for ends in _ENDS:
        found = max((at + len(one) for one in ends if (at := text.rfind(one, half, end)) >= 0), default=-1)
        if found > start:
            return found
    return end


def _clusters(text: str, longest: int, size: Callable[[str], int], escapes: dict[str, str]) -> Iterator[str]:
    """What people take for one letter each: what is joined to a letter stays with it, if that can be carried at all."""
    cluster = ""
    taken = 0
    flags = 0
    for letter in text:
        weight = size(escapes.get(letter, letter))
        flag = ord(letter) in _FLAG
        joined = cluster and (
            letter in _JOINERS
            or cluster[-1] == "\u200d"
            or ord(letter) in _SKIN
            or (flag and flags % 2 == 1)
            or unicodedata.combining(letter)
            or unicodedata.category(letter) in {"Mn", "Me", "Mc"}
            or (letter == "\n" and cluster == "\r")
        )
        flags = flags + 1 if flag else 0
        if not joined or taken + weight > longest:
            if cluster:
                yield cluster
            cluster, taken = "", 0
        cluster += letter
        taken += weight
    if cluster:
        yield cluster

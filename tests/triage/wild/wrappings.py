"""What mail programs, web editors and gateways make of a text, each as a change of its cells."""

# ruff: noqa: ARG001, RUF005 - every wrapping has the same form; pieces are joined as they stand

import base64
import html
from collections.abc import Callable
from random import Random

from triage.wild.cells import Cells

__all__ = ["FINAL", "HELD_OUT", "TUNED"]

Wrapping = Callable[[Cells, Random], Cells]


def _as_it_is(cells: Cells, rng: Random) -> Cells:
    return cells


def _in_prose(cells: Cells, rng: Random) -> Cells:
    before = rng.choice(("Hello, please help me.\n", "Hi team, ", "Good morning\n\n", "你好，", "Hola, "))
    after = rng.choice(("\nThanks, Ana", " Please check it soon.", "\n\n-- \nAna", "，谢谢", "."))
    return Cells.of(before) + cells + Cells.of(after)


def _quoted_mail(cells: Cells, rng: Random) -> Cells:
    mark = rng.choice(("> ", ">", ">> ", "> > "))
    lines = cells.each(lambda piece, _: piece.replace("\n", "\n" + mark))
    return Cells.of("On Monday Ana wrote:\n" + mark) + lines


def _wrapped(cells: Cells, rng: Random, mark: str = "") -> Cells:
    """Lines broken at blanks, as mail programs break them."""
    width, column, pieces = rng.choice((16, 24, 40, 72)), 0, []
    words = cells.split_at_blanks()
    for word in words:
        size = len(word.text)
        if pieces:
            new = column + 1 + size > width
            pieces.append(("\n" + mark if new else " ", False))
            column = 0 if new else column + 1
        pieces += word.pieces
        column += size
    return Cells(tuple(pieces))


def _quoted_and_wrapped(cells: Cells, rng: Random) -> Cells:
    return Cells.of("> ") + _wrapped(cells, rng, "> ")


def _escaped(cells: Cells) -> Cells:
    return cells.each(lambda piece, _: html.escape(piece, quote=False).replace("\n", "<br>"))


def _html(cells: Cells, rng: Random) -> Cells:
    return Cells.of("<p>") + _escaped(cells) + Cells.of("</p>")


def _html_blanks(cells: Cells, rng: Random) -> Cells:
    blank = rng.choice(("&nbsp;", "&#160;", "&nbsp; "))
    return cells.each(lambda piece, _: blank if piece == " " else html.escape(piece, quote=False))


def _edges(cells: Cells) -> list[int]:
    """Where what is watched begins and where it has ended."""
    marks = [False, *(marked for _, marked in cells.pieces), False]
    found = [index for index in range(len(marks) - 1) if marks[index] != marks[index + 1]]
    return [found[0], found[-1]] if found else []


def _around(opening: str, closing: str) -> Wrapping:
    def wrap(cells: Cells, rng: Random) -> Cells:
        edges = _edges(cells)
        if len(edges) < 2:
            return cells
        first, last = edges
        middle = cells.pieces[first:last]
        if opening in {"**", "*", "_", "`", "~~"} and any("\n" in piece for piece, _ in middle):
            return cells  # Markdown's emphasis does not go over lines of a list
        return Cells(
            cells.pieces[:first] + ((opening, False),) + middle + ((closing, False),) + cells.pieces[last:]
        )

    return wrap


def _label_in(opening: str, closing: str) -> Wrapping:
    """The words before the secret emphasised, with the colon or without."""

    def wrap(cells: Cells, rng: Random) -> Cells:
        edges = _edges(cells)
        label = "".join(piece for piece, _ in cells.pieces[: edges[0]]) if edges else ""
        kept = label.rstrip(" \t\n")
        if rng.random() < 0.5:
            kept = kept.rstrip(":： ")
        if not kept or "\n" in kept:
            return cells
        size = len(kept)
        pieces = cells.pieces
        return Cells(((opening, False),) + pieces[:size] + ((closing, False),) + pieces[size:])

    return wrap


def _tags_between_words(cells: Cells, rng: Random) -> Cells:
    tag = rng.choice(("<br>", "<br/>", " <br>\n", "</li><li>", "</td><td>", "</p>\n<p>", "</div><div>"))
    first, last = (*_edges(cells), 0, 0)[:2]
    return Cells(
        tuple(
            (tag, False)
            if piece.isspace() and first <= index < last
            else (html.escape(piece, quote=False), marked)
            for index, (piece, marked) in enumerate(cells.pieces)
        )
    )


def _words_in(opening: str, closing: str) -> Wrapping:
    """Every word of the secret in a tag of its own."""

    def wrap(cells: Cells, rng: Random) -> Cells:
        pieces: list[tuple[str, bool]] = []
        inside = False
        for piece, marked in cells.pieces:
            word = marked and not piece.isspace()
            if word != inside:
                pieces.append((opening if word else closing, False))
                inside = word
            pieces.append((html.escape(piece, quote=False), marked))
        return Cells((*pieces, (closing, False)) if inside else tuple(pieces))

    return wrap


def _quoted_printable(cells: Cells, rng: Random) -> Cells:
    pieces: list[tuple[str, bool]] = []
    column, width = 0, rng.choice((20, 40, 76))
    for piece, marked in cells.pieces:
        for one in piece:
            code = (
                one
                if one == "\n" or (" " <= one <= "~" and one != "=")
                else "".join(f"={byte:02X}" for byte in one.encode())
            )
            if one != "\n" and column + len(code) >= width:
                pieces.append(("=\n", False))
                column = 0
            pieces.append((code, marked))
            column = 0 if one == "\n" else column + len(code)
    return Cells(tuple(pieces))


def _struck(cells: Cells, rng: Random) -> Cells:
    mark = rng.choice(("\u0336", "\u0332", "\u0335"))
    return cells.each(lambda piece, marked: piece + mark if marked and piece.isalnum() else piece)


def _invisible(cells: Cells, rng: Random) -> Cells:
    return cells.each(
        lambda piece, _: (
            piece + rng.choice("\u200b\u200c\u2060\u00ad")
            if piece.isalnum() and rng.random() < 0.3
            else piece
        )
    )


def _full_width(cells: Cells, rng: Random) -> Cells:
    return cells.each(
        lambda piece, _: chr(ord(piece) + 0xFEE0) if len(piece) == 1 and "!" <= piece <= "~" else piece
    )


_LIKE = str.maketrans("aeopcxyi", "аеорсхуі")


def _look_alikes(cells: Cells, rng: Random) -> Cells:
    """Some Latin letters of the words around the secret as Cyrillic ones. A word keeps at least one Latin letter."""
    return cells.each(
        lambda piece, marked: piece.translate(_LIKE) if not marked and rng.random() < 0.25 else piece
    )


def _wide_blanks(cells: Cells, rng: Random) -> Cells:
    wide = rng.choice(("  ", "   ", "\t", " \t", "\u00a0", "\u2003"))
    return cells.each(lambda piece, _: wide if piece == " " else piece)


def _empty_lines(cells: Cells, rng: Random) -> Cells:
    return cells.each(lambda piece, _: rng.choice(("\n\n", "\r\n", "\n \n")) if piece == "\n" else piece)


def _json(cells: Cells, rng: Random) -> Cells:
    table = {"\n": "\\n", '"': '\\"', "\\": "\\\\", "\t": "\\t"}
    inner = cells.each(
        lambda piece, _: (
            table.get(piece, piece)
            if piece.isascii()
            else "".join(f"\\u{ord(one):04x}" for one in piece if ord(one) < 0x10000)
        )
    )
    return Cells.of('{"message": "') + inner + Cells.of('"}')


def _percent(cells: Cells, rng: Random) -> Cells:
    return cells.each(
        lambda piece, _: (
            piece
            if piece.isalnum() and piece.isascii()
            else "".join(f"%{byte:02X}" for byte in piece.encode())
        )
    )


def _base64_body(cells: Cells, rng: Random) -> Cells:
    code = base64.b64encode(("Hello, " + cells.text + "\nThanks").encode()).decode()
    lines = "\n".join(code[at : at + 76] for at in range(0, len(code), 76))
    return Cells.of("Content-Transfer-Encoding: base64\n\n") + Cells.of(lines, True)


def _header(cells: Cells, rng: Random) -> Cells:
    code = base64.b64encode(cells.text.encode()).decode()
    return Cells.of("Subject: ") + Cells((("=?UTF-8?B?", False), (code, True), ("?=", False)))


def _in_table(cells: Cells, rng: Random) -> Cells:
    edges = _edges(cells)
    if len(edges) < 2 or "\n" in cells.text or "|" in cells.text:
        return cells
    pieces = cells.pieces
    return Cells(
        (("| ", False),)
        + pieces[: edges[0]]
        + ((" | ", False),)
        + pieces[edges[0] : edges[1]]
        + ((" |", False),)
        + pieces[edges[1] :]
    )


TUNED: dict[str, Wrapping] = {
    "as it is": _as_it_is,
    "in prose": _in_prose,
    "quoted mail": _quoted_mail,
    "wrapped": _wrapped,
    "quoted and wrapped": _quoted_and_wrapped,
    "HTML": _html,
    "HTML blanks": _html_blanks,
    "bold secret": _around("<b>", "</b>"),
    "strong secret": _around("<strong>", "</strong>"),
    "Markdown secret": _around("**", "**"),
    "code secret": _around("`", "`"),
    "bold label": _label_in("<b>", "</b>"),
    "Markdown label": _label_in("**", "**"),
    "tags between words": _tags_between_words,
    "words in spans": _words_in("<span>", "</span>"),
    "quoted-printable": _quoted_printable,
    "struck": _struck,
    "invisible": _invisible,
    "full width": _full_width,
    "look-alikes": _look_alikes,
    "wide blanks": _wide_blanks,
    "empty lines": _empty_lines,
    "table": _in_table,
}
HELD_OUT: dict[str, Wrapping] = {
    **TUNED,
    "styled": _around('<span style="color: #c00; font-weight:bold">', "</span>"),
    "font": _around("<font color=red>", "</font>"),
    "underlined": _around("<u>", "</u>"),
    "label emphasised": _label_in("<em class='x'>", "</em>"),
    "label underlined": _label_in("__", "__"),
    "one star": _around("*", "*"),
    "BBCode": _around("[b]", "[/b]"),
    "BBCode label": _label_in("[b]", "[/b]"),
    "table cells": _words_in("<td align=right>", "</td>"),
    "JSON": _json,
    "percent": _percent,
    "base64 body": _base64_body,
    "mail header": _header,
}


def _outlook(cells: Cells, rng: Random) -> Cells:
    style = "font-size:11pt;font-family:Calibri"
    opening = f"<div class=\"WordSection1\"><p class=MsoNormal><span lang=EN style='{style}'>"
    return Cells.of(opening) + _escaped(cells) + Cells.of("<o:p></o:p></span></p></div>")


def _listed(cells: Cells, rng: Random) -> Cells:
    mark = rng.choice(("- ", "* ", "\u2022 ", "+ "))
    return Cells.of("Details:\n" + mark) + cells.each(lambda piece, _: piece.replace("\n", "\n" + mark))


def _shouted(cells: Cells, rng: Random) -> Cells:
    """Capitals around the secret, as angry people write."""
    return cells.each(
        lambda piece, marked: piece if marked or len(piece.upper()) != len(piece) else piece.upper()
    )


def _terminal(cells: Cells, rng: Random) -> Cells:
    return Cells.of("\x1b[1m") + cells + Cells.of("\x1b[0m")


def _carets(cells: Cells, rng: Random) -> Cells:
    return Cells.of("Ana <ana@example.com> wrote:\n>> ") + _wrapped(cells, rng, ">> ")


def _windows(cells: Cells, rng: Random) -> Cells:
    return (
        Cells.of("Hi,\r\n\r\n")
        + cells.each(lambda piece, _: piece.replace("\n", "\r\n"))
        + Cells.of("\r\n\r\nBye\r\n")
    )


def _twice_escaped(cells: Cells, rng: Random) -> Cells:
    return cells.each(lambda piece, _: "&amp;nbsp;" if piece == " " else piece)


FINAL: dict[str, Wrapping] = {
    **HELD_OUT,
    "Outlook": _outlook,
    "listed": _listed,
    "shouted": _shouted,
    "terminal": _terminal,
    "carets": _carets,
    "Windows": _windows,
    "twice escaped": _twice_escaped,
    "quotes": _around('"', '"'),
    "typographic quotes": _around("\u201c", "\u201d"),
    "brackets": _around("[", "]"),
    "three ticks": _around("```", "```"),
    "wiki": _around("{{", "}}"),
    "Slack label": _label_in("*", "*"),
    "marked": _around("<mark>", "</mark>"),
    "heading": _label_in("<h3>", "</h3>"),
}

"""HTML of a mail as plain text: what a reader sees, and nothing that is hidden from them.

Tags are found by their brackets alone, in one pass: no tree is built, so that nothing that a stranger writes takes more than
linear time. What a tag cuts apart is joined again: a secret stays findable when half of it is bold.
"""

import html
import re

__all__ = ["html_text"]

_BLOCKS = """address article aside blockquote br dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr li main nav
ol p pre section table tr ul"""
_NEW_LINE = frozenset(_BLOCKS.split())
_APART = frozenset({"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "p", "pre", "table"})
"""After these a line is left free."""
_CELL = frozenset({"td", "th"})
_UNREAD = frozenset(
    {"head", "script", "style", "template", "title", "noscript", "svg", "math", "object", "iframe"}
)
_EMPTY = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_ENDS_ITSELF = frozenset({"dd", "dt", "li", "option", "p", "td", "th", "tr"})
"""Elements that the next one of their kind ends, so that an end left out hides nothing that follows."""
_NAME = re.compile(r"\s*(/?)\s*([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|mso-hide\s*:\s*all|\shidden(?=[\s=/]|$)",
    re.IGNORECASE,
)
_QUOTE = re.compile(
    r"gmail_quote|yahoo_quoted|moz-cite|protonmail_quote|id\s*=\s*[\"']?(divRplyFwdMsg|appendonsend)",
    re.IGNORECASE,
)
_HREF = re.compile(r"href\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_LONGEST_TAG = 20_000


class _Writer:
    """What has been read so far, line by line."""

    def __init__(self) -> None:
        self.lines: list[list[str]] = [[]]
        self.quoted: list[bool] = [False]
        self.unread: list[str] = []  # elements that nobody reads, the outer first
        self.quotes: list[str] = []  # elements that quote
        self.link: tuple[str, int, int] | None = (
            None  # where it leads, and the line and place where its words begin
        )

    def text(self, given: str) -> None:
        if self.unread or not given:
            return
        words = _SPACE.sub(" ", html.unescape(given))
        if words.strip() and not self._has_words():
            self.quoted[-1] = bool(self.quotes)
        self.lines[-1].append(words)

    def _has_words(self) -> bool:
        return any(map(str.strip, self.lines[-1]))

    def end_line(self, *, always: bool = False) -> None:
        if not self.unread and (always or self._has_words()):
            self.lines.append([])
            self.quoted.append(bool(self.quotes))

    def opened(self, name: str, rest: str) -> None:
        ends = name == "body" or name in _ENDS_ITSELF
        if self.unread and ends and self.unread[0] in {name, "head"}:
            self.unread.clear()
        if name not in _EMPTY and (self.unread or name in _UNREAD or _HIDDEN.search(rest)):
            # Only the same name is counted: what stands inside may be closed wrongly.
            if not self.unread or self.unread[0] == name:
                self.unread.append(name)
            return
        if name in _NEW_LINE:
            self.end_line(always=name == "br")
        quotes = name == "blockquote" or (
            name == "div" and (self.quotes[:1] == ["div"] or _QUOTE.search(rest))
        )
        if quotes and (not self.quotes or self.quotes[0] == name):
            self.quotes.append(name)
        if name in _CELL or name == "img":
            self.text(" ")
        elif name == "a":
            found = _HREF.search(rest)
            leads = "" if found is None else html.unescape(found[1] or found[2] or found[3] or "")
            self.link = (leads, len(self.lines) - 1, len(self.lines[-1]))

    def closed(self, name: str) -> None:
        if self.unread:
            if self.unread[0] == name:
                self.unread.pop()
            return
        if name == "a":
            self._end_link()
        elif name in _NEW_LINE:
            self.end_line()
            if name in _APART and self.lines[-2:] != [[], []]:
                self.end_line(always=True)
        if self.quotes and self.quotes[0] == name:
            self.quotes.pop()

    def _end_link(self) -> None:
        """Where a link leads is part of what it says, if its words do not say so: pretending links live on that."""
        if self.link is None:
            return
        leads, line, place = self.link
        self.link = None
        words = "".join(self.lines[line][place:]).strip() if line == len(self.lines) - 1 else ""
        if leads.startswith(("http://", "https://")) and leads.rstrip("/") != words.rstrip("/"):
            self.text(f" <{leads[:2_000]}>".replace("<", "&lt;"))

    def written(self) -> str:
        lines = ("".join(pieces).strip() for pieces in self.lines)
        marked = (
            f"> {line}" if quoted and line else line for line, quoted in zip(lines, self.quoted, strict=True)
        )
        return re.sub(r"\n{3,}", "\n\n", "\n".join(marked)).strip()


def html_text(source: str) -> str:
    """What a reader sees of an HTML document; quotations are marked as plain mails mark them, with `> `.

    Args:
        source: The document, or a part of one.
    """
    writer = _Writer()
    at, size = 0, len(source)
    while at < size:
        begin = source.find("<", at)
        if begin < 0:
            writer.text(source[at:])
            break
        writer.text(source[at:begin])
        if source.startswith("<!--", begin):
            end = source.find("-->", begin + 4)
            if end < 0:
                break  # a comment that never ends hides all that follows, as in a browser
            at = end + 3
            continue
        end = source.find(">", begin + 1)
        if end < 0:
            writer.text(source[begin:])
            break
        tag = source[begin + 1 : min(end, begin + _LONGEST_TAG)]
        named = _NAME.match(tag)
        if named is not None:
            if named[1]:
                writer.closed(named[2].lower())
            else:
                writer.opened(named[2].lower(), tag[named.end() :])
        elif not tag.startswith(("!", "?", "/")):
            writer.text(source[begin : end + 1])  # "1 < 2" and "<3"
        at = end + 1
    return writer.written()

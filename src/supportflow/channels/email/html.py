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
_FOREIGN = frozenset({"math", "svg"})
"""Elements that a slash at the end of their tag ends; to all others of HTML it means nothing."""
_NAME = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_SIGNS = re.compile(r"<+(?=<)|<")
_COMMENT = re.compile(r"<!--(?:-?>|.*?--!?>)", re.DOTALL)
_ATTRIBUTE = re.compile(
    r"([^\s\"'<>/=]+)(?:\s*=\s*(?:\"([^\"]*)(?:\"|$)|'([^']*)(?:'|$)|([^\s\"'][^\s]*)))?", re.DOTALL
)
_HIDES = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|mso-hide\s*:\s*all",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"gmail_quote|yahoo_quoted|moz-cite|protonmail_quote", re.IGNORECASE)
_LEADS_OUT = re.compile(r"https?:|[/\\]{2}", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_UNSEEN_IN_LINKS = re.compile(r"[\t\r\n]")
_LONGEST_TAG = 20_000


def _attributes(rest: str) -> dict[str, str]:
    """Names in lower case, and what they hold; of one that comes twice, the first."""
    found: dict[str, str] = {}
    if rest.strip():
        for name, double, single, bare in _ATTRIBUTE.findall(rest):
            found.setdefault(name.lower(), html.unescape(double or single or bare))
    return found


class _Writer:
    """What has been read so far, line by line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.has_words = False  # the line has
        self.quoted = False  # its first words are
        self.unread: list[str] = []  # elements that nobody reads, the outer first
        self.quotes: list[str] = []  # elements that quote
        self.link: tuple[str, int, int] | None = (
            None  # where it leads, and the line and place where its words begin
        )

    def text(self, given: str) -> None:
        if not self.unread and given:
            self._write(_SPACE.sub(" ", html.unescape(given)))

    def _write(self, words: str) -> None:
        if not self.has_words and words.strip():
            self.has_words = True
            self.quoted = bool(self.quotes)
        self.line.append(words)

    def end_line(self, *, always: bool = False) -> None:
        if self.unread or not (always or self.has_words):
            return
        line = "".join(self.line).strip()
        if line or self.lines[-2:] != ["", ""]:
            self.lines.append(f"> {line}" if line and self.quoted else line)
        self.line = []
        self.has_words = False

    def opened(self, name: str, rest: str) -> None:
        ends = name == "body" or name in _ENDS_ITSELF
        if self.unread and ends and self.unread[0] in {name, "head"}:
            self.unread.clear()
        if name in _FOREIGN and rest.rstrip().endswith("/"):
            return
        given = {} if self.unread else _attributes(rest)
        hidden = "hidden" in given or _HIDES.search(given.get("style", "")) is not None
        if name not in _EMPTY and (self.unread or name in _UNREAD or hidden):
            # Only the same name is counted: what stands inside may be closed wrongly.
            if not self.unread or self.unread[0] == name:
                self.unread.append(name)
            return
        if name in _NEW_LINE:
            self.end_line(always=name == "br")
        quotes = name == "blockquote" or (
            name == "div" and (self.quotes[:1] == ["div"] or _QUOTE.search(given.get("class", "")))
        )
        if quotes and (not self.quotes or self.quotes[0] == name):
            self.quotes.append(name)
        if name in _CELL or name == "img":
            self.text(" ")
        elif name == "a":
            leads = _UNSEEN_IN_LINKS.sub("", given.get("href", "")).strip()
            self.link = (leads, len(self.lines), len(self.line))

    def closed(self, name: str) -> None:
        if self.unread:
            if self.unread[0] == name:
                self.unread.pop()
            return
        if name == "a":
            self._end_link()
        elif name in _NEW_LINE:
            self.end_line()
            if name in _APART and self.lines[-1:] != [""]:
                self.end_line(always=True)
        if self.quotes and self.quotes[0] == name:
            self.quotes.pop()

    def _end_link(self) -> None:
        """Where a link leads is part of what it says, if its words do not say so: pretending links live on that."""
        if self.link is None:
            return
        leads, line, place = self.link
        self.link = None
        words = "".join(self.line[place:]).strip() if line == len(self.lines) else ""
        if _LEADS_OUT.match(leads) and leads.rstrip("/") != words.rstrip("/"):
            self._write(f" <{leads[:2_000]}>")

    def written(self) -> str:
        self.end_line()
        return "\n".join(self.lines).strip()


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
            comment = _COMMENT.match(source, begin)
            if comment is None:
                break  # a comment that never ends hides all that follows, as in a browser
            at = comment.end()
            continue
        named = _NAME.match(source, begin + 1)
        if named is None and not source.startswith(("!", "?", "/"), begin + 1):
            signs = _SIGNS.match(source, begin)
            at = begin + 1 if signs is None else signs.end()
            writer.text(source[begin:at])  # "1 < 2" and "<3"
            continue
        end = source.find(">", begin + 1)
        if end < 0:
            writer.text(source[begin:])
            break
        if named is not None and named[1]:
            writer.closed(named[2].lower())
        elif named is not None:
            writer.opened(named[2].lower(), source[named.end() : min(end, begin + _LONGEST_TAG)])
        at = end + 1
    return writer.written()

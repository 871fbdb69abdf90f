"""What stands between the words of a text for a program's eyes: tags, entities, emphasis, quoting marks, line breaks.

Words that a reader sees side by side stand side by side afterwards. Of a run of blanks one is left; of line breaks at most
two, which tell an empty line.
"""

import re
from html import unescape

from supportflow.triage.redaction.layers import Layer, Rewriting

__all__ = ["inside_tags", "is_marked", "join_lines", "plain_blanks", "without_emphasis", "without_tags"]

_INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "color",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "mark",
        "nobr",
        "o:p",
        "q",
        "s",
        "samp",
        "size",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    ]
)
_CELLS = frozenset(["td", "th", "dt", "dd"])
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "base",
        "blockquote",
        "body",
        "br",
        "button",
        "caption",
        "center",
        "col",
        "colgroup",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "frame",
        "frameset",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "iframe",
        "img",
        "input",
        "label",
        "legend",
        "li",
        "link",
        "list",
        "main",
        "map",
        "menu",
        "meta",
        "nav",
        "noformat",
        "noscript",
        "object",
        "ol",
        "optgroup",
        "option",
        "output",
        "p",
        "panel",
        "pre",
        "quote",
        "rp",
        "rt",
        "ruby",
        "section",
        "select",
        "style",
        "summary",
        "svg",
        "table",
        "tbody",
        "template",
        "textarea",
        "tfoot",
        "thead",
        "title",
        "tr",
        "ul",
        "video",
    ]
)
_NAME = re.compile(r"[<\[{]/?([a-z][a-z0-9:]*|\*)", re.IGNORECASE)
_MARKED = re.compile(
    r"</?[A-Za-z][A-Za-z0-9:]{0,15}(?:[ \t\r\n/][^<>]{0,4000}+)?>"
    r"|<!--[^<>]{0,4000}+>|<![A-Za-z\[][^<>]{0,400}+>"
    r"|&(?:amp;){0,3}(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,24});"
    r"|\[/?(?:[A-Za-z]{1,6}|\*)(?:=[^\[\]\n]{1,80})?\]"
    r"|\{(?:code|noformat|quote|color|panel)(?::[^{}\n]{1,80})?\}"
    r"|\x1b\[[0-9;]{0,16}[A-Za-z]"
)
# One character is found several times as fast as two.
_SAYS_MARKED = (
    ("<", ("<",)),
    ("&", ("&",)),
    ("[", ("[/",)),
    ("{", ("{code", "{noformat", "{quote", "{color", "{panel")),
    ("\x1b", ("\x1b[",)),
)


def _meant(place: str, between: str) -> str:
    """What a reader sees of a mark: nothing of an inline one, a new line of a block, a line between two cells."""
    first = place[0]
    if first == "&":
        while place.startswith("&amp;"):
            place = "&" + place[5:]
        text = unescape(place)
        return place if "\0" in text else text
    if first == "\x1b":
        return ""
    name = _NAME.match(place)
    if name is None:  # a comment
        return " " if first == "<" else place
    known = name[1].lower()
    if known in _INLINE:
        return between
    if known in _CELLS:
        return " | "
    if known in _BLOCKS or known == "*":
        return " " if place[1] == "/" else "\n"
    return " " if ":" in known else place


def _joined(place: str) -> str:
    return _meant(place, "")


def _apart(place: str) -> str:
    """The same with words in neighbouring tags as words."""
    return _meant(place, " ")


_TAG_REST = r"/?[A-Za-z][A-Za-z0-9:]{0,15}(?:[ \t\r\n/][^<>]{0,4000}+)?>"
# Between a letter and a digit a tag parts two words: `<span>PIN</span><span>4821</span>`.
_AT_DIGIT = Rewriting(
    re.compile(rf"<(?<=[A-Za-z]<){_TAG_REST}(?:<{_TAG_REST}){{0,3}}(?=\d)"),
    lambda _: " ",
)
_TAG_AT_DIGIT = re.compile(r">\d")
_JOINED = Rewriting(_MARKED, _joined)
_APART = Rewriting(_MARKED, _apart)


def is_marked(text: str) -> bool:
    """Whether a text may have tags or entities."""
    return any(first in text and any(sign in text for sign in signs) for first, signs in _SAYS_MARKED)


_Way = tuple[str, list[Layer]]


def without_tags(text: str, encoded: str) -> tuple[_Way, _Way]:
    """The text without tags and entities, in two ways. Linear time.

    In the first way what a tag parts is one word; in the second two words are two that only a tag parts:
    `<span>legal</span><span>winner</span>`.

    Args:
        text: The text of the first way.
        encoded: That of the second, which may be another form of it.
    """
    joined: _Way = text, []
    parts = None
    if is_marked(text):
        whole, layers = _with(_AT_DIGIT, text) if _TAG_AT_DIGIT.search(text) is not None else joined
        # Both ways are cut at the same places: once, if the texts are the same.
        parts = _JOINED.cut(whole)
        written, more = _with(_JOINED, whole, parts)
        joined = written, [*layers, *more]
        parts = parts if whole == encoded else None
    return joined, _with(_APART, encoded, parts) if is_marked(encoded) else (encoded, [])


def _with(rewriting: Rewriting, text: str, parts: list[str] | None = None) -> _Way:
    text, layer = rewriting.apply(text, parts)
    return text, [] if layer is None else [layer]


# What is written in the tags, of which a reader sees nothing.
_OUTSIDE = Rewriting(re.compile(r"(?:\A|(?<=>))[^<]{1,}+"), lambda _: " \x1e ")
_SAYS_INSIDE = re.compile(
    r"<[A-Za-z][^<>]{0,2000}(?:pass|pin|code|key|secret|seed|token|value|title|alt|content)[^<>]{0,200}="
)


def inside_tags(text: str) -> tuple[str, list[Layer]]:
    """Only what stands in the tags of a text; nothing if none says anything. Linear time."""
    if "<" not in text or _SAYS_INSIDE.search(text) is None:
        return "", []
    text, layer = _OUTSIDE.apply(text)
    return text, [] if layer is None else [layer]


# Stars and ticks at the edge of a word, two stars inside one; not the stars of a masked number.
_EMPHASIS = Rewriting(
    re.compile(
        # Begins with the characters that it can begin with, so that others are passed over fast.
        r"[*~`_](?:(?<=\*)(?:(?<![\w*].)\*{0,2}(?=[^\s*])|(?<=[^\s*].)\*{0,2}(?![\w*])|(?<=\w.)\*(?=\w))"
        r"|(?<=~)~|(?<=`)`{0,2}"
        r"|(?<=_)(?:(?<![A-Za-z0-9_].)_(?=[^\s_])|(?<=[^\s_].)_(?![A-Za-z0-9_])|(?<=[^\x00-\x7f].)_))"
    ),
    lambda _: "",
)


def without_emphasis(text: str) -> tuple[str, list[Layer]]:
    """The text without Markdown's stars, tildes and ticks. Linear time."""
    if (
        "*" not in text
        and "`" not in text
        and ("~" not in text or "~~" not in text)
        and ("_" not in text or "__" not in text)
    ):
        return text, []
    text, layer = _EMPHASIS.apply(text)
    return text, [] if layer is None else [layer]


def _blank(place: str) -> str:
    breaks = place.count("\n")
    return "\n" * min(breaks, 2) if breaks else " "


_BREAK = re.compile(r"\n[ >\n]++")


def _plain_breaks(text: str) -> str | None:
    """What `_BLANKS` makes of a text whose blanks are spaces; None for another one."""
    if text.startswith((" ", ">")) or "\t" in text or "\r" in text:
        return None
    # Each time half of the blanks that are too many are gone.
    while "  " in text:
        text = text.replace("  ", " ")
    return _BREAK.sub(lambda match: _blank(match[0]), text.replace(" \n", "\n"))


_BLANKS = Rewriting(
    # Begins with the characters that it can begin with, so that others are passed over fast. Looked for are: quoting marks
    # at the very beginning; line breaks with what stands around them; several blanks, or one that is no space.
    re.compile(
        r"[ \t\r\n>](?:(?<=\A>)[ \t]*+(?:>[ \t]*+)*+|(?<=\A[ \t])[ \t]*+(?:>[ \t]*+)++"
        r"|(?:(?<=\n)|(?<=[ \t\r])[ \t\r]*+\n)[ \t\r]*+(?:>[ \t]*+)*+(?:[ \t\r]*+\n[ \t\r]*+(?:>[ \t]*+)*+)*+"
        r"|(?<=[ \t\r])[ \t\r]++|(?<=[\t\r]))"
    ),
    _blank,
    _plain_breaks,
)
_SAYS_BLANKS = ("\n ", " \n", "\n>", "\n\n\n")


def has_odd_blanks(text: str) -> bool:
    """Whether a text has blanks that are not single spaces and line breaks between words, or quoting marks."""
    return (
        text.startswith((" ", ">"))
        or "  " in text
        or "\t" in text
        or "\r" in text
        or ("\n" in text and any(sign in text for sign in _SAYS_BLANKS))
    )


def plain_blanks(text: str) -> tuple[str, list[Layer]]:
    """The text with one blank for many, no quoting marks, and two line breaks for an empty line. Linear time."""
    if not has_odd_blanks(text):
        return text, []
    text, layer = _BLANKS.apply(text)
    return text, [] if layer is None else [layer]


_BROKEN = Rewriting(
    re.compile(
        r"\n(?<=[A-Za-z0-9+/_=.-]{16}\n)\n?"
        # An address or a transaction's hash, whole on its line, begins something new: a desk needs it.
        r"(?!(?:0[xX][0-9a-fA-F]{40}(?:[0-9a-fA-F]{24})?|bc1[a-z0-9]{39,59})\b)"
        r"(?:(?=[A-Za-z0-9+/_=-]{2})(?=[A-Za-z-]*+[0-9+/=_]"
        r"|[A-Za-z]*?[a-z][A-Z])|(?=[a-f]{2,8}\b))"
    ),
    lambda _: "",
)


def join_lines(text: str) -> tuple[str, list[Layer]]:
    """The text with long runs of letters and digits, as keys are, whole that a line break parts. Linear time."""
    if "\n" not in text:
        return text, []
    text, layer = _BROKEN.apply(text)
    return text, [] if layer is None else [layer]

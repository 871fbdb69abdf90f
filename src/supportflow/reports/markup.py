"""What sections of the page are made of."""

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files

from supportflow._time import Instant
from supportflow.exceptions import InvalidInput
from supportflow.reports.pictures import text
from supportflow.texts import languages, phrases

__all__ = [
    "DAY", "HOUR", "NOTHING", "Words", "document", "minute", "section", "share", "span", "table", "turned", "words_of",
]  # fmt: skip

MINUTE, HOUR, DAY = 60, 3_600, 86_400
NOTHING = "\u2013"
Words = Mapping[str, str]


def words_of(*tables: str, language: str) -> Words:
    """The words of a page.

    Args:
        tables: Of `report.toml`.
        language: Theirs.

    Raises:
        InvalidInput: If there are none in that language.
    """
    if language not in languages():
        raise InvalidInput("language", f"is not one of {', '.join(languages())}")
    return {key: texts[language] for table in tables for key, texts in phrases("report", table).items()}


def document(title: str, body: Iterable[str], words: Words, language: str) -> str:
    """The page: no script, nothing from elsewhere."""
    tag = "zh-Hans" if language == "zh" else language
    style = (files("supportflow.reports") / "page.css").read_text(encoding="utf-8")
    head = (
        f'<!DOCTYPE html><html lang="{tag}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{text(title)}</title><style>{style}</style></head><body>"
    )
    return f'{head}<a class="skip" href="#figures">{words["skip"]}</a>{"".join(body)}</body></html>\n'


def section(title: str, note: str, picture: str, *tables: str) -> str:
    """A part of the page: what it is, a note, a picture, tables."""
    return (
        f"<section><h2>{text(title)}</h2><p class=note>{text(note)}</p>{picture}{''.join(tables)}</section>"
    )


def table(
    words: Words,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    title: str = "",
    shown: bool = False,
) -> str:
    """A table behind a line that opens it, by mouse or keyboard; texts on the left, numbers on the right."""
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in header)
    body = "".join(
        f'<tr><th scope="row">{text(row[0])}</th>{"".join(f"<td>{text(cell)}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    label = text(title or words["table"])
    shown_table = (
        f'<div class="wide" tabindex="0" role="region" aria-label="{label}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    if shown:
        return shown_table
    summary = f"{text(words['table'])}{words['colon'] + text(title) if title else ''}"
    return f"<details><summary>{summary}</summary>{shown_table}</details>"


def share(one: float | None) -> str:
    """A share in percent."""
    return NOTHING if one is None else f"{one:.1%}"


def minute(at: Instant | None) -> str:
    """An instant to the minute."""
    return NOTHING if at is None else f"{at:%Y-%m-%d %H:%M}Z"


def span(seconds: float, words: Words) -> str:
    """A length in its largest unit that leaves no more than a tenth."""
    for unit, length in (("days_n", DAY), ("hours_n", HOUR), ("minutes", MINUTE)):
        if seconds >= length:
            return words[unit].format(n=f"{seconds / length:.1f}".removesuffix(".0"))
    return words["minutes"].format(n=f"{seconds / MINUTE:.1f}".removesuffix(".0"))


def turned(before: str | None, after: str | None, words: Words) -> str:
    """How the end of a clock changed; None or `no clock` if there is none."""
    return " \N{RIGHTWARDS ARROW} ".join(_ended(one, words) for one in (before, after))


def _ended(how: str | None, words: Words) -> str:
    return words["ended_none" if how in {None, "no clock"} else f"ended_{how}"]

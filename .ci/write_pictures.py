"""Draw the pictures of boxes and arrows of the docs: each is a table of boxes in a grid, and of arrows between them.

Usage: write_pictures.py            writes the files
       write_pictures.py --check    1 if a file is not what would be written
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).resolve().parent.parent / "docs"
WIDTH, HEIGHT, GAP, LINE, MARGIN = 176, 62, 66, 16, 16


class Box(NamedTuple):
    """A box: its column and row in the grid, its lines of text, and whether it is somebody else's."""

    column: float
    row: float
    text: str
    outside: bool = False


class Arrow(NamedTuple):
    """From box to box, with words beside it; dashed for what happens only sometimes."""

    source: str
    target: str
    text: str = ""
    dashed: bool = False


class Picture(NamedTuple):
    """A picture and what it shows, in words for those who cannot see it."""

    title: str
    boxes: Mapping[str, Box]
    arrows: Sequence[Arrow]


PICTURES = {
    "operate/deployment.svg": Picture(
        "Your site takes commands and a worker lets time pass; both work on one database, and the worker delivers.",
        {
            "people": Box(0, 0, "customers, agents", outside=True),
            "site": Box(1, 0, "your site\nwith a Desk in it"),
            "database": Box(2.6, 0, "database\nyour tables, and\nsupportflow_…"),
            "worker": Box(1, 1, "supportflow worker\none or many"),
            "probes": Box(0, 1, "probes, metrics", outside=True),
            "channels": Box(2.6, 1, "mail, chat, webhooks,\nyour handlers", outside=True),
        },
        [
            Arrow("people", "site"),
            Arrow("site", "database", "a command: one transaction"),
            Arrow("worker", "database", "claims what is due"),
            Arrow("worker", "channels", "delivers"),
            Arrow("probes", "worker", dashed=True),
        ],
    ),
    "guides/routing.svg": Picture(
        "A ticket gets a class and a requirement, waits in the queue, and is offered to an agent.",
        {
            "ticket": Box(0, 0.5, "ticket"),
            "class": Box(1, 0, "class and level\nby rules and words"),
            "needs": Box(1, 1, "requirement: tier,\ngroup, skills, language"),
            "queue": Box(2, 0.5, "queue: class,\nlevel, due time"),
            "offer": Box(3, 0.5, "offer to an agent\nwho could take it"),
            "agents": Box(3, 1.6, "agents: skills, shift,\ncapacity, presence", outside=True),
            "relaxed": Box(2, 1.6, "waits too long:\nless will do"),
            "work": Box(4, 0.5, "assigned"),
        },
        [
            Arrow("ticket", "class"),
            Arrow("ticket", "needs"),
            Arrow("class", "queue"),
            Arrow("needs", "queue"),
            Arrow("queue", "offer", "first"),
            Arrow("agents", "offer"),
            Arrow("offer", "work", "accepted"),
            Arrow("queue", "relaxed", dashed=True),
            Arrow("relaxed", "needs", dashed=True),
        ],
    ),
    "decide/adoption.svg": Picture(
        "Five stages of adoption: replay a log, watch, warn, one queue, all. Each can be left again.",
        {
            "past": Box(0, 0, "0. the past\nreplay a log"),
            "watch": Box(1, 0, "1. watch\nobserve, two weeks"),
            "warn": Box(2, 0, "2. warn\nhandlers"),
            "queue": Box(3, 0, "3. one queue\ncommands, routing"),
            "all": Box(4, 0, "4. all"),
        },
        [Arrow("past", "watch"), Arrow("watch", "warn"), Arrow("warn", "queue"), Arrow("queue", "all")],
    ),
}  # fmt: skip


def corner(box: Box) -> tuple[float, float]:
    """The upper left corner of a box."""
    return MARGIN + box.column * (WIDTH + GAP), MARGIN + box.row * (HEIGHT + GAP / 2)


def ends(source: Box, target: Box) -> tuple[float, float, float, float]:
    """Where an arrow leaves one box and meets the other: at the sides that face each other."""
    (left, top), (other_left, other_top) = corner(source), corner(target)
    middle, other_middle = top + HEIGHT / 2, other_top + HEIGHT / 2
    if source.column < target.column:
        return left + WIDTH, middle, other_left - 2, other_middle
    if source.column > target.column:
        return left, middle, other_left + WIDTH + 2, other_middle
    down = source.row < target.row
    centre = left + WIDTH / 2
    return centre, top + HEIGHT * down, centre, other_top + (-2 if down else HEIGHT + 2)


def drawn(picture: Picture) -> Iterator[str]:
    """The lines of an SVG file."""
    corners = [corner(box) for box in picture.boxes.values()]
    width = max(left for left, _ in corners) + WIDTH + MARGIN
    height = max(top for _, top in corners) + HEIGHT + MARGIN
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="sans-serif" font-size="13" role="img">'
    )
    yield f"<title>{escape(picture.title)}</title>"
    yield '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    yield '<path d="M0 0 8 4 0 8z" fill="#555555"/></marker></defs>'
    yield '<rect width="100%" height="100%" fill="#ffffff"/>'
    for arrow in picture.arrows:
        x, y, to_x, to_y = ends(picture.boxes[arrow.source], picture.boxes[arrow.target])
        dashes = ' stroke-dasharray="5 4"' if arrow.dashed else ""
        yield (
            f'<line x1="{x:g}" y1="{y:g}" x2="{to_x:g}" y2="{to_y:g}" stroke="#555555" '
            f'stroke-width="1.5" marker-end="url(#tip)"{dashes}/>'
        )
        words = arrow.text.replace(": ", ":\n").split("\n")
        for number, line in enumerate(words if arrow.text else ()):
            place = (y + to_y) / 2 - 6 - LINE * (len(words) - 1 - number)
            yield (
                f'<text x="{(x + to_x) / 2:g}" y="{place:g}" fill="#333333" font-size="11" text-anchor="middle">'
                f"{escape(line)}</text>"
            )
    for box in picture.boxes.values():
        left, top = corner(box)
        fill, edge = ("#f3f3f3", "#777777") if box.outside else ("#e8f1f8", "#1f4e79")
        yield (
            f'<rect x="{left:g}" y="{top:g}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{fill}" stroke="{edge}"/>'
        )
        lines = box.text.split("\n")
        for number, line in enumerate(lines):
            place = top + HEIGHT / 2 + 5 + LINE * (number - (len(lines) - 1) / 2)
            yield (
                f'<text x="{left + WIDTH / 2:g}" y="{place:g}" fill="#1a1a1a" text-anchor="middle">'
                f"{escape(line)}</text>"
            )
    yield "</svg>"


def pages() -> dict[Path, str]:
    """Every picture by its file."""
    return {DOCS / name: "\n".join(drawn(picture)) + "\n" for name, picture in PICTURES.items()}


def main(arguments: list[str]) -> int:
    """Write or check the pictures."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in arguments:
        print("\n".join(f"{path.name} is stale" for path in stale) or "all pictures are current")
        return int(bool(stale))
    for path in stale:
        path.write_text(pages()[path], "utf-8")
        print(f"wrote {path.relative_to(DOCS)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

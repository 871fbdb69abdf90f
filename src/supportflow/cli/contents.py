"""What the command line offers: every command, and the page that says so, which needs no parser.

To load `argparse` takes as long as Python itself takes to start. The page is laid out as `argparse` does it, to the byte.
"""

from __future__ import annotations

import os
import sys

from supportflow._version import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

__all__ = ["COMMANDS", "DESCRIPTION", "EPILOG", "VERBOSE", "coloured", "said", "width"]

DESCRIPTION = "Ticket lifecycle, priorities, SLA clocks and routing for any Python helpdesk."
EPILOG = "Start with `supportflow demo`: it needs no data."
VERBOSE = "with any command: say every problem of a document, not the first alone"
COMMANDS = (
    ("demo", "demo", "a day at an exchange's desk; needs no data"),
    ("replay", "replay", "run a real log through the lifecycle and the SLA clocks"),
    ("log", "log", "convert event logs, and write a desk's own history as one"),
    ("what-if", "whatif", "say what another policy would have done with a log"),
    ("report", "report", "show a log under a policy, or a desk's own history, as one page with pictures"),
    ("simulate", "simulate", "run a desk that does not exist yet, and see how long everybody waits"),
    ("staffing", "staffing", "say how many agents are needed, by hour and team"),
    ("triage", "triage", "redact and classify messages"),
    ("diagram", "diagram", "draw the lifecycle as a Mermaid state diagram"),
    ("check", "check", "read a policy and say what is wrong with it"),
    ("diff", "diff", "say where two policies differ, or what a surge changes"),
    ("import", "takeover", "make a policy from another helpdesk's export"),
    ("schema", "schema", "print the JSON Schema of a policy"),
    ("calendar", "calendar", "look at a business calendar"),
    ("roster", "roster", "print a week of a roster"),
    ("worker", "worker", "let time pass for a desk: warnings, breaches, deliveries"),
    ("outbox", "outbox", "deliveries that were given up: list, retry, drop"),
    (
        "recompute",
        "recompute",
        "set wake-ups and due times anew after an update of supportflow, of time zone data, or of the policy",
    ),
    ("archive", "retention", "put away tickets that were closed long ago"),
    ("erase", "retention", "erase every text of a person"),
    ("retain", "retention", "erase, put away and forget what the policy's retention keeps no longer"),
    ("records", "records", "prove that nothing was altered: checkpoints, proofs, audits"),
    ("migrate", "migrate", "make or upgrade the tables of a database"),
    ("status", "status", "say what waits, what is due, and who works on it"),
    ("completion", "completion", "print what a shell needs to complete commands"),
    ("doctor", "doctor", "say what of an installation and of its database is not as it should be"),
)
"""Every command in order: its name, the module that adds it, and its help. A module is loaded when its command is run."""
_USAGE = "usage: supportflow [-h] [--version] [--verbose] COMMAND ..."
_OPTIONS = (
    ("-h, --help", "show this help message and exit"),
    ("--version", "show program's version number and exit"),
    ("--verbose", VERBOSE),
)
_BESIDE = max(len(name) for name, _, _ in COMMANDS) + 6
"""Where a meaning begins: names stand four columns in, and two are between."""


def said(word: str) -> bool:
    """Answer `--help` or `--version` on standard output; False where that takes a parser, colours, or an error."""
    out = sys.stdout
    if out is None:
        return False
    try:
        if word == "--version":
            page = f"supportflow {VERSION}\n"
        elif width() < len(_USAGE) or coloured(out):
            return False
        else:
            page = _page(width())
        out.write(page)
        out.flush()
    except OSError:
        return False
    return True


def _page(columns: int) -> str:
    parts = [_USAGE, "", *_filled(DESCRIPTION, columns), "", "options:"]
    for name, meaning in _OPTIONS:
        parts += _entry("  ", name, meaning, columns)
    parts += ["", "commands:", "  COMMAND"]
    for name, _, meaning in COMMANDS:
        parts += _entry("    ", name, meaning, columns)
    return "\n".join([*parts, "", *_filled(EPILOG, columns), ""])


def _entry(indent: str, name: str, meaning: str, columns: int) -> Iterator[str]:
    """A name, and beside it what it means."""
    start = f"{indent + name:<{_BESIDE}}"
    for line in _filled(meaning, columns - _BESIDE):
        yield start + line
        start = " " * _BESIDE


def _filled(text: str, columns: int) -> list[str]:
    """A text in lines that are as long as they can be; a line may end behind a hyphen."""
    lines = [""]
    for word in text.split(" "):
        glue = " " if lines[-1] else ""
        head, hyphen, tail = word.partition("-")
        for part in (head + hyphen, tail) if tail else (word,):
            if lines[-1] and len(lines[-1] + glue + part) > columns:
                lines.append(part)
            else:
                lines[-1] += glue + part
            glue = ""
    return lines


def width() -> int:
    """How wide help is: as `argparse` finds it by itself, which loads all that `shutil` needs for archives."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns) - 2
    try:
        found = os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ is not None else 0
    except (ValueError, OSError):
        found = 0
    return (found or 80) - 2


def coloured(stream: TextIO) -> bool:
    """Whether help is shown in colours: on a terminal that has some, if nobody objects and the extra `terminal` is there."""
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") in {None, "", "dumb"}:
        return False
    from importlib.util import find_spec  # noqa: PLC0415 - who wants no colours does not wait for it

    return find_spec("rich_argparse") is not None

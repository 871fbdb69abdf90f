"""Reading a roster from TOML, JSON, YAML 1.2 or plain data, with errors that name the place."""

from collections.abc import Mapping
from pathlib import Path

from supportflow.exceptions import RosterError
from supportflow.policy.read.documents import load, parse, read
from supportflow.routing.document import Roster, roster_problems

__all__ = ["load_roster", "parse_roster", "read_roster"]


def parse_roster(document: Mapping[str, object]) -> Roster:
    """The roster in plain data. Whether its calendars exist only a policy knows: see `verify_roster`.

    Raises:
        RosterError: With every problem, each starting with its path.
    """
    roster = parse(document, Roster, RosterError)
    problems = list(roster_problems(roster))
    if problems:
        raise RosterError(problems)
    return roster


def load_roster(text: str, *, format: str) -> Roster:  # noqa: A002 - what it is called everywhere
    """The roster in a TOML, JSON or YAML text.

    Args:
        text: The document, of two million characters at most.
        format: `"toml"`, `"json"` or `"yaml"` (YAML 1.2, without anchors and tags; extra `yaml`).

    Raises:
        RosterError: If it cannot be read (with the line), or is not a valid roster (with the path and the line).
        MissingExtra: If it is YAML, and the extra is not installed.
    """
    return load(text, format, parse_roster, RosterError)


def read_roster(path: Path) -> Roster:
    """The roster in a `.toml`, `.json`, `.yaml` or `.yml` file.

    Raises:
        RosterError: If the ending is none of these, or the document is wrong; each problem starts with the file's name.
        MissingExtra: If it is YAML, and the extra is not installed.
        OSError: If the file cannot be read.
    """
    return read(path, load_roster, RosterError)

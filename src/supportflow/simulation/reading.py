"""Reading a scenario and the log that it may name, with errors that name the place."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, NamedTuple

from supportflow._time import instant, to_us
from supportflow.calendars.zones import clock_of
from supportflow.exceptions import InvalidInput, ScenarioError
from supportflow.policy import read_policy
from supportflow.policy.read.documents import load, parse, read
from supportflow.simulation.scenario import ArrivalLog, Scenario

__all__ = ["Logged", "load_scenario", "parse_scenario", "read_arrivals", "read_scenario"]

_COLUMNS = ("category", "priority_class", "language", "channel")


class Logged(NamedTuple):
    """A row of a log: when a ticket came, and what is known of it."""

    at_us: int
    said: dict[str, Any]


def parse_scenario(document: Mapping[str, object]) -> Scenario:
    """The scenario in plain data, each field checked by itself. Whether it fits its policy, `simulate` says.

    Raises:
        ScenarioError: With every problem, each starting with its path.
    """
    return parse(document, Scenario, ScenarioError)


def load_scenario(text: str, *, format: str) -> Scenario:  # noqa: A002 - what it is called everywhere
    """The scenario in a TOML, JSON or YAML text.

    Args:
        text: The document, of two million characters at most.
        format: `"toml"`, `"json"` or `"yaml"` (YAML 1.2, without anchors and tags; extra `yaml`).

    Raises:
        ScenarioError: If it cannot be read (with the line), or is not a valid scenario (with the path).
        MissingExtra: If it is YAML, and the extra is not installed.
    """
    return load(text, format, parse_scenario, ScenarioError)


def read_scenario(path: Path | str) -> Scenario:
    """The scenario in a `.toml`, `.json`, `.yaml` or `.yml` file, with its policy in place.

    Raises:
        ScenarioError: If the document is wrong; each problem starts with the file's name.
        PolicyError: If the policy that it names is wrong.
        MissingExtra: If one is YAML, and the extra is not installed.
        OSError: If a file cannot be read.
    """
    path = Path(path)
    return placed(read(path, load_scenario, ScenarioError), path.parent)


def placed(scenario: Scenario, folder: Path) -> Scenario:
    """A scenario with the files that it names in place: its policy read, its log's path from this folder.

    Raises:
        PolicyError: If the policy that it names is wrong.
        MissingExtra: If it is YAML, and the extra is not installed.
        OSError: If it cannot be read.
    """
    changed: dict[str, object] = {}
    if scenario.policy_file is not None:
        changed |= {"policy": read_policy(folder / scenario.policy_file), "policy_file": None}
    log = scenario.arrivals.log
    if log is not None:
        found = log.model_copy(update={"file": str(folder / log.file)})
        changed["arrivals"] = scenario.arrivals.model_copy(update={"log": found})
    return scenario.model_copy(update=changed)


def read_arrivals(log: ArrivalLog) -> list[Logged]:
    """The rows of a log, in time.

    Raises:
        ScenarioError: If a column is missing or an instant cannot be read (with the line).
        OSError: If the file cannot be read.
    """
    try:
        zone = None if log.tz is None else clock_of(log.tz)
    except InvalidInput:
        raise ScenarioError(["arrivals.log.tz: is not an IANA time zone"]) from None
    try:
        with Path(log.file).open(encoding="utf-8-sig", newline="") as file:
            rows = list(_rows(csv.DictReader(file), log, zone))
    except UnicodeDecodeError:
        raise ScenarioError([f"arrivals.log.file: {log.file} is not text in UTF-8"]) from None
    except csv.Error as error:
        raise ScenarioError([f"arrivals.log.file: {log.file} is not a CSV file: {error}"]) from None
    if not rows:
        raise ScenarioError([f"arrivals.log.file: {log.file} has no rows"])
    return sorted(rows, key=lambda row: row.at_us)


def _rows(reader: "csv.DictReader[str]", log: ArrivalLog, zone: tzinfo | None) -> Iterator[Logged]:
    columns = {name: getattr(log, name) for name in _COLUMNS if getattr(log, name) is not None}
    there = reader.fieldnames or ()
    missing = [
        f"arrivals.log.{field}: {log.file} has no column {column!r}"
        for field, column in {"time": log.time, **columns}.items()
        if column not in there
    ]
    if missing:
        raise ScenarioError(missing)
    for row in reader:
        try:
            at_us = _at_us(row[log.time], zone)
        except ValueError:  # also of a time without an offset
            where = f"line {reader.line_num} of {log.file}"
            raise ScenarioError([f"arrivals.log.time: {where} has no instant with an offset"]) from None
        yield Logged(at_us, {name: row[column] for name, column in columns.items() if row[column]})


def _at_us(text: str | None, zone: tzinfo | None) -> int:
    moment = datetime.fromisoformat((text or "").strip())
    if moment.tzinfo is None and zone is not None:
        moment = moment.replace(tzinfo=zone)
    return to_us(instant(moment))

"""`supportflow what-if`: yesterday's log under tomorrow's policy."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from supportflow._time import Instant, instant
from supportflow.calendars import BusinessCalendar
from supportflow.cli import terminal
from supportflow.cli.answers import add_json_file
from supportflow.cli.documents import mapping_named, on_log, roster_named
from supportflow.cli.inputs import add_log, not_the_log, policy_at
from supportflow.cli.progress import Bar
from supportflow.conditions.fields import nearest
from supportflow.exceptions import CalendarError, InvalidInput
from supportflow.policy import CompiledPolicy, Policy
from supportflow.policy.read.documents import load, parse, read
from supportflow.replay import LogMapping
from supportflow.replay.cases import CaseLog
from supportflow.simulation import simulation_text
from supportflow.simulation.scenario import RandomTime, Service
from supportflow.whatif import (
    CaseDifference,
    Resimulated,
    WhatIf,
    compare,
    differences_file,
    resimulate,
    whatif_text,
)

__all__ = ["add_to", "run"]

_TWO = 2
_RESIMULATION = ("service", "patience", "seed")
_EXAMPLES = """examples:
  supportflow what-if changes.csv --mapping mapping.toml --policy today.toml --policy tomorrow.toml
  supportflow what-if changes.csv.gz --mapping mapping.toml --policy today.toml --policy tomorrow.toml -o differing.csv
  supportflow what-if changes.csv --mapping mapping.toml --policy today.toml --calendar office=longer-days.toml --json -
  supportflow what-if changes.csv --mapping mapping.toml --policy today.toml --policy tomorrow.toml --roster team.toml \\
      --service PT20M
"""


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "what-if",
        help="say what another policy would have done with a log",
        description=(
            "Replay a log under two policies, as it happened, and say which tickets would have had another class, place, "
            "owner, due time or verdict, and why: which rule, which stretch of which clock. The same log and policies give "
            "the same answer to the last byte; memory does not grow with the log."
        ),
        epilog=_EXAMPLES,
    )
    add_log(parser)
    parser.add_argument(
        "--policy",
        action="append",
        required=True,
        metavar="POLICY",
        help="a policy; give it twice: the first, and the one that is compared with it",
    )
    parser.add_argument(
        "--calendar",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="use this calendar in the second policy in place of its own of that name; with one --policy, it is that policy "
        "with and without the calendar",
    )
    parser.add_argument(
        "--roster",
        metavar="ROSTER",
        help="re-simulate: the log's tickets come again, and these agents take them under each policy",
    )
    parser.add_argument(
        "--service",
        metavar="DURATION",
        help="how long a ticket takes in a re-simulation, in the mean, ISO 8601 such as PT20M",
    )
    parser.add_argument(
        "--patience",
        metavar="DURATION",
        help="how long requesters wait in a re-simulation (default: for ever)",
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="of a re-simulation's random numbers (default 0)"
    )
    parser.add_argument(
        "--until",
        metavar="INSTANT",
        help="until when everything happens that falls due, ISO 8601 with an offset (default: the log's last instant)",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="write every ticket that differs: .csv (safe to open in a spreadsheet) or .jsonl",
    )
    add_json_file(parser, "the totals")
    parser.add_argument("--quiet", action="store_true", help="print neither the text nor a progress bar")
    parser.set_defaults(run=on_log(run))


def run(arguments: argparse.Namespace) -> int:
    """Compare the policies."""
    not_the_log(arguments.output, arguments.log, "output")
    not_the_log(arguments.json, arguments.log, "--json")
    mapping = mapping_named(arguments.mapping)
    # All documents before the log: a mistake in one should not cost a long reading first.
    policy, against = _policies(arguments.policy, arguments.calendar)
    until = None if arguments.until is None else instant(arguments.until, "--until")
    found: WhatIf | Resimulated
    if arguments.roster is None:
        for name in _RESIMULATION:
            if getattr(arguments, name) is not None:
                raise InvalidInput(f"--{name}", "goes with --roster: only a re-simulation asks for it")
        found = _compared(arguments, mapping, policy, against, until)
    else:
        found = _resimulated(arguments, mapping, policy, against)
    if not arguments.quiet and arguments.json != "-":
        terminal.lines("\n".join(_texts(found)))
    if arguments.json is not None:
        terminal.answer(arguments.document, json.loads(found.model_dump_json()), out=arguments.json)
    return 0


def _compared(
    arguments: argparse.Namespace,
    mapping: LogMapping,
    policy: Policy,
    against: Policy,
    until: Instant | None,
) -> WhatIf:
    shown = not arguments.quiet
    with ExitStack() as stack:
        sink: Callable[[CaseDifference], object] | None = None
        if arguments.output is not None:
            sink = stack.enter_context(differences_file(Path(arguments.output)))
        with Bar(sys.stderr, "reading", shown=shown) as bar:
            log = stack.enter_context(CaseLog(arguments.log, mapping, progress=bar))
        with Bar(sys.stderr, "comparing", shown=shown) as bar:
            return compare(log, mapping, policy, against, until=until, sink=sink, progress=bar)


def _texts(found: WhatIf | Resimulated) -> list[str]:
    if isinstance(found, WhatIf):
        return [whatif_text(found)]
    return [whatif_text(found.whatif), simulation_text(found.before), simulation_text(found.after)]


def _resimulated(
    arguments: argparse.Namespace, mapping: LogMapping, policy: Policy, against: Policy
) -> Resimulated:
    if arguments.service is None:
        raise InvalidInput("--service", "is needed with --roster: a log does not say how long tickets take")
    if arguments.until is not None:
        raise InvalidInput("--until", "goes without --roster: a re-simulation ends when all is done")
    roster = roster_named(arguments.roster)
    service = _time("--service", arguments.service, Service)
    patience = None if arguments.patience is None else _time("--patience", arguments.patience, RandomTime)
    with ExitStack() as stack:
        sink: Callable[[CaseDifference], object] | None = None
        if arguments.output is not None:
            sink = stack.enter_context(differences_file(Path(arguments.output)))
        with Bar(sys.stderr, "reading", shown=not arguments.quiet) as bar:
            log = stack.enter_context(CaseLog(arguments.log, mapping, progress=bar))
        return resimulate(
            log,
            mapping,
            policy,
            against,
            roster.agents,
            service=service,
            patience=patience,
            seed=arguments.seed or 0,
            sink=sink,
        )


_Time = TypeVar("_Time", bound=RandomTime)


def _time(option: str, given: str, kind: type[_Time]) -> _Time:
    try:
        return kind.model_validate({"mean": given})
    except ValidationError as error:
        raise InvalidInput(option, error.errors()[0]["msg"]) from None


def _policies(paths: Sequence[str], calendars: Sequence[str]) -> tuple[Policy, Policy]:
    if len(paths) > _TWO or (len(paths) < _TWO and not calendars):
        raise InvalidInput("--policy", "give two policies to compare, or one and a --calendar")
    policy = policy_at(paths[0])
    against = policy_at(paths[-1])
    if calendars:
        changed = dict(against.calendars)
        for given in calendars:
            name, calendar = _calendar(given)
            if name not in changed:
                raise InvalidInput(
                    "--calendar", f"the policy has no calendar {name!r}{nearest(name, changed)}"
                )
            changed[name] = calendar
        against = against.model_copy(update={"calendars": changed})
    CompiledPolicy(policy)
    CompiledPolicy(against)
    return policy, against


def _calendar(given: str) -> tuple[str, BusinessCalendar]:
    name, equals, file = given.partition("=")
    if not equals:
        raise InvalidInput("--calendar", "is not NAME=FILE")
    parsed = partial(parse, model=BusinessCalendar, error=CalendarError)

    def loaded(text: str, *, format: str) -> BusinessCalendar:  # noqa: A002 - what it is called everywhere
        return load(text, format, parsed, CalendarError)

    return name, read(Path(file), loaded, CalendarError)

"""`supportflow staffing`: how many agents are needed."""

import argparse
import json
import sys
from typing import Any

from pydantic import ValidationError

from supportflow.cli import terminal
from supportflow.cli.answers import add_json_file
from supportflow.cli.documents import scenario_named, shifts_named
from supportflow.cli.progress import Bar
from supportflow.cli.terminal import WRONG
from supportflow.exceptions import InvalidInput
from supportflow.staffing import StaffingTarget, staff, staffing_text

__all__ = ["add_to", "run"]

_EXAMPLES = """examples:
  supportflow staffing mornings.toml --share 0.8 --within PT2M --shrinkage 0.3
  supportflow staffing mornings.toml --share 0.8 --within PT2M --shrinkage 0.3 --shifts shifts.toml
  supportflow staffing mornings.toml --share 0.95 --within PT1M --class security --json plan.json
"""


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "staffing",
        help="say how many agents are needed, by hour and team",
        description=(
            "Find how many agents of each team of a scenario are needed in every hour, so that a share of the tickets has "
            "an agent in time. Erlang's formulas say where to begin, the simulator says whether it is enough, with a "
            "confidence interval. The same scenario and seed give the same plan. The exit status is 1 if no plan is sure to "
            "be enough, or no shift covers an hour of it."
        ),
        epilog=_EXAMPLES,
    )
    parser.add_argument(
        "scenario", metavar="SCENARIO", help="a scenario in TOML, JSON or YAML; its teams are the skills"
    )
    parser.add_argument("--share", default="0.8", metavar="SHARE", help="of the tickets (default 0.8)")
    parser.add_argument(
        "--within",
        default="PT20S",
        metavar="DURATION",
        help="until an agent has them, ISO 8601 (default PT20S)",
    )
    parser.add_argument("--class", dest="priority_class", metavar="CLASS", help="of this class only")
    parser.add_argument(
        "--shrinkage",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="of paid time nobody is on duty (default 0)",
    )
    parser.add_argument(
        "--shifts",
        metavar="SHIFTS",
        help="the shifts that there are, in TOML, JSON or YAML: say which of them to staff",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of all random numbers (default 0)")
    parser.add_argument(
        "--replications", type=int, default=10, metavar="R", help="runs of each candidate (default 10)"
    )
    parser.add_argument(
        "--most-replications",
        type=int,
        default=40,
        metavar="R",
        help="while they do not say, at most (default 40)",
    )
    add_json_file(parser, "the plan")
    parser.add_argument("--quiet", action="store_true", help="print neither the plan nor a progress bar")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Find the plan."""
    target = _target(arguments)
    scenario = scenario_named(arguments.scenario)
    shifts = None if arguments.shifts is None else shifts_named(arguments.shifts)
    with Bar(sys.stderr, "simulating", shown=not arguments.quiet, unit="runs") as bar:
        plan = staff(
            scenario,
            target,
            shrinkage=arguments.shrinkage,
            shifts=shifts,
            seed=arguments.seed,
            replications=arguments.replications,
            most_replications=max(arguments.most_replications, arguments.replications),
            progress=bar,
        )
    if not arguments.quiet and arguments.json != "-":
        terminal.lines(staffing_text(plan))
    if arguments.json is not None:
        terminal.answer(arguments.document, json.loads(plan.model_dump_json()), out=arguments.json)
    return 0 if plan.chosen is not None and (plan.shifts is None or plan.shifts.known) else WRONG


def _target(arguments: argparse.Namespace) -> StaffingTarget:
    given = {"share": arguments.share, "within": arguments.within, "class": arguments.priority_class}
    try:
        return StaffingTarget.model_validate(given)
    except ValidationError as error:
        [first, *_] = error.errors()
        raise InvalidInput(f"--{first['loc'][0]}", first["msg"]) from None

"""`supportflow simulate`: a scenario through the real kernel, and how long everybody waits."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.answers import add_json_file
from supportflow.cli.documents import scenario_named
from supportflow.cli.progress import Bar
from supportflow.simulation import simulate, simulation_text
from supportflow.texts import languages

__all__ = ["add_to", "run"]

_DIGITS = 18
_EXAMPLES = """examples:
  supportflow simulate examples/crash_day.toml --seed 7
  supportflow simulate examples/crash_day.toml --replications 10 --json report.json -o day.html --language zh
"""


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "simulate",
        help="run a desk that does not exist yet, and see how long everybody waits",
        description=(
            "Run a scenario: tickets that come at random, agents who work, under a policy of your own, through the real "
            "lifecycle, clocks and routing. The same scenario and seed give the same report to the last byte."
        ),
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("scenario", metavar="SCENARIO", help="a scenario in TOML, JSON or YAML")
    parser.add_argument(
        "--seed", type=_whole, default=0, metavar="N", help="of all random numbers (default: 0)"
    )
    parser.add_argument(
        "--replications",
        type=_positive,
        default=1,
        metavar="R",
        help="how many runs, each with random numbers of its own; intervals are then across them",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write the report as one page with pictures, such as day.html"
    )
    parser.add_argument(
        "--language",
        default="en",
        choices=languages(),
        help="of the page: English, Simplified or Traditional Chinese (default en)",
    )
    add_json_file(parser, "the report")
    parser.add_argument("--quiet", action="store_true", help="print neither the report nor a progress bar")
    parser.set_defaults(run=run)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > _DIGITS:
        raise argparse.ArgumentTypeError("is not a whole number from 0")
    return int(text)


def _positive(text: str) -> int:
    if not _whole(text):
        raise argparse.ArgumentTypeError("is not a whole number from 1")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Simulate the scenario."""
    scenario = scenario_named(arguments.scenario)
    began = time.process_time()
    with Bar(sys.stderr, "simulating", shown=not arguments.quiet, unit="minutes") as bar:
        report = simulate(scenario, seed=arguments.seed, replications=arguments.replications, progress=bar)
    seconds = time.process_time() - began
    if not arguments.quiet and arguments.json != "-":
        terminal.lines(simulation_text(report))
        # Apart from the report, which is the same on every machine.
        speed = report.tickets / seconds if seconds else 0.0
        terminal.line(f"{seconds:.1f} s of processor time, {speed:,.0f} tickets a second", to=sys.stderr)
    if arguments.output is not None:
        from supportflow.reports import simulation_page  # noqa: PLC0415 - brings what a report needs

        page = simulation_page(report, language=arguments.language)
        Path(arguments.output).write_text(page, encoding="utf-8", newline="\n")
    if arguments.json is not None:
        terminal.answer(arguments.document, json.loads(report.model_dump_json()), out=arguments.json)
    return 0

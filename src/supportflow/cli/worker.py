"""`supportflow worker`: the long-running process around a desk."""

import argparse
import asyncio
import inspect
import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.answers import add_json
from supportflow.cli.inputs import add_store, desk_at
from supportflow.exceptions import InvalidInput
from supportflow.worker import Pace, Status, Worker
from supportflow.worker.logs import LOGGER, JsonLines, say
from supportflow.worker.metrics import Meters, prometheus
from supportflow.worker.naming import check_made, load
from supportflow.worker.probes import Probes

__all__ = ["add_to", "run"]

_TEXT = "%(asctime)s %(levelname)s %(message)s"
_PORTS = 65_535


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "worker",
        help="let time pass for a desk: warnings, breaches, deliveries",
        description=(
            "Run a desk's rounds until SIGTERM or Ctrl-C: what is due happens, what waits is delivered. APP names your desk "
            "(a Desk, an AsyncDesk, or a function that makes one), with its handlers and channels; --store is a plain desk "
            "without them. Start as many workers as you like, on as many machines. --json says at the end what was done."
        ),
        epilog="examples:\n  supportflow worker helpdesk.desks:desk --health-port 8080\n"
        "  supportflow worker --store sqlite:///desk.db --until-idle",
    )
    parser.add_argument("app", nargs="?", metavar="APP", help="module:attribute, such as helpdesk.desks:desk")
    add_store(parser, required=False)
    parser.add_argument(
        "--policy", metavar="POLICY", help="with --store: a policy file; else the latest used"
    )
    parser.add_argument(
        "--limit", type=_whole, default=500, metavar="N", help="tickets a round (default 500)"
    )
    parser.add_argument(
        "--idle-max", type=_seconds, default=2.0, metavar="S", help="the longest pause in seconds (default 2)"
    )
    parser.add_argument("--until-idle", action="store_true", help="end when nothing is due: for cron")
    parser.add_argument(
        "--no-dispatch", action="store_true", help="leave tickets where they are: do not route"
    )
    parser.add_argument(
        "--retention",
        action="store_true",
        help="erase what the policy's retention keeps no longer, once a day",
    )
    parser.add_argument("--health-port", type=_port, metavar="PORT", help="answer /live and /ready over HTTP")
    parser.add_argument(
        "--health-host", default="127.0.0.1", metavar="HOST", help="on this address (default 127.0.0.1)"
    )
    parser.add_argument(
        "--stall-after",
        type=_seconds,
        default=300.0,
        metavar="S",
        help="not alive after so long in one ticket or delivery (default 300)",
    )
    parser.add_argument(
        "--metrics",
        choices=("prometheus", "otel"),
        help="a page /metrics beside the probes, or the OpenTelemetry provider that APP sets up",
    )
    parser.add_argument("--log", choices=("json", "text", "off"), default="json", help="(default json)")
    add_json(parser, "what was done, at the end,")
    parser.set_defaults(run=run)


def _whole(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text[:10]) < 10**9:
        raise argparse.ArgumentTypeError("is not a whole number from 1")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text[:6]) > _PORTS:
        raise argparse.ArgumentTypeError("is not a port")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86_400:  # noqa: PLR2004 - a day
        raise argparse.ArgumentTypeError("is not a number of seconds above 0, up to a day")
    return seconds


def run(arguments: argparse.Namespace) -> int:
    """Work until told to stop."""
    if (arguments.app is None) == (arguments.store is None):
        raise InvalidInput("APP", "name a desk, or a store with --store: one of them")
    if arguments.app is not None and arguments.policy is not None:
        raise InvalidInput("--policy", "needs --store: a desk has its own")
    if arguments.metrics == "prometheus" and arguments.health_port is None:
        raise InvalidInput("--metrics", "prometheus needs --health-port")
    with _logging(arguments.log):
        if arguments.store is not None:
            found: Any = desk_at(arguments.store, arguments.tenant, arguments.policy)
        else:
            found = load(arguments.app, "APP", "run_due")
        if inspect.isawaitable(found) or inspect.iscoroutinefunction(found.run_due):
            asyncio.run(_run_async(found, arguments))
        else:
            with found, _prepared(found, arguments) as worker:
                worker.run(until_idle=arguments.until_idle)
                _say(arguments, worker)
    return 0


def _say(arguments: argparse.Namespace, worker: Worker) -> None:
    if arguments.json:
        terminal.answer(
            arguments.document, {"state": worker.status.state, "counts": dict(worker.status.counts)}
        )


async def _run_async(found: Any, arguments: argparse.Namespace) -> None:
    desk = check_made(await found, arguments.app, "APP", "run_due") if inspect.isawaitable(found) else found
    async with desk:
        with _prepared(desk, arguments) as worker:
            if worker.is_async:
                await worker.run_async(until_idle=arguments.until_idle)
            else:
                worker.run(until_idle=arguments.until_idle)
            _say(arguments, worker)


@contextmanager
def _prepared(desk: Any, arguments: argparse.Namespace) -> Iterator[Worker]:
    """A worker with all that goes on around it."""
    status, pace = Status(arguments.stall_after), _pace(arguments.idle_max)
    page = observe = None
    if arguments.metrics is not None:
        meter, page = prometheus() if arguments.metrics == "prometheus" else (None, None)
        observe = Meters(status, meter).observe
    worker = Worker(
        desk,
        limit=arguments.limit,
        pace=pace,
        status=status,
        observe=observe,
        dispatch=not arguments.no_dispatch,
        retention=arguments.retention,
    )
    with ExitStack() as stack:
        if arguments.health_port is not None:
            probes = stack.enter_context(Probes(status, arguments.health_host, arguments.health_port, page))
            say(logging.INFO, "listening", port=probes.port)
        yield worker


def _pace(idle_max: float) -> Pace:
    return Pace(idle_min_s=min(Pace().idle_min_s, idle_max), idle_max_s=idle_max)


@contextmanager
def _logging(style: str) -> Iterator[None]:
    """The worker's own log on standard error; what the host's code logs is the host's business."""
    logger = logging.getLogger(LOGGER)
    handler: logging.Handler = logging.NullHandler()
    if style != "off":
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines() if style == "json" else logging.Formatter(_TEXT))
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate = before

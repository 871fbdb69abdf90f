"""What the long-running process is asked on a command line, and a worker made of that.

The same for `supportflow worker` and for Django's `supportflow_worker`.
"""

import argparse
import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from supportflow.exceptions import InvalidInput
from supportflow.flows import Tick
from supportflow.worker.logs import LOGGER, JsonLines, say
from supportflow.worker.loop import Observer, Worker
from supportflow.worker.metrics import Meters, prometheus
from supportflow.worker.pace import Pace
from supportflow.worker.probes import Probes
from supportflow.worker.status import Status

__all__ = ["add_options", "check_options", "logged", "prepared"]

_TEXT = "%(asctime)s %(levelname)s %(message)s"
_PORTS = 65_535


def add_options(parser: argparse.ArgumentParser, *, log: str | None) -> None:
    """Add them to a parser.

    Args:
        parser: The parser.
        log: How the worker's log is written if nobody says; None for the process's own way of logging.
    """
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
    parser.add_argument(
        "--log",
        choices=("json", "text", "off"),
        default=log,
        help=f"(default {log or 'as the process logs'})",
    )


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


def check_options(asked: argparse.Namespace) -> None:
    """Refuse what does not go together.

    Raises:
        InvalidInput: If metrics are to be on a page, and there is no page.
    """
    if asked.metrics == "prometheus" and asked.health_port is None:
        raise InvalidInput("--metrics", "prometheus needs --health-port")


@contextmanager
def prepared(desk: Any, asked: argparse.Namespace, *observers: Observer) -> Iterator[Worker]:
    """A worker with all that goes on around it.

    Args:
        desk: The desk.
        asked: What was asked on the command line.
        observers: Told of each round, beside the metrics.

    Raises:
        InvalidInput: If the desk is none.
        MissingExtra: If metrics need a package that is not installed.
        OSError: If the address of the probes is not to be had.
    """
    status, idle = Status(asked.stall_after), asked.idle_max
    page = None
    if asked.metrics is not None:
        meter, page = prometheus() if asked.metrics == "prometheus" else (None, None)
        observers = (*observers, Meters(status, meter).observe)

    def observe(tick: Tick, seconds: float) -> None:
        for one in observers:
            one(tick, seconds)

    worker = Worker(
        desk,
        limit=asked.limit,
        pace=Pace(idle_min_s=min(Pace().idle_min_s, idle), idle_max_s=idle),
        status=status,
        observe=observe,
        dispatch=not asked.no_dispatch,
        retention=asked.retention,
    )
    with ExitStack() as stack:
        if asked.health_port is not None:
            probes = stack.enter_context(Probes(status, asked.health_host, asked.health_port, page))
            say(logging.INFO, "listening", port=probes.port)
        yield worker


@contextmanager
def logged(style: str | None) -> Iterator[None]:
    """The worker's own log on standard error; what the host's code logs is the host's business.

    Args:
        style: `json`, `text` or `off`; None leaves it where the process's other logs go.
    """
    if style is None:
        yield
        return
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

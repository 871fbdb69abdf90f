"""`supportflow status`: the queue, what is due, and who works on it, read from the database and from workers' probes."""

import argparse
import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import datetime
from http.client import HTTPException
from typing import Any

from supportflow._time import from_us, to_us
from supportflow.cli import terminal
from supportflow.cli.answers import add_json
from supportflow.cli.inputs import add_store, never_used, overview_at
from supportflow.cli.terminal import WRONG
from supportflow.exceptions import InvalidInput

__all__ = ["add_to", "run"]

_TIMEOUT_S = 5.0
_MOST = 100_000
"""How long a worker's answer may be, in bytes."""


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "status",
        help="say what waits, what is due, and who works on it",
        description=(
            "Read from a database how a desk does: open tickets, the queue, what is due, deliveries, who dispatches. With "
            "--worker also what workers say of themselves (their --health-port). Exit status 1 if a worker is not ready."
        ),
        epilog="example:\n  supportflow status --store sqlite:///desk.db --worker http://127.0.0.1:8080",
    )
    add_store(parser, required=True)
    parser.add_argument(
        "--worker",
        action="append",
        default=[],
        metavar="URL",
        help="the address of a worker's probes; can be given more than once",
    )
    add_json(parser, "it")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print how the desk does."""
    found = overview_at(arguments.store, arguments.tenant)
    if not found.used:
        raise never_used(arguments.tenant)
    now_us = found.at_us
    workers = [_asked(url) for url in arguments.worker]
    fields: dict[str, Any] = {
        "tenant": arguments.tenant,
        "at": _instant(now_us),
        "open": found.open,
        "queue": {"waiting": found.queued, "since": _instant(found.queued_since_us)},
        "due": {"tickets": found.due, "since": _instant(found.due_since_us), "taken": found.claimed},
        "deliveries": {
            "waiting": found.deliveries,
            "due": found.deliveries_due,
            "since": _instant(found.deliveries_since_us),
            "failing": found.failing,
            "given_up": found.dead,
        },
        "leaders": [
            {
                "role": one.role,
                "holder": one.holder,
                "until": _instant(one.until_us),
                "leads": one.until_us > now_us,
            }
            for one in found.leaders
        ],
        "workers": workers,
    }
    if arguments.json:
        terminal.answer(arguments.document, fields)
    else:
        for line in _lines(fields, now_us):
            terminal.line(line)
    return 0 if all(one["ready"] for one in workers) else WRONG


def _instant(us: int | None) -> str | None:
    return None if us is None else f"{from_us(us):%Y-%m-%dT%H:%M:%SZ}"


def _lines(fields: Mapping[str, Any], now_us: int) -> Sequence[str]:
    queue, due, deliveries = fields["queue"], fields["due"], fields["deliveries"]
    lines = [
        f"tenant {fields['tenant']} at {fields['at']}",
        f"open        {fields['open']:,}",
        f"queue       {queue['waiting']:,} wait for an agent{_since(queue['since'], now_us)}",
        f"due         {due['tickets']:,}, {due['taken']:,} of them taken by a worker{_since(due['since'], now_us)}",
        f"deliveries  {deliveries['waiting']:,} wait, {deliveries['due']:,} due{_since(deliveries['since'], now_us)}",
        f"            {deliveries['failing']:,} failing, {deliveries['given_up']:,} given up",
    ]
    for one in fields["leaders"]:
        verb = "leads until" if one["leads"] else "led until"
        lines.append(f"{one['role']:11} {one['holder']} {verb} {one['until']}")
    if not fields["leaders"]:
        lines.append("dispatcher  nobody has ever dispatched")
    for one in fields["workers"]:
        state = "ready" if one["ready"] else "not ready"
        lines.append(f"worker      {one['url']}: {state} ({one['state'] or one['error']})")
    return lines


def _since(at: str | None, now_us: int) -> str:
    if at is None:
        return ""
    seconds = max(0, (now_us - to_us(datetime.fromisoformat(at))) // 1_000_000)
    hours, minutes = seconds // 3_600, seconds // 60 % 60
    return f", the first for {hours:,} h {minutes:02} min" if hours else f", the first for {minutes} min"


def _asked(url: str) -> dict[str, Any]:
    """What a worker's probe says."""
    if not url.startswith(("http://", "https://")):
        raise InvalidInput("--worker", "is no address with http or https")
    known: dict[str, Any] = {"url": url, "ready": False, "state": None, "counts": {}, "error": None}
    try:
        answer = urllib.request.urlopen(f"{url.rstrip('/')}/ready", timeout=_TIMEOUT_S)  # noqa: S310 - looked at
    except urllib.error.HTTPError as error:
        answer = error  # 503 is an answer, too
    except (OSError, ValueError, HTTPException) as error:
        return {**known, "error": str(getattr(error, "reason", error))}
    with answer:
        try:
            said = json.loads(answer.read(_MOST))
            state = str(said.pop("state"))
            ready = said.pop("ok") is True
        except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
            return {**known, "error": "it is no worker: it does not answer as probes do"}
    return {**known, "ready": ready, "state": state, "counts": said}

"""`supportflow worker`: the long-running process around a desk."""

import argparse
import asyncio
import inspect
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.answers import add_json
from supportflow.cli.inputs import add_store, desk_at
from supportflow.exceptions import InvalidInput
from supportflow.worker import Worker
from supportflow.worker.naming import check_made, load
from supportflow.worker.options import add_options, check_options, logged, prepared

__all__ = ["add_to", "run"]


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
    add_options(parser, log="json")
    add_json(parser, "what was done, at the end,")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Work until told to stop."""
    if (arguments.app is None) == (arguments.store is None):
        raise InvalidInput("APP", "name a desk, or a store with --store: one of them")
    if arguments.app is not None and arguments.policy is not None:
        raise InvalidInput("--policy", "needs --store: a desk has its own")
    check_options(arguments)
    with logged(arguments.log):
        if arguments.store is not None:
            found: Any = desk_at(arguments.store, arguments.tenant, arguments.policy)
        else:
            found = load(arguments.app, "APP", "run_due")
        if inspect.isawaitable(found) or inspect.iscoroutinefunction(found.run_due):
            asyncio.run(_run_async(found, arguments))
        else:
            with found, prepared(found, arguments) as worker:
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
        with prepared(desk, arguments) as worker:
            if worker.is_async:
                await worker.run_async(until_idle=arguments.until_idle)
            else:
                worker.run(until_idle=arguments.until_idle)
            _say(arguments, worker)

"""`supportflow outbox`: the deliveries that were given up, and what is delivered at all."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any

from supportflow._legible import columns, escaped, padded
from supportflow.cli import terminal
from supportflow.cli.inputs import add_store, desk_at, used_at
from supportflow.cli.terminal import WRONG
from supportflow.desk import Desk
from supportflow.exceptions import DeliveryNotFound, InvalidInput
from supportflow.model.events import EVENT_TYPES, EventBase
from supportflow.model.storage import DeadLetter

__all__ = ["add_to", "run"]

_ALL = 1_000_000_000


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "outbox",
        help="deliveries that were given up: list, retry, drop",
        description="Look after a desk's deliveries: those that were given up, and what is delivered at all.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)

    show = _action(actions, "list", _list, "print the deliveries that were given up, oldest first")
    show.add_argument("--limit", type=int, default=100, metavar="N", help="how many at most (default 100)")
    show.add_argument("--json", action="store_true", help="print them as JSON")

    for name, act, text in (
        ("retry", _retry, "try deliveries again that were given up"),
        ("drop", _drop, "forget deliveries that were given up; they will never arrive"),
    ):
        action = _action(actions, name, act, text)
        action.add_argument("keys", nargs="*", metavar="KEY", help="a key, as `outbox list` prints it")
        action.add_argument("--all", action="store_true", help="all of them")
        action.add_argument("--topic", metavar="TOPIC", help="with --all: only of this topic")
        if name == "drop":
            action.add_argument("--yes", action="store_true", help="with --all: yes, forget them")
            action.add_argument("--dry-run", action="store_true", help="say which, and forget nothing")

    _action(actions, "topics", _topics, "print what is delivered by some process")
    stop = _action(actions, "unsubscribe", _unsubscribe, "deliver something no longer")
    stop.add_argument("topics", nargs="+", metavar="TOPIC", help="event:KIND, past:KIND or channel:NAME")
    stop.add_argument("--drop-waiting", action="store_true", help="and forget what waits already")


def _action(
    actions: Any, name: str, act: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(
        name, help=text, description=f"{text[0].upper()}{text[1:]}."
    )
    add_store(parser, required=True)
    parser.set_defaults(run=run, act=act)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Run one action."""
    act: Callable[[argparse.Namespace], int] = arguments.act
    return act(arguments)


def _desk(arguments: argparse.Namespace) -> Desk:
    # No policy is published by asking, retrying or dropping.
    return Desk(store=used_at(arguments.store, arguments.tenant), tenant=arguments.tenant)


def _list(arguments: argparse.Namespace) -> int:
    with _desk(arguments) as desk:
        letters = desk.dead_letters(limit=arguments.limit)
    if arguments.json:
        terminal.answer("outbox list", {"letters": [_fields(letter) for letter in letters]})
        return 0
    if not letters:
        terminal.line("nothing was given up")
        return 0
    table = [
        ("KEY", "TOPIC", "TICKET", "ATTEMPTS", "ERROR"),
        *(tuple(escaped(str(value)) for value in _fields(one).values()) for one in letters),
    ]
    widths = [max(map(columns, column)) for column in zip(*table, strict=True)]
    for row in table:
        terminal.line(
            "  ".join(padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )
    return 0


def _fields(letter: DeadLetter) -> dict[str, str | int]:
    row = letter.row
    return {
        "key": row.key,
        "topic": row.topic,
        "ticket": row.ticket_id,
        "attempts": row.attempts,
        "error": letter.error,
    }


def _retry(arguments: argparse.Namespace) -> int:
    return _each(arguments, lambda desk: desk.retry_delivery, "will be tried again")


def _drop(arguments: argparse.Namespace) -> int:
    if arguments.all and not (arguments.yes or arguments.dry_run):
        raise InvalidInput("--all", "forgets deliveries for ever; say --yes, too, or --dry-run")
    if arguments.dry_run:
        return _each(arguments, _look, "would be forgotten")
    return _each(arguments, lambda desk: desk.drop_delivery, "forgotten")


def _look(desk: Desk) -> Callable[[str], None]:
    known = {letter.row.key for letter in desk.dead_letters(limit=_ALL)}

    def look(key: str) -> None:
        if key not in known:
            raise DeliveryNotFound(key)
        terminal.line(key)

    return look


def _each(arguments: argparse.Namespace, acting: Callable[[Desk], Callable[[str], None]], done: str) -> int:
    if arguments.all == bool(arguments.keys):
        raise InvalidInput("KEY", "name keys, or --all: one of them")
    if arguments.topic is not None and not arguments.all:
        raise InvalidInput("--topic", "needs --all")
    with _desk(arguments) as desk:
        keys = _chosen(desk, arguments.topic) if arguments.all else arguments.keys
        act = acting(desk)
        missing = 0
        for key in keys:
            try:
                act(key)
            except DeliveryNotFound as error:
                missing += 1
                terminal.line(f"supportflow: {error}", to=sys.stderr)
    terminal.line(f"{len(keys) - missing:,} {done}")
    # With --all, somebody else may have seen to it meanwhile.
    return WRONG if missing and not arguments.all else 0


def _chosen(desk: Desk, topic: str | None) -> Sequence[str]:
    letters = desk.dead_letters(limit=_ALL)
    return [letter.row.key for letter in letters if topic is None or letter.row.topic == topic]


def _topics(arguments: argparse.Namespace) -> int:
    with _desk(arguments) as desk:
        for topic in desk.subscriptions():
            terminal.line(topic)
    return 0


def _unsubscribe(arguments: argparse.Namespace) -> int:
    kinds: list[type[EventBase]] = []
    past: list[type[EventBase]] = []
    channels: list[str] = []
    for topic in arguments.topics:
        prefix, _, name = topic.partition(":")
        if prefix == "channel" and name:
            channels.append(name)
        elif prefix in {"event", "past"} and name in EVENT_TYPES:
            (kinds if prefix == "event" else past).append(EVENT_TYPES[name])
        else:
            raise InvalidInput("TOPIC", f"{topic!r} is neither event:KIND, past:KIND nor channel:NAME")
    with desk_at(arguments.store, arguments.tenant) as desk:
        dropped = desk.unsubscribe(*kinds, channels=channels, past=past, drop_waiting=arguments.drop_waiting)
    terminal.line(f"{', '.join(arguments.topics)}: delivered no longer; {dropped:,} that waited forgotten")
    return 0

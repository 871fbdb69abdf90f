"""`supportflow outbox`: the deliveries that were given up, and what is delivered at all."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

from supportflow._legible import columns, escaped, padded
from supportflow.cli import terminal
from supportflow.cli.answers import add_dry_run, add_json, say
from supportflow.cli.inputs import add_store, desk_at, used_at
from supportflow.cli.terminal import WRONG
from supportflow.cli.trial import Trial, waiting_for
from supportflow.desk import Desk
from supportflow.exceptions import DeliveryNotFound, InvalidInput
from supportflow.model.events import EVENT_TYPES, EventBase
from supportflow.model.storage import DeadLetter

__all__ = ["add_to", "run"]

_ALL = 1_000_000_000
_EXAMPLES = {
    "list": "",
    "retry": " --all --topic channel:mail",
    "drop": " --all --topic channel:mail --dry-run",
    "topics": "",
    "unsubscribe": " channel:mail --drop-waiting --dry-run",
}
_MISSING = " Exit status 1 if a key was not there."
_STATUS = {
    "retry": _MISSING,
    "drop": _MISSING,
    "unsubscribe": " Exit status 1 if nothing of it was delivered or waited.",
}


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
        add_dry_run(action, "say which, and change nothing")

    _action(actions, "topics", _topics, "print what is delivered by some process")
    stop = _action(actions, "unsubscribe", _unsubscribe, "deliver something no longer")
    stop.add_argument("topics", nargs="+", metavar="TOPIC", help="event:KIND, past:KIND or channel:NAME")
    stop.add_argument("--drop-waiting", action="store_true", help="and forget what waits already")
    add_dry_run(stop)


def _action(
    actions: Any, name: str, act: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}.{_STATUS.get(name, '')}",
        epilog=f"example:\n  supportflow outbox {name}{_EXAMPLES[name]} --store sqlite:///desk.db",
    )
    add_store(parser, required=True)
    add_json(parser)
    parser.set_defaults(run=run, act=act)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Run one action."""
    act: Callable[[argparse.Namespace], int] = arguments.act
    return act(arguments)


def _desk(arguments: argparse.Namespace) -> Desk:
    # No policy is published by asking, retrying or dropping.
    store = used_at(arguments.store, arguments.tenant)
    trial = getattr(arguments, "dry_run", False)
    return Desk(store=Trial(store) if trial else store, tenant=arguments.tenant)


def _list(arguments: argparse.Namespace) -> int:
    with _desk(arguments) as desk:
        letters = desk.dead_letters(limit=arguments.limit)
    say(arguments, {"letters": [_fields(letter) for letter in letters]}, _rows(letters))
    return 0


def _rows(letters: Sequence[DeadLetter]) -> Iterator[str]:
    if not letters:
        yield "nothing was given up"
        return
    table = [
        ("KEY", "TOPIC", "TICKET", "ATTEMPTS", "ERROR"),
        *(tuple(escaped(str(value)) for value in _fields(one).values()) for one in letters),
    ]
    widths = [max(map(columns, column)) for column in zip(*table, strict=True)]
    for row in table:
        yield "  ".join(padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()


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
    return _each(arguments, Desk.retry_delivery, "tried_again", "would be tried again", "will be tried again")


def _drop(arguments: argparse.Namespace) -> int:
    if arguments.all and not (arguments.yes or arguments.dry_run):
        raise InvalidInput("--all", "forgets deliveries for ever; say --yes, too, or --dry-run")
    return _each(arguments, Desk.drop_delivery, "forgotten", "would be forgotten", "forgotten")


def _each(
    arguments: argparse.Namespace, act: Callable[[Desk, str], None], field: str, would: str, done: str
) -> int:
    if arguments.all == bool(arguments.keys):
        raise InvalidInput("KEY", "name keys, or --all: one of them")
    if arguments.topic is not None and not arguments.all:
        raise InvalidInput("--topic", "needs --all")
    found: list[str] = []
    missing: list[str] = []
    with _desk(arguments) as desk:
        for key in _chosen(desk, arguments.topic) if arguments.all else arguments.keys:
            try:
                act(desk, key)
            except DeliveryNotFound as error:
                missing.append(key)
                terminal.line(f"supportflow: {error}", to=sys.stderr)
            else:
                found.append(key)
    listed = found if arguments.dry_run else []
    say(
        arguments,
        {"dry_run": arguments.dry_run, field: found, "missing": missing},
        [*listed, f"{len(found):,} {would if arguments.dry_run else done}"],
    )
    # With --all, somebody else may have seen to it meanwhile.
    return WRONG if missing and not arguments.all else 0


def _chosen(desk: Desk, topic: str | None) -> Sequence[str]:
    letters = desk.dead_letters(limit=_ALL)
    return [letter.row.key for letter in letters if topic is None or letter.row.topic == topic]


def _topics(arguments: argparse.Namespace) -> int:
    with _desk(arguments) as desk:
        topics = desk.subscriptions()
    say(arguments, {"topics": list(topics)}, topics)
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
    waited = 0
    if arguments.dry_run and arguments.drop_waiting:
        with closing(used_at(arguments.store, arguments.tenant)) as store:
            waited = waiting_for(store, arguments.tenant, arguments.topics)
    with desk_at(arguments.store, arguments.tenant, dry_run=arguments.dry_run) as desk:
        known = set(desk.subscriptions())
        waited += desk.unsubscribe(*kinds, channels=channels, past=past, drop_waiting=arguments.drop_waiting)
    missing = [topic for topic in arguments.topics if topic not in known]
    would = "would be " if arguments.dry_run else ""
    say(
        arguments,
        {
            "dry_run": arguments.dry_run,
            "unsubscribed": [topic for topic in arguments.topics if topic in known],
            "missing": missing,
            "forgotten": waited,
        },
        [
            f"{', '.join(arguments.topics)}: {would}delivered no longer; {waited:,} that waited {would}forgotten"
        ],
    )
    for topic in missing:
        terminal.line(f"supportflow: {topic!r} was not delivered by any process", to=sys.stderr)
    return WRONG if missing and not waited else 0

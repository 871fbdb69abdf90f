"""`supportflow archive`, `supportflow erase` and `supportflow retain`: what is kept no longer."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.answers import add_dry_run, add_json, say
from supportflow.cli.inputs import add_store, desk_at, published_policy, used_at
from supportflow.cli.progress import Bar
from supportflow.cli.terminal import WRONG, listed
from supportflow.cli.trial import Trial
from supportflow.desk import Desk
from supportflow.exceptions import InvalidInput
from supportflow.flows.retention import RETAINED, Retained
from supportflow.policy import Policy

__all__ = ["add_to", "erase", "retain", "run"]

_BATCH = 200
_DIGITS = 5


def add_to(commands: Any) -> None:
    """Add the commands to the command line."""
    archive = commands.add_parser(
        "archive",
        help="put away tickets that were closed long ago",
        description=(
            "Put away tickets that are closed or cancelled and have not changed for so many days. They are still found by "
            "id, no longer by searches, and come back with the next message. Texts are not erased. It can be broken off, "
            "and run beside everything else: nightly, from cron."
        ),
        epilog="example:\n  supportflow archive --store sqlite:///desk.db --days 90 --dry-run",
    )
    add_store(archive, required=True)
    archive.add_argument("--days", type=_days, required=True, metavar="N", help="unchanged for so many days")
    archive.add_argument(
        "--keys-days",
        type=_days,
        metavar="N",
        help="and forget idempotency keys of commands that are older than so many days",
    )
    add_dry_run(archive, "count only")
    add_json(archive)
    archive.add_argument("--quiet", action="store_true", help="no progress")
    archive.set_defaults(run=run)

    parser = commands.add_parser(
        "erase",
        help="erase every text of a person",
        description=(
            "Erase every text of a person, by requester or agent id: subjects, bodies, file names. It cannot be undone. "
            "Events and what was counted stay; backups of the database are yours to see to. "
            "Exit status 1 if an id has no texts."
        ),
        epilog="examples:\n  supportflow erase 4711 --store sqlite:///desk.db --dry-run\n"
        "  supportflow erase 4711 --store sqlite:///desk.db --yes",
    )
    parser.add_argument("subjects", nargs="+", metavar="ID", help="whose texts")
    add_store(parser, required=True)
    add_dry_run(parser, "count only")
    parser.add_argument("--yes", action="store_true", help="yes, erase them")
    add_json(parser)
    parser.set_defaults(run=erase)

    parser = commands.add_parser(
        "retain",
        help="erase, put away and forget what the policy's retention keeps no longer",
        description=(
            "Go through all tickets that have ended, and do what `retention` says in the policy that the desk used last: "
            "erase texts kind by kind, put tickets away, forget idempotency keys. What is open or held is kept. It can be "
            "broken off, and run beside everything else: nightly, from cron. Exit status 1 if a ticket could not be read."
        ),
        epilog="example:\n  supportflow retain --store sqlite:///desk.db --dry-run",
    )
    add_store(parser, required=True)
    parser.add_argument("--policy", metavar="POLICY", help="a policy file instead of the policy used last")
    parser.add_argument(
        "--kind",
        action="append",
        choices=RETAINED,
        default=[],
        dest="kinds",
        metavar="KIND",
        help="only this, and others that are named so: a kind of content, the archive (ticket), keys (key); one of "
        f"{', '.join(RETAINED)}",
    )
    parser.add_argument("--cursor", metavar="CURSOR", help="go on from here: printed when it was broken off")
    parser.add_argument(
        "--batch", type=int, default=_BATCH, metavar="N", help="tickets in a batch (default 200)"
    )
    add_dry_run(parser, "count only")
    parser.add_argument("--yes", action="store_true", help="yes, erase")
    add_json(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.set_defaults(run=retain)


def _days(text: str) -> int:
    if not text.isdecimal() or len(text) > _DIGITS or int(text) == 0:
        raise argparse.ArgumentTypeError("is not a whole number of days from 1")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Put tickets away."""
    store = used_at(arguments.store, arguments.tenant)
    fields: dict[str, object] = {"dry_run": arguments.dry_run}
    with Desk(store=Trial(store) if arguments.dry_run else store, tenant=arguments.tenant) as desk:
        put = _all(lambda: desk.archive(before=_ago(arguments.days), limit=_BATCH), "tickets", arguments)
        fields["archived"] = put
        lines = [f"{put:,} tickets {_would(arguments)}put away"]
        if arguments.keys_days is not None:
            before = _ago(arguments.keys_days)
            keys = _all(lambda: desk.forget_keys(before=before, limit=_BATCH), "keys", arguments)
            fields["keys"] = keys
            lines.append(f"{keys:,} idempotency keys {_would(arguments)}forgotten")
    say(arguments, fields, lines)
    return 0


def _would(arguments: argparse.Namespace) -> str:
    return "would be " if arguments.dry_run else ""


def _ago(days: int) -> datetime:
    try:
        return datetime.now(UTC) - timedelta(days=days)
    except OverflowError:
        raise InvalidInput("--days", "goes back before the first year") from None


def _all(batch: Callable[[], int], unit: str, arguments: argparse.Namespace) -> int:
    done = 0
    with Bar(sys.stderr, "keeping order", shown=not arguments.quiet, unit=unit) as bar:
        while some := batch():
            done += some
            bar(done)
    return done


def erase(arguments: argparse.Namespace) -> int:
    """Erase texts."""
    if not (arguments.yes or arguments.dry_run):
        raise InvalidInput("erase", "cannot be undone; say --yes, too, or --dry-run")
    erased: dict[str, int] = {}
    store = used_at(arguments.store, arguments.tenant)
    # Under the policy that the desk used last: its hold is kept from here, too.
    policy = published_policy(store, arguments.tenant) or Policy()
    tried = Trial(store) if arguments.dry_run else store
    with Desk(policy, store=tried, tenant=arguments.tenant) as desk:
        try:
            for subject in dict.fromkeys(arguments.subjects):
                erased[subject] = desk.erase(subject)
        except BaseException:
            if erased and not arguments.dry_run:
                done = ", ".join(f"{subject!r} {texts:,}" for subject, texts in erased.items())
                terminal.line(f"supportflow: broken off; texts erased before that: {done}", to=sys.stderr)
            raise
    fields = {"dry_run": arguments.dry_run, "erased": erased}
    say(arguments, fields, [f"{sum(erased.values()):,} texts {_would(arguments)}erased"])
    without = [subject for subject, texts in erased.items() if not texts]
    for subject in without:
        terminal.line(
            f"supportflow: {subject!r} has no texts here, or they were erased before", to=sys.stderr
        )
    return WRONG if without else 0


def retain(arguments: argparse.Namespace) -> int:
    """Do what the policy says of how long what is kept."""
    if not (arguments.yes or arguments.dry_run):
        raise InvalidInput("retain", "cannot be undone; say --yes, too, or --dry-run")
    done: list[Retained] = []
    cursor = arguments.cursor
    with (
        desk_at(arguments.store, arguments.tenant, arguments.policy) as desk,
        Bar(sys.stderr, "looking at", shown=not arguments.quiet, unit="ended tickets") as bar,
    ):
        try:
            while not done or cursor is not None:
                done.append(
                    desk.apply_retention(
                        kinds=arguments.kinds, cursor=cursor, limit=arguments.batch, dry_run=arguments.dry_run
                    )
                )
                cursor = done[-1].cursor
                bar(sum(batch.seen for batch in done))
        except BaseException:
            if cursor is not None:
                terminal.line(to=sys.stderr)
                terminal.line(f"supportflow: broken off; go on with --cursor {cursor}", to=sys.stderr)
            raise
    return _report(arguments, done)


def _report(arguments: argparse.Namespace, done: list[Retained]) -> int:
    erased: Counter[str] = Counter()
    for batch in done:
        erased.update(batch.erased)
    fields: dict[str, Any] = {
        "dry_run": arguments.dry_run,
        "seen": sum(batch.seen for batch in done),
        "held": sum(batch.held for batch in done),
        "erased": dict(sorted(erased.items())),
        "archived": sum(batch.archived for batch in done),
        "keys": sum(batch.keys for batch in done),
        "failed": [ticket_id for batch in done for ticket_id in batch.failed],
    }
    say(arguments, fields, _lines(fields, _would(arguments)))
    failed = fields["failed"]
    if failed:
        terminal.line(f"could not be read: {listed(failed)}", to=sys.stderr)
    return WRONG if failed else 0


def _lines(fields: Mapping[str, Any], would: str) -> Iterator[str]:
    kinds = ", ".join(f"{kind} {number:,}" for kind, number in fields["erased"].items())
    yield f"{fields['seen']:,} ended tickets looked at, {fields['held']:,} held"
    yield f"{sum(fields['erased'].values()):,} texts {would}erased{f': {kinds}' if kinds else ''}"
    yield f"{fields['archived']:,} tickets {would}put away"
    yield f"{fields['keys']:,} idempotency keys {would}forgotten"

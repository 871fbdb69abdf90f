"""Roundup's issues are observed, as a detector hears of them, and due times written back.

What is written down here beside the code was seen with Roundup 2.6.0 and its classic template.
"""

import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from roundup.date import Date
from telling import TOLD, Line, due_times, end
from telling import tell as tell_lines

from supportflow import Agent, Desk, FieldSpec, Policy, Requester, SlaPolicy, Target
from supportflow.channels.email.intake import person_of
from supportflow.channels.hosts import ROUNDUP
from supportflow.exceptions import SupportflowError
from supportflow.stores.sql import SqlStore

__all__ = ["all_of", "desk", "tell"]

POLICY = Policy(
    fields={TOLD: FieldSpec.integer(minimum=0)},
    sla=[SlaPolicy(name="standard", targets=[Target.first_response(hours=4), Target.resolution(hours=24)])],
)
STAFF = frozenset({"admin", "agent"})
"""Roles whose messages are answers. `User` is everybody who has ever sent a mail."""


@cache
def desk() -> Desk:
    """The desk beside this tracker, in each process that works on it."""
    # Two processes write: not in WAL, which SQLite before 3.51.3 can break then.
    database = f"sqlite:///{os.environ['SLA_DATABASE']}?journal_mode=delete"
    return Desk(POLICY, store=SqlStore(database))


def tell(db: Any, number: str) -> None:
    """Tell the desk of one issue."""
    if db.issue.is_retired(number):
        end(desk(), number)
        return
    creator = db.issue.get(number, "creator")
    # A journal has what was there *before* each change, and of the creation nothing.
    journal = sorted(db.getjournal("issue", number), key=lambda one: one[1].get_tuple())
    changes = [(at, params if action == "set" else {}) for _, at, _, action, params in journal]
    added = [_added(params) for _, params in changes]
    first = [one for one in db.issue.get(number, "messages") if not any(one in some for some in added)]
    body = "\n".join(_words(db, one) for one in first if db.msg.get(one, "author") == creator)
    lines = list[Line]()
    for place, (at, params) in enumerate(changes):
        facts = [_said(db, creator, one) for one in added[place]]
        facts += [
            _became(name, _after(db, number, name, changes[place + 1 :]), db)
            for name in ("status", "assignedto")
            if name in params
        ]
        numbered = enumerate(facts[:99], place * 100 + 1)
        lines += [Line(number, _instant(at), fact) for number, fact in numbered if fact]
    opened = _instant(db.issue.get(number, "creation"))
    title = db.issue.get(number, "title") or ""
    tell_lines(desk(), number, opened, body, lines, requester=_name(db, creator), subject=title)


def all_of(db: Any) -> None:
    """Tell of every issue that no detector told of, and write every due time that is another."""
    for number in db.issue.getnodeids():
        try:
            tell(db, number)
        except (FileNotFoundError, SupportflowError) as error:  # the next round
            logging.getLogger("roundup.sla").warning("issue%s was not told: %s", number, error)
    desk().tick()
    for number, wanted in due_times(desk()).items():
        has = db.issue.get(number, "due")
        if wanted != (None if has is None else _instant(has)):
            db.issue.set(number, due=wanted and Date(wanted.strftime("%Y-%m-%d.%H:%M:%S")))
    db.commit()


def _added(params: Any) -> list[str]:
    changed = params.get("messages", ()) if isinstance(params, dict) else ()
    return [one for sign, some in changed if sign == "+" for one in some]


def _after(db: Any, number: str, name: str, later: Sequence[tuple[Any, Any]]) -> Any:
    """What a property became: what stood there before the next change of it; if there is none, what stands there now."""
    return next((params[name] for _, params in later if name in params), db.issue.get(number, name))


def _became(name: str, value: Any, db: Any) -> dict[str, Any]:
    if name == "assignedto":
        return {"agent": "" if value is None else _name(db, value)}
    return {"status": ROUNDUP.statuses[value]} if value in ROUNDUP.statuses else {}


def _said(db: Any, creator: str, message: str) -> dict[str, Any]:
    author, body = db.msg.get(message, "author"), _words(db, message)
    if author == creator:
        return {"requester_wrote": True, "body": body}
    if not STAFF.isdisjoint(role.strip().lower() for role in (db.user.get(author, "roles") or "").split(",")):
        return {"replied": True, "body": body, "by": Agent(_name(db, author))}
    return (
        {"body": body, "by": Requester(_name(db, author))} if body.strip() else {}
    )  # a stranger's, never an answer


def _words(db: Any, message: str) -> str:
    # Where there is no file, Roundup answers with a sentence about that, as if it were the words.
    if not Path(db.filename("msg", message, None)).exists():
        raise FileNotFoundError(f"msg{message} is not there yet")
    return str(db.msg.get(message, "content"))


def _name(db: Any, user: str) -> str:
    """An id that can stay in events for ever: of an address, one that says nothing."""
    name = str(db.user.get(user, "username"))
    return person_of(name) if "@" in name else name


def _instant(date: Any) -> datetime:
    # Not by `Date.timestamp`, which adds the fraction of a second twice.
    year, month, day, hour, minute, second = date.get_tuple()[:6]
    return datetime(year, month, day, hour, minute, tzinfo=UTC) + timedelta(milliseconds=round(second * 1e3))

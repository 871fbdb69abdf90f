"""What is no id gets one and the same error of ours from every verb and question, on every store, plain and async."""

import asyncio
import inspect
from datetime import UTC, datetime, timedelta

import pytest

from supportflow import AsyncDesk, Desk, MemoryStore, Policy
from supportflow.exceptions import InvalidInput
from supportflow.model.casework import Party
from supportflow.policy.document.surges import Surge
from supportflow.stores.sql import SqlStore
from supportflow.testing import CountingIds, ManualClock

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NO_IDS = {
    "surrogate": "\ud800", "nul": "a\0b", "long": "x" * 5_000, "escape": "a\x1bb", "line": "a\nb", "separator": "a\u2028b",
    "number": 7, "share": 1.5, "bytes": b"a", "list": ["a"], "dict": {"a": 1}, "object": object(), "empty": "",
}  # fmt: skip
GOOD = {
    "ref": "7", "by": "sam", "body": "b", "subject": "s", "requester": "ana", "trigger": "t", "agent": "sam",
    "tier": "expert", "other": "bo", "key": "k", "name": "rush", "text": "t", "before": NOW, "start": NOW,
    "end": NOW + timedelta(days=1), "presence": "away", "on_duty": True, "step": "s", "action": "a", "level": "l",
    "method": "m", "valid_for": timedelta(1), "number": "1", "approve": True, "clock": "c", "reason": "r", "met": True,
    "evidence": {}, "party": Party("bank", "b-1"), "into_ref": "8", "status": "open", "opened_at": NOW, "into": None,
    "language": "en", "stars": 5, "changes": [], "call": "tel-1", "warning": "w",
    "purpose": "p", "purposes": ["p"],
    "delivery": "d", "channel": "web", "state": "read", "measure": "m", "value": 1, "texts": {"en": "x"},
}  # fmt: skip
IDS = {
    "ticket", "ref", "by", "key", "requester", "other", "agent", "number", "clock", "into", "into_ref", "new_ref", "to",
    "seen_by", "assignee", "follow_up_of", "refs", "tickets", "channel", "group", "tier", "trigger", "step", "action",
    "level", "method", "name", "category", "priority_class", "status", "language", "tz", "ladder", "notify", "expects",
    "person", "purpose", "purposes",
    "tags", "surge", "status_category", "problem", "problem_ref", "measure", "audience",
    "call", "event", "warning", "cursor", "after", "order", "party", "text", "presence", "evidence", "attributes",
}  # fmt: skip
FILTERS = [
    "group",
    "assignee",
    "status",
    "requester",
    "channel",
    "category",
    "priority_class",
    "status_category",
]
EMPTY_MEANS = {"group", "assignee", "agent", "body", "subject", "text", "reason", "evidence", "attributes"}
"""Parameters of which an empty text means "none", or that are texts."""
AS_THE_PERSON = {("open", "language"), ("open", "tz")}
"""Where it means what the requester's own says."""
CONTAINERS = {"refs", "tickets", "notify", "expects", "evidence", "attributes", "to", "purposes"}
TEXTS = {"text", "body", "reason", "summary"}


def questions(desk):
    """Method, parameter: all that name something."""
    for name, method in inspect.getmembers(desk, callable):
        if name.startswith("_") or name in {"handle", "handle_agent", "within", "close"}:
            continue
        parameters = inspect.signature(method).parameters
        wanted = [one for one in parameters if one in IDS]
        if name in {"find", "rows"}:
            wanted += FILTERS
        yield from ((name, method, parameters, one) for one in wanted)


def asked(parameters, target, value):
    given = {
        name: GOOD[name]
        for name, one in parameters.items()
        if name in GOOD
        and (one.default is one.empty or name == "ref" or (name == "subject" and "event" in parameters))
    }
    if target in {"ticket", "refs", "tickets"} or "subject" in given:
        given.pop("ref", None)
    if target in {"into", "into_ref"}:
        given.pop("into", None), given.pop("into_ref", None)
    return given | {target: value}


POLICY = Policy(surges={"rush": Surge(lasts_for=timedelta(hours=1), greetings={"en": "Busy."})})


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request, tmp_path):
    if request.param == "memory":
        yield MemoryStore()
        return
    url = f"sqlite:///{tmp_path}/a.db" if request.param == "sqlite" else request.getfixturevalue("emptied")
    store = SqlStore(url)
    yield store
    store.close()


def wrong(outcome, method, target, what):
    """Whether an outcome is another than the error that there should be."""
    if isinstance(outcome, Exception):
        return not isinstance(outcome, InvalidInput)
    if what == "empty":
        return target not in EMPTY_MEANS and (method, target) not in AS_THE_PERSON
    return target not in TEXTS and not (what in {"list", "dict"} and target in CONTAINERS)


def test_every_verb_and_question(store):
    """All of them, by introspection: one that is added is asked, too."""
    bad, seen = [], 0
    with Desk(POLICY, store=store, clock=ManualClock(NOW), ids=CountingIds()) as desk:
        for ref in ("7", "8"):
            desk.open(subject="s", requester="ana", ref=ref)
        for name, method, parameters, target in questions(desk):
            for what, value in NO_IDS.items():
                seen += 1
                try:
                    outcome = method(**asked(parameters, target, value))
                except Exception as error:  # noqa: BLE001 - whatever is raised is looked at
                    outcome = error
                if wrong(outcome, name, target, what):
                    bad.append((name, target, what, type(outcome).__name__))
        assert len(desk.find()) >= 2
    assert bad == []
    assert seen > 1_000


def test_every_question_of_an_async_desk():
    async def ask():
        bad = []
        async with AsyncDesk(POLICY, clock=ManualClock(NOW), ids=CountingIds()) as desk:
            await desk.open(subject="s", requester="ana", ref="7")
            await desk.open(subject="s", requester="ana", ref="8")
            for name, method, parameters, target in questions(desk):
                for what, value in NO_IDS.items():
                    try:
                        outcome = method(**asked(parameters, target, value))
                        if inspect.isawaitable(outcome):
                            outcome = await outcome
                    except Exception as error:  # noqa: BLE001 - whatever is raised is looked at
                        outcome = error
                    if wrong(outcome, name, target, what):
                        bad.append((name, target, what, type(outcome).__name__))
        return bad

    assert asyncio.run(ask()) == []


@pytest.mark.parametrize(
    "name", ["eve\u202e", "sam\u200b", "\u2066sam", "s\U000e0041am", "\ufeffsam", " "], ids=ascii
)
def test_a_new_agent_is_somebody_whose_id_can_be_read(store, name):
    """Their ids stand in approvals and verdicts, and colleagues read them there."""
    with Desk(POLICY, store=store, clock=ManualClock(NOW)) as desk:
        desk.open(subject="s", requester="ana", ref="7")
        for ask in (
            lambda: desk.assign(ref="7", agent=name, by="sam"),
            lambda: desk.reply(ref="7", body="b", by=name),
            lambda: desk.open(subject="s", requester="ana", assignee=name),
        ):
            with pytest.raises(InvalidInput) as refused:
                ask()
            assert "people can read" in refused.value.reason

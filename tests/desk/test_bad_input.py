"""Bad input: one clear error of our own tree, without the text, and a store that is as it was before."""

# ruff: noqa: E501 - a table is read by its rows, and naive times are what is refused

from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from desk.office import START, contents, desk, store_of
from supportflow import Agent, Attachment, Desk, FieldSpec, Policy, Requester, SlaPolicy, Target
from supportflow.exceptions import (
    DeliveryNotFound,
    InvalidInput,
    NaiveDatetimeError,
    NotFound,
    SupportflowError,
    TextTooLong,
    TicketNotFound,
    TransitionRefused,
    UnknownKeyword,
)
from supportflow.model import commands as c
from supportflow.model.base import MAX_BODY, MAX_SUBJECT
from supportflow.model.people import Actor

SECRET = "hunter2-seed-phrase"

POLICY = Policy(
    fields={
        "plan": FieldSpec.choice("free", "pro"),
        "seats": FieldSpec.integer(minimum=0, maximum=10),
        "score": FieldSpec.number(),
        "note": FieldSpec.text(),
        "tags": FieldSpec.tags("a", "b"),
    },
    sla=[SlaPolicy(name="gold", targets=[Target.first_response(minutes=30)])],
)


class Odd(tzinfo):
    """A zone that does not know its own offset."""

    def utcoffset(self, _moment):
        return None


OPENING = [
    ("no text at all", {"subject": "", "body": ""}, InvalidInput, "subject"),
    ("blank text", {"subject": "  ", "body": "\n\t"}, InvalidInput, "subject"),
    ("subject is a number", {"subject": 5}, InvalidInput, "subject"),
    ("subject is None", {"subject": None}, InvalidInput, "subject"),
    ("subject is bytes", {"subject": b"abc"}, InvalidInput, "subject"),
    ("body is a list", {"body": [SECRET]}, InvalidInput, "body"),
    ("long subject", {"subject": SECRET * MAX_SUBJECT}, TextTooLong, "subject"),
    ("long body", {"body": SECRET * MAX_BODY}, TextTooLong, "body"),
    ("lone surrogate in the subject", {"subject": SECRET + "\ud800"}, InvalidInput, "subject"),
    ("lone surrogate in the body", {"body": SECRET + "\udfff"}, InvalidInput, "body"),
    ("NUL in the subject", {"subject": SECRET + "\0"}, InvalidInput, "subject"),
    ("NUL in the body", {"body": SECRET + "\0"}, InvalidInput, "body"),
    ("no requester", {"requester": None}, InvalidInput, "requester"),
    ("empty requester", {"requester": ""}, InvalidInput, "requester"),
    ("requester is a number", {"requester": 5}, InvalidInput, "requester"),
    ("requester is an address", {"requester": SECRET + "@example.org"}, InvalidInput, "requester"),
    ("requester with a line break", {"requester": "a\nb"}, InvalidInput, "requester"),
    ("requester with NUL", {"requester": "a\0b"}, InvalidInput, "requester"),
    ("requester with a surrogate", {"requester": "a\ud800"}, InvalidInput, "requester"),
    ("requester of 201 characters", {"requester": "x" * 201}, InvalidInput, "requester"),
    ("reference with a control character", {"ref": "4711\x7f"}, InvalidInput, "ref"),
    ("reference with a line separator", {"ref": "4711\u2028"}, InvalidInput, "ref"),
    ("empty reference", {"ref": ""}, InvalidInput, "ref"),
    ("reference is a number", {"ref": 4711}, InvalidInput, "ref"),
    ("empty key", {"key": ""}, InvalidInput, "key"),
    ("long key", {"key": "k" * 501}, TextTooLong, "key"),
    ("key with NUL", {"key": "k\0"}, InvalidInput, "key"),
    ("key with a surrogate", {"key": "k\ud800"}, InvalidInput, "key"),
    ("key is a number", {"key": 5}, InvalidInput, "key"),
    ("channel is empty", {"channel": ""}, InvalidInput, "channel"),
    ("channel is None", {"channel": None}, InvalidInput, "channel"),
    ("channel of 101 characters", {"channel": "x" * 101}, TextTooLong, "channel"),
    ("unknown type", {"type": SECRET}, InvalidInput, "type"),
    ("type is a list", {"type": []}, InvalidInput, "type"),
    ("unknown class", {"priority_class": SECRET}, InvalidInput, "priority_class"),
    ("class is a number", {"priority_class": 1}, InvalidInput, "priority_class"),
    ("level 0", {"level": 0}, InvalidInput, "level"),
    ("level 5", {"level": 5}, InvalidInput, "level"),
    ("level is a word", {"level": SECRET}, InvalidInput, "level"),
    ("level is true", {"level": True}, InvalidInput, "level"),
    ("level is a text", {"level": "2"}, InvalidInput, "level"),
    ("unknown zone", {"tz": SECRET}, InvalidInput, "tz"),
    ("zone is a path", {"tz": "../../etc/passwd"}, InvalidInput, "tz"),
    ("zone that is a folder", {"tz": "Europe"}, InvalidInput, "tz"),
    ("zone longer than a file's name", {"tz": "终" * 100}, InvalidInput, "tz"),
    ("zone with NUL", {"tz": "UTC\0"}, InvalidInput, "tz"),
    ("language is a number", {"language": 5}, InvalidInput, "language"),
    ("category is a list", {"category": ["x"]}, InvalidInput, "category"),
    ("group is a number", {"group": 5}, InvalidInput, "group"),
    ("assignee is an agent's number", {"assignee": 5}, InvalidInput, "assignee"),
    ("private is a word", {"private": SECRET}, InvalidInput, "private"),
    ("by is a number", {"by": 5}, InvalidInput, "by"),
    ("by is empty", {"by": ""}, InvalidInput, "by"),
    ("by with a line break", {"by": "sam\n"}, InvalidInput, "by"),
    ("naive opening", {"opened_at": datetime(2026, 1, 1)}, NaiveDatetimeError, "opened_at"),
    ("a zone without an offset", {"opened_at": datetime(2026, 1, 1, tzinfo=Odd())}, NaiveDatetimeError, "opened_at"),
    ("naive text", {"opened_at": "2026-01-01T00:00:00"}, NaiveDatetimeError, "opened_at"),
    ("not a time", {"opened_at": SECRET}, InvalidInput, "opened_at"),
    ("a number as time", {"opened_at": 1_700_000_000}, InvalidInput, "opened_at"),
    ("the future", {"opened_at": START + timedelta(seconds=1)}, InvalidInput, "opened_at"),
    ("past the end of time", {"opened_at": "9999-12-31T23:59:59-05:00"}, InvalidInput, "opened_at"),
    ("before the beginning of time", {"opened_at": "0001-01-01T00:00:00+05:00"}, InvalidInput, "opened_at"),
    ("attributes are a list", {"attributes": [SECRET]}, InvalidInput, "attributes"),
    ("attributes are a number", {"attributes": 5}, InvalidInput, "attributes"),
    ("undeclared attribute", {"attributes": {"colour": SECRET}}, InvalidInput, "attributes.colour"),
    ("attribute's name is a number", {"attributes": {5: "x"}}, InvalidInput, "attributes"),
    ("not one of the choices", {"attributes": {"plan": SECRET}}, InvalidInput, "attributes.plan"),
    ("over the maximum", {"attributes": {"seats": 11}}, InvalidInput, "attributes.seats"),
    ("a text for a number", {"attributes": {"seats": SECRET}}, InvalidInput, "attributes.seats"),
    ("true for a number", {"attributes": {"seats": True}}, InvalidInput, "attributes.seats"),
    ("half a seat", {"attributes": {"seats": 1.5}}, InvalidInput, "attributes.seats"),
    ("not a number", {"attributes": {"score": float("nan")}}, InvalidInput, "attributes.score"),
    ("infinite", {"attributes": {"score": float("inf")}}, InvalidInput, "attributes.score"),
    ("over 64 bits", {"attributes": {"score": 2**63}}, InvalidInput, "attributes.score"),
    ("five thousand digits", {"attributes": {"score": 10**5_000}, "key": "k"}, InvalidInput, "attributes.score"),
    ("an object", {"attributes": {"note": object()}}, InvalidInput, "attributes.note"),
    ("a nested mapping", {"attributes": {"note": {"a": 1}}}, InvalidInput, "attributes.note"),
    ("bytes for a text", {"attributes": {"note": b"abc"}}, InvalidInput, "attributes.note"),
    ("a huge text", {"attributes": {"note": SECRET * 10_000}}, InvalidInput, "attributes.note"),
    ("a surrogate in an attribute", {"attributes": {"note": SECRET + "\ud800"}}, InvalidInput, "attributes.note"),
    ("NUL in an attribute", {"attributes": {"note": SECRET + "\0"}}, InvalidInput, "attributes.note"),
    ("a tag outside the vocabulary", {"attributes": {"tags": [SECRET]}}, InvalidInput, "attributes.tags"),
    ("a number among tags", {"attributes": {"tags": ["a", 5]}}, InvalidInput, "attributes.tags"),
    ("ten thousand tags", {"attributes": {"tags": [str(n) for n in range(10_000)]}}, InvalidInput, "attributes.tags"),
    ("a thousand attributes", {"attributes": {f"n{n}": 1 for n in range(1_000)}}, InvalidInput, "attributes"),
    ("attachments are a number", {"attachments": 5}, InvalidInput, "attachments"),
    ("an attachment is a text", {"attachments": [SECRET]}, InvalidInput, "attachments.0"),
    ("101 attachments", {"attachments": [Attachment(name="a")] * 101}, InvalidInput, "attachments"),
    ("an attachment without a name", {"attachments": [{"size": 1}]}, InvalidInput, "attachments.0.name"),
    ("a negative size", {"attachments": [{"name": "a", "size": -1}]}, InvalidInput, "attachments.0.size"),
    ("NUL in a file's name", {"attachments": [{"name": "a\0"}]}, InvalidInput, "attachments.0.name"),
    ("a wrong checksum", {"attachments": [{"name": "a", "sha256": SECRET}]}, InvalidInput, "attachments.0.sha256"),
    ("follow-up of a number", {"follow_up_of": 5}, InvalidInput, "follow_up_of"),
]  # fmt: skip


@pytest.fixture
def one():
    one = desk(POLICY)
    one.open(subject="s", requester="ana", ref="1")
    return one


def refused(one: Desk, call, error: type[SupportflowError]) -> SupportflowError:
    """The error of a call that changes nothing and repeats no text."""
    before = contents(store_of(one))
    with pytest.raises(SupportflowError) as caught:
        call()
    assert type(caught.value) is error
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(vars(caught.value))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert contents(store_of(one)) == before
    return caught.value


@pytest.mark.parametrize(
    ("fields", "error", "field"), [case[1:] for case in OPENING], ids=[case[0] for case in OPENING]
)
def test_opening(one, fields, error, field):
    given = {"subject": SECRET, "requester": "bob", **fields}
    caught = refused(one, lambda: one.open(**given), error)
    assert caught.field == field


CALLS = [
    ("neither id nor ref", lambda d: d.resolve(by="sam"), InvalidInput, "ticket"),
    ("id and ref", lambda d: d.resolve("x", ref="1", by="sam"), InvalidInput, "ticket"),
    ("get without a name", lambda d: d.get(), InvalidInput, "ticket"),
    ("get with two names", lambda d: d.get("x", ref="1"), InvalidInput, "ticket"),
    ("get a list", lambda d: d.get([]), InvalidInput, "ticket"),
    ("get a number", lambda d: d.get(5), InvalidInput, "ticket"),
    ("get by a number as ref", lambda d: d.get(ref=5), InvalidInput, "ref"),
    ("get by a list as ref", lambda d: d.get(ref=[]), InvalidInput, "ref"),
    ("history of a number", lambda d: d.history(5), InvalidInput, "ticket"),
    ("messages of a list", lambda d: d.messages([]), InvalidInput, "ticket"),
    ("permitted of bytes", lambda d: d.permitted(b"x"), InvalidInput, "ticket"),
    ("explain a mapping", lambda d: d.explain({}), InvalidInput, "ticket"),
    ("an id that is a number", lambda d: d.resolve(5, by="sam"), InvalidInput, "ticket"),
    ("an id with NUL", lambda d: d.resolve("\0", by="sam"), InvalidInput, "ticket"),
    ("a reply without text", lambda d: d.reply(ref="1", body="", by="sam"), InvalidInput, "body"),
    ("a blank reply", lambda d: d.reply(ref="1", body=" \n", by="sam"), InvalidInput, "body"),
    ("a reply that is None", lambda d: d.reply(ref="1", body=None, by="sam"), InvalidInput, "body"),
    ("a long reply", lambda d: d.reply(ref="1", body=SECRET * MAX_BODY, by="sam"), TextTooLong, "body"),
    ("a reply with NUL", lambda d: d.reply(ref="1", body=SECRET + "\0", by="sam"), InvalidInput, "body"),
    ("a reply by nobody", lambda d: d.reply(ref="1", body=SECRET, by=""), InvalidInput, "by"),
    ("a reply by None", lambda d: d.reply(ref="1", body=SECRET, by=None), InvalidInput, "by"),
    ("a reply with a number as files", lambda d: d.reply(ref="1", body="b", by="sam", attachments=5), InvalidInput, "attachments"),
    ("a note that is a number", lambda d: d.note(ref="1", body=5, by="sam"), InvalidInput, "body"),
    ("a message from nobody", lambda d: d.receive(ref="1", body=SECRET, by=""), InvalidInput, "by"),
    ("a message from an address", lambda d: d.receive(ref="1", body="b", by=SECRET + "@x"), InvalidInput, "by"),
    ("a message from a number", lambda d: d.receive(ref="1", body="b", by=5), InvalidInput, "by"),
    ("a message from an agent", lambda d: d.receive(ref="1", body="b", by=Agent("sam")), InvalidInput, "by"),
    ("an unknown automaton", lambda d: d.receive(ref="1", body="b", by="ana", automatic=SECRET), InvalidInput, "automatic"),
    ("a message without a text", lambda d: d.receive(ref="1", body=" ", by="ana"), InvalidInput, "body"),
    ("assign nothing", lambda d: d.assign(ref="1"), InvalidInput, "agent"),
    ("assign a number", lambda d: d.assign(ref="1", agent=5), InvalidInput, "agent"),
    ("assign to a group with a line break", lambda d: d.assign(ref="1", group="a\nb"), InvalidInput, "group"),
    ("update an undeclared attribute", lambda d: d.update(ref="1", attributes={"x": SECRET}), InvalidInput, "attributes.x"),
    ("update with a wrong value", lambda d: d.update(ref="1", attributes={"plan": SECRET}), InvalidInput, "attributes.plan"),
    ("update with a number", lambda d: d.update(ref="1", attributes=5), InvalidInput, "attributes"),
    ("set no priority", lambda d: d.set_priority(ref="1", by="sam"), InvalidInput, "priority_class"),
    ("set an unknown class", lambda d: d.set_priority(ref="1", by="sam", priority_class=SECRET), InvalidInput, "priority_class"),
    ("set level 9", lambda d: d.set_priority(ref="1", by="sam", level=9), InvalidInput, "level"),
    ("a reason with a surrogate", lambda d: d.resolve(ref="1", by="sam", reason=SECRET + "\ud800"), InvalidInput, "reason"),
    ("a reason that is a number", lambda d: d.resolve(ref="1", by="sam", reason=5), InvalidInput, "reason"),
    ("an empty trigger", lambda d: d.trigger(ref="1", by="sam", trigger=""), InvalidInput, "trigger"),
    ("no trigger", lambda d: d.trigger(ref="1", by="sam", trigger=None), InvalidInput, "trigger"),
    ("merge into nothing", lambda d: d.merge(ref="1", by="sam"), InvalidInput, "into"),
    ("merge into two", lambda d: d.merge(ref="1", by="sam", into="x", into_ref="y"), InvalidInput, "into"),
    ("merge into itself", lambda d: d.merge(ref="1", by="sam", into_ref="1"), InvalidInput, "into"),
    ("merge into a number", lambda d: d.merge(ref="1", by="sam", into=5), InvalidInput, "into"),
    ("split into a number", lambda d: d.split(ref="1", by="sam", new_ref=5), InvalidInput, "new_ref"),
    ("split with NUL", lambda d: d.split(ref="1", by="sam", body="\0"), InvalidInput, "body"),
    ("observe an unknown status", lambda d: d.observe(ref="1", status=SECRET), InvalidInput, "status"),
    ("observe the future", lambda d: d.observe(ref="1", at=START + timedelta(days=1)), InvalidInput, "at"),
    ("observe at a naive time", lambda d: d.observe(ref="1", at=datetime(2026, 1, 1)), NaiveDatetimeError, "at"),
    ("observe at a number", lambda d: d.observe(ref="1", at=5), InvalidInput, "at"),
    ("observe an unknown class", lambda d: d.observe(ref="1", priority_class=SECRET), InvalidInput, "priority_class"),
    ("observe an undeclared attribute", lambda d: d.observe(ref="1", attributes={"x": SECRET}), InvalidInput, "attributes.x"),
    ("observe by a number", lambda d: d.observe(ref="1", by=5), InvalidInput, "by"),
    ("adopt with a misspelt word", lambda d: d.adopt("2", START, "open", requestor=SECRET), UnknownKeyword, "adopt"),
    ("adopt an address", lambda d: d.adopt("2", START, "open", requester=SECRET + "@x"), InvalidInput, "requester"),
    ("adopt an unknown status", lambda d: d.adopt("2", START, SECRET), InvalidInput, "status"),
    ("adopt a naive time", lambda d: d.adopt("2", datetime(2026, 1, 1), "open"), NaiveDatetimeError, "opened_at"),
    ("adopt the future", lambda d: d.adopt("2", START + timedelta(days=1), "open"), InvalidInput, "opened_at"),
    ("adopt a number as history", lambda d: d.adopt("2", START, "open", 5), InvalidInput, "history"),
    ("adopt numbers as history", lambda d: d.adopt("2", START, "open", [5]), InvalidInput, "history"),
    ("adopt an unknown fact", lambda d: d.adopt("2", START, "open", [{"at": START, "mood": SECRET}]), UnknownKeyword, "history"),
    ("adopt a fact without a time", lambda d: d.adopt("2", START, "open", [{"status": "open"}]), InvalidInput, "history.at"),
    ("adopt a fact at a naive time", lambda d: d.adopt("2", START, "open", [{"at": datetime(2026, 1, 1)}]), NaiveDatetimeError, "history.at"),
    ("adopt a fact of the future", lambda d: d.adopt("2", START, "open", [{"at": START + timedelta(1)}]), InvalidInput, "history"),
    ("adopt a fact before the opening", lambda d: d.adopt("2", START, "open", [{"at": START - timedelta(1)}]), InvalidInput, "history"),
    ("adopt a fact of an unknown status", lambda d: d.adopt("2", START, "open", [{"at": START, "status": SECRET}]), InvalidInput, "status"),
    ("adopt a fact by a number", lambda d: d.adopt("2", START, "open", [{"at": START, "by": 5}]), InvalidInput, "history.by"),
    ("exclude an unknown clock", lambda d: d.exclude(ref="1", clock=SECRET[:5], reason="r", by="sam"), InvalidInput, "clock"),
    ("exclude without a reason", lambda d: d.exclude(ref="1", clock="gold/first_response#1", reason="", by="sam"), InvalidInput, "reason"),
    ("correct without a reason", lambda d: d.correct(ref="1", clock="gold/first_response#1", met=True, reason=" ", by="sam"), InvalidInput, "reason"),
    ("correct a running clock", lambda d: d.correct(ref="1", clock="gold/first_response#1", met=True, reason="r", by="sam"), InvalidInput, "clock"),
    ("find by an unknown filter", lambda d: d.find(colour=SECRET), UnknownKeyword, "find"),
    ("find in an unknown order", lambda d: d.find(order=SECRET), InvalidInput, "order"),
    ("find in a list of orders", lambda d: d.find(order=[]), InvalidInput, "order"),
    ("find none", lambda d: d.find(limit=0), InvalidInput, "limit"),
    ("find too many", lambda d: d.find(limit=1_001), InvalidInput, "limit"),
    ("find a word's number", lambda d: d.find(limit="5"), InvalidInput, "limit"),
    ("find half a ticket", lambda d: d.find(limit=1.5), InvalidInput, "limit"),
    ("find true", lambda d: d.find(limit=True), InvalidInput, "limit"),
    ("find after garbage", lambda d: d.find(cursor=SECRET), InvalidInput, "cursor"),
    ("find after a number", lambda d: d.find(cursor=5), InvalidInput, "cursor"),
    ("find after nothing", lambda d: d.find(cursor=""), InvalidInput, "cursor"),
    ("find after umlauts", lambda d: d.find(cursor="äöü"), InvalidInput, "cursor"),
    ("find after a deep list", lambda d: d.find(cursor="W1tb" * 100_000), InvalidInput, "cursor"),
    ("find after another order's page", lambda d: d.find(cursor="WyJkdWUiLCBudWxsLCAieCJd"), InvalidInput, "cursor"),
    ("find a category that is none", lambda d: d.find(status_category=SECRET), InvalidInput, "status_category"),
    ("find open by a word", lambda d: d.find(open="yes"), InvalidInput, "open"),
    ("find a level by a word", lambda d: d.find(level="high"), InvalidInput, "level"),
    ("find a group by a list", lambda d: d.find(group=["a"]), InvalidInput, "group"),
    ("run a word", lambda d: d.run_due(limit="many"), InvalidInput, "limit"),
    ("run less than nothing", lambda d: d.run_due(limit=-1), InvalidInput, "limit"),
    ("erase a number", lambda d: d.erase(5), InvalidInput, "subject"),
    ("erase nobody", lambda d: d.erase(""), InvalidInput, "subject"),
    ("dead letters by a word", lambda d: d.dead_letters(limit="x"), InvalidInput, "limit"),
    ("retry a list", lambda d: d.retry_delivery([]), InvalidInput, "key"),
    ("drop a number", lambda d: d.drop_delivery(5), InvalidInput, "key"),
    ("handle a number", lambda d: d.handle(5), InvalidInput, "command"),
    ("handle a mapping", lambda d: d.handle({"kind": "resolve"}), InvalidInput, "command"),
    ("handle a bare command", lambda d: d.handle(c.TicketCommand(by=Actor(kind="agent", id="sam"), ref="1")), InvalidInput, "command"),
    ("use a mapping", lambda d: d.use({}), InvalidInput, "policy"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "error", "field"), [case[1:] for case in CALLS], ids=[case[0] for case in CALLS]
)
def test_calls(one, call, error, field):
    caught = refused(one, lambda: call(one), error)
    assert caught.field == field


@pytest.mark.parametrize("verb", ["get", "history", "messages", "permitted", "explain"])
def test_unknown_names(one, verb):
    for name in ({"ticket": "nobody"}, {"ref": "nobody"}):
        caught = refused(one, lambda name=name: getattr(one, verb)(**name), TicketNotFound)
        assert caught.name == "nobody"
        assert isinstance(caught, NotFound)
        assert isinstance(caught, LookupError)


def test_unknown_names_in_commands(one):
    for call in (
        lambda: one.resolve("nobody", by="sam"),
        lambda: one.observe(ref="nobody"),
        lambda: one.merge("nobody", into_ref="1", by="sam"),
        lambda: one.merge(ref="1", into="nobody", by="sam"),
    ):
        refused(one, call, TicketNotFound)
    for call in (lambda: one.retry_delivery("x"), lambda: one.drop_delivery("x")):
        assert refused(one, call, DeliveryNotFound).name == "x"


def test_illegal_triggers(one):
    caught = refused(one, lambda: one.close_ticket(ref="1", by="sam"), TransitionRefused)
    assert (caught.status, caught.trigger, caught.unmet_guards) == ("new", "close", ())
    assert caught.permitted == ("cancel", "hold", "merge", "resolve", "start", "wait_for_requester")
    refused(one, lambda: one.trigger(ref="1", trigger="fly", by="sam"), TransitionRefused)


@pytest.mark.parametrize(
    ("ports", "field"),
    [
        ({"tenant": ""}, "tenant"),
        ({"tenant": "a\nb"}, "tenant"),
        ({"tenant": 5}, "tenant"),
        ({"secret": "0123456789abcdef"}, "secret"),
        ({"secret": b"short"}, "secret"),
        ({"policy": {"sla": []}}, "policy"),
        ({"on": {str: print}}, "on"),
        ({"on": 5}, "on"),
        ({"channels": 5}, "channels"),
    ],
)
def test_a_desk_s_own_arguments(ports, field):
    with pytest.raises(InvalidInput) as caught:
        Desk(**ports)
    assert caught.value.field == field


VALUES = {
    "an address as id": (lambda: Requester(SECRET + "@example.org"), "id"),
    "no id": (lambda: Requester(""), "id"),
    "a surrogate in a name": (lambda: Requester("ana", name="\ud800"), "name"),
    "a number as name": (lambda: Requester("ana", name=5), "name"),
    "a line break in an agent's id": (lambda: Agent("a\nb"), "id"),
    "a number as agent": (lambda: Agent(5), "id"),
    "an empty file name": (lambda: Attachment(name=""), "name"),
    "a negative size": (lambda: Attachment(name="a", size=-1), "size"),
    "no file name": (Attachment, "name"),
}


@pytest.mark.parametrize(("make", "field"), VALUES.values(), ids=VALUES)
def test_the_values_that_hosts_make(make, field):
    with pytest.raises(InvalidInput) as caught:
        make()
    assert caught.value.field == field
    assert SECRET not in str(caught.value)


def test_aware_datetimes_of_any_kind_are_taken(one):
    for moment in (START, START.astimezone(tz=None), START.isoformat(), datetime(1, 1, 2, tzinfo=UTC)):
        assert one.open(subject="s", requester="ana", opened_at=moment).ticket.opened_at <= START

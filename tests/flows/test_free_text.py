"""What a person typed loses its secrets before anything is kept: every text of every command, found by introspection."""

import inspect
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from pydantic import AfterValidator, BaseModel, BeforeValidator, StringConstraints
from pydantic.fields import FieldInfo

from supportflow import Agent, Attachment, Desk, Policy, Requester, ShiftChange, Surge
from supportflow.exceptions import InvalidInput, SupportflowError
from supportflow.flows.commands.clean import clean
from supportflow.model.base import MAX_ID, Known
from supportflow.model.casework import Party
from supportflow.model.commands import Adopt, Command, Fact, Observe, OverrideShift, TakeTurn
from supportflow.model.people import Actor
from supportflow.model.records import AttributeValue
from supportflow.stores.sql import SqlStore
from supportflow.testing import CountingIds, ManualClock
from supportflow.triage.redaction import RedactionRules

SECRET = "hunter2Zq9-Tr0ub4dor"
TYPED = f"password: {SECRET}"
COMMANDS = get_args(get_args(Command)[0])
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def is_checked(metadata) -> bool:
    """Whether a text is an id, a name, a tag or the like: a form is asked for that no free text has."""
    parts = [part for one in metadata for part in (one.metadata if isinstance(one, FieldInfo) else (one,))]
    parts = [one for part in parts for one in (part.parts if isinstance(part, Known) else (part,))]
    names = {part.func.__name__ for part in parts if isinstance(part, BeforeValidator | AfterValidator)}
    patterns = [part.pattern for part in parts if isinstance(part, StringConstraints) and part.pattern]
    media = any(pattern.startswith("^[!-~ ]") for pattern in patterns)  # a form that a sentence has, too
    return (bool(patterns) and not media) or bool(names & {"legible", "canonical", "opaque"})


def filled(hint: Any, metadata: tuple[Any, ...] = ()) -> Any:  # noqa: C901 - a case for each form of type
    """A value with a secret in every place where a free text can stand."""
    if hint == AttributeValue:
        return TYPED
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return filled(arguments[0], (*metadata, *arguments[1:]))
    if origin in {Union, UnionType}:
        inside = [filled(one, metadata) for one in arguments if one is not NoneType]
        return next((one for one in inside if TYPED in repr(one)), inside[0])
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        return (filled(arguments[0]),)
    if origin in {dict, Mapping}:
        key = filled(arguments[0])
        if arguments[1] == AttributeValue:
            return {key: TYPED, f"{key}s": frozenset({"vip", TYPED})}
        return {key: filled(arguments[1])}
    if hint is str:
        return "name" if is_checked(metadata) else TYPED
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return made(hint)
    return None


def made(cls: type[BaseModel]) -> Any:
    hints = get_type_hints(cls, include_extras=True)
    given = {name: filled(hints[name], tuple(field.metadata)) for name, field in cls.model_fields.items()}
    return cls.model_construct(**given)


NOTHING_TYPED = {
    "give_consent", "view_content", "withdraw_consent",
    "accept", "add_party", "advance", "link_incident", "list_tickets", "mirror_part", "resolve_with_problem",
    "unlink_incident",
    "assign", "authorise", "enrol", "merge", "offer", "recheck", "record_action",
    "record_delivery",    "set_presence", "verify", "withdraw",
    "answer_call", "promise_call_back", "start_call",
}  # fmt: skip
"""Commands in which there are names, ids, numbers and instants only."""


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.model_fields["kind"].default)
def test_no_text_of_a_command_keeps_a_secret(command):
    full = made(command)
    if command.model_fields["kind"].default == "enrol":
        full = full.model_copy(
            update={"profile": full.profile.model_copy(update={"name": None})}
        )  # see below
    typed = repr(full).count(SECRET)
    assert (typed == 0) == (full.kind in NOTHING_TYPED)
    assert SECRET not in repr(clean(full, RedactionRules()).command)


def test_the_walk_sees_nested_texts():
    adopted = made(Adopt)
    assert SECRET in repr(adopted.history[0])
    assert isinstance(adopted.history[0], Fact)
    assert repr(adopted).count(SECRET) > repr(adopted.history[0]).count(SECRET)
    assert SECRET in repr(made(Observe))
    assert made(OverrideShift).cause == TYPED
    assert made(TakeTurn).evidence_of == (TYPED,)


TYPING = {
    "reason",
    "body",
    "subject",
    "summary",
    "note",
    "comment",
    "text",
    "error",
    "title",
    "description",
    "message",
}
"""How parameters are called that take what somebody types."""


def test_what_somebody_types_on_a_desk_is_not_kept(tmp_path):
    """Every verb with such a parameter, found by its name, on a file that is then read byte by byte."""
    path = tmp_path / "desk.db"
    policy = Policy(
        surges={"rush": Surge(lasts_for=timedelta(hours=1), greetings={"en": "Busy."})},
        fields={"device": {"kind": "text", "nullable": True}, "labels": {"kind": "tags"}},
        routing={"routes": [{"name": "all", "language": "any"}]},
        unsafe_replies="allow",
    )
    good = {
        "ref": "7", "by": "sam", "agent": "sam", "requester": "ana", "trigger": "resolve", "tier": "compliance",
        "name": "rush", "start": NOW, "end": NOW + timedelta(days=1), "on_duty": True, "level": 2, "number": "1",
        "approve": True, "clock": "c", "met": True, "stars": 5, "action": "a", "step": "s", "status": "open",
        "opened_at": NOW, "call": "tel-1",
        "changes": [ShiftChange("sam", NOW, NOW + timedelta(days=1), on_duty=True)],
        "attributes": {"device": TYPED, "labels": [TYPED, "vip"]},
        "attachments": [Attachment(name=TYPED, uri=TYPED, media_type=TYPED)],
    }  # fmt: skip
    tried = set()
    with Desk(policy, store=SqlStore(f"sqlite:///{path}"), clock=ManualClock(NOW), ids=CountingIds()) as desk:
        desk.enrol(Agent("sam", name=TYPED, languages=["en"]))
        desk.set_presence("sam", "available")
        person = Requester("ana", name=TYPED, email=TYPED, phone=TYPED)
        for name, method in inspect.getmembers(desk, inspect.ismethod):
            parameters = set(inspect.signature(method).parameters)
            if name in {"open", "adopt"}:
                parameters |= {"subject", "requester", "attributes"}  # of `**described`
            typed = TYPING & parameters
            if name.startswith("_") or not (typed or {"attributes", "attachments"} & parameters):
                continue
            for by in ("sam", Actor(kind="requester", id="ana")):
                ref = f"{name} {by}"
                desk.open(subject="s", requester=person, ref=ref)
                given = {one: good[one] for one in parameters if one in good} | dict.fromkeys(typed, TYPED)
                given["ref"] = f"new {ref}" if name in {"open", "adopt"} else ref
                if "by" in parameters:
                    given["by"] = by
                if "ref" not in parameters:
                    del given["ref"]
                with suppress(SupportflowError):
                    method(**given)
                    tried.add(name)
        assert desk.surges()[0].reason == "password: [password removed]"
        assert desk.agent("sam").overrides[-1].reason == "password: [password removed]"
    assert {
        "open",
        "adopt",
        "receive",
        "reply",
        "note",
        "declare_surge",
        "override_shift",
        "update",
        "resolve",
    } <= tried
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    kept = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert b"password: [password removed]" in kept
    assert SECRET.encode() not in kept


@pytest.mark.parametrize("reason", ["two\nlines", "a\u202eb", "\x1b[2J", "a\u200bb", "x" * 201], ids=ascii)
def test_a_line_is_one_that_people_can_read(reason):
    policy = Policy(surges={"rush": Surge(lasts_for=timedelta(hours=1), greetings={"en": "Busy."})})
    with Desk(policy, clock=ManualClock(NOW)) as desk:
        desk.enrol(Agent("sam"))
        with pytest.raises(InvalidInput):
            desk.declare_surge("rush", by="sam", reason=reason)
        with pytest.raises(InvalidInput):
            desk.override_shift("sam", NOW, NOW + timedelta(days=1), on_duty=True, reason=reason)
        assert desk.surges() == ()
        assert desk.agent("sam").overrides == ()


@pytest.mark.parametrize(
    "reason",
    [
        f"my password is {SECRET}",
        f"ask ana, her PIN is 4711 and the password {SECRET}",
        f"密码：{SECRET}",
        "swap with ana",
        "换班",
    ],
)
def test_a_line_stays_a_line(reason):
    """A mask can be longer than what it stands for; what was harmless is as it was."""
    with Desk(clock=ManualClock(NOW), ids=CountingIds()) as desk:
        desk.enrol(Agent("sam"))
        long = reason.ljust(MAX_ID - 1, "x") + "."
        for said in (reason, long[:MAX_ID]):
            desk.override_shift("sam", NOW, NOW + timedelta(days=1), on_duty=False, reason=said, by="sam")
            kept = desk.agent("sam").overrides[-1].reason
            assert len(kept) <= MAX_ID
            assert SECRET not in kept
        if SECRET not in reason:
            assert desk.agent("sam").overrides[-2].reason == reason


def test_tags_are_texts_too():
    policy = Policy(fields={"labels": {"kind": "tags"}})
    with Desk(policy, clock=ManualClock(NOW), ids=CountingIds()) as desk:
        desk.open(subject="s", requester="ana", ref="7", attributes={"labels": [TYPED, "vip"]})
        assert desk.get(ref="7").attributes["labels"] == frozenset({"vip", "password: [password removed]"})


def test_a_party_has_no_text():
    """A role is a name; who they are is an opaque id."""
    assert not re.search(SECRET, repr(made(Party)))


def test_a_mask_that_is_longer_than_its_secret_is_cut():
    said = "password: Zq9x".rjust(MAX_ID, "-")
    with Desk(clock=ManualClock(NOW), ids=CountingIds()) as desk:
        desk.enrol(Agent("sam"))
        desk.override_shift("sam", NOW, NOW + timedelta(days=1), on_duty=False, reason=said, by="sam")
        kept = desk.agent("sam").overrides[-1].reason
    assert len(kept) == MAX_ID
    assert "Zq9x" not in kept

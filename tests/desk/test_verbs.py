"""Every command has a verb, and the verb has every field of its command: what a caller gives arrives in it."""

import inspect
from datetime import UTC, datetime, timedelta

import pytest

from supportflow import Agent, Attachment, Desk, Party, Requester
from supportflow.flows.desk.observations import Description
from supportflow.model import commands
from supportflow.model.commands import CommandBase

EARLIER, LATER = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 17, tzinfo=UTC)
FILE = Attachment(name="a.pdf", uri="s3://a", media_type="application/pdf", size=5)

VERBS = {"close": "close_ticket", "adopt": "adopt", "note": "note"}
"""Kind of command → verb, where they are not called alike."""
OWN = {
    "advance",
    "announce",
    "list_tickets",
    "mirror_part",
    "resolve_with_problem",
    "recheck",
    "record_action",
    "take_turn",
    "view_content",
    "withdraw",
}
"""Kinds of commands that the desk gives itself."""
PARAMETER = {
    "ticket_id": "ticket",
    "into_id": "into",
    "problem_id": "problem",
    "agent_id": "agent",
    "profile": "agent",
    "personal": "requester",
    "cause": "reason",
}
"""Field → parameter, where they are not called alike."""
SAMPLES = {
    "action": "freeze", "agent": "sam", "amount": 5, "approve": True, "at": EARLIER, "attachments": [FILE],
    "attributes": {"plan": "pro"}, "automatic": "bounce", "body": "text", "by": "lena", "category": "cards",
    "channel": "mail", "code": "550", "clock": "all/resolution#1", "described": {}, "due_at": LATER, "end": LATER,
    "evidence": {"receipt": "r-1"}, "expects": ["receipt"], "follow_up_of": "t-0", "group": "desk",
    "history": [{"at": LATER, "status": "open"}], "into": "t-2", "key": "k-1", "ladder": "outage", "language": "fr",
    "level": 2, "met": True, "method": "call", "new_ref": "5", "notify": ["agent:lena"], "number": "1",
    "on_duty": True, "opened_at": EARLIER, "over_capacity": True, "party": Party(id="m-1", role="merchant"),
    "presence": "away", "priority_class": "dispute", "private": True, "reason": "why", "replied": True,
    "requester": Requester("ana", name="Ana", tz="Asia/Tokyo"), "requester_wrote": True, "start": EARLIER,
    "state": "read", "receipt": "m-7", "delivery": "t-1:5:channel:mail",
    "status": "open", "step": "call-back", "subject": "line", "summary": "short", "ticket": "t-1",
    "tier": "expert", "to": "m-1", "trigger": "park", "type": "problem", "tz": "Asia/Tokyo",
    "stars": 4, "token": "r1.dC0x.1." + "x" * 43,
    "answers": {"speed": 3}, "comment": "thanks", "call": "tel-17", "outgoing": True,
    "valid_for": timedelta(hours=1), "assignee": "sam", "purposes": ["audit"], "person": "m-1",
    "problem": "t-9", "event": "stuck",
    "texts": {"en": "text"}, "audience": "phishing", "links": True, "lasts_for": timedelta(hours=2),
}  # fmt: skip
"""Parameter → a value that is none of its defaults."""
GIVEN = {
    ("enrol", "agent"): Agent("sam"),
    ("verify", "level"): "strong",
    ("reply", "by"): Agent("lena"),
    ("note", "by"): Agent("lena"),
    ("receive", "by"): Requester("bob"),
}
"""The same, where a verb's parameter is of another kind than its namesakes."""


class Recording(Desk):
    """A desk that keeps what its verbs hand on, and does nothing."""

    def handle(self, command):
        self.command = command

    handle_agent = handle


def every_command(cls=CommandBase):
    kinds = [cls] if "kind" in cls.model_fields and cls.__subclasses__() == [] else []
    return kinds + [kind for sub in cls.__subclasses__() for kind in every_command(sub)]


KINDS = {cls.model_fields["kind"].default: cls for cls in every_command()}


def verb_of(kind):
    return VERBS.get(kind, kind)


def arguments(verb):
    """A value for every parameter of a verb but `ref=`, which names the same thing as another one."""
    names = [name for name in inspect.signature(getattr(Desk, verb)).parameters if name != "self"]
    refs = {"ref", "into_ref", "problem_ref"} if "ticket" in names else set()
    given = {name: GIVEN.get((verb, name), SAMPLES.get(name)) for name in names if name not in refs}
    if verb in {"open", "adopt"}:
        given["ref"] = "7"
    given.pop("described", None)
    return given


def test_the_walk_meets_every_command():
    assert len(KINDS) == len({*KINDS.values()}) > 40
    assert {
        cls
        for cls in vars(commands).values()
        if isinstance(cls, type) and "kind" in getattr(cls, "model_fields", ())
    } == {*KINDS.values()}


def test_adopt_takes_all_that_a_ticket_is_described_by():
    assert Description.__annotations__.keys() == commands.Described.model_fields.keys()


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - OWN))
def test_each_verb_has_every_field_of_its_command(kind):
    verb, desk = verb_of(kind), Recording()
    parameters = inspect.signature(getattr(Desk, verb)).parameters
    described = commands.Described.model_fields.keys() if verb == "adopt" else ()

    wanted = {PARAMETER.get(field, field) for field in KINDS[kind].model_fields} - {"kind", *described}

    assert wanted <= parameters.keys()
    getattr(desk, verb)(**arguments(verb))
    command = desk.command
    assert type(command) is KINDS[kind]
    for name, field in KINDS[kind].model_fields.items():
        if name not in {"kind", "ref", "into_ref", "problem_ref", *described}:
            assert getattr(command, name) != field.get_default(call_default_factory=True), name


@pytest.mark.parametrize("verb", sorted(verb_of(kind) for kind in KINDS.keys() - OWN - {"open", "adopt"}))
def test_each_verb_on_a_ticket_takes_it_by_reference_too(verb):
    if "ticket" not in inspect.signature(getattr(Desk, verb)).parameters:
        assert verb in {"enrol", "set_presence", "override_shift"}
        return
    desk = Recording()
    given = {name: value for name, value in arguments(verb).items() if name != "ticket"}

    getattr(desk, verb)(**given, ref="7")

    assert (desk.command.ticket_id, desk.command.ref) == (None, "7")

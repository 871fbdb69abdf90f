"""Names that people can read: new ones have to be, and what was stored before that was so is read as it was."""

import json

import pytest
from hypothesis import given
from pydantic import BaseModel, TypeAdapter, ValidationError

from supportflow import Agent, Desk, MemoryStore, Policy, SlaPolicy, Target
from supportflow._legible import first_illegible
from supportflow.exceptions import InvalidInput, PolicyError
from supportflow.model import base
from supportflow.model.base import KeptName, Name
from supportflow.model.events import EVENT_TYPES
from supportflow.model.people import Group, Skill
from supportflow.model.routing import AgentState
from supportflow.model.ticket import Ticket
from supportflow.model.upcast import read_event
from supportflow.policy import AmbiguousNameWarning
from supportflow.testing import CountingIds, ManualClock
from supportflow.testing.strategies import ids

ODD = [
    "se\u200bcurity",
    "\u202eyrotcerid",
    "a\u2066b",
    "\ufeffa",
    "so\u00adft",
    "t\U000e0041g",
    "\ue000",
    "\u3164",
    "   ",
]
GOOD = [
    "پشتیبان‌ها",
    "क्‍षमा",
    "退款 · 客服",
    "الدعم",
    "תמיכה",
    "👩‍💻 ops",
    "⚠️ risk",
    "1️⃣",
    "Ångström",
    "Zoë",
    "a b",
    "ＡＢＣ",
]


@given(ids())
def test_a_name_is_an_id_that_can_be_read(text):
    try:
        TypeAdapter(Name).validate_python(text)
        taken = True
    except ValidationError:
        taken = False
    assert taken == (first_illegible(text) is None)
    assert TypeAdapter(KeptName).validate_python(text) == text


@pytest.mark.parametrize("name", GOOD)
def test_what_is_a_name(name):
    assert TypeAdapter(Name).validate_python(name) == name
    assert Policy(name=name, groups=[Group(name=name)], classes=[name]).name == name


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_what_is_none(name):
    for make in (lambda: Group(name=name), lambda: Agent(name), lambda: Agent("a", groups=[name])):
        with pytest.raises(InvalidInput) as refused:
            make()
        assert "people can read" in refused.value.reason
    for make in (lambda: Policy(name=name), lambda: SlaPolicy(name=name), lambda: Target.of(name, hours=1)):
        with pytest.raises(PolicyError) as wrong:
            make()
        assert "people can read" in wrong.value.problems[0]


def test_the_error_says_which_character_and_where():
    with pytest.raises(InvalidInput, match=r"U\+202E at place 3"):
        Group(name="ab\u202ec")


def test_events_and_tickets_keep_whatever_was_a_name():
    """A name in an event is one that was kept. Only an agent's profile is read as it was stored, by context."""
    strict = []
    for kind in (*EVENT_TYPES.values(), Ticket):
        for name, field in kind.model_fields.items():
            hints = f"{field.annotation!r}{field.metadata!r}"
            if "legible" in hints and name != "profile":
                strict.append((kind.__name__, name))
    assert strict == []
    assert "legible" in repr(Group.model_fields["name"].metadata)


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_stored_things_load(name):
    at = "2026-03-02T09:00:00Z"
    by = {"kind": "agent", "id": name}
    written = {"recorded_at": at, "by": by, "agent_id": name, "profile": {"id": name, "groups": [name]}}
    event = read_event("agent_enrolled", 1, 1, json.dumps(written).encode())
    assert event.profile.groups == (name,)
    state = {
        "id": name,
        "agent": {"id": name, "skills": {name: {"level": 2}}},
        "version": 1,
        "since": at,
        "recorded_at": at,
    }
    assert AgentState.model_validate_json(json.dumps(state), context=base.STORED).agent.skills == {
        name: Skill(level=2)
    }
    document = json.dumps({"name": name, "classes": [name], "groups": [{"name": name}], "schema": 1})
    stored = Policy.stored(document)
    assert (stored.name, stored.canonical) == (name, document)


def test_a_desk_goes_on_with_what_was_stored_before(monkeypatch):
    """Policy, tickets, agents and their work, under names that nobody could take today."""
    odd = {name: f"{name}\u200b\u202e" for name in ("urgent", "front", "eve", "sla", "kyc")}
    clock, store = ManualClock("2026-03-02T09:00:00Z"), MemoryStore()
    document = {
        "name": odd["sla"],
        "classes": [odd["urgent"], "rest"],
        "groups": [{"name": odd["front"], "tier": "expert"}],
        "sla": [
            {"name": odd["sla"], "targets": [{"metric": "first_response", "name": odd["sla"], "minutes": 30}]}
        ],
        "routing": {"routes": [{"name": odd["kyc"], "language": "any", "skills": {odd["kyc"]: 1}}]},
    }
    with monkeypatch.context() as then:
        then.setattr(base, "first_illegible", lambda _text: None)
        with pytest.warns(AmbiguousNameWarning):
            before = Desk(Policy.model_validate(document), store=store, clock=clock, ids=CountingIds())
        with before:
            eve = Agent(odd["eve"], groups=[odd["front"]], skills={odd["kyc"]: 2})
            before.enrol(eve)
            before.set_presence(eve, "available")
            before.open(
                subject="s", requester="ana", ref="7", priority_class=odd["urgent"], group=odd["front"]
            )
            fingerprint = before.policy.fingerprint
    kept = Policy.stored(store.get_policy("default", fingerprint))
    with pytest.warns(AmbiguousNameWarning):  # it is said, and the desk goes on
        desk = Desk(kept, store=store, clock=clock, ids=CountingIds(100))
    with desk:
        assert desk.policy.fingerprint == fingerprint
        assert desk.get(ref="7").priority_class == odd["urgent"]
        assert [one.id for one in desk.find(priority_class=odd["urgent"])] == [desk.get(ref="7").id]
        assert [one.id for one in desk.agents()] == [odd["eve"]]
        desk.dispatch()
        assert desk.get(ref="7").routing.offer.agent == odd["eve"]
        clock.advance(minutes=31)
        desk.run_due()
        assert "sla_breached" in [one.kind for one in desk.history(ref="7")]
        assert str(desk.explain(ref="7"))
        desk.reply(ref="7", body="b", by="sam")
        desk.resolve(ref="7", by="sam")
        assert desk.get(ref="7").status_category == "resolved"
        with pytest.raises(InvalidInput):
            desk.open(subject="s", requester="ana", priority_class=odd["urgent"])


def test_a_model_of_the_host_s_own_keeps_pydantic_s_errors():
    """Inside another model the path is kept, and the error is that model's."""

    class Desks(BaseModel):
        sla: list[SlaPolicy]

    with pytest.raises(ValidationError) as refused:
        Desks(sla=[{"name": "a", "zone": "moon"}])
    assert refused.value.errors()[0]["loc"] == ("sla", 0, "zone")

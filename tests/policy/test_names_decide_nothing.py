"""What a policy or a host calls something decides nothing: no name is taken for a word of the library's own.

The oracle is the same desk with names that nobody else uses: what it records and explains, with these names replaced.
"""

import json
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from supportflow import Actor, Agent, Desk, Policy, fold
from supportflow.events import PriorityChanged, TicketOpened
from supportflow.exceptions import InvalidInput, NotVerified, Refused
from supportflow.model.people import HOST
from supportflow.model.upcast import read_event
from supportflow.policy.verify.policy import verify
from supportflow.testing import CountingIds, ManualClock
from supportflow.triage.compiled import told_apart

NAMES = (
    "rule", "other rule", "level", "order", "ladder", "group", "helpers", "sla", "target", "metric", "route", "skill",
    "lexicon", "topic", "agent", "other agent", "requester", "action", "step", "party", "rotation", "calendar",
)  # fmt: skip
PLAIN = {name: f"zz{name.replace(' ', '')}zz" for name in NAMES}
WORDS = (
    "given", "words", "merged", "default", "escalation", "rule", "ladder", "level 1 by ", "level 2 by x",
    "policy", "command", "opened", "matched", "adopted", "failure", "intake", "observation", "auto_close", "text",
    "bot", "system", "supportflow", "host", "unknown", "nobody", "nothing", "none", "None", "agent", "requester",
    "paused", "paused: pending", "running", "breach", "warn:0.5", "overdue:1", "retroactive", "until it is due",
    "group", "group:x", "rotation:x", "agent:x", "assignee", "security", "dispute", "general", "total_resolution",
    "first_response", "resolved", "closed", "expert", "compliance", "model", "redaction", "link", "model_failed",
    "wants_person", "flow:x", "merge", "reopen", "step:x", "#1", "a#1", "0", "true", "*", "", "24x7", "desk", "floor",
)  # fmt: skip
SENTINELS = tuple(word for word in WORDS if word)
FREE = (
    "rule", "other rule", "level", "order", "ladder", "group", "helpers", "sla", "target", "metric", "route", "skill",
    "topic", "agent", "other agent", "requester", "action", "step", "rotation",
)  # fmt: skip
"""What can have any name that is not taken by something of its own kind."""
TAKEN = {
    "metric": {"total_resolution", "first_response"},
    "topic": {"security"},
    "agent": {"unknown"},
    "other agent": {"unknown"},
}


def policy(names):
    """A policy in which everything that has a name plays a part."""
    return Policy.model_validate(
        {
            "fields": {
                "vip": {"kind": "boolean", "nullable": True},
                "amount": {"kind": "number", "minimum": 0, "nullable": True},
            },
            "words": {"security": ["hacked"], "dispute": ["not my order"]},
            "rules": [
                {"name": names["rule"], "when": {"field": "amount", "ge": 1000}, "class": "dispute", "level": 3},
                {"name": names["other rule"], "when": {"field": "vip", "eq": True}, "class": "dispute"},
            ],
            "priority": {
                "levels": [{"name": names["level"], "when": {"field": "vip", "eq": True}, "raise_by": 1}],
                "order": [{"name": names["order"], "when": {"field": "amount", "ge": 5000}}],
            },
            "groups": [{"name": names["group"]}, {"name": names["helpers"]}],
            "metrics": [{"name": names["metric"], "start": ["opened"], "stop": ["resolved"]}],
            "sla": [
                {
                    "name": names["sla"],
                    "targets": [
                        {"name": names["target"], "metric": names["metric"], "hours": 2, "warn_at": ["50%"],
                         "overdue": {"every": "PT1H", "times": 2}},
                        {"name": "zzfirstzz", "metric": "first_response", "minutes": 50},
                    ],
                }
            ],
            "rotations": [
                {"name": names["rotation"], "tz": "UTC",
                 "layers": [{"people": [names["other agent"]], "start": "2026-01-01"}]},
            ],
            "escalation": {
                "ladders": [
                    {
                        "name": names["ladder"],
                        "steps": [
                            {"after": "PT20M", "level_up": 1, "notify": [f"rotation:{names['rotation']}"]},
                            {"after": "PT40M", "notify": [f"group:{names['group']}", f"agent:{names['agent']}"]},
                        ],
                    }
                ]
            },
            "procedures": {
                names["topic"]: {"steps": [{"name": names["step"], "mandatory": True}]}
            },
            "authority": {
                "host": {names["action"]: {"limits": {"expert": 10, "compliance": -1}}},
            },
            "routing": {
                "languages": ["en"], "fallback_language": "en", "closed_by_own": [], "acceptance": "direct",
                "routes": [{"name": names["route"], "skills": {names["skill"]: 1}, "group": names["group"],
                            "overflow": {"group": names["helpers"], "after": "PT3M"}}],
            },
        }
    )  # fmt: skip


def lived(names):
    """What a day records, shows and explains."""
    clock = ManualClock("2026-03-02T09:00:00Z")
    document = policy(names)
    desk = Desk(document, clock=clock, ids=CountingIds())
    agents = [names["agent"], names["other agent"]]
    for agent in agents:
        tiers = ("expert",) if agent == agents[0] else ("expert", "compliance")
        desk.enrol(
            Agent(agent, tiers=tiers, groups=(names["group"],), skills={names["skill"]: 2}, languages=("en",))
        )
    told = []

    def look(ref="1"):
        told.append(str(desk.explain(ref=ref)))

    desk.open(subject="x", requester=names["requester"], ref="1", category=names["topic"],
              attributes={"amount": 2000})  # fmt: skip
    look()
    desk.update(ref="1", attributes={"amount": 10, "vip": True}, by=agents[0])
    look()
    desk.update(ref="1", attributes={"amount": 10, "vip": None}, by=agents[0])
    look()
    clock.advance(minutes=10)
    desk.set_presence(agents[0], "available")
    desk.dispatch()
    look()
    desk.request_action(ref="1", action=names["action"], amount=50, by=HOST)
    desk.request_action(ref="1", action=names["action"], amount=50, by=agents[0])
    told.append(_tried(lambda: desk.decide_action(ref="1", number="2", approve=True, by=agents[0])))
    desk.decide_action(ref="1", number="2", approve=True, by=agents[1])
    clock.advance(minutes=35)
    desk.run_due()
    look()
    desk.receive(ref="1", body="I was hacked", by=names["requester"])
    look()
    desk.update(ref="1", attributes={"amount": 3000}, by=agents[0])
    desk.wait_for_requester(ref="1", by=agents[0])
    clock.advance(minutes=90)
    desk.run_due()
    desk.receive(ref="1", body="Hello?", by=names["requester"])
    look()
    desk.open(subject="y", requester=names["requester"], ref="2", attributes={"vip": True})
    look("2")
    desk.merge(ref="1", into=desk.get(ref="2"), by=HOST)
    look("2")
    desk.update(ref="2", attributes={"vip": None}, by=agents[1])
    look("2")
    desk.assign(ref="2", agent=agents[1], by=HOST)
    told.append(_tried(lambda: desk.resolve(ref="2", by=HOST)))
    desk.observe(ref="2", status="closed")
    look("2")
    events = [event for ref in "12" for event in desk.history(ref=ref)]
    plain = [event.model_dump_json(exclude={"policy", "subject", "body", "personal"}) for event in events]
    shown = [desk.get(ref=ref).model_dump_json(exclude={"policy", "subject"}) for ref in "12"]
    for ref in "12":
        assert fold(desk.history(ref=ref)).chosen_by == desk.get(ref=ref).chosen_by
    return [one.replace(document.fingerprint, "P") for one in (*plain, *shown)], told


def _tried(command):
    try:
        command()
    except Exception as error:  # noqa: BLE001 - whatever it is, it must be the same under every name
        return f"{type(error).__name__}: {error}"
    return "done"


def renamed(text, names, *, quoted):
    for name, plain in PLAIN.items():
        given_ = names[name]
        text = text.replace(plain, json.dumps(given_, ensure_ascii=False)[1:-1] if quoted else given_)
    return text


BASELINE = lived(PLAIN)


def same_but_for(names):
    """That a day under these names differs from the plain one by the names alone."""
    recorded, told = lived(names)
    expected = [renamed(one, names, quoted=True) for one in BASELINE[0]]
    assert [json.loads(one) for one in recorded] == [json.loads(one) for one in expected]
    quoted = {repr(plain): repr(names[name]) for name, plain in PLAIN.items()}
    for mine, plain in zip(told, BASELINE[1], strict=True):
        wanted = plain
        for old, new in quoted.items():
            wanted = wanted.replace(old, new)
        assert mine == renamed(wanted, names, quoted=False)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", FREE)
def test_no_word_of_the_library_s_own_is_read_out_of_a_name(name):
    for word in SENTINELS:
        if word not in TAKEN.get(name, ()):
            same_but_for({**PLAIN, name: word})


NAMED = st.dictionaries(st.sampled_from(FREE), st.sampled_from(SENTINELS), min_size=1, max_size=5)


@pytest.mark.filterwarnings("ignore::supportflow.policy.AmbiguousNameWarning")  # "none" and "None" among them
@given(NAMED.filter(lambda names: all(word not in TAKEN.get(name, ()) for name, word in names.items())))
def test_whatever_things_are_called_only_their_names_differ(names):
    assume(len({*names.values()}) == len(names))  # else two things of one kind have one name
    same_but_for({**PLAIN, **names})


@pytest.mark.parametrize("word", ["given", "words", "merged", "default", "escalation"])
def test_a_rule_named_like_a_marker_is_a_rule(word):
    same_but_for({**PLAIN, "rule": word})
    same_but_for({**PLAIN, "other rule": word})
    desk = Desk(policy({**PLAIN, "rule": word}), clock=ManualClock("2026-03-02T09:00:00Z"))
    ticket = desk.open(subject="x", requester="ana", attributes={"amount": 2000}).ticket
    assert (ticket.rule, ticket.chosen_by, ticket.given, ticket.spoken) == (word, "rule", (), ())
    assert f"rule {word!r}: amount ge 1000" in desk.explain(ticket).priority
    ticket = desk.update(ticket, attributes={"amount": 1}, by="sam").ticket
    assert (ticket.priority_class, ticket.chosen_by) == ("general", "default")  # nothing sticks


@pytest.mark.parametrize("name", ["level 1 by decree", "level 4 by ", "level 2 by x"])
def test_a_lexicon_that_is_named_like_a_level_speaks_for_the_class(name):
    lexicon = {"name": name, "entries": [{"class": "security", "category": "theft", "words": ["stolen"]}]}
    document = Policy.model_validate(
        {**json.loads(policy(PLAIN).model_dump_json(exclude_unset=True, by_alias=True)), "words": None,
         "lexicons": [lexicon]}
    )  # fmt: skip
    desk = Desk(document, clock=ManualClock("2026-03-02T09:00:00Z"))
    ticket = desk.open(subject="x", body="It was stolen.", requester="ana", attributes={"vip": True}).ticket
    assert told_apart(ticket) == (
        (f"{name}:theft:stolen",),
        ("level 2 by 'zzlevelzz': vip eq True",),
    )
    assert "the text says: stolen" in desk.explain(ticket).priority
    assert fold(desk.history(ticket)).level_evidence == 1


OPENED = {
    "recorded_at": "2026-03-02T09:00:00Z", "by": {"kind": "requester", "id": "ana"}, "ticket_id": "t-1",
    "requester": "ana", "channel": "web", "type": "incident", "status": "new", "category": "new",
    "priority_class": "security", "level": 1, "opened_at": "2026-03-02T09:00:00Z", "policy": "0" * 64,
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "evidence", "expected"),
    [
        ("given", [], ("given", ("class",), (), 0)),
        ("words", ["hacked", "level 1 by 'vip': vip eq True"], ("words", (), ("security",), 1)),
        ("default", ["level 2 by impact 'high' and urgency 'low'"], ("default", (), (), 1)),
        ("vip", ["vip eq True"], ("rule", (), (), 0)),
    ],
)
def test_recordings_that_say_it_by_the_name_load_as_ever(rule, evidence, expected):
    data = json.dumps({**OPENED, "rule": rule, "evidence": evidence}).encode()
    event = read_event("ticket_opened", 1, 1, data)
    assert isinstance(event, TicketOpened)
    assert event.chosen_by is None
    ticket = fold([event])
    assert (ticket.chosen_by, ticket.given, ticket.spoken, ticket.level_evidence) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("given", "given"), ("words", "words"), ("merged", "merged"), ("escalation", "ladder"), ("vip", "rule")],
)
def test_recorded_changes_that_say_it_by_the_name_load_as_ever(rule, expected):
    opened = read_event("ticket_opened", 1, 1, json.dumps({**OPENED, "rule": "default"}).encode())
    changed = {
        "recorded_at": "2026-03-02T09:00:00Z", "by": {"kind": "agent", "id": "sam"}, "ticket_id": "t-1",
        "priority_class": "dispute", "level": 2, "previous_class": "security", "previous_level": 1, "rule": rule,
    }  # fmt: skip
    event = read_event("priority_changed", 1, 1, json.dumps(changed).encode())
    assert isinstance(event, PriorityChanged)
    ticket = fold([opened, event])
    assert ticket.chosen_by == expected
    assert ticket.given == (("class", "level") if rule == "given" else ())
    assert ticket.spoken == (("dispute",) if rule in {"words", "merged"} else ())


# --- people and programs ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["host", "supportflow", "system"])
def test_an_agent_named_like_a_program_is_somebody_else(name):
    """Two people must act: an agent and the host's application are two, whatever their ids."""
    four = policy(PLAIN)
    routing = four.routing.model_copy(update={"four_eyes": ("expert",)})
    desk = Desk(four.model_copy(update={"routing": routing}), clock=ManualClock("2026-03-02T09:00:00Z"))
    program = Actor(kind="system" if name == "supportflow" else "host", id=name)
    desk.enrol(Agent(name, tiers=("expert", "compliance")))
    ticket = desk.open(subject="x", requester="ana").ticket
    desk.request_action(ticket, action="zzactionzz", amount=50, by=Agent("sam").actor)
    desk.decide_action(ticket, number="1", approve=True, by=name)
    desk.assign(ticket, agent=name)
    with pytest.raises(Refused, match="four eyes"):
        desk.resolve(ticket, by=name)
    assert desk.resolve(ticket, by=program).ticket.status == "resolved"


@pytest.mark.parametrize(
    ("asks", "decides", "one"), [("host", "agent", False), ("bot", "agent", True), ("agent", "bot", True)]
)
def test_who_asked_is_told_apart_by_what_they_are(asks, decides, one):
    """Agents and bots share their ids; the host's programs have their own."""
    assert Actor(kind=asks, id="kim").is_same(Actor(kind=decides, id="kim")) is one
    assert Actor(kind=asks, id="kim").is_same(Actor(kind=decides, id="kim-2"), {"kim-2"}) is one
    assert not Actor(kind=asks, id="kim").is_same(Actor(kind=decides, id="lin"))


def test_nobody_in_particular_is_nobody():
    """`unknown` stands for a requester of whom nobody knows who it is: two of them are not one person."""
    document = Policy.model_validate(
        {"identity": {"window": "PT24H"}, "authority": {"levels": ["basic"], "actions": {"pay": "basic"}}}
    )
    desk = Desk(document, clock=ManualClock("2026-03-02T09:00:00Z"))
    for ref in "12":
        desk.adopt(ref, opened_at="2026-03-02T08:00:00Z", status="open")
    desk.verify(ref="1", level="basic", method="call", valid_for=timedelta(hours=1), by="sam")
    desk.merge(ref="1", into=desk.get(ref="2"), by="sam")
    with pytest.raises(NotVerified):
        desk.authorise(ref="2", action="pay", by="sam")
    opened = desk.open(subject="x", requester="unknown", ref="3").ticket
    assert (opened.ref, opened.repeat_of) == ("3", None)
    with pytest.raises(InvalidInput, match="nobody knows who it is"):
        desk.link_requester("ana", "unknown", by=HOST)
    with pytest.raises(InvalidInput, match="choose another one"):
        desk.enrol(Agent("unknown"))


# --- names that can be read in two ways ------------------------------------------------------------


def named(**sections):
    return [(one.kind, one.path) for one in verify(Policy.model_validate(sections)).errors]


def slas(*pairs):
    return [{"name": name, "targets": [{"name": target, "metric": "first_response", "hours": 1}],
             "when": {"field": "channel", "eq": name}} for name, target in pairs]  # fmt: skip


@pytest.mark.parametrize(
    ("sections", "path"),
    [
        ({"sla": slas(("a/b", "c"), ("a", "b/c"))}, "sla.1.targets.0"),
        ({"sla": slas(("gold", "x"), ("gold/x", "y"))}, "sla.1.name"),
        ({"metrics": [{"name": "resolution", "start": ["opened"], "stop": ["closed"]}]}, "metrics.0.name"),
        ({"lexicons": [{"name": "a:b", "entries": []}]}, "lexicons.0.name"),
        (
            {"lexicons": [{"name": "a", "entries": [{"category": "b:c", "words": ["x"]}]}]},
            "lexicons.0.entries.0.category",
        ),
        ({"reading": {"rules": [{"name": "a:b"}]}}, "reading.rules.0.name"),
    ],
)
def test_check_names_what_can_be_read_in_two_ways(sections, path):
    assert ("ambiguous_name", path) in named(**sections)


def test_check_leaves_other_names_alone():
    assert named(sla=slas(("a/b", "c"), ("a", "c")), lexicons=[{"name": "a", "entries": []}]) == []


@pytest.mark.parametrize("name", ["paused", "paused: pending", "running", "until it is due"])
def test_a_holiday_is_no_pause_whatever_it_is_called(name):
    calendar = {"tz": "UTC", "weekly": {"mon": [("09:00", "17:00")], "tue": [("09:00", "17:00")]},
                "holidays": {"2026-03-02": name}}  # fmt: skip
    document = Policy.model_validate(
        {"calendars": {"office": calendar},
         "sla": [{"name": "g", "calendar": "office", "targets": [{"metric": "first_response", "hours": 2}]}]}
    )  # fmt: skip
    clock = ManualClock("2026-03-02T10:00:00Z")
    desk = Desk(document, clock=clock)
    ticket = desk.open(subject="x", requester="ana").ticket
    clock.set("2026-03-03T10:00:00Z")
    [reading] = desk.clocks(ticket)
    kinds = {(one.kind, one.reason) for one in reading.explain().intervals}
    assert ("closed", name) in kinds
    assert not any(kind == "paused" for kind, _ in kinds)
    assert "░" not in reading.explain().timeline()


# --- what chose a class, wherever it is chosen -----------------------------------------------------


@pytest.mark.parametrize("word", ["words", "merged"])
def test_what_a_rule_spoke_for_does_not_stay_because_of_its_name(word):
    document = Policy.model_validate(
        {
            "fields": {"vip": {"kind": "boolean", "nullable": True}},
            "words": {"security": ["hacked"]},
            "rules": [{"name": word, "when": {"field": "vip", "eq": True}, "class": "security", "level": 2}],
        }
    )
    desk = Desk(document, clock=ManualClock("2026-03-02T09:00:00Z"))
    ticket = desk.open(subject="x", body="hacked", requester="ana", attributes={"vip": True}).ticket
    assert (ticket.chosen_by, ticket.evidence) == ("rule", ("vip eq True",))
    ticket = desk.update(ticket, attributes={"vip": None}, by="sam").ticket
    assert (ticket.priority_class, ticket.chosen_by, ticket.evidence) == ("security", "words", ())


def test_a_merge_takes_the_evidence_along_as_it_was_told_apart():
    lexicon = {"name": "level 1 by decree",
               "entries": [{"class": "security", "category": "theft", "words": ["stolen"]}]}  # fmt: skip
    desk = Desk(Policy.model_validate({"lexicons": [lexicon]}), clock=ManualClock("2026-03-02T09:00:00Z"))
    source = desk.open(subject="x", body="It was stolen.", requester="ana").ticket
    into = desk.open(subject="y", requester="ana").ticket
    desk.merge(source, into=into, by="sam")
    assert told_apart(desk.get(into)) == (("level 1 by decree:theft:stolen",), ())
    assert desk.get(into).chosen_by == "merged"


def test_a_report_after_a_question_says_what_decided_the_level():
    desk = Desk(policy(PLAIN).model_copy(update={"words": None}), clock=ManualClock("2026-03-02T09:00:00Z"))
    ticket = desk.open(
        subject="How do I know whether my account was hacked?", requester="ana", attributes={"vip": True}
    ).ticket
    assert (ticket.informational, ticket.level) == (True, 4)
    ticket = desk.receive(ticket, body="My account was hacked!", by="ana").ticket
    assert (ticket.informational, ticket.level) == (False, 2)
    assert told_apart(ticket)[1] == ("level 2 by 'zzlevelzz': vip eq True",)


def test_a_ladder_says_that_it_was_a_ladder():
    clock = ManualClock("2026-03-02T09:00:00Z")
    desk = Desk(policy(PLAIN), clock=clock)
    ticket = desk.open(subject="x", requester="ana").ticket
    clock.advance(minutes=30)
    desk.run_due()
    [raised] = [event for event in desk.history(ticket) if isinstance(event, PriorityChanged)]
    assert (raised.chosen_by, desk.get(ticket).chosen_by) == ("ladder", "ladder")
    assert "raised by a step of its ladder" in desk.explain(ticket).priority

"""Steps that want another person, verifications for all of a person's cases, files that go out as a whole, shifts."""

import json
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desk.office import START, clock_of, desk, store_of
from supportflow import Actor, Agent, Attachment, Policy, Requester, ShiftChange
from supportflow.exceptions import InvalidInput, NotVerified, PolicyError, Refused
from supportflow.policy import CompiledPolicy
from supportflow.policy.presets import preset

NAMES = ("one", "two", "three")
PEOPLE = {"sam": "S", "sam-night": "S", "mei": "M", "kim": "K"}


@given(
    st.sets(st.sampled_from([(a, b) for a in NAMES for b in NAMES if a != b])),
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(sorted(PEOPLE)))),
)
@example({("one", "two")}, [("one", "sam"), ("two", "sam-night")])
@example({("two", "one")}, [("one", "sam"), ("two", "sam-night")])
@settings(max_examples=25, deadline=None)
def test_a_step_that_wants_another_person_never_accepts_the_same(apart, done):
    steps = [{"name": a, "another_than": sorted(b for one, b in apart if one == a)} for a in NAMES]
    one = desk(Policy.model_validate({"procedures": {"p": {"steps": steps, "ordered": False}}}))
    one.link_requester("sam", other="sam-night", by="admin")
    ticket = one.open(subject="x", requester="ana", category="p").ticket
    authors: dict[str, str] = {}
    for step, who in done:
        clash = [
            other
            for other, person in authors.items()
            if person == PEOPLE[who] and ((step, other) in apart or (other, step) in apart)
        ]
        if step not in authors and clash:
            with pytest.raises(Refused):
                one.complete_step(ticket, step=step, by=who)
        else:
            one.complete_step(ticket, step=step, by=who)
            authors.setdefault(step, PEOPLE[who])
    assert set(one.get(ticket).case.steps) == set(authors)


def test_a_bot_and_an_agent_of_one_name_are_one_and_the_preset_wants_two():
    one = desk(preset("exchange"))
    ticket = one.open(subject="x", requester="ana", category="frozen_assets").ticket
    for step in ("verify_identity", "tell_reason", "review_freeze"):
        one.complete_step(ticket, step=step, by="sam")
    for by in ("sam", Actor(kind="bot", id="sam")):
        with pytest.raises(Refused) as refused:
            one.complete_step(ticket, step="second_review", by=by)
        assert "another person than did review_freeze" in refused.value.reason
    one.complete_step(ticket, step="second_review", by="mei")
    assert one.get(ticket).case.authors[-2:] == (("agent", "sam"), ("agent", "mei"))


@pytest.mark.parametrize(("kind", "who"), [("bot", "reviewer"), ("host", "risk-engine")])
def test_a_program_is_no_second_person_either(kind, who):
    one = desk(preset("exchange"))
    ticket = one.open(subject="x", requester="ana", category="frozen_assets").ticket
    program = Actor(kind=kind, id=who)
    for step in ("verify_identity", "tell_reason", "review_freeze"):
        one.complete_step(ticket, step=step, by=program)
    with pytest.raises(Refused, match="another person than did review_freeze"):
        one.complete_step(ticket, step="second_review", by=program)


@pytest.mark.parametrize("other", ["one", "four"])
def test_what_a_step_can_want(other):
    steps = [{"name": "one", "another_than": [other]}, {"name": "two"}]
    with pytest.raises(PolicyError) as wrong:
        CompiledPolicy(Policy.model_validate({"procedures": {"p": {"steps": steps}}}))
    assert wrong.value.problems[0].startswith("procedures.p.steps.0.another_than")


def test_a_step_that_wants_another_person_is_not_shared():
    steps = [{"name": "one", "shared": True}, {"name": "two", "another_than": ["one"]}]
    with pytest.raises(PolicyError) as wrong:
        CompiledPolicy(Policy.model_validate({"procedures": {"p": {"steps": steps}}}))
    assert wrong.value.problems[0].startswith("procedures.p.steps.0.shared")


def authority(holds_for):
    levels = {"levels": ["low", "high"], "actions": {"unlock": "high", "tell": "low"}}
    return Policy.model_validate({"authority": {**levels, "holds_for": holds_for}})


@pytest.mark.parametrize("holds_for", ["case", "person"])
def test_a_verification_holds_for_every_case_of_the_person_while_it_is_valid(holds_for):
    one = desk(authority(holds_for))
    one.link_requester("ana", other="ana-chat", by="admin")
    first, second, strange = (
        one.open(subject="x", requester=who).ticket for who in ("ana", "ana-chat", "bo")
    )
    one.verify(first, level="high", valid_for=timedelta(hours=2), method="video", by="sam")
    clock_of(one).advance(hours=1)
    later = one.open(subject="y", requester="ana").ticket
    for ticket in (second, later):
        if holds_for == "case":
            with pytest.raises(NotVerified):
                one.authorise(ticket, action="unlock", by="mei")
            continue
        told = one.authorise(ticket, action="unlock", by="mei").events
        assert [event.kind for event in told] == ["requester_verified", "action_authorised"]
        assert (told[0].elsewhere, told[0].valid_until) == (True, START + timedelta(hours=2))
        assert [event.kind for event in one.authorise(ticket, action="tell", by="mei").events] == [
            "action_authorised"
        ]
    with pytest.raises(NotVerified):
        one.authorise(strange, action="unlock", by="mei")
    clock_of(one).advance(hours=1)
    for ticket in (first, second, later):
        with pytest.raises(NotVerified):
            one.authorise(ticket, action="unlock", by="mei")


def test_the_papers_of_a_case_hold_no_note_and_a_persons_file_all_of_theirs():
    one = desk(Policy())
    one.link_requester("ana", other="ana-chat", by="admin")
    person = Requester("ana", name="Ana Ng", email="ana@mail.example")
    ticket = one.open(subject="Not released", body="I have paid", requester=person).ticket
    one.reply(ticket, body="We look into it.", by="sam")
    one.note(ticket, body="smells of fraud", by="sam")
    chat = one.open(subject="Again", requester="ana-chat").ticket
    one.open(subject="Somebody else's", requester="bo")
    one.cancel(chat, by="sam")
    clock_of(one).advance(days=1)
    assert one.archive(before=clock_of(one).now()) == 1
    papers = one.papers(ticket)
    assert [message.body for message in papers.messages] == ["I have paid", "We look into it."]
    assert len(papers.events) == len(one.history(ticket))
    assert "fraud" not in papers.to_json()
    file = one.person_file("ana-chat")
    assert file.ids == ("ana", "ana-chat")
    assert [case.subject for case in file.cases] == ["Not released", "Again"]
    said = file.to_json()
    assert "Ana Ng" in said
    assert "Somebody else" not in said
    assert [event["kind"] for event in json.loads(said)["recorded"]] == ["requester_linked"] * 2
    one.erase("ana")
    assert "Ana Ng" not in one.person_file("ana").to_json()
    for bad in ("", "unknown", "a\nb", None):
        with pytest.raises(InvalidInput):
            one.person_file(bad)


def test_a_persons_file_has_every_text_of_theirs_that_the_store_holds():
    """Against the store itself: whose data a row is, is what erasure goes by."""
    kyc = {"evidence": [{"name": "account", "kind": "text"}, {"name": "paper", "kind": "attachment"}]}
    policy = {"ratings": {}, "intake": {"categories": {"kyc": kyc}}}
    one = desk(Policy.model_validate(policy))
    one.link_requester("ana", other="ana-chat", by="admin")
    ana = Requester("ana", name="Ana Ng", email="ana@mail.example")
    passport = Attachment(name="passport.png", media_type="image/png", uri="s3://papers/1")
    first = one.open(
        subject="Not released", body="I have paid", requester=ana, category="kyc", ref="7"
    ).ticket
    for account in ("one", "another"):  # the latter takes the place of the former
        one.provide(first, evidence={"account": f"account {account}"}, by=ana)
    one.receive(first, body="see the file", by=Requester("ana-chat"), attachments=[passport])
    one.note(first, body="smells of fraud", by="sam")
    one.reply(first, body="Done.", by="sam")
    one.resolve(first, by="sam")
    one.rate(first, stars=2, comment="too slow", by=ana)
    second = one.open(subject="Again", body="still nothing", requester="ana-chat").ticket
    one.cancel(second, reason="found it myself", by=Requester("ana-chat"))
    one.open(subject="Somebody else's", body="their secret", requester="bo")
    one.open(subject="Look at her", body="a mule, says fraud", requester="ana", private=True, by="sam")
    rows = store_of(one)._tenants["default"].content.values()
    held = {row.value for row in rows if row.subject in {"ana", "ana-chat"}}
    file = one.person_file("ana")
    told = {text for case in file.cases for text in case.texts.values()}
    assert told == held - {"a mule, says fraud"}
    assert {"too slow", "account one", "account another", "found it myself", "see the file"} <= told
    assert not any(word in file.to_json() for word in ("fraud", "their secret"))
    for name in file.ids:
        one.erase(name)
    assert [case.texts for case in one.person_file("ana").cases] == [{}, {}, {}]


def test_what_was_decided_goes_to_arbitration_with_its_papers_and_another_person_ends_it():
    one = desk(preset("exchange"))
    for name, tier, group in (
        ("sam", "expert", "front"),
        ("mei", "arbitration", "arbitration"),
        ("kim", "arbitration", "arbitration"),
    ):
        one.enrol(Agent(name, tiers=(tier,), groups=(group,), languages=("en",)))
    one.link_requester("sam", other="sam-night", by="admin")
    ticket = one.open(
        subject="Not released",
        body="I paid the seller",
        requester="ana",
        category="c2c_dispute",
        language="en",
    ).ticket
    one.assign(ticket, agent="sam", by="lead")
    for step in ("hear_buyer", "hear_seller", "decide"):
        one.complete_step(ticket, step=step, by="sam")
    one.reply(ticket, body="We decided for the seller.", by="sam")
    one.hand_over(ticket, tier="arbitration", group="arbitration", reason="ana appeals", by="sam")
    assert (one.get(ticket).tier, one.get(ticket).group) == ("arbitration", "arbitration")
    one.assign(ticket, agent="mei", by="lead")
    for who in ("sam", "sam-night", Actor(kind="bot", id="sam")):
        with pytest.raises(Refused) as refused:
            one.complete_step(ticket, step="arbitrate", by=who)
        assert "another person than did decide" in refused.value.reason
    one.complete_step(ticket, step="arbitrate", by="mei")
    papers = one.papers(ticket)
    assert [message.body for message in papers.messages if message.by.id in {"ana", "sam"}] == [
        "I paid the seller",
        "We decided for the seller.",
    ]
    done = [(event.step, event.by.id) for event in papers.events if event.kind == "step_completed"]
    assert done[-2:] == [("decide", "sam"), ("arbitrate", "mei")]
    with pytest.raises(Refused):
        one.resolve(ticket, by="mei")  # nobody ends there what they had
    one.resolve(ticket, by="kim")
    assert one.get(ticket).status_category == "resolved"


def test_a_swap_is_one_commit_or_none():
    one = desk(Policy())
    for name in ("sam", "mei"):
        one.enrol(Agent(name))
    start, end = START + timedelta(days=1), START + timedelta(days=2)
    commits = []
    store = one._ports["store"]
    commit = store.commit
    store.commit = lambda given: commits.append(given) or commit(given)
    swap = [ShiftChange("sam", start, end, False), ShiftChange("mei", start, end, True)]
    states = one.change_shifts(swap, by="lead", reason="swap")
    assert [state.id for state in states] == ["mei", "sam"]
    assert len(commits) == 1
    assert len(commits[0].changes) == 2
    assert [state.overrides[-1].on_duty for state in states] == [True, False]
    over = (START - timedelta(days=1), START)
    for bad in (
        [swap[0], ShiftChange("nobody", start, end, True)],
        [swap[0], ShiftChange("mei", *over, True)],
        [swap[0], ShiftChange("mei", end, start, True)],
        [swap[0], "mei"],
        [],
        [swap[0]] * 201,
    ):
        with pytest.raises(InvalidInput):
            one.change_shifts(bad, by="lead")
    assert [len(one.agent(name).overrides) for name in ("sam", "mei")] == [1, 1]


def test_what_a_lead_sees():
    routing = {"tiers": ["expert"], "languages": ["en"], "routes": [{"name": "all"}]}
    targets = {"name": "all", "targets": [{"name": "r", "metric": "first_response", "minutes": 10}]}
    one = desk(
        Policy.model_validate(
            {"routing": routing, "sla": [targets], "groups": [{"name": "g", "tier": "expert"}]}
        )
    )
    one.enrol(Agent("sam", tiers=("expert",), groups=("g",), languages=("en",)))
    one.set_presence("sam", "available", by="sam")
    one.open(subject="x", requester="ana", group="g")
    clock_of(one).advance(minutes=11)
    one.open(subject="x", requester="bo", group="g", assignee="sam")
    one.open(subject="x", requester="cy", priority_class="security")
    done = one.open(subject="x", requester="di").ticket
    one.resolve(done, by="sam")
    seen = one.overview()
    told = {name: (view.open, view.waiting, view.overdue) for name, view in seen.groups.items()}
    assert told == {"": (1, 1, 0), "g": (2, 1, 1)}
    assert seen.groups["g"].oldest_at == START
    assert {name: view.open for name, view in seen.classes.items()} == {"general": 2, "security": 1}
    [sam] = seen.agents
    assert (sam.presence, sam.on_duty, sam.tickets, sam.load) == ("available", True, 1, 1)
    assert seen.surges == ()

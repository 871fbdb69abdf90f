"""Offers, answers, hand-overs and loads on a desk, one case at a time."""

from datetime import timedelta

import pytest

from supportflow import Desk, Dispatched, Identity, MemoryStore, Policy, Requester, Skill
from supportflow.events import (
    LoadReleased,
    LoadTaken,
    OfferAccepted,
    OfferExpired,
    OfferWithdrawn,
    TicketRouted,
)
from supportflow.exceptions import InvalidInput, Refused
from supportflow.model.routing import Load

from .desks import agent, ask, desk_of, kinds, policy


def of_kind(events, cls):
    return [event for event in events if isinstance(event, cls)]


def test_a_ticket_is_offered_taken_and_done():
    desk, clock = desk_of(policy(), agent("sam"))
    ticket = ask(desk)
    assert ticket.routing.route == "rest"
    assert ticket.tier == "expert"

    done = desk.dispatch()
    assert (done.leading, done.offered, done.refused, done.waiting) == (True, 1, 0, 0)
    assert desk.get(ticket).routing.offer.agent == "sam"
    assert desk.agent("sam").load == (Load(ticket.id, "web", 1, offered=True),)

    taken = desk.accept(ticket, by="sam")
    assert kinds(taken) == ["offer_accepted", "assignment_changed", "status_changed", "load_taken"]
    assert (taken.ticket.assignee, taken.ticket.status) == ("sam", "open")
    assert desk.agent("sam").load == (Load(ticket.id, "web", 1),)

    clock.advance(minutes=3)
    ended = desk.resolve(ticket, by="sam")
    assert kinds(ended) == ["status_changed", "load_released"]
    assert desk.agent("sam").load == ()
    assert desk.agent("sam").freed_at == clock.now()


def test_only_the_agent_who_is_asked_answers():
    desk, _ = desk_of(policy(), agent("sam"), agent("kim", capacity=0))
    ticket = ask(desk)
    with pytest.raises(Refused, match="offered to nobody"):
        desk.accept(ticket, by="sam")
    desk.dispatch()
    for answer in (desk.accept, desk.decline):
        with pytest.raises(Refused, match="offered to somebody else"):
            answer(ticket, by="kim")


def test_a_decline_is_remembered_until_all_are_asked_again():
    desk, clock = desk_of(policy(), agent("sam"))
    ticket = ask(desk)
    desk.dispatch()
    declined = desk.decline(ticket, by="sam", reason="I know the customer")
    assert declined.ticket.routing.declined == ("sam",)
    assert desk.agent("sam").load == ()
    assert desk.dispatch().offered == 0

    clock.advance(minutes=15)
    desk.run_due()
    assert desk.dispatch().offered == 0  # strictly after a quarter of an hour
    clock.advance(seconds=1)
    assert [event.kind for event in desk.run_due().events] == ["declines_forgotten"]
    assert desk.dispatch().offered == 1


def test_an_offer_passes_at_its_instant_however_late_that_is_noticed():
    desk, clock = desk_of(policy(), agent("sam"), agent("kim"))
    ticket = ask(desk)
    desk.dispatch()
    first = desk.get(ticket).routing.offer.agent
    clock.advance(minutes=10)
    events = desk.run_due().events
    (expired,) = of_kind(events, OfferExpired)
    assert expired.agent == first
    assert expired.recorded_at == ticket.opened_at + timedelta(seconds=60)
    assert of_kind(events, LoadReleased)[0].agent_id == first
    desk.dispatch()
    assert {first, desk.get(ticket).routing.offer.agent} == {"sam", "kim"}


def test_an_answer_at_the_very_instant_of_the_end_counts():
    desk, clock = desk_of(policy(), agent("sam"))
    ticket = ask(desk)
    desk.dispatch()
    clock.advance(seconds=60)
    assert desk.accept(ticket, by="sam").ticket.assignee == "sam"


def test_a_late_answer_finds_the_offer_gone():
    desk, clock = desk_of(policy(), agent("sam"))
    ticket = ask(desk)
    desk.dispatch()
    clock.advance(seconds=61)
    with pytest.raises(Refused, match="may have passed"):
        desk.accept(ticket, by="sam")


def test_without_asking_it_is_assigned():
    desk, _ = desk_of(policy(acceptance="direct"), agent("sam"))
    ticket = ask(desk)
    assert desk.dispatch().offered == 1
    assert desk.get(ticket).assignee == "sam"
    assert desk.get(ticket).status == "open"


def test_capacity_counts_weights_and_limits():
    desk, _ = desk_of(policy(), agent("sam", capacity=3, limits={"chat": 1}))
    for channel in ("chat", "chat", "phone", "web"):
        ask(desk, channel=channel)
    desk.dispatch()
    held = sorted((load.channel, load.weight) for load in desk.agent("sam").load)
    assert held == [("chat", 1), ("phone", 2)]


def test_more_than_an_agent_can_hold_is_refused_with_all_that_is_against_it():
    desk, _ = desk_of(policy(), agent("sam", capacity=1), agent("eve", languages=("fr",)))
    first, second = ask(desk), ask(desk, requester="bob")
    desk.offer(first, agent="sam")
    with pytest.raises(Refused, match="sam has 0 of 1 units free"):
        desk.offer(second, agent="sam")
    with pytest.raises(Refused, match="does not wait"):
        desk.offer(first, agent="sam")
    with pytest.raises(Refused, match="eve does not write 'en'"):
        desk.offer(second, agent="eve")
    with pytest.raises(InvalidInput, match="enrol"):
        desk.offer(second, agent="nobody")
    assert desk.get(second) == second


def test_skills_levels_and_certificates():
    fits = agent("fits", skills={"c2c": 2})
    lapsed = agent("lapsed", skills={"c2c": Skill(level=5, valid_until="2026-03-02T08:59:59Z")})
    beginner = agent("beginner", skills={"c2c": 1})
    desk, _ = desk_of(policy(), lapsed, beginner)
    ticket = ask(desk, category="c2c")
    with pytest.raises(Refused, match="lapsed certificate for 'c2c'"):
        desk.offer(ticket, agent="lapsed")
    with pytest.raises(Refused, match="level 1 of 2 in 'c2c'"):
        desk.offer(ticket, agent="beginner")
    assert desk.dispatch().offered == 0
    desk.enrol(fits)
    assert desk.dispatch().offered == 0  # known, and not there
    desk.set_presence("fits", "available")
    assert desk.dispatch().offered == 1


def test_a_certificate_that_lapses_while_the_agent_waits_stops_matching():
    holder = agent("holder", skills={"c2c": Skill(level=3, valid_until="2026-03-02T09:04:00Z")})
    desk, clock = desk_of(policy(), holder)
    assert desk.dispatch().offered == 0
    clock.advance(minutes=4)
    ask(desk, category="c2c")
    assert desk.dispatch().offered == 0


def test_relaxation_goes_step_by_step_and_stays_in_its_tier():
    desk, clock = desk_of(policy(), agent("beginner", skills={"c2c": 1}), agent("fr", languages=("fr",)))
    ticket = ask(desk, category="c2c")
    assert desk.dispatch().offered == 0
    clock.advance(minutes=5, seconds=1)
    desk.run_due()
    assert desk.get(ticket).routing.requirement.skills == (("c2c", 1),)
    assert desk.dispatch().offered == 1
    desk.decline(ticket, by="beginner")
    clock.advance(minutes=5)
    desk.run_due()
    requirement = desk.get(ticket).routing.requirement
    assert (requirement.skills, requirement.language, requirement.tier) == ((), None, "expert")
    desk.dispatch()
    assert desk.get(ticket).routing.offer.agent == "fr"


def test_another_group_helps_after_a_while_and_keeps_something_free():
    lender, busy = agent("lender", groups=("payments",)), agent("busy", groups=("payments",), capacity=1)
    desk, clock = desk_of(policy(), busy, lender)
    ticket = ask(desk, category="cards")
    assert desk.dispatch().offered == 0
    clock.advance(minutes=3, seconds=1)
    desk.run_due()
    assert desk.get(ticket).routing.overflow == "payments"
    desk.dispatch()
    assert desk.get(ticket).routing.offer.agent == "lender"  # `busy` would have nothing left


def test_languages_fall_back():
    desk, _ = desk_of(policy(), agent("sam"))
    assert ask(desk, language="zh-Hant-TW").routing.requirement.language == "zh"
    assert ask(desk, language="fi", requester="bo").routing.requirement.language == "en"


def test_a_ticket_that_waits_for_the_requester_frees_its_agent_and_comes_back():
    desk, _ = desk_of(policy(), agent("sam", capacity=1))
    ticket = ask(desk)
    desk.dispatch()
    desk.accept(ticket, by="sam")
    desk.wait_for_requester(ticket, by="sam")
    assert desk.agent("sam").load == ()
    back = desk.receive(ticket, body="here it is", by=Requester("ana"))
    assert back.ticket.assignee == "sam"
    assert of_kind(back.events, LoadTaken)[0].agent_id == "sam"


@pytest.mark.parametrize("why", ["away", "full"])
def test_what_comes_back_to_somebody_who_cannot_take_it_waits_for_anybody(why):
    desk, _ = desk_of(policy(), agent("sam", capacity=1))
    ticket = ask(desk)
    desk.dispatch()
    desk.accept(ticket, by="sam")
    desk.wait_for_requester(ticket, by="sam")
    if why == "away":
        desk.set_presence("sam", "away")
    else:
        other = ask(desk, requester="bob")
        desk.dispatch()
        desk.accept(other, by="sam")
    back = desk.receive(ticket, body="here it is", by=Requester("ana"))
    assert back.ticket.assignee is None
    assert back.ticket.routing.preferred == "sam"
    assert of_kind(back.events, TicketRouted)[0].cause == "returned"
    assert desk.dispatch().offered == 0


def test_a_reopened_ticket_goes_on_with_its_agent_though_another_is_idle_for_longer():
    desk, clock = desk_of(policy(), agent("sam", capacity=1), agent("kim", capacity=1))
    ticket = ask(desk)
    desk.dispatch()
    first = desk.get(ticket).routing.offer.agent
    desk.accept(ticket, by=first)
    desk.resolve(ticket, by=first)
    clock.advance(hours=1)
    reopened = desk.receive(ticket, body="not solved", by=Requester("ana"))
    assert (reopened.ticket.assignee, reopened.ticket.status) == (first, "open")
    assert len(desk.agent(first).load) == 1


def test_a_reopened_ticket_whose_agent_is_away_waits_and_prefers_them():
    desk, _ = desk_of(policy(), agent("sam", capacity=1))
    ticket = ask(desk)
    desk.dispatch()
    desk.accept(ticket, by="sam")
    desk.resolve(ticket, by="sam")
    desk.set_presence("sam", "away")
    reopened = desk.receive(ticket, body="not solved", by=Requester("ana"))
    (routed,) = of_kind(reopened.events, TicketRouted)
    assert (routed.cause, routed.preferred) == ("reopened", "sam")
    assert desk.dispatch().offered == 0


def test_what_comes_in_together_is_served_by_priority():
    desk, _ = desk_of(policy(), agent("sam", capacity=1))
    desk.dispatch()
    ask(desk, requester="bob")
    ask(desk, requester="eve", priority_class="dispute")
    urgent = ask(desk, priority_class="security", level=1)
    desk.dispatch()
    assert desk.get(urgent).routing.offer.agent == "sam"


def test_who_leaves_gives_back_offers_and_what_the_policy_says():
    desk, _ = desk_of(policy(on_leave="requeue"), agent("sam"))
    taken, offered = ask(desk), ask(desk, requester="bob")
    desk.dispatch()
    desk.accept(taken, by="sam")
    left = desk.set_presence("sam", "offline")
    assert left.load == ()
    assert isinstance(desk.history(offered)[-1], OfferWithdrawn)
    assert desk.get(taken).assignee is None
    assert desk.get(taken).routing.declined == ("sam",)


def test_who_goes_away_keeps_what_they_have():
    desk, _ = desk_of(policy(on_leave="requeue"), agent("sam"))
    ticket = ask(desk)
    desk.dispatch()
    desk.accept(ticket, by="sam")
    assert len(desk.set_presence("sam", "away").load) == 1


def test_handing_over_carries_the_context_and_keeps_four_eyes():
    both = {"tiers": ("expert", "compliance")}
    desk, _ = desk_of(
        policy(), agent("sam", **both), agent("lin", **both, capacity=1), agent("zoe", tiers=("expert",))
    )
    ticket = ask(desk, category="c2c")
    desk.assign(ticket, agent="sam", by="lead")
    handed = desk.hand_over(ticket, tier="compliance", by="sam", summary="a mule, I think", reason="aml")
    assert (handed.ticket.tier, handed.ticket.assignee) == ("compliance", None)
    assert handed.ticket.routing.barred == ("sam",)
    desk.dispatch()
    assert desk.get(ticket).routing.offer.agent == "lin"
    desk.accept(ticket, by="lin")
    with pytest.raises(Refused, match="four eyes"):
        desk.resolve(ticket, by="lin")
    with pytest.raises(Refused, match="only an agent of tier 'compliance'"):
        desk.resolve(ticket, by="zoe")
    other = ask(desk, requester="bob")
    with pytest.raises(Refused, match="only an agent"):
        desk.merge(ticket, into=other, by="zoe")
    assert desk.resolve(ticket, by="sam").ticket.status == "resolved"


def test_a_handed_over_ticket_uses_the_capacity_that_is_kept_for_it():
    keeps = agent("keeps", tiers=("expert", "compliance"), capacity=2, reserved=1)
    desk, _ = desk_of(policy(), keeps)
    ask(desk), ask(desk, requester="bob")
    assert desk.dispatch().offered == 1
    ticket = ask(desk, requester="eve")
    desk.hand_over(ticket, tier="compliance", by="lead")
    desk.dispatch()
    assert desk.get(ticket).routing.offer.agent == "keeps"


@pytest.mark.parametrize(
    ("level", "tier"), [(2, "expert"), (4, "bot")], ids=["an incident", "a question about security"]
)
def test_a_security_incident_never_waits_on_a_bot(level, tier):
    desk, _ = desk_of(policy())
    ticket = ask(desk, category="faq", priority_class="security", level=level)
    assert ticket.tier == tier
    if tier == "expert":
        with pytest.raises(Refused, match="never waits on a bot"):
            desk.hand_over(ticket, tier="bot", by="sam")


def test_a_ticket_that_turns_out_to_be_security_leaves_the_bot():
    desk, _ = desk_of(policy())
    ticket = ask(desk, category="faq")
    assert ticket.tier == "bot"
    raised = desk.set_priority(ticket, priority_class="security", by="sam")
    assert raised.ticket.tier == "expert"
    assert of_kind(raised.events, TicketRouted)[0].cause == "changed"


def test_a_new_topic_changes_what_is_needed_and_nothing_else():
    desk, clock = desk_of(policy())
    ticket = ask(desk)
    clock.advance(minutes=4)
    moved = desk.update(ticket, category="c2c", by="sam")
    assert moved.ticket.routing.requirement.skills == (("c2c", 2),)
    assert moved.ticket.routing.since_us == ticket.routing.since_us


def test_assigning_by_hand_passes_over_skills_not_over_tiers_and_capacity():
    desk, _ = desk_of(policy(), agent("sam", capacity=1, languages=("fr",)), agent("bot", tiers=("bot",)))
    first, second = ask(desk, category="c2c"), ask(desk, requester="bob")
    assert desk.assign(first, agent="sam", by="lead").ticket.assignee == "sam"
    with pytest.raises(Refused, match="0 of 1 units free"):
        desk.assign(second, agent="sam", by="lead")
    with pytest.raises(Refused, match="not in tier 'expert'"):
        desk.assign(second, agent="bot", by="lead")
    assert desk.assign(second, agent="sam", by="lead", over_capacity=True).ticket.assignee == "sam"
    assert desk.agent("sam").used == 2
    assert desk.assign(first, agent="who is not enrolled", by="lead").ticket.assignee
    assert desk.agent("sam").used == 1


def test_an_offer_ends_when_somebody_assigns_the_ticket_or_it_ends():
    desk, _ = desk_of(policy(), agent("sam"), agent("kim"))
    ticket = ask(desk)
    desk.dispatch()
    asked = desk.get(ticket).routing.offer.agent
    other = "kim" if asked == "sam" else "sam"
    given = desk.assign(ticket, agent=other, by="lead")
    assert of_kind(given.events, OfferWithdrawn)[0].cause == "assigned"
    assert desk.agent(asked).load == ()
    second = ask(desk, requester="bob")
    desk.dispatch()
    ended = desk.cancel(second, by="lead")
    assert of_kind(ended.events, OfferWithdrawn)[0].cause == "not_waiting"
    assert sum(len(state.load) for state in desk.agents()) == 1


def test_releasing_gives_it_to_others():
    desk, _ = desk_of(policy(), agent("sam"))
    ticket = ask(desk)
    with pytest.raises(Refused, match="nobody has"):
        desk.release(ticket, by="sam")
    desk.dispatch()
    desk.accept(ticket, by="sam")
    released = desk.release(ticket, by="sam", reason="off to lunch")
    assert released.ticket.routing.declined == ("sam",)
    assert desk.dispatch().offered == 0
    assert not of_kind(desk.history(ticket)[-2:], OfferAccepted)


def test_shifts_and_overrides_decide_who_is_asked():
    desk, clock = desk_of(policy(), agent("sam", shifts=("day",)))
    clock.advance(hours=3, minutes=1)  # 12:01, the shift is over
    ticket = ask(desk)
    assert desk.dispatch().offered == 0
    with pytest.raises(Refused, match="sam is off duty"):
        desk.offer(ticket, agent="sam")
    now = clock.now()
    desk.override_shift("sam", now, now + timedelta(hours=1), on_duty=True, reason="flood")
    assert desk.dispatch().offered == 1


def test_a_shift_that_begins_is_noticed_without_any_other_change():
    desk, clock = desk_of(policy(), agent("sam", shifts=("day",)))
    clock.advance(days=6, hours=22)  # Monday, 07:00
    ask(desk)
    assert desk.dispatch().offered == 0
    clock.advance(hours=1)
    assert desk.dispatch().offered == 1


def test_what_one_dispatch_leaves_over_the_next_one_offers():
    desk, _ = desk_of(policy(), agent("sam", capacity=9))
    for number in range(5):
        ask(desk, requester=f"r{number}")
    assert [desk.dispatch(limit=2).offered for _ in range(4)] == [2, 2, 1, 0]


def test_news_of_a_ticket_that_is_about_to_be_offered_makes_no_second_offer():
    desk, clock = desk_of(policy(acceptance="direct"), agent("sam", shifts=("day",)))
    desk.override_shift("sam", clock.now(), clock.now() + timedelta(hours=1), on_duty=False)
    desk.dispatch()
    ticket = ask(desk)
    desk.dispatch()
    desk.receive(ticket, body="more", by=Requester("ana"))
    clock.advance(hours=1)
    done = desk.dispatch()
    assert (done.offered, done.refused) == (1, 0)


def test_two_dispatchers_one_leads_and_the_other_takes_over():
    store = MemoryStore()
    first, clock = desk_of(policy(), agent("sam", capacity=9), store=store)
    second = Desk(policy(), store=store, clock=clock)
    ask(first)
    assert first.dispatch().offered == 1
    assert second.dispatch() == Dispatched(leading=False)
    clock.advance(seconds=31)
    ask(first, requester="bob")
    assert second.dispatch().offered == 1
    assert first.dispatch().leading is False


def test_both_believe_they_lead_and_no_agent_gets_too_much():
    store = MemoryStore()
    first, clock = desk_of(policy(), agent("sam", capacity=1), store=store)
    second = Desk(policy(), store=store, clock=clock)
    store.lead = lambda *_: True
    first.dispatch(), second.dispatch()
    ask(first), ask(first, requester="bob")
    assert [first.dispatch().offered, second.dispatch().offered].count(1) == 1
    assert first.agent("sam").used == 1


def test_without_routing_nothing_is_routed():
    desk = Desk(Policy())
    desk.enrol(agent("sam"))
    ticket = ask(desk)
    assert ticket.tier is None
    with pytest.raises(Refused, match="no routing"):
        desk.dispatch()
    with pytest.raises(Refused, match="no routing"):
        desk.hand_over(ticket, tier="expert", by="sam")


def test_agents_are_checked():
    desk, clock = desk_of(policy())
    with pytest.raises(InvalidInput, match="enrol"):
        desk.set_presence("nobody", "available")
    with pytest.raises(InvalidInput, match="not an Agent"):
        desk.enrol("sam")
    with pytest.raises(InvalidInput, match="more than the capacity"):
        desk.enrol(agent("sam", capacity=1, reserved=2))
    desk.enrol(agent("sam", name="Sam Smith"))
    assert desk.agent("sam").agent.name is None
    now = clock.now()
    with pytest.raises(InvalidInput, match="not after"):
        desk.override_shift("sam", now, now, on_duty=True)
    with pytest.raises(InvalidInput, match="past"):
        desk.override_shift("sam", now - timedelta(hours=2), now - timedelta(hours=1), on_duty=True)
    with pytest.raises(InvalidInput, match="presence"):
        desk.set_presence("sam", "asleep")
    version = desk.agent("sam").version
    desk.enrol(agent("sam"))
    assert desk.agent("sam").version == version  # said before: nothing to record


def test_what_a_host_reports_counts_as_load_whatever_the_capacity():
    desk, _ = desk_of(policy(), agent("sam", capacity=1))
    first, second = ask(desk), ask(desk, requester="bob")
    for ticket in (first, second):
        desk.observe(ticket, agent="sam", status="open")
    assert desk.agent("sam").used == 2  # a fact is never refused
    desk.observe(first, status="resolved")
    assert desk.agent("sam").used == 1


def test_a_contact_that_joins_a_waiting_ticket_takes_its_agents_capacity_again():
    joined = policy().model_copy(update={"identity": Identity(window=timedelta(days=3))})
    desk, _ = desk_of(joined, agent("sam", capacity=1))
    ticket = ask(desk, category="c2c", channel="chat")
    desk.assign(ticket, agent="sam", by="lead")
    desk.wait_for_requester(ticket, by="sam")
    assert desk.agent("sam").used == 0
    again = desk.open(subject="more", body="hello again", requester="ana", channel="email", category="c2c")
    assert again.ticket.id == ticket.id
    assert again.ticket.status == "open"
    assert desk.agent("sam").used == 1


def test_merging_frees_one_agent_and_leaves_the_other_at_work():
    desk, _ = desk_of(policy(), agent("sam"), agent("kim"))
    first, second = ask(desk), ask(desk, requester="bob")
    desk.assign(first, agent="sam", by="lead")
    desk.assign(second, agent="kim", by="lead")
    desk.merge(first, into=second, by="lead")
    assert [desk.agent(name).used for name in ("sam", "kim")] == [0, 1]


def test_the_past_of_an_offer_is_told_in_words():
    desk, clock = desk_of(policy(), agent("sam"), agent("kim"))
    ticket = ask(desk)
    desk.dispatch()
    first = desk.get(ticket).offered_to
    desk.decline(ticket, by=first)
    desk.dispatch()
    second = desk.get(ticket).offered_to
    desk.accept(ticket, by=second)
    told = str(desk.explain(ticket))
    assert f"offered to {first} at" in told
    assert f"declined by {first} at" in told
    assert f"accepted by {second} at" in told
    other = ask(desk, requester="bob")
    desk.dispatch()
    third = desk.get(other).offered_to
    clock.advance(seconds=61)
    desk.run_due()
    assert f"passed unanswered by {third} at" in str(desk.explain(other))

"""What was so when an offer was made need not be so when it is answered, or when the ticket comes back."""

from datetime import timedelta

import pytest

from supportflow import AsyncDesk, Requester, Skill
from supportflow.events import AssignmentChanged, FitnessChanged, OfferWithdrawn
from supportflow.exceptions import Refused
from supportflow.flows.commands.agents import execute
from supportflow.model.commands import Enrol
from supportflow.model.people import HOST
from supportflow.model.routing import Lack
from supportflow.testing import ManualClock

from .desks import START, agent, ask, desk_of, policy

ANA = Requester("ana")
SAM = {
    "tiers": ("expert", "compliance"),
    "skills": {"c2c": 2},
    "groups": ("cards",),
    "languages": ("en", "zh"),
    "capacity": 2,
}
TAKEN_AWAY = [
    ({"category": "aml"}, {"tiers": ("expert",)}, "tier"),
    ({"category": "c2c"}, {"skills": {}}, "skill"),
    ({"category": "c2c"}, {"skills": {"c2c": 1}}, "skill"),
    ({"category": "cards"}, {"groups": ()}, "group"),
    ({"language": "zh-CN"}, {"languages": ("en",)}, "language"),
]


def offered(clock=None, **fields):
    """A desk on which a ticket is offered to Sam."""
    desk, clock = desk_of(policy(), agent("sam", **SAM))
    ticket = ask(desk, **fields)
    desk.dispatch()
    assert desk.get(ticket).offered_to == "sam"
    return desk, clock, ticket


def take_away(desk, **fields):
    return desk.enrol(agent("sam", **{**SAM, **fields}))


def silently(desk, **fields):
    """As if the process had crashed between the change of the agent and what follows from it."""
    profile = agent("sam", **{**SAM, **fields})
    desk._run(execute(desk._env, Enrol(agent_id="sam", profile=profile, by=HOST)))


@pytest.mark.parametrize(("about", "fields", "_"), [*TAKEN_AWAY, ({}, {"capacity": 0}, "")])
def test_an_offer_is_withdrawn_when_its_reason_goes(about, fields, _):
    desk, _clock, ticket = offered(**about)
    assert take_away(desk, **fields).load == ()
    assert desk.get(ticket).routing.offer is None
    [gone] = [event for event in desk.history(ticket) if isinstance(event, OfferWithdrawn)]
    assert (gone.agent, gone.cause) == ("sam", "changed")
    with pytest.raises(Refused, match="offered to nobody"):
        desk.accept(ticket, by="sam")
    assert desk.dispatch().offered == 0


@pytest.mark.parametrize(("about", "fields", "_"), [*TAKEN_AWAY, ({}, {"capacity": 0}, "")])
def test_an_offer_that_nobody_withdrew_cannot_be_accepted(about, fields, _):
    desk, _clock, ticket = offered(**about)
    silently(desk, **fields)
    with pytest.raises(Refused, match=r"sam (is not|has|does not)"):
        desk.accept(ticket, by="sam")
    assert desk.get(ticket).assignee is None
    desk.dispatch()  # the next dispatch notices
    assert desk.get(ticket).routing.offer is None


def test_a_certificate_that_lapses_takes_the_offer_with_it():
    desk, clock = desk_of(policy(offer_for=None), agent("sam", **SAM))
    end = clock.now() + timedelta(minutes=2)
    take_away(desk, skills={"c2c": Skill(level=2, valid_until=end)})
    first, second = ask(desk, category="c2c"), ask(desk, category="c2c", requester="bob")
    desk.dispatch()
    clock.advance(minutes=1)
    desk.accept(first, by="sam")
    clock.advance(minutes=1)
    with pytest.raises(Refused, match="lapsed"):
        desk.accept(second, by="sam")
    desk.dispatch()
    assert desk.get(second).routing.offer is None
    assert desk.get(first).routing.lacks == (Lack("skill", "c2c"),)


@pytest.mark.parametrize(("about", "fields", "kind"), TAKEN_AWAY)
@pytest.mark.parametrize("pause", ["wait_for_requester", "hold", "resolve"])
def test_a_ticket_that_comes_back_does_not_go_on_with_somebody_who_lost_a_right(about, fields, kind, pause):
    desk, _, ticket = offered(**about)
    desk.accept(ticket, by="sam")
    if pause == "resolve" and about.get("category") == "aml":
        desk.enrol(agent("kim", **SAM))
        desk.resolve(ticket, by="kim")
    else:
        getattr(desk, pause)(ticket, by="sam")
    take_away(desk, **fields)
    back = desk.resume(ticket, by="lead") if pause == "hold" else desk.receive(ticket, body="here", by=ANA)
    assert (back.ticket.status, back.ticket.assignee) == ("open", None)
    assert back.ticket.routing.preferred is None
    assert desk.agent("sam").load == ()
    assert any(
        isinstance(event, FitnessChanged) and [lack.kind for lack in event.lacks] == [kind]
        for event in desk.history(ticket)
    )


@pytest.mark.parametrize(("about", "fields", "kind"), TAKEN_AWAY)
def test_what_somebody_has_is_taken_away_or_reported(about, fields, kind):
    desk, _, ticket = offered(**about)
    desk.accept(ticket, by="sam")
    take_away(desk, **fields)
    held = desk.get(ticket)
    reported = [event for event in desk.history(ticket) if isinstance(event, FitnessChanged)]
    assert [lack.kind for event in reported for lack in event.lacks] == [kind]
    if kind == "tier":
        assert (held.assignee, desk.agent("sam").load, desk.misplaced()) == (None, (), ())
        assert held.routing.declined == ("sam",)
    else:
        assert (held.assignee, held.routing.lacks) == ("sam", reported[0].lacks)
        assert desk.misplaced() == ((ticket.id, "sam", reported[0].lacks),)
        assert f"sam lacks: {kind} " in str(desk.explain(ticket))
    assert f"sam lacked {kind} " in str(desk.explain(ticket))


@pytest.mark.parametrize(("about", "fields", "kind"), TAKEN_AWAY)
def test_a_policy_says_what_is_taken_away(about, fields, kind):
    for requeue in ((), (kind,)):
        desk, _ = desk_of(policy(requeue_lost=requeue), agent("sam", **SAM))
        ticket = ask(desk, **about)
        desk.dispatch()
        desk.accept(ticket, by="sam")
        take_away(desk, **fields)
        assert desk.get(ticket).assignee == (None if requeue else "sam")


def test_a_right_that_is_given_back_is_recorded_once():
    desk, _, ticket = offered(category="c2c")
    desk.accept(ticket, by="sam")
    for fields in ({"skills": {}}, {"skills": {}, "groups": ()}, {}, {"skills": {}}):
        take_away(desk, **fields)
    recorded = [event.lacks for event in desk.history(ticket) if isinstance(event, FitnessChanged)]
    assert recorded == [(Lack("skill", "c2c"),), (), (Lack("skill", "c2c"),)]


def test_what_a_lead_passed_over_is_no_loss():
    desk, _ = desk_of(policy(), agent("sam", languages=("zh",)))
    ticket = ask(desk, category="cards")
    given = desk.assign(ticket, agent="sam", by="lead").events
    [event] = [event for event in given if isinstance(event, AssignmentChanged)]
    assert set(event.waived) == {Lack("group", "cards"), Lack("language", "en")}
    desk.wait_for_requester(ticket, by="sam")
    back = desk.receive(ticket, body="here", by=ANA)
    assert back.ticket.assignee == "sam"
    assert desk.misplaced() == ()


def test_what_a_lead_did_not_pass_over_is_a_loss():
    desk, _ = desk_of(policy(), agent("sam", **{**SAM, "groups": ()}))
    ticket = ask(desk, category="c2c")
    desk.assign(ticket, agent="sam", group="payments", by="lead")
    desk.wait_for_requester(ticket, by="sam")
    assert desk.receive(ticket, body="one", by=ANA).ticket.assignee == "sam"
    desk.wait_for_requester(ticket, by="sam")
    take_away(desk, groups=(), skills={})
    assert desk.receive(ticket, body="two", by=ANA).ticket.assignee is None


def test_a_ticket_that_comes_to_need_another_tier_leaves_who_is_not_in_it():
    desk, _ = desk_of(policy(), agent("sam"), agent("kim", tiers=("expert", "compliance")))
    ticket = ask(desk, category="other")
    desk.assign(ticket, agent="sam", by="lead")
    changed = desk.update(ticket, category="aml", by="sam")
    assert changed.ticket.assignee is None
    desk.dispatch()
    assert desk.get(ticket).offered_to == "kim"


def test_a_merge_that_asks_for_more_takes_the_ticket_from_who_lacks_it():
    routes = [
        {"name": "urgent", "when": {"field": "priority_class", "eq": "security"}, "tier": "compliance"},
        {"name": "rest"},
    ]
    desk, _ = desk_of(policy(routes=routes, closed_by_own=()), agent("sam"))
    into, other = ask(desk), ask(desk, priority_class="security")
    desk.assign(into, agent="sam", by="lead")
    desk.merge(other, into=into, by="lead")
    merged = desk.get(into)
    assert (merged.priority_class, merged.tier, merged.assignee) == ("security", "compliance", None)


def test_whom_the_host_reports_keeps_it_and_what_they_lack_is_recorded():
    desk, _ = desk_of(policy(), agent("sam"))
    ticket = ask(desk, category="aml")
    seen = desk.observe(ticket, agent="sam")
    assert seen.ticket.assignee == "sam"
    assert seen.ticket.routing.lacks == (Lack("tier", "compliance"),)
    assert desk.observe(ticket, replied=True).ticket.assignee == "sam"
    assert desk.misplaced() == ((ticket.id, "sam", (Lack("tier", "compliance"),)),)
    desk.observe(ticket, status="pending")
    assert desk.observe(ticket, requester_wrote=True, status="open").ticket.assignee is None


def test_a_hand_over_goes_to_nobody_in_particular():
    desk, _, ticket = offered(category="c2c")
    desk.accept(ticket, by="sam")
    handed = desk.hand_over(ticket, tier="compliance", by="sam").ticket
    assert handed.assignee is None
    assert handed.routing.barred == ("sam",)


def test_where_the_policy_does_not_ask_what_is_lost_counts_the_same():
    desk, _ = desk_of(policy(acceptance="direct"), agent("sam", **SAM))
    ticket = ask(desk, category="c2c")
    desk.dispatch()
    desk.wait_for_requester(ticket, by="sam")
    take_away(desk, skills={})
    assert desk.receive(ticket, body="here", by=ANA).ticket.assignee is None


def test_enrolling_the_same_again_looks_at_nothing():
    desk, _, ticket = offered(category="c2c")
    version = desk.get(ticket).version
    take_away(desk)
    assert desk.get(ticket).version == version


async def _plain(desk, ticket):
    await desk.enrol(agent("sam", tiers=("expert",)))
    return (await desk.get(ticket)).assignee, await desk.misplaced()


def test_an_async_desk_does_the_same():
    import asyncio

    async def day():
        desk = AsyncDesk(policy(), clock=ManualClock(START))
        await desk.enrol(agent("sam", **SAM))
        await desk.set_presence("sam", "available")
        ticket = (await desk.open(subject="x", requester="ana", category="aml", language="en")).ticket
        await desk.dispatch()
        await desk.accept(ticket, by="sam")
        return await _plain(desk, ticket)

    assert asyncio.run(day()) == (None, ())

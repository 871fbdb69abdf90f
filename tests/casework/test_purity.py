"""Whatever is done to a case: nothing personal is in an event, the fold is the ticket, a second run gives the same bytes."""

import asyncio
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.office import START, clock_of, contents, desk, store_of
from supportflow import Actor, AsyncDesk, Attachment, Party, Policy, SlaPolicy, Target, fold
from supportflow.exceptions import Refused, SupportflowError
from supportflow.kernel.replay import rebuild
from supportflow.policy import CompiledPolicy
from supportflow.testing import CountingIds, ManualClock

POLICY = Policy.model_validate(
    {
        "intake": {
            "categories": {
                "c2c": {
                    "evidence": [
                        {"name": "order_number", "kind": "alphanumeric", "min_length": 5, "in_text": True},
                        {"name": "story", "kind": "text"},
                        {"name": "proof", "kind": "attachment"},
                    ]
                },
                "login": {"evidence": [{"name": "story", "kind": "text"}]},
            }
        },
        "procedures": {"c2c": {"steps": [{"name": "hear"}, {"name": "decide"}]}},
        "authority": {"levels": ["low", "high"], "actions": {"unlock": "high"}},
        "identity": {"window": timedelta(days=2)},
        "sla": [
            SlaPolicy(name="gold", targets=[Target.first_response(hours=1), Target.resolution(hours=30)])
        ],
        "auto_close_after": timedelta(days=1),
    }
)
PLANTED = "Planted7Value"  # every text that is typed holds it, and no id or name does
FILE = Attachment(name=f"{PLANTED}.png", media_type="image/png", uri=f"https://host.example/{PLANTED}")
WHO = [
    "sam",
    Actor(kind="requester", id="ana"),
    Actor(kind="party", id="seller"),
    Actor(kind="bot", id="bot"),
]
OUTSIDE = [
    Actor(kind="requester", id="ana"),
    Actor(kind="party", id="seller"),
    Actor(kind="requester", id="eve"),
]

STEPS = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 2_000)),
    st.tuples(st.just("open"), st.sampled_from(["c2c", "login", None])),
    st.tuples(st.just("receive"), st.sampled_from(OUTSIDE), st.booleans()),
    st.tuples(st.just("reply"), st.sampled_from([None, "seller"])),
    st.tuples(st.just("provide"), st.sampled_from(["order_number", "story", "proof", "record"]), st.sampled_from(WHO)),
    st.tuples(st.just("step"), st.sampled_from(["hear", "decide"]), st.sampled_from(WHO)),
    st.tuples(st.just("party"), st.integers(-5, 3_000), st.sampled_from(WHO)),
    st.tuples(st.just("verify"), st.sampled_from(["low", "high"]), st.integers(1, 3_000)),
    st.tuples(st.just("authorise"), st.sampled_from(WHO)),
    st.tuples(st.just("update"), st.sampled_from(["c2c", "login", "other"])),
    st.tuples(st.sampled_from(["resolve", "resume", "hold", "reopen", "wait_for_requester", "run_due"])),
)  # fmt: skip


OPENING = {"subject": PLANTED, "body": f"about {PLANTED}", "requester": "ana", "category": "c2c", "ref": "1"}
VERBS = {
    "open": (
        "open",
        lambda category: {"subject": f"again {PLANTED}", "requester": "ana", "category": category},
    ),
    "receive": (
        "receive",
        lambda by, files: {"body": f"words {PLANTED}", "by": by, "attachments": [FILE] * files},
    ),
    "reply": ("reply", lambda to: {"body": f"answer {PLANTED}", "by": "sam", "to": to}),
    "provide": (
        "provide",
        lambda item, by: {"evidence": {item: FILE if item == "proof" else PLANTED}, "by": by},
    ),
    "step": ("complete_step", lambda step, by: {"step": step, "by": by, "reason": PLANTED}),
    "verify": (
        "verify",
        lambda level, minutes: {
            "level": level,
            "valid_for": timedelta(minutes=minutes),
            "method": "video",
            "by": "sam",
        },
    ),
    "authorise": ("authorise", lambda by: {"action": "unlock", "by": by}),
    "update": ("update", lambda category: {"category": category}),
}


def calls(steps):
    """(verb, arguments) for a desk whose first ticket is `ref="1"`; the clock's moves as `("wait", minutes)`."""
    yield "open", OPENING
    now = START
    for name, *drawn in steps:
        if name == "wait":
            now += timedelta(minutes=drawn[0])
            yield name, drawn[0]
        elif name == "party":
            due_at = now + timedelta(minutes=drawn[0])
            party = {"party": Party("counterparty", "seller"), "due_at": due_at, "expects": ["record"]}
            yield "add_party", {"ref": "1", **party, "by": drawn[1]}
        elif name in VERBS:
            verb, arguments = VERBS[name]
            yield verb, {**({} if verb == "open" else {"ref": "1"}), **arguments(*drawn)}
        else:
            yield name, {} if name == "run_due" else {"ref": "1", "by": "sam", "reason": PLANTED}


def run(steps):
    """A desk after these steps; what it refused changed nothing."""
    one = desk(POLICY)
    for name, arguments in calls(steps):
        if name == "wait":
            clock_of(one).advance(minutes=arguments)
            continue
        before = contents(store_of(one))
        refused = ""
        try:
            getattr(one, name)(**arguments)
        except SupportflowError as error:
            refused = str(error)
        assert PLANTED not in refused
        assert not refused or contents(store_of(one)) == before
    return one


def streams(one):
    [tenant] = store_of(one)._tenants.values()
    return {name: tuple(rows) for name, rows in tenant.streams.items()}


@given(st.lists(STEPS, max_size=14))
@settings(max_examples=70)
def test_pure_private_and_repeatable(steps):
    one = run(steps)
    for name, rows in streams(one).items():
        assert PLANTED.encode() not in b"".join(row.data for row in rows), name
    for ticket in one.find(limit=100):
        history = one.history(ticket)
        assert fold(history) == ticket
        assert all(PLANTED not in event.model_dump_json() for event in history)
        assert PLANTED not in ticket.model_dump_json()
        assert len(
            [item for event in history if event.kind == "evidence_requested" for item in event.items]
        ) == len({item for event in history if event.kind == "evidence_requested" for item in event.items})
    assert streams(run(steps)) == streams(one)


@given(st.lists(STEPS, max_size=10))
@settings(max_examples=40)
def test_the_async_desk_does_the_same(steps):
    async def again():
        clock = ManualClock(START)
        other = AsyncDesk(POLICY, clock=clock, ids=CountingIds())
        for name, arguments in calls(steps):
            if name == "wait":
                clock.advance(minutes=arguments)
                continue
            try:
                await getattr(other, name)(**arguments)
            except SupportflowError:
                continue
        return other

    one = run(steps)
    other = asyncio.run(again())
    assert streams(other) == streams(one)


@given(st.lists(STEPS, max_size=12))
@settings(max_examples=60)
def test_a_history_under_its_own_policy_gives_back_what_was_recorded(steps):
    one = run(steps)
    one.run_due()
    now = clock_of(one).now()
    ticket = one.get(ref="1")
    history = one.history(ticket)
    again = rebuild(history, CompiledPolicy(POLICY), "default", int(now.timestamp() * 1_000_000))
    ours = [event for event in again.events if event.kind == "party_deadline_passed"]
    theirs = [event for event in history if event.kind == "party_deadline_passed"]
    assert [event.due_at for event in ours] == [event.due_at for event in theirs]
    assert again.ticket.case.provided == ticket.case.provided
    assert again.ticket.case.steps == ticket.case.steps


def test_a_deadline_that_passed_is_not_passed_again_when_a_history_is_gone_through():
    late = [("party", 5, "sam"), ("wait", 60), ("run_due",), ("wait", 60)]
    one = run(late)
    again = rebuild(one.history(ref="1"), CompiledPolicy(POLICY), "default", 2**56)
    assert [event.kind for event in again.events].count("party_deadline_passed") == 1


def test_the_async_desk_reads_and_links_like_the_other():
    async def day():
        other = AsyncDesk(POLICY, clock=ManualClock(START), ids=CountingIds())
        ticket = (await other.open(subject="x", requester="ana", category="c2c", ref="1", body="y")).ticket
        linked = await other.link_requester("ana", "ana-chat", by="sam")
        unlinked = await other.unlink_requester("ana", "ana-chat", by="sam")
        items = await other.evidence(ref="1")
        seen = await other.messages(ticket, seen_by="ana")
        try:
            await other.reply(ticket, body="Please send us your password", by="sam")
        except Refused as refused:
            return linked, unlinked, items, seen, refused.command, other.is_official("example.com")
        return None

    one = desk(POLICY)
    ticket = one.open(subject="x", requester="ana", category="c2c", ref="1", body="y").ticket
    linked = one.link_requester("ana", "ana-chat", by="sam")
    unlinked = one.unlink_requester("ana", "ana-chat", by="sam")
    expected = (linked, unlinked, one.evidence(ref="1"), one.messages(ticket, seen_by="ana"), "reply")
    assert asyncio.run(day()) == (*expected, one.is_official("example.com"))

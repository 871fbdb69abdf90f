"""Laws: a surge in any place of a history, whoever looks and however often."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Agent, Desk
from supportflow.policy import CompiledPolicy, Policy
from supportflow.policy.overlay import overlaid
from surge.square import Square, policy

LEAD = Agent("lin")
MINUTES = st.integers(1, 100)
SURGES = st.sampled_from(["crash", "night", "phishing"])

ACTS = st.one_of(
    st.tuples(st.just("open"), st.sampled_from(["trade", "takeover", "phishing", None])),
    st.tuples(st.just("reply"), st.integers(0, 5)),
    st.tuples(st.just("note"), st.integers(0, 5)),
    st.tuples(st.just("resolve"), st.integers(0, 5)),
    st.tuples(st.just("reopen"), st.integers(0, 5)),
)
STEPS = st.lists(st.tuples(MINUTES, ACTS), max_size=7)


def act(desk: Desk, what: str, subject: Any, tickets: list[str]) -> None:
    """Do one thing, if it can be done."""
    if what == "open":
        tickets.append(
            desk.open(subject="Hello", requester="ana", channel="chat", category=subject).ticket.id
        )
        return
    if not tickets:
        return
    ticket = desk.get(tickets[subject % len(tickets)])
    if what == "note":
        desk.note(ticket, body="seen", by=LEAD)
    elif what == "reopen" and ticket.status == "resolved":
        desk.reopen(ticket, by=LEAD)
    elif what == "reply" and ticket.is_open:
        desk.reply(ticket, body="We look into it.", by=LEAD)
    elif what == "resolve" and ticket.is_open:
        desk.resolve(ticket, by=LEAD)


def told(desk: Desk, ticket: str) -> list[dict[str, Any]]:
    """What is recorded on a ticket, but for when it was noticed."""
    return [event.model_dump(exclude={"detected_at"}) for event in desk.history(ticket)]


def readings(desk: Desk, ticket: str, *, late_at: Any) -> list[tuple[Any, ...]]:
    """State, elapsed time and due time of each clock.

    The due time of one that was late before is left out: it is late at once under a target that comes back.
    """
    return [
        (one.target, one.state, one.elapsed, one.due_at if one.due_at and one.due_at > late_at else None)
        for one in desk.clocks(ticket)
    ]


# No surge is declared by itself here.
QUIET = policy(
    surges={name: surge.model_copy(update={"when": None}) for name, surge in policy().surges.items()}
)


@settings(max_examples=80)
@given(before=STEPS, after=STEPS, names=st.lists(SURGES, min_size=1, max_size=3, unique=True))
def test_declared_and_ended_at_once_it_leaves_no_trace_on_what_comes_after(before, after, names):
    squares = Square(QUIET), Square(QUIET)
    later: list[list[str]] = []
    for square, surging in zip(squares, (names, []), strict=True):
        tickets: list[str] = []
        for minutes, (what, subject) in before:
            act(square.after(minutes=minutes).desk, what, subject, tickets)
        first = len(tickets)
        at = square.clock.now()
        for name in surging:
            square.desk.declare_surge(name, by=LEAD)
        for name in surging:
            square.desk.end_surge(name, by=LEAD)
        for minutes, (what, subject) in after:
            act(square.after(minutes=minutes).desk, what, subject, tickets)
        square.after(hours=9).desk.run_due()
        later.append(tickets)
        assert square.desk.surges() == ()
        assert {one.policy for one in square.desk.find(open=True)} <= {QUIET.fingerprint}
    one, other = squares
    assert later[0] == later[1]
    for ticket in later[0][first:]:
        assert told(one.desk, ticket) == told(other.desk, ticket)
    for ticket in later[0]:
        surged, calm = (
            {clock.target: (clock.state, clock.elapsed, clock.due_at) for clock in square.desk.clocks(ticket)}
            for square in squares
        )
        assert surged.keys() == calm.keys()
        for target, (state, elapsed, due) in calm.items():
            assert surged[target][:2] == (state, elapsed), "what was there before keeps what it has counted"
            if (
                due is not None and due > at
            ):  # what is late already is due at once under a target that comes back
                assert surged[target][2] == due


PLACED = st.lists(
    st.one_of(
        st.tuples(MINUTES, ACTS),
        st.tuples(MINUTES, st.tuples(st.just("declare"), st.just("crash"))),
        st.tuples(MINUTES, st.tuples(st.just("end"), st.just("crash"))),
    ),
    max_size=10,
)


@settings(max_examples=80)
@given(
    steps=PLACED,
    looks=st.lists(st.lists(st.integers(0, 1), max_size=2), min_size=10, max_size=10),
    data=st.data(),
)
def test_two_desks_that_look_when_they_like_record_the_same(steps, looks, data):
    """Nothing on a ticket hangs on which process works, who ticks, or how often, while there is one surge at a time."""
    quiet, busy = Square(QUIET), Square(QUIET, QUIET)
    histories: list[list[list[dict[str, Any]]]] = []
    for square in (quiet, busy):
        tickets: list[str] = []
        for (minutes, (what, subject)), ticks in zip(steps, looks, strict=False):
            if square is busy:
                part = data.draw(st.integers(0, minutes), label="minutes before somebody looks")
                square.after(minutes=part)
                for which in ticks:
                    square.desks[which].run_due()
                minutes -= part  # noqa: PLW2901
            square.after(minutes=minutes)
            desk = square.desks[data.draw(st.integers(0, 1), label="desk") if square is busy else 0]
            if what == "declare":
                desk.declare_surge(subject, by=LEAD)
            elif what == "end":
                desk.end_surge(subject, by=LEAD)
            else:
                act(desk, what, subject, tickets)
        square.after(hours=40).desk.run_due()
        histories.append([told(square.desk, one) for one in tickets])
    assert histories[0] == histories[1]
    ends = [
        [
            (event.recorded_at, event.name, event.cause)
            for event in square.stream()
            if event.kind == "surge_ended"
        ]
        for square in (quiet, busy)
    ]
    assert ends[0] == ends[1]


@settings(max_examples=100)
@given(
    names=st.lists(SURGES, max_size=3, unique=True),
    share=st.floats(0.01, 100),
    seconds=st.integers(1, 10**8),
)
def test_an_overlaid_version_is_a_document_like_any_other(names, share, seconds):
    """It comes back from a store as itself, is the same whoever makes it, and security stays on top."""
    base = policy()
    crash = base.surges["crash"].model_copy(update={"targets": share})
    standard = base.sla[1].model_copy(
        update={
            "targets": (base.sla[1].targets[0].model_copy(update={"duration": timedelta(seconds=seconds)}),)
        }
    )
    base = base.model_copy(update={"surges": {**base.surges, "crash": crash}, "sla": (base.sla[0], standard)})
    made = overlaid(base, names)
    again = Policy.model_validate_json(made.canonical)
    assert again == made
    assert again.fingerprint == made.fingerprint == overlaid(base, names).fingerprint
    assert (made is base) == (not names)
    assert made.classes == base.classes
    assert made.rules == base.rules
    compiled = CompiledPolicy(again)
    assert compiled.priority.rank("security") == 0
    if names:
        assert made.overlay is not None
        assert made.overlay.base == base.fingerprint

"""What a clock was earlier in one instant, and what can be said of a past that is not whole: kernel.replay."""

import pytest

from sla.test_coming_back import CHOICES, METRICS, NINE, desk, level, minute, minutes, prelude
from sla_desk import SlaDesk
from supportflow import Agent, Policy, SlaPolicy, Target, decide
from supportflow.events import TicketOpened
from supportflow.kernel import Facts
from supportflow.model.commands import SetPriority
from supportflow.policy import CompiledPolicy, PolicyBook

BETWEEN = (
    "answer and question",
    "another round",
    "on hold and back",
    "group",
    "resolved and open again",
    "merged in",
)


def happens(run, what):
    """What happens to the ticket, all of it at one instant."""
    if what in {"answer and question", "another round"}:
        for _ in range(1 if what == "answer and question" else 2):
            run.desk.reply(run.ticket, body="try this", by="sam")
            run.desk.receive(run.ticket, body="no", by="ana")
    elif what == "on hold and back":
        run.desk.hold(run.ticket, by="sam", reason="asked the bank")
        run.desk.resume(run.ticket, by="sam")
    elif what == "group":
        run.desk.assign(run.ticket, group="third", by="lead")
    elif what == "resolved and open again":
        run.desk.resolve(run.ticket, by="sam")
        run.desk.reopen(run.ticket, by="sam")
    else:
        other = run.desk.open(subject="again", requester="ana").ticket
        run.desk.merge(other, into=run.ticket, by="sam")


@pytest.mark.parametrize("what", BETWEEN)
@pytest.mark.parametrize("metric", METRICS)
def test_what_happens_between_two_corrections_of_one_instant_stays(metric, what):
    """Away and back, something happens, away and back again: as if only that had happened."""
    changed, plain = (desk(Target.of(metric, name="it", hours=2)) for _ in "12")
    for run in (changed, plain):
        prelude(run, METRICS[metric])
        run.at(minute(10))
    for run in (changed, plain):
        for turn in range(2):
            if run is changed:
                level(run, 10, 3)
                level(run, 10, 1)
            if turn == 0:
                happens(run, what)
    for run in (changed, plain):
        run.at(minute(20)).desk.note(run.ticket, body="looked", by="sam")
    assert changed.desk.get(changed.ticket).clocks == plain.desk.get(plain.ticket).clocks


@pytest.mark.parametrize("after", [(1,), (2,), (3,), (2, 1), (3, 2)], ids=str)
@pytest.mark.parametrize("before", [(3,), (2,), (3, 1), (2, 3)], ids=str)
@pytest.mark.parametrize("choice", CHOICES)
def test_an_earlier_clock_that_a_merge_brought_stays(choice, before, after):
    """`merge_clocks="earliest"`: what the merged ticket has counted, whatever is changed in the same instant."""
    targets = (
        Target.resolution(name="it", hours=1, when={"field": "level", "le": 1}),
        Target.resolution(name="it", hours=2, when={"field": "level", "eq": 2}),
        Target.resolution(name="it", hours=3),
    )
    document = Policy(sla=[SlaPolicy(name="all", on_change=choice, targets=targets)], merge_clocks="earliest")
    changed, plain = (SlaDesk(NINE, document=document, opening={"level": 1}) for _ in "12")
    for run in (changed, plain):
        younger = run.at(minute(30)).desk.open(subject="again", requester="ana", level=1).ticket.id
        run.at(minute(40))
        for value in before if run is changed else ():
            run.desk.set_priority(younger, level=value, by="lead")
        run.desk.merge(run.ticket, into=younger, by="sam")
        for value in after if run is changed else after[-1:]:
            run.desk.set_priority(younger, level=value, by="lead")
        run.at(minute(50))
    [was], [now] = plain.desk.clocks(younger), changed.desk.clocks(younger)
    assert (now.state, now.elapsed, now.due_at) == (was.state, was.elapsed, was.due_at)
    if choice != "restart":
        assert now.elapsed == minutes(50)


def test_a_stream_without_its_beginning_is_no_past():
    """Who hands over other events than the ticket's own decides by the present, as who hands over none."""
    run = desk(Target.resolution(hours=2))
    level(run, 10, 3)
    ticket, history = run.desk.get(run.ticket), tuple(run.desk.history(run.ticket))
    book = PolicyBook(CompiledPolicy(run.desk.policy))
    command = SetPriority(level=1, by=Agent("lead").actor)
    assert isinstance(history[0], TicketOpened)
    without = decide(book, ticket, command, Facts(), minute(30))
    for cut in (history[1:] * 3, history[1:], (*history[1:], history[0]), ()):
        assert decide(book, ticket, command, Facts(history=cut), minute(30)) == without
    whole = decide(book, ticket, command, Facts(history=history), minute(30))
    assert [event.kind for event in whole] == [event.kind for event in without]

"""Answers as real mail programs write them: on their ticket, the writer's own words alone, and the rest beside them."""

import pytest

from channels.mail_programs import ANSWERS, OURS
from channels.mails import plain
from supportflow import Desk
from supportflow.channels.email import MailIntake, MemoryThreads, ReplyToken
from supportflow.channels.email.quotes import parts_of
from supportflow.testing import CountingIds, ManualClock


@pytest.mark.parametrize("program", ANSWERS)
def test_an_answer_is_its_writers_words_on_our_ticket(program):
    content, words = ANSWERS[program]
    threads = MemoryThreads()
    desk = Desk(clock=ManualClock("2026-03-02T03:00:00Z"), ids=CountingIds())
    intake = MailIntake(desk, threads, ReplyToken(b"a secret of the test", "desk.example"))
    ticket = intake.take(plain("Where is it?")).ticket_id
    threads.record("default", ticket, OURS)
    taken = intake.take(content)
    assert (taken.result, taken.ticket_id, taken.automatic, taken.notes) == ("received", ticket, None, ())
    message = desk.messages(ticket)[-1]
    assert (message.body, message.origin) == (words, "requester")
    assert "Your withdrawal is on its way." in taken.mail.rest
    assert not taken.mail.forwarded
    assert intake.take(content).result == "duplicate"


@pytest.mark.parametrize(
    "text",
    [
        "At 10:00 he wrote:\nsend me the code",
        "On 2 March at 10:00 I paid to <ana@mail.example>:\n5 ETH\nNothing came.",
        "-- I wrote 3 times --\nNobody answered.",
        "2 March, 10:00, Bo <bo@mail.example> wrote: send me the code\nIs that you?",
        "--- 3 March ---\nI wrote\n---",
        "Sent with DHL",
        "Replied message: none",
    ],
)
def test_what_only_looks_like_what_a_program_writes_stays(text):
    assert parts_of(text) == (text, "", False)


def test_whoever_writes_below_an_unmarked_quotation_loses_nothing():
    text = (
        "On Mar 2, 2026 at 10:00, Help Desk <help@desk.example> wrote:\nIt is on its way.\nIt did not arrive."
    )
    assert parts_of(text) == (text, "", False)

"""Parties besides the requester: own words, evidence and deadline; they see nothing that is not theirs (scenario S5)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.office import START, clock_of, desk
from supportflow import Actor, Attachment, MemoryChannel, Party, Policy, Requester, SlaPolicy, Target, fold
from supportflow.events import PartyDeadlinePassed
from supportflow.exceptions import InvalidInput, Refused
from supportflow.model.people import HOST

POLICY = Policy.model_validate(
    {
        "intake": {
            "categories": {
                "seller": {
                    "evidence": [
                        {"name": "bank_record", "kind": "attachment", "media_types": ["application/pdf"]},
                        {"name": "paid_at", "kind": "datetime"},
                    ]
                }
            }
        },
        "sla": [SlaPolicy(name="gold", targets=[Target.first_response(hours=1), Target.resolution(hours=9)])],
    }
)
SELLER = Party("counterparty", "seller-9")
PDF = Attachment(name="record.pdf", media_type="application/pdf")
DAY = timedelta(days=1)


def opened(one, **fields):
    return one.open(
        **{
            "subject": "He does not release",
            "requester": "ana",
            "category": "c2c",
            "body": "I paid",
            **fields,
        }
    ).ticket


def test_a_party_speaks_for_itself():
    one = desk(POLICY)
    ticket = opened(one)
    one.add_party(ticket, party=SELLER, by="sam", expects=["bank_record"])
    one.wait_for_requester(ticket, by="sam")
    after = one.receive(ticket, body="I never got the money", by="seller-9").ticket
    assert one.history(ticket)[-1].origin == "party"
    # Their words answer nothing for the requester, and ask nothing of the desk's clocks.
    assert (after.status, after.waiting_since) == ("pending", START)
    assert after.case.party("seller-9").heard
    assert not after.case.party("seller-9").answered

    after = one.receive(
        ticket, body="My record", by=Actor(kind="party", id="seller-9"), attachments=[PDF]
    ).ticket
    assert after.case.party("seller-9").given == ("bank_record",)
    assert after.case.party("seller-9").answered
    assert after.case.provided == ()
    assert one.evidence(ticket) == ()
    assert fold(one.history(ticket)) == one.get(ticket)


def test_what_a_party_gives_has_the_declared_shape():
    one = desk(POLICY)
    ticket = opened(one)
    seller = Actor(kind="party", id="seller-9")
    one.add_party(ticket, party=SELLER, by="sam", expects=["paid_at", "statement", "paid_at"])
    assert one.get(ticket).case.party("seller-9").expects == ("paid_at", "statement")
    with pytest.raises(InvalidInput):
        one.provide(ticket, evidence={"paid_at": "never"}, by=seller)
    with pytest.raises(InvalidInput):
        one.provide(ticket, evidence={"other": "x"}, by=seller)
    one.provide(ticket, evidence={"paid_at": "2026-03-02T09:00", "statement": "He never paid"}, by=seller)
    [first, second] = one.history(ticket)[-2:]
    assert (first.party, first.item, second.item) == ("seller-9", "paid_at", "statement")
    assert "never paid" not in second.model_dump_json()
    assert one.erase("seller-9") == 2


def test_replies_to_a_party_stop_no_clock_and_leave_by_their_channel():
    web, chat = MemoryChannel(), MemoryChannel()
    one = desk(POLICY, channels={"web": web, "chat": chat})
    ticket = opened(one)
    one.add_party(ticket, party=Party("counterparty", "seller-9", channel="chat"), by="sam")
    answered = one.reply(ticket, body="Please send your record", to=SELLER, by="sam").ticket
    assert (answered.replies, answered.first_replied_at, answered.waiting_since) == (0, None, START)
    assert answered.clock("first_response").running
    one.reply(ticket, body="We have asked the seller", by="sam")
    one.run_due()
    [to_party], [to_requester] = chat.sent, web.sent
    assert (to_party.requester, to_party.subject, to_party.body) == (
        "seller-9",
        None,
        "Please send your record",
    )
    assert (to_requester.requester, to_requester.subject) == ("ana", "He does not release")
    with pytest.raises(Refused):
        one.reply(ticket, body="Hello", to="eve", by="sam")


def test_a_party_sees_what_is_theirs_and_nothing_else():
    one = desk(POLICY)
    ticket = opened(one)
    one.add_party(ticket, party=SELLER, by="sam")
    one.add_party(ticket, party=Party("witness", "bank-2"), by="sam")
    one.receive(ticket, body="party: never got it", by="seller-9")
    one.receive(ticket, body="witness: I saw", by="bank-2")
    one.receive(ticket, body="requester: more", by="ana")
    one.receive(ticket, body="stranger", by="eve")
    one.note(ticket, body="note: private", by="sam")
    one.reply(ticket, body="to requester", by="sam")
    one.reply(ticket, body="to seller", to="seller-9", by="sam")

    def seen(by):
        return [message.body for message in one.messages(ticket, seen_by=by)]

    assert seen(SELLER) == seen("seller-9") == ["party: never got it", "to seller"]
    assert seen(Actor(kind="party", id="bank-2")) == ["witness: I saw"]
    assert seen("ana") == seen(Requester("ana")) == ["I paid", "requester: more", "to requester"]
    assert len(one.messages(ticket)) == 8
    assert one.messages(ticket)[-1].to == "seller-9"
    with pytest.raises(InvalidInput):
        one.messages(ticket, seen_by="eve")


def test_a_requester_sees_the_request_for_evidence_and_a_party_does_not():
    one = desk(POLICY)
    ticket = opened(one, category="seller")
    one.add_party(ticket, party=SELLER, by="sam")
    assert [message.by.kind for message in one.messages(ticket, seen_by="ana")] == ["requester", "system"]
    assert one.messages(ticket, seen_by=SELLER) == ()


def test_a_deadline_that_passes_is_recorded_at_its_instant_once():
    one = desk(POLICY, on={PartyDeadlinePassed: str})
    ticket = opened(one)
    one.add_party(ticket, party=SELLER, by="sam", due_at=START + DAY, expects=["bank_record"])
    assert "counterparty seller-9" in str(one.explain(ticket))
    clock_of(one).advance(DAY)
    assert "party_deadline_passed" not in [event.kind for event in one.run_due()]
    clock_of(one).advance(hours=3)
    [passed] = [event for event in one.run_due() if event.kind == "party_deadline_passed"]
    assert (passed.recorded_at, passed.due_at) == (START + DAY, START + DAY)
    assert passed.detected_at == START + DAY + timedelta(hours=3)
    assert (passed.party, passed.role, passed.missing) == ("seller-9", "counterparty", ("bank_record",))
    assert one.get(ticket).case.party("seller-9").overdue
    assert "no answer of counterparty seller-9, overdue" in str(one.explain(ticket))
    clock_of(one).advance(DAY)
    one.run_due()
    assert [event.kind for event in one.history(ticket)].count("party_deadline_passed") == 1

    # Asked anew, it can pass again.
    later = clock_of(one).now() + DAY
    one.add_party(ticket, party=SELLER, by="sam", due_at=later)
    clock_of(one).advance(2 * DAY)
    one.note(ticket, body="x", by="sam")
    assert [event.kind for event in one.history(ticket)].count("party_deadline_passed") == 2


@pytest.mark.parametrize("end", ["answer", "resolve", "cancel"])
def test_no_deadline_passes_once_it_is_pointless(end):
    one = desk(Policy())
    ticket = opened(one)
    one.add_party(ticket, party=SELLER, by="sam", due_at=START + DAY)
    if end == "answer":
        one.receive(ticket, body="here I am", by="seller-9")
    else:
        getattr(one, end)(ticket, by="sam")
    clock_of(one).advance(2 * DAY)
    assert one.run_due().events == ()


def test_who_can_be_a_party():
    one = desk(POLICY)
    ticket = opened(one)
    one.link_requester("ana", "ana-chat", by="sam")
    for party in (Party("counterparty", "ana"), Party("counterparty", "ana-chat")):
        with pytest.raises(InvalidInput):
            one.add_party(ticket, party=party, by="sam")
    with pytest.raises(InvalidInput):
        one.add_party(ticket, party=SELLER, by="sam", due_at=START)
    for kind in ("requester", "party"):
        with pytest.raises(Refused):
            one.add_party(ticket, party=SELLER, by=Actor(kind=kind, id="x"))
    for number in range(50):
        one.add_party(ticket, party=Party("witness", f"w{number}"), by=HOST)
    with pytest.raises(Refused):
        one.add_party(ticket, party=SELLER, by="sam")
    assert (
        one.add_party(ticket, party=Party("expert", "w0"), by="sam").ticket.case.party("w0").role == "expert"
    )
    one.cancel(ticket, by="sam")
    with pytest.raises(Refused):
        one.add_party(ticket, party=Party("expert", "w1"), by="sam")


@given(
    st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=4),
    st.lists(st.integers(1, 15), min_size=1, max_size=6),
)
def test_polling_changes_nothing(parties, polls):
    def run(pauses):
        one = desk(POLICY)
        ticket = opened(one)
        for number, (minutes, _) in enumerate(parties):
            due = START + timedelta(minutes=minutes)
            one.add_party(ticket, party=Party("witness", f"w{number}"), by="sam", due_at=due)
        for pause in pauses:
            clock_of(one).advance(minutes=pause)
            one.run_due()
        for number, (_, speaks) in enumerate(parties):
            if speaks:
                one.receive(ticket, body="here", by=f"w{number}")
        return [
            (event.kind, str(event.recorded_at), event.by)
            for event in one.history(ticket)
            if event.kind in {"party_deadline_passed", "sla_breached"}
        ]

    total = sum(polls)
    expected = sorted(
        (START + timedelta(minutes=minutes)).isoformat() for minutes, _ in parties if minutes < total
    )
    seen = run(polls)
    assert seen == run([total])
    passed = [at for kind, at, _ in seen if kind == "party_deadline_passed"]
    assert [at.replace(" ", "T") for at in passed] == expected

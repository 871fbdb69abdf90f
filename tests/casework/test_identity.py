"""One case across contacts: who writes again about the same thing is on the same ticket, or linked to it."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.office import START, clock_of, contents, desk, store_of
from supportflow import Actor, Agent, Attachment, MemoryStore, Policy, Requester, SlaPolicy, Target, fold
from supportflow.exceptions import ConflictError, DuplicateRef, InvalidInput, Refused
from supportflow.model.people import HOST
from supportflow.model.storage import Conflict

DAYS = timedelta(days=3)
POLICY = Policy.model_validate({"identity": {"window": DAYS}})


def contact(one, **fields):
    return one.open(
        **{"subject": "Not credited", "requester": "ana", "category": "deposit", "body": "hi", **fields}
    )


def kinds(outcome) -> list[str]:
    return [event.kind for event in outcome.events if event.kind != "clocks_moved"]


def test_the_same_person_about_the_same_thing_is_one_case():
    one = desk(POLICY)
    first = contact(one, channel="email", ref="mail-1").ticket
    one.wait_for_requester(first, by="sam")
    clock_of(one).advance(hours=5)
    again = contact(one, channel="chat", ref="chat-1", body="hello again", subject="Still nothing", key="k")

    assert again.ticket.id == first.id
    assert kinds(again) == ["contact_joined", "message_received", "status_changed"]
    assert again.ticket.status == "open"
    joined, message, _ = again.events
    assert (joined.channel, joined.ref, joined.requester) == ("chat", "chat-1", "ana")
    assert (message.origin, message.channel) == ("requester", "chat")
    assert [one_.body for one_ in one.messages(first)] == ["hi", "hello again"]
    assert "Still nothing" not in "".join(event.model_dump_json() for event in again.events)
    assert len(one.find(requester="ana").tickets) == 1

    repeat = contact(one, channel="chat", ref="chat-1", body="hello again", subject="Still nothing", key="k")
    assert repeat.duplicate
    assert repeat.ticket.id == first.id
    assert fold(one.history(first)) == one.get(first)


def test_off_by_default():
    one = desk()
    assert contact(one).ticket.id != contact(one).ticket.id
    assert contact(one).ticket.repeat_of is None


@pytest.mark.parametrize(
    "fields",
    [
        {"requester": "bo"},
        {"category": "login"},
        {"private": True, "by": "sam"},
    ],
)
def test_another_person_or_thing_is_another_case(fields):
    one = desk(POLICY)
    first = contact(one).ticket
    other = contact(one, **fields).ticket
    assert other.id != first.id
    assert other.repeat_of is None


@pytest.mark.parametrize(("later", "joins"), [(DAYS, True), (DAYS + timedelta(microseconds=1), False)])
def test_the_window_counts_from_the_last_word(later, joins):
    one = desk(POLICY)
    first = contact(one).ticket
    clock_of(one).advance(hours=30)
    one.reply(first, body="We look into it", by="sam")
    clock_of(one).advance(later)
    again = contact(one).ticket
    assert (again.id == first.id) is joins
    assert again.repeat_of is None


@pytest.mark.parametrize("end", ["resolve", "cancel"])
def test_after_the_end_it_is_a_repeat_contact(end):
    one = desk(POLICY)
    first = contact(one).ticket
    getattr(one, end)(first, by="sam")
    clock_of(one).advance(hours=1)
    again = contact(one)
    assert kinds(again) == ["ticket_opened"]
    assert again.ticket.repeat_of == first.id
    clock_of(one).advance(hours=1)
    third = contact(one).ticket
    assert third.id == again.ticket.id  # the open one, not the ended


def test_contacts_that_others_open_are_linked_not_joined():
    one = desk(POLICY)
    first = contact(one).ticket
    by_phone = contact(one, by=Agent("sam")).ticket
    assert by_phone.id != first.id
    assert by_phone.repeat_of == first.id
    linking = desk(Policy.model_validate({"identity": {"window": DAYS, "join": False}}))
    first = contact(linking).ticket
    assert contact(linking).ticket.repeat_of == first.id


def test_where_nobody_knows_the_category():
    one = desk(POLICY)
    first = contact(one, category=None, subject="xx", body="yy").ticket
    assert first.category is None
    again = contact(one, category=None, subject="xx", body="yy").ticket
    assert (again.id != first.id, again.repeat_of) == (True, first.id)
    bold = desk(Policy.model_validate({"identity": {"window": DAYS, "join_unknown": True}}))
    first = contact(bold, category=None, subject="xx", body="yy").ticket
    assert contact(bold, category=None, subject="xx", body="yy").ticket.id == first.id


def test_the_category_that_the_text_speaks_of_counts():
    one = desk(POLICY)
    text = {"subject": "My account was hacked", "body": "somebody stole my coins", "category": None}
    first = contact(one, **text).ticket
    assert first.category is not None
    assert contact(one, **text).ticket.id == first.id


def test_a_contact_can_raise_the_case_and_never_lower_it():
    one = desk(POLICY)
    first = contact(one, priority_class="dispute").ticket
    assert contact(one, priority_class="general").ticket.priority_class == "dispute"
    raised = contact(one, priority_class="security", channel="in-app").ticket
    assert (raised.id, raised.priority_class) == (first.id, "security")
    assert contact(one, requester="bo", body="hi").ticket.priority_class == "general"
    assert contact(one, requester="bo", body="I was hacked").ticket.priority_class == "security"


def test_a_joined_contact_brings_its_evidence_and_files():
    rule = {
        "evidence": [
            {"name": "proof", "kind": "attachment"},
            {"name": "order", "kind": "digits", "in_text": True},
        ]
    }
    one = desk(
        Policy.model_validate({"identity": {"window": DAYS}, "intake": {"categories": {"deposit": rule}}})
    )
    first = contact(one).ticket
    assert first.status == "pending"
    done = contact(one, body="order 4711", attachments=[Attachment(name="a.png")]).ticket
    assert (done.id, done.status, done.case.provided) == (first.id, "open", ("order", "proof"))


def test_a_contact_with_a_subject_alone_is_still_read():
    one = desk(POLICY)
    first = contact(one).ticket
    contact(one, subject="Any news?", body="")
    assert one.messages(first)[-1].body == "Any news?"


def test_a_reference_names_one_ticket():
    one = desk(POLICY)
    contact(one, ref="1")
    with pytest.raises(DuplicateRef):
        contact(one, ref="1")


# --- linked ids ------------------------------------------------------------------------------------


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("chain", [("ana-x",), ("ana-chat", "ana-x"), ("ana-x", "ana-app")])
def test_who_joins_their_case_by_a_linked_id_is_no_stranger_there(chain, waits):
    """What they write answers, as if it had come by the id that the ticket has."""
    one = desk(POLICY)
    ticket = contact(one).ticket
    for left, right in pairwise(("ana", *chain)):
        one.link_requester(left, right, by="sam")
    if waits:
        one.wait_for_requester(ticket, by="sam")
    joined = contact(one, requester=chain[-1], channel="x", body="Still nothing!").ticket
    assert joined.id == ticket.id
    assert [(said.origin, said.by.id) for said in one.messages(ticket)][-1] == ("requester", chain[-1])
    assert (joined.status, joined.received) == ("open" if waits else "new", ticket.received + 1)
    assert fold(one.history(ticket)) == one.get(ticket.id)
    # Nobody else is one of theirs by that.
    one.receive(ticket, body="yes", by="eve")
    assert one.messages(ticket)[-1].origin == "stranger"


def test_linked_ids_are_one_person():
    one = desk(POLICY)
    first = contact(one).ticket
    assert one.link_requester("ana", "ana-chat", by="sam") == {"ana-chat"}
    assert one.link_requester("ana-chat", "ana-x", by=HOST) == {"ana", "ana-x"}
    by_chat = contact(one, requester="ana-x", channel="x").ticket
    assert by_chat.id == first.id
    # Their words on the thread are the requester's.
    one.wait_for_requester(first, by="sam")
    assert one.receive(first, body="yes", by="ana-chat").ticket.status == "open"
    assert one.history(first)[-2].origin == "requester"
    one.wait_for_requester(first, by="sam")
    assert one.receive(first, body="yes", by="eve").ticket.status == "pending"

    before = contents(store_of(one))
    assert one.link_requester("ana-chat", "ana", by="sam") == {"ana", "ana-x"}
    assert contents(store_of(one)) == before

    assert one.unlink_requester("ana-chat", "ana-x", by="sam") == {"ana"}
    assert contact(one, requester="ana-x").ticket.id != first.id


def test_who_can_link():
    one = desk(POLICY)
    for pair in (("ana", "ana"), ("ana@example.com", "bo"), ("ana", "bo@example.com")):
        with pytest.raises(InvalidInput):
            one.link_requester(*pair, by="sam")
    for by in (Requester("ana"), Actor(kind="party", id="bo")):
        with pytest.raises(Refused):
            one.link_requester("ana", "bo", by=by)


IDS = ["a", "b", "c", "d", "e"]
LINKS = st.lists(st.tuples(st.booleans(), st.sampled_from(IDS), st.sampled_from(IDS)), max_size=12)


@given(LINKS, st.sampled_from(IDS))
@settings(max_examples=60)
def test_a_person_is_everybody_that_links_lead_to(steps, asked):
    one = desk(POLICY)
    edges: set[frozenset[str]] = set()
    for linked, left, right in steps:
        if left == right:
            continue
        (one.link_requester if linked else one.unlink_requester)(left, right, by="sam")
        (edges.add if linked else edges.discard)(frozenset((left, right)))
    known = {asked}
    while more := {other for edge in edges if edge & known for other in edge} - known:
        known |= more
    partner = next(other for other in IDS if other != asked)
    if frozenset((asked, partner)) in edges:
        assert one.link_requester(asked, partner, by="sam") == known - {asked}
    else:
        assert one.unlink_requester(asked, partner, by="sam") == known - {asked}


CONTACTS = st.lists(
    st.tuples(
        st.sampled_from(["ana", "bo"]),
        st.sampled_from(["deposit", "login"]),
        st.integers(0, 100),
        st.booleans(),
    ),
    max_size=8,
)


@given(CONTACTS)
@settings(max_examples=60)
def test_a_naive_reading_of_the_log_finds_the_same_cases(contacts):
    """Oracle: a list of (id, person, topic, last word, open)."""
    one = desk(POLICY)
    known: list[list] = []
    hours = 0
    for person, topic, wait, resolve in contacts:
        clock_of(one).advance(hours=wait)
        hours += wait
        ticket = contact(one, requester=person, category=topic).ticket
        near = [row for row in known if row[1:3] == [person, topic] and hours - row[3] <= 72]
        open_ones = [row for row in near if row[4]]
        if open_ones:
            row = max(open_ones, key=lambda row: (row[3], row[0]))
            assert ticket.id == row[0]
            row[3] = hours
        else:
            latest = max(near, key=lambda row: (row[3], row[0]), default=None)
            assert ticket.repeat_of == (None if latest is None else latest[0])
            assert ticket.id not in [row[0] for row in known]
            row = [ticket.id, person, topic, hours, True]
            known.append(row)
        if resolve:
            one.resolve(ticket, by="sam")
            row[4] = False
    for row in known:
        assert fold(one.history(row[0])) == one.get(row[0])


def test_clocks_of_a_joined_contact_follow_the_message():
    policy = Policy(
        identity={"window": DAYS},
        sla=[SlaPolicy(name="gold", targets=[Target.of("next_response", hours=1)])],
    )
    one = desk(policy)
    first = contact(one).ticket
    one.reply(first, body="Hello", by="sam")
    clock_of(one).advance(hours=2)
    again = contact(one).ticket
    assert again.clock("next_response").running
    assert again.waiting_since == START + timedelta(hours=2)


class Contested(MemoryStore):
    """Somebody else is faster, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def commit(self, commit, /):
        if commit.changes[0].stream.startswith("requester:") and self.times:
            self.times -= 1
            return Conflict(commit.changes[0].stream)
        return super().commit(commit)


def test_a_link_is_tried_again_when_others_were_faster():
    one = desk(POLICY, store=Contested(3))
    assert one.link_requester("ana", "bo", by="sam") == {"bo"}
    given_up = desk(POLICY, store=Contested(99))
    with pytest.raises(ConflictError):
        given_up.link_requester("ana", "bo", by="sam")


def test_a_person_has_at_most_fifty_ids():
    one = desk(POLICY)
    for number in range(60):
        known = one.link_requester("ana", f"id-{number:02}", by="sam")
    assert len(known) == 49

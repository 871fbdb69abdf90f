"""What a host reports can carry what was written: read, cleaned, kept; the host alone decides what follows."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.test_intake import PROOF, policy
from desk.office import START, Awaited, clock_of, contents, desk, store_of
from routing.desks import policy as routed
from supportflow import (
    Actor,
    AsyncDesk,
    Attachment,
    MemoryChannel,
    MemoryStore,
    Policy,
    Requester,
    SlaPolicy,
    SqlStore,
    Target,
    fold,
)
from supportflow.events import MessageReceived, PriorityChanged, ReplySent
from supportflow.exceptions import IdempotencyMismatch, InvalidInput, TextTooLong
from supportflow.flows.commands.content import request_hash
from supportflow.model.commands import Adopt, Fact, Observe
from supportflow.stores.sql.migration import migrate
from supportflow.testing import CountingIds, ManualClock

INCIDENTS = [
    "My account was hacked and the money is gone",
    "Someone withdrew my coins without my permission",
    "我的账号被盗了，币被人转走了",
    "Me hackearon la cuenta y se llevaron todo",
]
SECRETS = {
    "My password is Tr0ub4dor&3 please help": "Tr0ub4dor&3",
    "The code you sent me is 482 913, one-time code 482913": "482913",
    "Seed: legal winner thank year wave sausage worth useful legal winner thank yellow": "sausage",
}


def kinds(outcome) -> list[str]:
    return [event.kind for event in outcome.events if event.kind != "clocks_moved"]


@pytest.fixture(params=["memory", "sqlite", "async memory", "async sqlite"])
def observing(request, tmp_path):
    """A desk of every kind, on every kind of store that needs no server."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    if "sqlite" in request.param:
        migrate(url)
    store = SqlStore(url) if "sqlite" in request.param else MemoryStore()
    ports = {"store": store, "clock": ManualClock(START), "ids": CountingIds()}
    if "async" not in request.param:
        one = desk(**ports)
        yield one
        one.close()
        return
    one = Awaited(AsyncDesk(**ports))
    yield one
    one.close()


@pytest.mark.parametrize("text", INCIDENTS)
def test_a_later_message_raises_the_class(observing, text):
    observing.open(ref="1", subject="My picture", requester="ana")
    outcome = observing.observe(ref="1", requester_wrote=True, body=text)
    assert kinds(outcome) == ["message_received", "priority_changed"]
    assert outcome.ticket.priority_class == "security"
    [message] = observing.messages(ref="1")
    assert (message.origin, message.by, message.body) == ("requester", Requester("ana").actor, text)
    assert "the text says" in observing.explain(ref="1").priority
    assert fold(observing.history(ref="1")) == observing.get(ref="1")


@pytest.mark.parametrize("text", SECRETS)
def test_secrets_are_gone_before_anything_is_kept(text):
    one = desk()
    one.open(ref="1", subject="s", requester="ana")
    event = one.observe(ref="1", requester_wrote=True, body=text).events[0]
    one.observe(ref="1", replied=True, by="sam", body=text)
    one.adopt("2", START - timedelta(days=9), "open", [{"at": START, "requester_wrote": True, "body": text}])
    assert event.redacted
    assert all(one.redacted for one in one.history(ref="1") if isinstance(one, MessageReceived | ReplySent))
    assert SECRETS[text] not in str(contents(store_of(one)))


@pytest.mark.parametrize("status", ["resolved", "closed", "cancelled", "pending", "on_hold"])
def test_words_on_a_ticket_change_nothing_that_the_host_decides(status):
    one = desk()
    ticket = one.open(ref="1", subject="s", requester="ana").ticket
    one.observe(ref="1", status=status)
    outcome = one.observe(ref="1", requester_wrote=True, body="It is broken again")
    assert (kinds(outcome), outcome.ticket.id, outcome.ticket.status) == (
        ["message_received"],
        ticket.id,
        status,
    )
    assert one.find().tickets == (outcome.ticket,)


def test_words_on_a_merged_ticket_stay_on_it():
    one = desk()
    one.open(ref="1", subject="s", requester="ana")
    one.open(ref="2", subject="s", requester="ana")
    one.merge(ref="1", into_ref="2", by="sam")
    assert one.observe(ref="1", requester_wrote=True, body="one more thing").ticket.ref == "1"
    assert one.messages(ref="2") == ()


def test_what_is_said_after_the_end_is_heard_all_the_same():
    one = desk()
    one.open(ref="1", subject="s", requester="ana")
    one.observe(ref="1", status="closed")
    assert one.observe(ref="1", requester_wrote=True, body=INCIDENTS[0]).ticket.priority_class == "security"


def test_an_answer_that_the_host_sent_is_kept_and_not_sent_again():
    mail = MemoryChannel()
    sla = [SlaPolicy(name="g", targets=[Target.first_response(hours=1)])]
    one = desk(Policy(sla=sla), channels={"web": mail, "email": mail})
    one.open(ref="1", subject="s", requester="ana")
    one.observe(ref="1", replied=True, by="sam", body="Here it is.", channel="email", attachments=[PROOF])
    [event] = [event for event in one.history(ref="1") if isinstance(event, ReplySent)]
    assert (event.observed, event.channel, len(event.attachments)) == (True, "email", 1)
    assert (one.run_due().delivered, mail.sent) == (0, [])
    assert [(said.origin, said.body) for said in one.messages(ref="1")] == [("public_reply", "Here it is.")]
    assert one.clocks(ref="1")[0].state == "met"
    one.reply(ref="1", body="And this.", by="sam")
    one.run_due()
    assert [message.body for message in mail.sent] == ["And this."]


@pytest.mark.parametrize(
    ("by", "fields", "origin"),
    [
        (Requester("ana"), {}, "requester"),
        (Requester("ana-2"), {}, "requester"),  # linked below
        (Requester("bob"), {}, "stranger"),
        (Actor(kind="party", id="bob"), {}, "party"),
        (Actor(kind="host", id="host"), {"requester_wrote": True}, "requester"),
        ("sam", {"requester_wrote": True}, "requester"),
        (Actor(kind="host", id="host"), {"requester_wrote": True, "automatic": "bounce"}, "bounce"),
        (Requester("ana"), {"automatic": "auto_reply"}, "auto_reply"),
    ],
)
def test_whose_words_they_are(by, fields, origin):
    one = desk()
    one.link_requester("ana", "ana-2", by="sam")
    one.open(ref="1", subject="s", requester="ana")
    event = one.observe(ref="1", by=by, body="Ich kann mich nicht anmelden", **fields).events[0]
    writer = (
        Requester("ana").actor
        if fields.get("requester_wrote")
        else by.actor
        if isinstance(by, Requester)
        else by
    )
    assert (event.kind, event.origin, event.by) == ("message_received", origin, writer)
    # The same words that came in by `receive` count as the same person's.
    two = desk()
    two.link_requester("ana", "ana-2", by="sam")
    two.open(ref="1", subject="s", requester="ana")
    if "requester_wrote" not in fields:
        received = two.receive(ref="1", by=by, body="Ich kann mich nicht anmelden", **fields).events[0]
        assert (received.origin, received.flags, received.by) == (event.origin, event.flags, event.by)


def test_a_bounce_raises_nothing_and_answers_nobody():
    one = desk()
    one.open(ref="1", subject="s", requester="ana")
    outcome = one.observe(ref="1", requester_wrote=True, automatic="bounce", body=INCIDENTS[0])
    assert (kinds(outcome), outcome.ticket.priority_class) == (["message_received"], "general")


def test_words_bring_evidence_and_ask_for_none():
    mail = MemoryChannel()
    one = desk(policy(), channels={"web": mail})
    one.adopt("1", START, "open", requester="ana", subject="Seller does not release", category="c2c")
    outcome = one.observe(
        ref="1", requester_wrote=True, body="I paid, order 202603020001234567.", attachments=[PROOF]
    )
    assert kinds(outcome) == ["message_received", "evidence_provided", "evidence_provided"]
    assert outcome.ticket.case.provided == ("order_number", "proof_of_payment")
    assert outcome.ticket.status == "open"
    one.observe(ref="1", requester_wrote=True, evidence={"paid_at": "2026-03-02T12:00:00"})
    assert one.get(ref="1").case.provided == ("order_number", "proof_of_payment", "paid_at")
    assert (one.run_due().delivered, mail.sent) == (0, [])


def test_an_adopted_past_brings_its_words():
    history = [
        {"at": START + timedelta(hours=3), "requester_wrote": True, "body": "Order 202603020001234567"},
        {"at": START + timedelta(hours=1), "replied": True, "by": "sam", "body": "Which order?"},
        {"at": START + timedelta(hours=2), "by": Requester("bob"), "body": "Me too", "attachments": [PROOF]},
        {"at": START + timedelta(hours=4), "requester_wrote": True, "body": INCIDENTS[0]},
        {"at": START + timedelta(hours=5), "requester_wrote": True, "body": "  thanks"},
    ]
    mail = MemoryChannel()
    one = desk(policy(), channels={"web": mail})
    clock_of(one).advance(days=30)
    ticket = one.adopt("1", START, "open", history, requester="ana", category="c2c").ticket
    assert [(said.at - START, said.origin, said.by.id, said.body) for said in one.messages(ref="1")] == [
        (timedelta(hours=1), "public_reply", "sam", "Which order?"),
        (timedelta(hours=2), "stranger", "bob", "Me too"),
        (timedelta(hours=3), "requester", "ana", "Order 202603020001234567"),
        (timedelta(hours=4), "requester", "ana", INCIDENTS[0]),
        (timedelta(hours=5), "requester", "ana", "  thanks"),
    ]
    [raised] = [event for event in one.history(ref="1") if isinstance(event, PriorityChanged)]
    assert (raised.priority_class, raised.recorded_at) == ("security", START + timedelta(hours=4))
    assert ticket.case.provided == ("order_number",)
    one.run_due()
    assert mail.sent == []
    assert fold(one.history(ref="1")) == one.get(ref="1")


def test_what_was_written_is_its_writer_s_to_be_forgotten():
    one = desk()
    clock_of(one).advance(days=1)
    one.adopt(
        "1", START, "open",
        [
            {"at": START, "requester_wrote": True, "body": "my words"},
            {"at": START, "replied": True, "by": "sam", "body": "our words"},
        ],
        requester="ana",
    )  # fmt: skip
    one.observe(ref="1", requester_wrote=True, body="my later words")
    one.observe(ref="1", by=Requester("bob"), body="another's words")
    one.erase("ana")
    assert [said.body for said in one.messages(ref="1")] == [None, "our words", None, "another's words"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"body": "whose?"}, "body"),
        ({"body": "whose?", "by": "sam"}, "body"),
        ({"attachments": [Attachment(name="a")]}, "body"),
        ({"body": "both", "requester_wrote": True, "replied": True}, "body"),
        ({"evidence": {"x": "y"}, "replied": True}, "evidence"),
        ({"body": 5, "requester_wrote": True}, "body"),
        ({"body": "x", "requester_wrote": True, "automatic": "robot"}, "automatic"),
        ({"body": "x", "requester_wrote": True, "attachments": "a.png"}, "attachments"),
        ({"body": "x", "requester_wrote": True, "channel": "\x1b[2J"}, "channel"),
        ({"evidence": {"unknown": "y"}, "requester_wrote": True}, "evidence.unknown"),
    ],
)
def test_words_that_cannot_be_used_change_nothing(fields, field):
    one = desk()
    one.open(ref="1", subject="s", requester="ana")
    before = contents(store_of(one))
    with pytest.raises(InvalidInput) as refused:
        one.observe(ref="1", **fields)
    assert refused.value.field == field
    assert contents(store_of(one)) == before


def test_an_endless_text_is_refused_everywhere():
    one = desk()
    one.open(ref="1", subject="s", requester="ana")
    endless = "a" * 10_000_000
    with pytest.raises(TextTooLong):
        one.observe(ref="1", requester_wrote=True, body=endless)
    with pytest.raises(TextTooLong):
        one.adopt("2", START, "open", [{"at": START, "requester_wrote": True, "body": endless}])


@given(st.text(alphabet=" \t\n\r\u3000", max_size=5))
def test_an_empty_mail_is_a_message_without_words(blank):
    one = desk()
    one.open(ref="1", subject="s", requester="ana")
    [event] = one.observe(ref="1", requester_wrote=True, body=blank).events
    assert (event.kind, event.body) == ("message_received", None)


def test_the_same_key_is_one_message():
    one = desk(secret=b"0123456789abcdef")
    one.open(ref="1", subject="s", requester="ana")
    said = {"ref": "1", "requester_wrote": True, "key": "mail-1"}
    first = one.observe(body="hello", **said)
    again = one.observe(body="hello", **said)
    assert (again.duplicate, again.events, len(one.messages(ref="1"))) == (True, first.events, 1)
    with pytest.raises(IdempotencyMismatch):
        one.observe(body="another", **said)


def test_requests_that_carry_no_words_have_the_fingerprint_that_they_always_had():
    seen = Observe(ref="1", status="open", key="k")
    taken = Adopt(ref="1", opened_at=START, status="open", history=(Fact(at=START, status="open"),), key="k")
    assert [request_hash(one, secret) for one in (seen, taken) for secret in (None, b"0" * 16)] == [
        "47f99a84604e297a7c7e1cf0986cb37fc5c4476368e3778b671ffa5def08c947",
        "e31c0b3c8f2f5549c8736fac169ac1b19f21ff3962804ba1a3474be386198832",
        "ddac3393fead2bee3e0b2c18d04baf1dd7ef8cacd53a251acdde1f21f69ff8e1",
        "a7c2974de363542a595598509977ceac8a3a42e32f99f4b4b22e3337a36e03ef",
    ]


def test_texts_are_in_no_fingerprint_without_a_secret():
    def adopted(body: str) -> Adopt:
        fact = Fact(at=START, requester_wrote=True, body=body, attachments=(Attachment(name=body),))
        return Adopt(ref="1", opened_at=START, status="open", history=(fact,))

    assert request_hash(adopted("483 201"), None) == request_hash(adopted("483 202"), None)
    assert request_hash(adopted("483 201"), b"0" * 16) != request_hash(adopted("483 202"), b"0" * 16)


def test_the_host_s_model_reads_what_comes_in_and_not_years_of_mail():
    asked = []

    class Model:
        def classify(self, text):
            asked.append(text)
            raise TimeoutError

    one = desk(classifier=Model())
    one.open(ref="1", subject="s", requester="ana")
    asked.clear()
    one.observe(ref="1", requester_wrote=True, body="hello")
    one.observe(ref="1", replied=True, by="sam", body="hello back")
    one.adopt("2", START, "open", [{"at": START, "requester_wrote": True, "body": INCIDENTS[0]}])
    assert asked == ["hello"]
    assert one.get(ref="2").priority_class == "security"


def test_the_language_is_told_by_what_the_requester_writes():
    one = desk(routed())
    one.adopt("1", START, "open", requester="ana")
    one.observe(
        ref="1", requester_wrote=True, body="Ich kann mich seit gestern nicht mehr bei Ihnen anmelden."
    )
    assert one.get(ref="1").language == "de"

"""Forms by the policy's `intake`: what is asked for, what is wrong field by field, and what becomes a ticket."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import (
    AsyncDesk,
    Attachment,
    Desk,
    EvidenceSpec,
    FieldSpec,
    Intake,
    IntakeRule,
    Policy,
    Requester,
)
from supportflow.channels.chat import ChatHub
from supportflow.channels.forms import FormIntake
from supportflow.exceptions import IdempotencyMismatch, InvalidInput, TicketNotFound
from supportflow.testing import CountingIds, ManualClock

EVIDENCE = [
    EvidenceSpec(name="order_number", kind="digits", min_length=12, max_length=20, in_text=True),
    EvidenceSpec(name="paid_at", kind="datetime"),
    EvidenceSpec(
        name="network", kind="choice", values=["TRC20", "ERC20"], label={"en": "Network", "zh": "网络"}
    ),
    EvidenceSpec(name="tx", kind="alphanumeric", min_length=4, max_length=8),
    EvidenceSpec(name="steps", kind="text", min_length=2, max_length=9),
    EvidenceSpec(name="proof_of_payment", kind="attachment", media_types=["image/*", "application/pdf"]),
    EvidenceSpec(name="amount", kind="attribute"),
    EvidenceSpec(name="market", kind="attribute"),
]
POLICY = Policy(
    fields={
        "amount": FieldSpec.integer(minimum=1, maximum=9_000, nullable=True),
        "market": FieldSpec.choice("spot", "C2C", nullable=True),
        "rate": FieldSpec.number(minimum=0.5, nullable=True),
        "urgent": FieldSpec.boolean(nullable=True),
        "labels": FieldSpec.tags("a", "b"),
    },
    intake=Intake(
        categories={
            "c2c": IntakeRule(evidence=EVIDENCE),
            "odd": IntakeRule(
                evidence=[EvidenceSpec(name=one, kind="attribute") for one in ("rate", "urgent", "labels")]
            ),
        }
    ),
)
PICTURE = Attachment(name="p.png", media_type="image/png", size=2_000)
RIGHT = {
    "subject": "The seller does not release",
    "body": "我付了款，卖家不放币",
    "order_number": " 202603020001234 ",
    "paid_at": "2026-03-02T08:12",
    "network": "trc20",
    "tx": "ａｂ１２",
    "steps": "我等了",
    "amount": "1500",
    "market": "c2c",
    "csrf": "a field of the host's own",
}


def make():
    desk = Desk(POLICY, clock=ManualClock("2026-03-02T09:00:00Z"), ids=CountingIds())
    return desk, FormIntake(desk, largest=1_000_000)


def take(intake, **given):
    files = given.pop("files", {"proof_of_payment": PICTURE})
    return intake.take(
        {**RIGHT, **given}, requester="ana", category="c2c", files=files, language=given.get("language")
    )


def test_a_form_has_what_the_policy_asks_for_in_its_readers_language():
    desk, _ = make()
    form = desk.form("c2c", language="zh-CN")
    assert [(one.name, one.kind, one.required) for one in form.fields] == [
        ("subject", "line", False),
        ("body", "text", True),
        ("order_number", "digits", True),
        ("paid_at", "datetime", True),
        ("network", "choice", True),
        ("tx", "alphanumeric", True),
        ("steps", "text", True),
        ("proof_of_payment", "attachment", True),
        ("amount", "integer", True),
        ("market", "choice", True),
    ]
    labels = {one.name: one.label for one in form.fields}
    assert (labels["network"], labels["subject"], form.language) == ("网络", "标题", "zh")
    assert (form.fields[2].min_length, form.fields[2].max_length) == (12, 20)
    assert (form.fields[8].minimum, form.fields[8].maximum) == (1, 9_000)
    assert form.fields[7].media_types == ("image/*", "application/pdf")
    assert [one.label for one in desk.form("c2c", language="zh-TW").fields[:2]] == ["標題", "發生了什麼"]
    assert [one.label for one in desk.form("c2c", language="de").fields[:2]] == ["Subject", "What happened"]
    assert [one.name for one in desk.form("a topic without rules").fields] == ["subject", "body"]
    assert [one.name for one in desk.form().fields] == ["subject", "body"]


def test_a_form_that_is_right_is_a_ticket_with_all_of_it():
    desk, intake = make()
    taken = take(intake)
    assert taken.problems == ()
    ticket = taken.outcome.ticket
    assert (ticket.category, ticket.channel, ticket.status, ticket.requester) == ("c2c", "web", "new", "ana")
    assert dict(ticket.attributes) == {"amount": 1_500, "market": "C2C"}
    given = {one.item: one.value or one.attachment for one in desk.evidence(ticket.id)}
    assert given["order_number"] == "202603020001234"
    assert given["network"] == "TRC20"
    assert given["proof_of_payment"].size == 2_000
    assert [one.body for one in desk.messages(ticket.id)] == ["我付了款，卖家不放币"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("body", " \n ", "missing"),
        ("body", "x" * 200_001, "too_long"),
        ("subject", "x" * 1_001, "too_long"),
        ("subject", "two\nlines", "line"),
        ("order_number", "", "missing"),
        ("order_number", "12345678901", "too_short"),
        ("order_number", "1" * 21, "too_long"),
        ("order_number", "12345678901x", "digits"),
        ("order_number", "²²²²²²²²²²²²⑫x", "digits"),
        ("paid_at", "yesterday", "datetime"),
        ("paid_at", "2026-03-03", "datetime"),
        ("network", "BEP20", "choice"),
        ("tx", "a-b-c", "alphanumeric"),
        ("tx", "abc", "too_short"),
        ("steps", "x", "too_short"),
        ("proof_of_payment", None, "missing"),
        ("amount", "12.5", "number"),
        ("amount", "1_000", "number"),
        ("amount", "9" * 5_000, "number"),
        ("amount", "0", "too_small"),
        ("amount", "9001", "too_big"),
        ("market", "futures", "choice"),
    ],
)
def test_what_is_wrong_is_said_of_its_field_and_nothing_is_taken(field, value, code):
    desk, intake = make()
    taken = take(intake, files={}) if value is None else take(intake, **{field: value})
    assert [(one.field, one.code) for one in taken.problems] == [(field, code)]
    assert taken.outcome is None
    assert desk.find().tickets == ()
    [problem] = taken.problems
    assert "{" not in problem.text
    assert not value or len(value.strip()) < 3 or value not in problem.text


def test_files_are_looked_at_too():
    desk, intake = make()
    for file, code in (
        (Attachment(name="p.zip", media_type="application/zip"), "media_type"),
        (Attachment(name="p.png", media_type="image/png", size=1_000_001), "too_large"),
    ):
        taken = take(intake, files={"proof_of_payment": file})
        assert [(one.field, one.code) for one in taken.problems] == [("proof_of_payment", code)]
    assert [one.code for one in take(intake, files={}, proof_of_payment="p.png").problems] == ["file"]
    assert "1 MB" in take(intake, files={"proof_of_payment": PICTURE, "x": file}).problems[0].text
    with pytest.raises(InvalidInput, match="files"):
        take(intake, files={str(number): PICTURE for number in range(31)})
    many = {"proof_of_payment": PICTURE, **{str(number): PICTURE for number in range(29)}}
    ticket = take(intake, files=many).outcome.ticket
    assert [len(one.attachments) for one in desk.messages(ticket.id)] == [29]
    # On a ticket, a file that nobody asked for comes along, with words or without.
    intake.take({}, requester="ana", ticket=ticket.id, files={"x": PICTURE})
    assert [len(one.attachments) for one in desk.messages(ticket.id)] == [29, 1]


def test_a_ticket_is_in_the_language_of_its_form():
    desk, intake = make()
    for language, requester, expected in (
        ("zh", "ana", "zh"),
        ("zh", Requester("bo", language="de"), "de"),
        (None, Requester("cy", language="fr"), "fr"),
    ):
        taken = intake.take({"body": "0"}, requester=requester, language=language)
        assert taken.outcome.ticket.language == expected
    assert len(desk.find().tickets) == 3


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_fields():
    _, intake = make()
    taken = intake.take({"network": "x"}, requester=Requester("ana", language="zh"), category="c2c")
    assert [one.field for one in taken.problems] == [
        "body", "order_number", "paid_at", "network", "tx", "steps", "proof_of_payment", "amount", "market",
    ]  # fmt: skip
    assert [one.text for one in taken.problems][2:4] == [
        "付款时间（日期和时间）：请填写此项。",
        "网络：请从以下选项中选择：TRC20, ERC20。",
    ]


def test_numbers_and_flags_are_what_they_are():
    desk, intake = make()
    taken = intake.take(
        {"body": "x", "rate": "0.75", "urgent": "ON", "labels": "b, a,b"}, requester="ana", category="odd"
    )
    assert dict(taken.outcome.ticket.attributes) == {"rate": 0.75, "urgent": True, "labels": {"a", "b"}}
    for field, value in (
        ("rate", "nan"),
        ("rate", "inf"),
        ("rate", "x"),
        ("urgent", "perhaps"),
        ("labels", "c"),
    ):
        wrong = {"body": "x", "rate": "1", "urgent": "no", "labels": "a", field: value}
        taken = intake.take(wrong, requester="ana", category="odd")
        assert [one.field for one in taken.problems] == [field], value
    assert len(desk.find().tickets) == 1


def test_a_form_that_is_sent_twice_is_one():
    desk, intake = make()
    one, two = (
        intake.take(RIGHT, requester="ana", category="c2c", files={"proof_of_payment": PICTURE}, key="f1")
        for _ in range(2)
    )
    assert (one.outcome.ticket.id, two.outcome.duplicate) == (two.outcome.ticket.id, True)
    assert len(desk.find().tickets) == 1
    others = [
        intake.take({"body": "Mine"}, requester=who, key=key).outcome
        for who, key in (("bo", "f1"), ("ana:f", "1"), ("ana", "f:1"), ("ana", "f" * 500))
    ]
    assert not any(one.duplicate for one in others)
    assert len(desk.find().tickets) == 5
    for wrong in ("", 7, "f" * 501, "a\nb"):
        with pytest.raises(InvalidInput, match="key"):
            intake.take({"body": "Mine"}, requester="ana", key=wrong)


@pytest.mark.parametrize("secret", [None, b"a secret of the test"])
@pytest.mark.parametrize(
    ("given", "files"),
    [
        ({"network": "trc20"}, {}),
        ({"paid_at": "2026-03-02T08:12", "tx": "ab12"}, {}),
        ({"body": "More", "steps": "我等了"}, {}),
        ({}, {"proof_of_payment": PICTURE}),
        ({"body": "More"}, {"proof_of_payment": PICTURE, "another": PICTURE}),
        ({"tx": "ab12"}, {"another": PICTURE}),
    ],
)
def test_what_a_ticket_lacked_is_brought_once_however_often_it_is_sent(given, files, secret):
    """When it comes again, the ticket lacks it no longer."""
    desk = Desk(POLICY, clock=ManualClock("2026-03-02T09:00:00Z"), ids=CountingIds(), secret=secret)
    intake = FormIntake(desk, complete=False)
    ticket = intake.take({"body": "x"}, requester="ana", category="c2c").outcome.ticket
    one, two = (
        intake.take(given, requester="ana", ticket=ticket.id, files=files, key="f2") for _ in range(2)
    )
    assert (one.problems, two.problems) == ((), ())
    assert (one.outcome.duplicate, two.outcome.duplicate) == (False, True)
    assert sum(len(one.attachments) for one in desk.messages(ticket.id)) == ("another" in files)
    # What is another form is not lost as a repeat of this one.
    other = intake.take({"tx": "zz99", "body": "Other"}, requester="ana", ticket=ticket.id, key="f3")
    assert not other.outcome.duplicate
    if secret is not None:
        with pytest.raises(IdempotencyMismatch):
            intake.take({"body": "Something else"}, requester="ana", ticket=ticket.id, key="f2")


def test_what_a_ticket_has_is_not_overwritten_by_an_old_page():
    desk, _ = make()
    intake = FormIntake(desk, complete=False)
    ticket = intake.take({"body": "x", "tx": "ab12"}, requester="ana", category="c2c").outcome.ticket
    intake.take({"tx": "zz99", "network": "ERC20"}, requester="ana", ticket=ticket.id, key="f4")
    known = {one.item: one.value for one in desk.evidence(ticket.id)}
    assert (known["tx"], known["network"]) == ("ab12", "ERC20")


def test_who_cannot_wait_is_asked_for_the_rest_and_fills_it_in():
    desk, _ = make()
    intake = FormIntake(desk, complete=False)
    given = {"body": "Somebody took my money", "order_number": "202603020001234"}
    ticket = intake.take(given, requester="ana", category="c2c").outcome.ticket
    assert (ticket.priority_class, ticket.status) == ("security", "new")
    assert [one.code for one in intake.take({"tx": "ab12"}, requester="ana", category="c2c").problems] == [
        "missing"
    ]

    lacks = [one.name for one in desk.form(ticket=ticket.id).fields]
    assert lacks == ["body", "paid_at", "network", "tx", "steps", "proof_of_payment"]
    wrong = intake.take({"paid_at": "soon"}, requester="ana", ticket=ticket.id)
    assert [one.field for one in wrong.problems] == ["paid_at"]
    nothing = intake.take({}, requester="ana", ticket=ticket.id)
    assert [(one.field, one.code) for one in nothing.problems] == [("body", "missing")]
    intake.take({"paid_at": "2026-03-02T08:12"}, requester="ana", ticket=ticket.id)
    intake.take({"body": "More", "tx": "ab12"}, requester="ana", ticket=ticket.id)
    assert [one.name for one in desk.form(ticket=ticket.id).fields] == [
        "body", "network", "steps", "proof_of_payment",
    ]  # fmt: skip
    said = [one.body for one in desk.messages(ticket.id) if one.origin == "requester"]
    assert said == ["Somebody took my money", "More"]


def test_a_secret_in_a_form_is_never_kept():
    desk, intake = make()
    secret = "my password is Tr0ub4dor&3"
    taken = take(intake, body=secret, subject=secret)
    assert set(taken.outcome.redacted) == {"password"}
    kept = repr([desk.messages(taken.outcome.ticket.id), desk.row(taken.outcome.ticket.id)])
    assert "Tr0ub4dor" not in kept + repr(desk.evidence(taken.outcome.ticket.id))


def test_a_chat_has_forms_too():
    clock = ManualClock("2026-03-02T09:00:00Z")
    hub = ChatHub("chat-2", now=clock.now)
    desk = Desk(POLICY, clock=clock, ids=CountingIds(), channels={"chat-2": hub})
    intake = FormIntake(desk, channel=hub.name, complete=False)
    session = hub.join("ana", lambda _: None)
    assert intake.take({}, session=session, category="c2c").problems
    taken = intake.take({"body": "卖家不放币"}, session=session, category="c2c", language="zh")
    ticket = taken.outcome.ticket
    assert (session.ticket_id, ticket.requester, ticket.channel) == (ticket.id, "ana", "chat-2")
    hub.take(desk, session, "还有")
    intake.take({"network": "ERC20"}, session=session)
    assert [one.value for one in desk.evidence(ticket.id) if one.item == "network"] == ["ERC20"]


@pytest.mark.parametrize("secret", [None, b"a secret of the test"])
def test_a_form_that_opened_a_chats_ticket_and_comes_again_is_one(secret):
    hub = ChatHub("chat-2")
    clock = ManualClock("2026-03-02T09:00:00Z")
    desk = Desk(POLICY, clock=clock, ids=CountingIds(), channels={"chat-2": hub}, secret=secret)
    files = {"proof_of_payment": PICTURE}
    for number, (complete, filled) in enumerate(
        ((True, RIGHT), (False, RIGHT), (False, {"body": "卖家不放币", "tx": "ab12"}))
    ):
        intake = FormIntake(desk, channel=hub.name, complete=complete)
        session = hub.join(f"ana-{number}", lambda _: None)
        told = {"session": session, "category": "c2c", "files": files, "key": "f1"}
        sent = [intake.take(filled, **told).outcome for _ in range(3)]
        assert [one.duplicate for one in sent] == [False, True, True]
        assert {one.ticket.id for one in sent} == {session.ticket_id}
        assert [one.origin for one in desk.messages(session.ticket_id)].count("requester") == 1
        if secret is not None:
            with pytest.raises(IdempotencyMismatch):
                intake.take({**filled, "body": "Another"}, **told)
    assert len(desk.find().tickets) == 3


def test_an_async_desk_takes_forms():
    async def run():
        desk = AsyncDesk(POLICY, clock=ManualClock("2026-03-02T09:00:00Z"), ids=CountingIds())
        intake = FormIntake(desk)
        wrong = await intake.take_async({}, requester="ana")
        right, again = [
            await intake.take_async({"body": "Hello"}, requester="ana", key="f1") for _ in range(2)
        ]
        assert (right.outcome.duplicate, again.outcome.duplicate) == (False, True)
        session = ChatHub().join("bo", lambda _: None)
        chat = [await intake.take_async({"body": "Hi"}, session=session, key="f1") for _ in range(2)]
        assert [one.outcome.duplicate for one in chat] == [False, True]
        return wrong.problems, right.outcome.ticket.requester

    problems, requester = asyncio.run(run())
    assert ([one.field for one in problems], requester) == (["body"], "ana")


def test_what_the_host_gives_wrong_is_an_error():
    desk, intake = make()
    for call in (
        lambda: FormIntake(object()),
        lambda: intake.take({"body": "x"}),
        lambda: intake.take({"body": ["x"]}, requester="ana"),
        lambda: intake.take("body=x", requester="ana"),
        lambda: intake.take({"body": "x"}, requester="ana", files={"f": b"x"}),
        lambda: desk.form("c2c", ticket="t1"),
        lambda: desk.form("a\nb"),
        lambda: desk.form("c2c", language=7),
    ):
        with pytest.raises(InvalidInput):
            call()
    with pytest.raises(TicketNotFound):
        desk.form(ticket="nobody")


def test_letters_that_nobody_can_keep_are_left_out():
    desk, intake = make()
    taken = take(intake, body="a\0b \ud83d\ude00 \ud83d", subject="\0\udc00")
    row = desk.row(taken.outcome.ticket.id)
    assert [desk.messages(taken.outcome.ticket.id)[0].body, row.subject] == ["ab \U0001f600 \ufffd", "\ufffd"]


DESK, INTAKE = make()


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from([*RIGHT, "rate", "urgent", "labels"]),
        st.text(st.characters(), max_size=30) | st.sampled_from(["1", "true", "2026-03-02T08:12", "a,b"]),
    ),
    st.sampled_from(["c2c", "odd", None]),
)
def test_whatever_is_filled_in_is_taken_or_told(fields, category):
    before = sum(1 for _ in DESK.find(limit=500))
    taken = INTAKE.take(fields, requester="ana", category=category, files={"proof_of_payment": PICTURE})
    assert (taken.outcome is None) == bool(taken.problems)
    assert sum(1 for _ in DESK.find(limit=500)) - before == (taken.outcome is not None)

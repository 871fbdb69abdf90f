"""Intake: what is missing is asked for once, in the requester's language, and the ticket waits until all of it came."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.office import START, clock_of, contents, desk, store_of
from supportflow import Actor, Attachment, FieldSpec, MemoryChannel, Policy, SlaPolicy, Target, fold
from supportflow.exceptions import IdempotencyMismatch, InvalidInput, PolicyError, Refused
from supportflow.model.people import HOST
from supportflow.policy import CompiledPolicy
from supportflow.sla.metrics import shipped_metrics
from supportflow.triage.intake import EvidenceSpec, find_evidence, fits_media, objection

C2C = {
    "evidence": [
        {"name": "order_number", "kind": "digits", "min_length": 12, "max_length": 20, "in_text": True},
        {"name": "paid_at", "kind": "datetime"},
        {"name": "proof_of_payment", "kind": "attachment", "media_types": ["image/*", "application/pdf"]},
    ]
}
INTAKE = {"categories": {"c2c": C2C}}
SLA = [
    SlaPolicy(
        name="gold",
        targets=[Target.first_response(hours=1), Target.resolution(hours=8)],
    )
]
PROOF = Attachment(name="ana-payment.png", media_type="image/png", size=9)
SAM = Actor(kind="agent", id="sam")


def policy(**fields) -> Policy:
    return Policy.model_validate({"intake": INTAKE, "sla": SLA, **fields})


def kinds(one, ticket) -> list[str]:
    return [event.kind for event in one.history(ticket) if event.kind != "clocks_moved"]


def opened(one, **fields):
    return one.open(
        **{"subject": "Seller does not release", "requester": "ana", "category": "c2c", **fields}
    ).ticket


def test_all_that_is_missing_is_asked_for_once_and_the_ticket_waits():
    channel = MemoryChannel()
    one = desk(policy(), channels={"email": channel})
    ticket = opened(one, channel="email", language="en", body="I paid, order 202603020001234567.")

    assert kinds(one, ticket) == [
        "ticket_opened",
        "evidence_provided",
        "evidence_requested",
        "status_changed",
    ]
    assert ticket.status == "pending"
    assert ticket.case.provided == ("order_number",)
    assert ticket.case.asked == ("paid_at", "proof_of_payment")
    assert ticket.case.waiting

    one.run_due()
    [sent] = channel.sent
    assert "- when you paid (date and time)\n- a proof of payment" in sent.body
    assert "order number" not in sent.body
    assert (sent.requester, sent.by, sent.subject) == ("ana", "supportflow", "Seller does not release")

    # A second message that leaves something missing is kept, and asks for nothing again.
    clock_of(one).advance(minutes=5)
    still = one.receive(
        ticket, body="I paid at noon", by="ana", evidence={"paid_at": "2026-03-02T12:00+08:00"}
    ).ticket
    assert (still.status, still.case.waiting) == ("pending", True)
    assert kinds(one, ticket)[4:] == ["message_received", "evidence_provided"]

    clock_of(one).advance(minutes=5)
    done = one.receive(ticket, body="Here is the proof", by="ana", attachments=[PROOF]).ticket
    assert (done.status, done.case.waiting) == ("open", False)
    assert [event.cause for event in one.history(ticket) if event.kind == "status_changed"] == [
        "intake",
        "message",
    ]
    one.run_due()
    assert len(channel.sent) == 1


def test_the_request_is_no_answer_and_the_clocks_follow_their_metrics():
    one = desk(policy())
    ticket = opened(one)
    assert ticket.first_replied_at is None
    assert ticket.waiting_since == START
    assert ticket.replies == 0
    states = {clock.metric: clock.state for clock in ticket.clocks}
    # As waiting for the requester does in each metric, whoever began it.
    plain = desk(Policy(sla=SLA))
    same = plain.open(subject="x", requester="ana").ticket
    expected = {clock.metric: clock.state for clock in plain.wait_for_requester(same, by="sam").ticket.clocks}
    assert states == expected
    assert set(states) <= set(shipped_metrics())
    assert states["total_resolution"] == "paused"

    clock_of(one).advance(hours=3)
    one.provide(ticket, evidence={"order_number": "202603020001"}, by="sam")
    ready = one.provide(
        ticket, evidence={"paid_at": "2026-03-02 12:00:00", "proof_of_payment": PROOF}, by=HOST
    ).ticket
    assert ready.status == "open"
    resolution = next(one_ for one_ in one.clocks(ticket) if one_.target == "resolution")
    assert resolution.elapsed == timedelta(0)
    assert [event.cause for event in one.history(ticket) if event.kind == "status_changed"] == [
        "intake",
        "intake",
    ]


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "", "the order number"),
        ("en-GB", "", "the order number"),
        ("zh", "", "订单号"),
        ("zh-Hans-CN", "", "请提供以下资料"),
        ("zh-TW", "", "請提供以下資料"),
        ("de", "", "the order number"),
        (None, "卖家不放币 我已经付款了", "订单号"),
        (None, "The seller does not release", "the order number"),
        ("en", "卖家不放币", "the order number"),
    ],
)
def test_the_request_is_in_the_requesters_language(language, text, words):
    one = desk(policy())
    ticket = opened(one, language=language, body=text)
    asked = [message for message in one.messages(ticket) if message.origin == "public_reply"]
    assert len(asked) == 1
    assert words in asked[0].body
    assert asked[0].by.kind == "system"


def test_a_category_that_comes_later_asks_then_and_another_one_only_for_what_is_new():
    more = {"evidence": [C2C["evidence"][0], {"name": "chat_record", "kind": "text", "min_length": 3}]}
    one = desk(policy(intake={"categories": {"c2c": C2C, "fraud": more}}))
    ticket = opened(one, category=None)
    assert ticket.status == "new"
    assert kinds(one, ticket) == ["ticket_opened"]

    one.update(ticket, category="c2c", by="sam")
    after = one.update(ticket, category="fraud", by="sam").ticket
    requests = [event.items for event in one.history(ticket) if event.kind == "evidence_requested"]
    assert requests == [("order_number", "paid_at", "proof_of_payment"), ("chat_record",)]
    assert after.status == "pending"

    # A category that needs nothing ends the waiting.
    assert one.update(ticket, category="other", by="sam").ticket.status == "open"


def test_a_declared_attribute_can_be_evidence():
    rule = {"evidence": [{"name": "network", "kind": "attribute"}]}
    one = desk(
        policy(intake={"categories": {"c2c": rule}}, fields={"network": FieldSpec.text(nullable=True)})
    )
    ticket = opened(one)
    assert ticket.status == "pending"
    assert one.update(ticket, attributes={"network": "TRC20"}, by="sam").ticket.status == "open"
    [item] = one.evidence(ticket)
    assert (item.value, item.required) == ("TRC20", True)


def test_a_security_case_is_asked_but_never_kept_waiting():
    one = desk(policy())
    hacked = opened(one, body="My account was hacked")
    assert (hacked.priority_class, hacked.status, hacked.case.waiting) == ("security", "new", False)
    assert "evidence_requested" in kinds(one, hacked)

    waiting = opened(one, requester="bo")
    assert waiting.status == "pending"
    raised = one.receive(waiting, body="I think I was hacked", by="bo").ticket
    assert (raised.priority_class, raised.status) == ("security", "open")

    by_hand = opened(one, requester="cy")
    assert one.set_priority(by_hand, priority_class="security", by="sam").ticket.status == "open"

    patient = desk(policy(intake={**INTAKE, "exempt": []}))
    assert opened(patient, body="My account was hacked").status == "pending"


def test_who_prefers_to_look_at_every_answer_says_so():
    one = desk(policy(intake={**INTAKE, "incomplete": "resume"}))
    ticket = opened(one)
    assert one.receive(ticket, body="I cannot find it", by="ana").ticket.status == "open"
    assert kinds(one, ticket).count("evidence_requested") == 1


def test_an_agent_can_go_on_without_and_wait_for_something_else():
    one = desk(policy())
    ticket = opened(one)
    assert one.resume(ticket, by="sam").ticket.case.waiting is False
    one.wait_for_requester(ticket, by="sam")
    assert one.receive(ticket, body="yes", by="ana").ticket.status == "open"


@pytest.mark.parametrize(
    "fields",
    [{"private": True, "by": "sam"}, {"follow_up_of": "t-0"}, {"category": "other"}],
)
def test_nothing_is_asked_for(fields):
    one = desk(policy())
    assert "evidence_requested" not in kinds(one, opened(one, **fields))


def test_only_the_words_of_the_requester_bring_evidence():
    one = desk(policy())
    ticket = opened(one)
    stranger = Actor(kind="requester", id="eve")
    after = one.receive(ticket, body="202603020001234567", by=stranger, attachments=[PROOF]).ticket
    assert (after.case.provided, after.status) == ((), "pending")
    for by in (stranger, Actor(kind="party", id="seller-9")):
        with pytest.raises(Refused):
            one.provide(ticket, evidence={"order_number": "202603020001"}, by=by)
    assert one.provide(
        ticket, evidence={"order_number": "202603020001"}, by=Actor(kind="requester", id="ana")
    ).events


@pytest.mark.parametrize(
    ("evidence", "field"),
    [
        ({"order_number": "12"}, "evidence.order_number"),
        ({"order_number": "secret 123456789012"}, "evidence.order_number"),
        ({"order_number": PROOF}, "evidence.order_number"),
        ({"paid_at": "yesterday"}, "evidence.paid_at"),
        ({"proof_of_payment": "https://x"}, "evidence.proof_of_payment"),
        (
            {"proof_of_payment": Attachment(name="a.exe", media_type="application/x-msdownload")},
            "evidence.proof_of_payment",
        ),
        ({"mother": "Maria"}, "evidence.mother"),
        ({"order_number": 7}, "evidence.order_number"),
        ({}, "evidence"),
    ],
)
def test_evidence_of_another_shape_is_refused_and_changes_nothing(evidence, field):
    one = desk(policy())
    ticket = opened(one)
    before = contents(store_of(one))
    with pytest.raises(InvalidInput) as wrong:
        one.provide(ticket, evidence=evidence, by="sam")
    assert wrong.value.field == field
    assert "secret" not in str(wrong.value)
    assert contents(store_of(one)) == before


def test_values_are_content_and_not_in_events():
    one = desk(policy())
    ticket = opened(one, body="order 202603020001234567")
    one.provide(ticket, evidence={"paid_at": "2026-03-02T12:00", "proof_of_payment": PROOF}, by="sam")
    written = "".join(event.model_dump_json() for event in one.history(ticket))
    for value in ("202603020001234567", "2026-03-02T12:00", "ana-payment"):
        assert value not in written
    items = {item.item: item for item in one.evidence(ticket)}
    assert list(items) == ["order_number", "paid_at", "proof_of_payment"]
    assert items["order_number"].value == "202603020001234567"
    assert items["paid_at"].value == "2026-03-02T12:00"
    assert items["proof_of_payment"].attachment.media_type == "image/png"
    assert items["order_number"].label == "the order number"
    assert items["order_number"].by.id == "ana"

    # What an agent enters is the requester's data all the same.
    one.erase("ana")
    assert [item.value for item in one.evidence(ticket)] == [None, None, None]
    assert fold(one.history(ticket)) == one.get(ticket)


def test_the_latest_value_counts():
    one = desk(policy())
    ticket = opened(one)
    one.provide(ticket, evidence={"order_number": "111111111111"}, by="sam")
    again = one.provide(ticket, evidence={"order_number": "222222222222"}, by="sam").ticket
    assert again.case.provided == ("order_number",)
    assert one.evidence(ticket)[0].value == "222222222222"


def test_own_templates_have_fixed_fields_only():
    words = {"short": {"en": "Case {ref}: {items} {{please}}"}}
    rule = {**C2C, "template": "short"}
    one = desk(policy(intake={"categories": {"c2c": rule}, "templates": words}))
    ticket = opened(one, ref="4711")
    [asked] = [message for message in one.messages(ticket) if message.origin == "public_reply"]
    assert asked.body.startswith("Case 4711: - the order number\n")
    assert asked.body.endswith("{please}")


@pytest.mark.parametrize(
    ("intake", "problem"),
    [
        ({"templates": {"x": {"en": "{items.__class__}"}}}, "intake.templates.x.en"),
        ({"templates": {"x": {"en": "{items!r}"}}}, "intake.templates.x.en"),
        ({"templates": {"x": {"en": "{items:>9}"}}}, "intake.templates.x.en"),
        ({"templates": {"x": {"en": "{items} {subject}"}}}, "intake.templates.x.en"),
        ({"templates": {"x": {"en": "nothing"}}}, "does not name {items}"),
        ({"templates": {"x": {"en": "{items} {"}}}, "cannot be read"),
        ({"templates": {"x": {"zh": "{items}"}}}, "has no text in 'en'"),
        ({"templates": {"x": {"en": "{items} Please send us your password."}}}, "asks for a secret (password)"),
        ({"exempt": ["urgent"]}, "intake.exempt"),
        ({"categories": {"c": {**C2C, "template": "none"}}}, "unknown template"),
        ({"categories": {"c": {"evidence": [C2C["evidence"][1]] * 2}}}, "listed twice"),
        ({"categories": {"c": {"evidence": [{"name": "seed phrase", "kind": "text"}]}}}, "asks for a secret (seed phrase)"),
        ({"categories": {"c": {"evidence": [{"name": "a", "kind": "text", "label": {"zh": "验证码"}}]}}}, "label.zh"),
        ({"categories": {"c": {"evidence": [{"name": "a", "kind": "choice"}]}}}, ".values"),
        ({"categories": {"c": {"evidence": [{"name": "a", "kind": "text", "values": ["b"]}]}}}, ".values"),
        ({"categories": {"c": {"evidence": [{"name": "a", "kind": "datetime", "max_length": 3}]}}}, ".kind"),
        ({"categories": {"c": {"evidence": [{"name": "a", "kind": "datetime", "in_text": True}]}}}, ".in_text"),
        ({"categories": {"c": {"evidence": [{"name": "a", "kind": "text", "media_types": ["a/b"]}]}}}, ".media_types"),
        ({"categories": {"c": {"evidence": [{"name": "a", "kind": "attribute"}]}}}, "not declared"),
        (
            {"categories": {"c": {"evidence": [{"name": "a", "kind": "digits", "min_length": 3, "max_length": 2}]}}},
            "min_length",
        ),
    ],
)  # fmt: skip
def test_a_wrong_intake_is_named_with_its_path(intake, problem):
    with pytest.raises(PolicyError) as wrong:
        CompiledPolicy(Policy.model_validate({"intake": intake}))
    assert len(wrong.value.problems) == 1
    assert problem in wrong.value.problems[0]


# --- shapes ----------------------------------------------------------------------------------------


def spec(kind: str, **fields) -> EvidenceSpec:
    return EvidenceSpec(name="item", kind=kind, **fields)


@pytest.mark.parametrize(
    ("shape", "value", "fits"),
    [
        (spec("digits", min_length=3, max_length=5), "123", True),
        (spec("digits", min_length=3, max_length=5), " 12345 ", True),
        (spec("digits", min_length=3, max_length=5), "123456", False),
        (spec("digits"), "１２３", True),
        (spec("digits"), "١٢٣", False),
        (spec("digits"), "12-3", False),
        (spec("digits"), "", False),
        (spec("alphanumeric", max_length=4), "ab12", True),
        (spec("alphanumeric"), "ab 12", False),
        (spec("alphanumeric"), "äb", False),
        (spec("datetime"), "2026-03-02T12:00:00+08:00", True),
        (spec("datetime"), "2026-03-02 12:00", True),
        (spec("datetime"), "2026-03-02", False),
        (spec("datetime"), "2026-02-30T12:00", False),
        (spec("datetime"), "2026-03-02T12:00" + " " * 90 + "x", False),
        (spec("choice", values=["TRC20", "ERC20"]), "trc20", True),
        (spec("choice", values=["TRC20", "ERC20"]), "BEP20", False),
        (spec("text", min_length=3), "abc", True),
        (spec("text", min_length=3), " a ", False),
        (spec("attachment"), "file", False),
        (spec("attribute"), "x", False),
    ],
)
def test_the_shape_of_a_value(shape, value, fits):
    assert (objection(shape, value) is None) is fits


@pytest.mark.parametrize(
    ("wanted", "given", "fits"),
    [
        ([], "application/zip", True),
        (["image/*"], "image/png", True),
        (["image/*"], "IMAGE/PNG; q=1", True),
        (["image/png"], "image/jpeg", False),
        (["image/*"], "imagex/png", False),
        (["image/*"], "", False),
    ],
)
def test_the_media_type_of_a_file(wanted, given, fits):
    assert fits_media(spec("attachment", media_types=wanted), given) is fits


def test_what_is_found_in_a_text():
    order = EvidenceSpec(name="order", kind="digits", min_length=6, max_length=8, in_text=True)
    other = EvidenceSpec(name="other", kind="digits", min_length=6, max_length=8, in_text=True)
    code = EvidenceSpec(name="hash", kind="alphanumeric", min_length=6, max_length=70, in_text=True)
    network = EvidenceSpec(name="net", kind="choice", values=["TRC20", "银行转账", "bank"], in_text=True)
    silent = EvidenceSpec(name="silent", kind="digits", min_length=6, max_length=8)
    specs = [order, other, code, network, silent]
    found = find_evidence(specs, "order 1234567 or 12345, transfer 0xab12cd, embankment, 银行转账。")
    assert found == {"order": "1234567", "hash": "0xab12cd", "net": "银行转账"}
    assert find_evidence(specs, "transfers bank") == {"net": "bank"}
    assert find_evidence(specs, "") == {}
    assert find_evidence([silent], "1234567") == {}


@given(st.text(max_size=60), st.integers(1, 6), st.integers(0, 6))
def test_what_is_found_fits_its_shape_and_stands_in_the_text(text, least, more):
    shape = EvidenceSpec(name="n", kind="digits", min_length=least, max_length=least + more, in_text=True)
    found = find_evidence([shape], text)
    for value in found.values():
        assert objection(shape, value) is None
    runs = "".join(
        character if character.isascii() and character.isalnum() else " " for character in text
    ).split()
    if all(character.isascii() for character in text):
        fitting = [run for run in runs if run.isdigit() and least <= len(run) <= least + more]
        assert found == ({"n": fitting[0]} if fitting else {})


@given(st.permutations(["order_number", "paid_at", "proof_of_payment"]), st.integers(1, 3))
def test_whatever_the_order_the_ticket_waits_until_the_last_item_and_asks_once(order, size):
    values = {"order_number": "202603020001", "paid_at": "2026-03-02T12:00", "proof_of_payment": PROOF}
    one = desk(policy())
    ticket = opened(one)
    given_so_far = 0
    for start in range(0, 3, size):
        part = order[start : start + size]
        given_so_far += len(part)
        now = one.provide(ticket, evidence={item: values[item] for item in part}, by="sam").ticket
        assert now.case.waiting is (given_so_far < 3)
        assert (now.status == "open") is (given_so_far == 3)
    assert kinds(one, ticket).count("evidence_requested") == 1
    assert fold(one.history(ticket)) == one.get(ticket)
    assert json.loads(one.history(ticket)[1].model_dump_json())["ticket_id"] == ticket.id


# --- secrets and keys ------------------------------------------------------------------------------


def test_a_secret_given_as_evidence_is_removed():
    rule = {"evidence": [{"name": "story", "kind": "text"}, {"name": "file", "kind": "attachment"}]}
    one = desk(policy(intake={"categories": {"c2c": rule}}))
    ticket = opened(one)
    phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow"
    file = Attachment(name=f"{phrase}.txt")
    outcome = one.provide(ticket, evidence={"story": f"my seed phrase is {phrase}", "file": file}, by="sam")
    assert "seed_phrase" in outcome.redacted
    story = one.evidence(ticket)[0].value
    assert story == "my [seed phrase removed]"
    assert "sausage" not in repr(contents(store_of(one)))


@pytest.mark.parametrize("secret", [None, b"0123456789abcdef"])
def test_evidence_is_no_part_of_a_fingerprint_that_can_be_guessed(secret):
    one = desk(policy(), secret=secret)
    ticket = opened(one)
    for order in ("202603020001", "202603020002"):
        arguments = {"evidence": {"order_number": order}, "by": "sam", "key": "k"}
        if secret is not None and order.endswith("2"):
            with pytest.raises(IdempotencyMismatch):
                one.provide(ticket, **arguments)
        else:
            assert one.provide(ticket, **arguments).duplicate is order.endswith("2")

"""Two tickets that become one: what was proven, said and marked on the first is known on the one that goes on."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.office import clock_of, desk
from supportflow import Attachment, Party, Policy, fold
from supportflow.exceptions import NotVerified, Refused
from supportflow.kernel.handlers.casework import MOST

HOUR = timedelta(hours=1)
LEVELS = ("basic", "document", "liveness")
POLICY = Policy.model_validate(
    {
        "lexicons": ["common", "exchange"],
        "intake": {
            "categories": {
                "c2c": {
                    "evidence": [
                        {"name": "order_number", "kind": "digits", "min_length": 6, "in_text": True},
                        {"name": "proof_of_payment", "kind": "attachment"},
                    ]
                }
            }
        },
        "procedures": {"c2c": {"steps": [{"name": "decide"}]}},
        "authority": {"levels": LEVELS, "actions": {"unlock": "document"}},
        "sla": [
            {
                "name": "security",
                "when": {"field": "priority_class", "eq": "security"},
                "targets": [{"metric": "first_response", "minutes": 15}],
            },
            {"name": "rest", "targets": [{"metric": "first_response", "hours": 8}]},
        ],
    }
)


def opened(one, requester="ana", **fields):
    return one.open(**{"subject": "A question", "requester": requester, **fields}).ticket


def test_a_verification_goes_along_with_its_person():
    one = desk(POLICY)
    source, into = opened(one), opened(one)
    one.verify(source, level="document", valid_for=2 * HOUR, method="id_document", by="kim")
    clock_of(one).advance(HOUR)
    one.merge(source, into=into, by="sam")
    assert one.authorise(into, action="unlock", by="sam").events[0].level == "document"
    clock_of(one).advance(HOUR)  # carried over, never made longer
    with pytest.raises(NotVerified):
        one.authorise(into, action="unlock", by="sam")
    assert fold(one.history(into)) == one.get(into)


def test_of_two_verifications_of_a_level_the_one_that_lasts_longer_counts():
    one = desk(POLICY)
    source, into = opened(one), opened(one)
    one.verify(source, level="document", valid_for=HOUR, method="id_document", by="kim")
    one.verify(into, level="document", valid_for=3 * HOUR, method="video", by="kim")
    one.merge(source, into=into, by="sam")
    [known] = one.get(into).case.verifications
    assert known.method == "video"
    third = opened(one)
    one.verify(third, level="document", valid_for=5 * HOUR, method="notary", by="kim")
    one.merge(third, into=into, by="sam")
    assert [known.method for known in one.get(into).case.verifications] == ["notary"]


def test_nobody_is_verified_by_somebody_elses_papers():
    one = desk(POLICY)
    source, into = opened(one, "eve"), opened(one, "ana", category="c2c")
    one.update(source, category="c2c", by="sam")
    one.provide(source, evidence={"order_number": "20260302"}, by="eve")
    one.verify(source, level="document", valid_for=HOUR, method="id_document", by="kim")
    one.merge(source, into=into, by="sam")
    after = one.get(into)
    assert (after.case.verifications, after.case.provided) == ((), ())
    with pytest.raises(NotVerified):
        one.authorise(into, action="unlock", by="sam")


def test_ids_that_are_known_to_be_one_persons_are_one_person():
    one = desk(POLICY)
    source, into = opened(one, "telegram-7"), opened(one, "ana")
    one.link_requester("ana", "telegram-7", by="sam")
    one.verify(source, level="document", valid_for=HOUR, method="id_document", by="kim")
    one.merge(source, into=into, by="sam")
    assert one.authorise(into, action="unlock", by="sam")


def test_evidence_goes_along_and_ends_the_waiting():
    one = desk(POLICY)
    into = opened(one, category="c2c", body="order 20260302")
    assert into.status == "pending"
    source = opened(one)
    file = Attachment(name="transfer.png", media_type="image/png")
    one.provide(source, evidence={"proof_of_payment": file}, by="ana")
    one.merge(source, into=into, by="sam")
    after = one.get(into)
    assert (after.status, after.case.waiting) == ("open", False)
    assert after.case.provided == ("order_number", "proof_of_payment")
    # Where it came from, what it is, and who gave it when, can still be read.
    order, proof = one.evidence(into)
    assert (order.value, proof.by.id, proof.attachment.media_type) == ("20260302", "ana", "image/png")
    assert [event.kind for event in one.history(into)].count("evidence_requested") == 1


def test_evidence_goes_along_through_several_merges():
    one = desk(POLICY)
    first, second, third = opened(one), opened(one), opened(one, category="c2c")
    one.provide(first, evidence={"order_number": "20260302"}, by="ana")
    one.merge(first, into=second, by="sam")
    one.merge(second, into=third, by="sam")
    assert {item.item: item.value for item in one.evidence(third)} == {
        "order_number": "20260302",
        "proof_of_payment": None,
    }


def test_what_was_asked_for_is_not_asked_for_again():
    one = desk(POLICY)
    source, into = opened(one, category="c2c"), opened(one)
    one.merge(source, into=into, by="sam")
    assert one.get(into).case.asked == ("order_number", "proof_of_payment")
    one.update(into, category="c2c", by="sam")
    assert "evidence_requested" not in [event.kind for event in one.history(into)]


def test_parties_stay_parties_with_what_they_said():
    one = desk(POLICY)
    source, into = opened(one), opened(one)
    seller, bank = Party("counterparty", "seller-9", channel="chat"), Party("bank", "bank-1")
    due = clock_of(one).now() + HOUR
    one.add_party(source, party=seller, expects=["bank_record"], due_at=due, by="sam")
    one.add_party(source, party=bank, by="sam")
    one.receive(source, body="We look into it", by="bank-1")
    one.add_party(into, party=bank, expects=["statement"], by="sam")
    one.merge(source, into=into, by="sam")
    parties = {party.id: party for party in one.get(into).case.parties}
    assert parties["seller-9"].missing == ("bank_record",)
    assert (parties["bank-1"].heard, parties["bank-1"].expects) == (True, ("statement",))
    assert one.receive(into, body="Nothing came", by="seller-9").events[0].origin == "party"
    # The deadline goes on where the case goes on, and passes once.
    clock_of(one).advance(2 * HOUR)
    passed = [event for event in one.run_due() if event.kind == "party_deadline_passed"]
    assert [(event.ticket_id, event.party) for event in passed] == [(into.id, "seller-9")]


def test_nobody_becomes_a_party_of_their_own_case():
    one = desk(POLICY)
    source, into = opened(one, "seller-9"), opened(one, "ana")
    one.add_party(source, party=Party("counterparty", "ana"), by="sam")
    one.merge(source, into=into, by="sam")
    assert one.get(into).case.parties == ()


def test_more_parties_than_a_case_can_have_are_refused_and_nothing_is_merged():
    one = desk(POLICY)
    source, into = opened(one), opened(one)
    for number in range(MOST):
        one.add_party(into, party=Party("witness", f"w{number}"), by="sam")
    one.add_party(source, party=Party("witness", "one more"), by="sam")
    with pytest.raises(Refused, match="parties"):
        one.merge(source, into=into, by="sam")
    assert one.get(source).is_open


def test_flags_and_review_go_along():
    one = desk(POLICY)
    source = opened(
        one,
        body="A man I met online teaches me to invest, he told me to deposit. I want to speak to a human!",
    )
    into = opened(one, "bo")
    assert source.review
    assert "wants_person" in source.flags
    one.merge(source, into=into, by="sam")
    after = one.get(into)
    assert after.review
    assert set(after.flags) >= set(source.flags)


def test_a_security_ticket_raises_the_one_that_it_goes_into():
    one = desk(POLICY)
    source, into = opened(one, body="My account was hacked"), opened(one)
    assert (into.priority_class, into.sla) == ("general", "rest")
    outcome = one.merge(source, into=into, by="sam")
    [raised] = [event for event in outcome.events if event.kind == "priority_changed"]
    assert (raised.ticket_id, raised.priority_class, raised.previous_class) == (
        into.id,
        "security",
        "general",
    )
    assert (raised.rule, raised.evidence) == ("merged", source.evidence)
    after = one.get(into)
    assert (after.priority_class, after.sla) == ("security", "security")
    assert "a ticket that was merged into it" in one.explain(into).priority


def test_a_class_that_was_set_by_hand_is_raised_too():
    one = desk(POLICY)
    source, into = opened(one, body="My account was hacked"), opened(one)
    one.set_priority(into, priority_class="general", level=2, by="sam")
    one.merge(source, into=into, by="sam")
    assert one.get(into).priority_class == "security"


def test_steps_stay_where_they_were_done():
    one = desk(POLICY)
    source, into = opened(one, category="c2c"), opened(one, category="c2c")
    one.complete_step(source, step="decide", by="sam")
    one.merge(source, into=into, by="sam")
    assert one.get(into).case.steps == ()


CLASSES = st.sampled_from(["security", "dispute", "general"])


@settings(max_examples=60)
@given(CLASSES, st.integers(1, 4), CLASSES, st.integers(1, 4))
def test_the_ticket_that_goes_on_stands_where_the_more_urgent_one_stood(one_class, one_level, other, level):
    one = desk(POLICY)
    source = opened(one, priority_class=one_class, level=one_level)
    into = opened(one, priority_class=other, level=level)
    order = ["security", "dispute", "general"]
    first = min((order.index(one_class), one_level), (order.index(other), level))
    events = one.merge(source, into=into, by="sam").events
    after = one.get(into)
    assert (order.index(after.priority_class), after.level) == first
    changed = [event for event in events if event.kind == "priority_changed"]
    assert len(changed) == (first != (order.index(other), level))

"""A changed attribute changes the priority that rests on it; a person's word and a text's alarm stay."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.office import desk
from supportflow import Policy, fold

SCALE = {"kind": "choice", "values": ["high", "low"], "nullable": True}
POLICY = Policy.model_validate(
    {
        "fields": {
            "impact": SCALE,
            "urgency": SCALE,
            "vip": {"kind": "boolean", "nullable": True},
            "amount": {"kind": "number", "minimum": 0, "nullable": True},
            "emergency": {"kind": "boolean", "nullable": True},
            "colour": {"kind": "text", "nullable": True},
        },
        "rules": [
            {"name": "a lot", "when": {"field": "amount", "ge": 1000}, "class": "dispute", "level": 2},
            {"name": "frozen", "when": {"field": "category", "eq": "frozen"}, "class": "dispute"},
        ],
        "priority": {
            "matrix": {"levels": {"high": {"high": 1, "low": 2}, "low": {"high": 3, "low": 4}}},
            "levels": [{"name": "vip", "when": {"field": "vip", "eq": True}, "raise_by": 1}],
            "order": [{"name": "emergency", "when": {"field": "emergency", "eq": True}}],
        },
        "sla": [
            {
                "name": "disputes",
                "when": {"field": "priority_class", "eq": "dispute"},
                "targets": [{"metric": "first_response", "hours": 1}],
            },
            {"name": "rest", "targets": [{"metric": "first_response", "hours": 8}]},
        ],
    }
)


def opened(one, **fields):
    return one.open(**{"subject": "A question", "requester": "ana", **fields}).ticket


def place(ticket):
    return ticket.priority_class, ticket.level


def update(one, ticket, *, category=None, **attributes):
    return one.update(ticket, attributes=attributes, category=category, by="sam")


def test_impact_and_urgency_decide_the_level_whenever_they_are_known():
    one = desk(POLICY)
    ticket = opened(one)
    assert place(ticket) == ("general", 3)
    assert place(update(one, ticket, impact="high").ticket) == ("general", 3)  # one of the two says nothing
    outcome = update(one, ticket, urgency="high")
    [changed] = [event for event in outcome.events if event.kind == "priority_changed"]
    assert (changed.level, changed.previous_level, changed.rule) == (1, 3, "default")
    assert changed.evidence == ("level 1 by impact 'high' and urgency 'high'",)
    assert changed.by.id == "sam"
    assert place(update(one, ticket, impact="low").ticket) == ("general", 3)
    assert place(update(one, ticket, vip=True).ticket) == ("general", 2)
    assert place(update(one, ticket, vip=None).ticket) == ("general", 3)
    assert fold(one.history(ticket)) == one.get(ticket)


def test_a_rule_that_begins_to_match_and_stops():
    one = desk(POLICY)
    ticket = opened(one)
    raised = update(one, ticket, amount=5_000).ticket
    assert (*place(raised), raised.rule, raised.sla) == ("dispute", 2, "a lot", "disputes")
    corrected = update(one, ticket, amount=5).ticket
    assert (*place(corrected), corrected.rule, corrected.sla) == ("general", 3, "default", "rest")


def test_a_topic_is_read_by_rules_too():
    one = desk(POLICY)
    ticket = opened(one)
    assert place(update(one, ticket, category="frozen").ticket) == ("dispute", 3)


def test_what_no_rule_reads_changes_nothing():
    one = desk(POLICY)
    ticket = opened(one, attributes={"vip": True})
    for attributes in ({"colour": "red"}, {"emergency": True}):
        assert "priority_changed" not in [event.kind for event in update(one, ticket, **attributes).events]


@pytest.mark.parametrize("level", [1, 4])
def test_a_level_that_a_person_set_stays(level):
    one = desk(POLICY)
    ticket = opened(one)
    one.set_priority(ticket, level=level, by="sam")
    after = update(one, ticket, impact="high", urgency="low", vip=True).ticket
    assert place(after) == ("general", level)
    # Nobody set the class: it follows its rule.
    assert place(update(one, ticket, amount=5_000).ticket) == ("dispute", level)


def test_a_level_that_a_person_confirmed_stays():
    """Nothing changes at the moment; but whoever looked and said so is not overruled by an attribute later."""
    one = desk(POLICY)
    ticket = opened(one)
    level = one.get(ticket).level
    confirmed = one.set_priority(ticket, level=level, by="sam")
    assert [event.kind for event in confirmed.events] == ["priority_changed"]
    assert one.set_priority(ticket, level=level, by="sam").events == ()
    assert place(update(one, ticket, impact="high", urgency="high").ticket) == ("general", level)


def test_a_class_that_a_person_set_stays():
    one = desk(POLICY)
    ticket = opened(one, attributes={"amount": 5_000})
    one.set_priority(ticket, priority_class="general", by="sam")
    after = update(one, ticket, amount=9_000, vip=True).ticket
    assert after.priority_class == "general"
    assert after.level == 1  # the level is nobody's word: level 2 of the rule, raised by one


def test_what_the_host_said_when_it_opened_stays():
    one = desk(POLICY)
    by_level = opened(one, level=4)
    assert place(update(one, by_level, impact="high", urgency="high").ticket) == ("general", 4)
    by_class = opened(one, priority_class="general")
    assert place(update(one, by_class, amount=5_000).ticket) == ("general", 2)


def test_a_break_in_that_a_text_tells_of_is_never_lowered():
    one = desk(POLICY)
    ticket = opened(one, body="My account was hacked", attributes={"amount": 5_000})
    assert place(ticket) == ("security", 2)
    after = update(one, ticket, amount=5).ticket
    assert (*place(after), after.rule) == ("security", 3, "words")
    assert after.evidence == ticket.evidence


def test_nor_is_one_that_is_told_later_or_under_a_rule():
    policy = POLICY.model_copy(
        update={
            "rules": tuple(rule.model_copy(update={"priority_class": "security"}) for rule in POLICY.rules)
        }
    )
    one = desk(policy)
    early = opened(one, body="My account was hacked", attributes={"amount": 5_000})
    assert early.rule == "a lot"  # the rule says security as well, so the text raised nothing
    assert update(one, early, amount=5).ticket.priority_class == "security"
    late = opened(one, attributes={"amount": 5_000})
    one.receive(late, body="My account was hacked", by="ana")
    assert update(one, late, amount=5).ticket.priority_class == "security"
    calm = opened(one, attributes={"amount": 5_000})
    assert update(one, calm, amount=5).ticket.priority_class == "general"


def test_a_question_about_security_stays_the_lowest_until_something_is_reported():
    one = desk(POLICY)
    ticket = opened(one, subject="How do I set up 2FA?")
    assert place(ticket) == ("security", 4)
    assert place(update(one, ticket, vip=True).ticket) == ("security", 4)
    told = one.receive(ticket, body="Now my account was hacked!", by="ana").ticket
    assert (*place(told), told.rule) == ("security", 2, "words")
    assert place(update(one, ticket, vip=False).ticket) == ("security", 3)


def test_an_ended_ticket_keeps_what_it_had():
    one = desk(POLICY)
    ticket = opened(one)
    one.cancel(ticket, by="sam")
    assert place(update(one, ticket, amount=5_000).ticket) == ("general", 3)


def test_a_merged_class_is_never_lowered():
    one = desk(POLICY)
    source, into = opened(one, body="My account was hacked"), opened(one)
    one.merge(source, into=into, by="sam")
    assert update(one, into, vip=True).ticket.priority_class == "security"


ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "impact": st.sampled_from(["high", "low", None]),
        "urgency": st.sampled_from(["high", "low", None]),
        "vip": st.sampled_from([True, False, None]),
        "amount": st.sampled_from([0, 999, 1000, None]),
    },
)
TEXTS = st.sampled_from(["", "My account was hacked", "chargeback", "How do I set up 2FA?"])


@settings(max_examples=100)
@given(TEXTS, st.lists(ATTRIBUTES, max_size=4))
def test_an_updated_ticket_stands_where_it_would_stand_had_it_come_in_like_that(text, changes):
    """The oracle opens a second ticket with all that is known by now."""
    one = desk(POLICY)
    ticket, known = opened(one, body=text), {}
    for attributes in changes:
        known |= attributes
        update(one, ticket, **attributes)
        new = opened(
            one, body=text, attributes={name: value for name, value in known.items() if value is not None}
        )
        assert place(one.get(ticket)) == place(new)

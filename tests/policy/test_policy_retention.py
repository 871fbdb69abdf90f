"""What retention makes due on a ticket, against an oracle that writes out the words of the document."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.office import START, clock_of, desk
from supportflow import Condition, FieldSpec, Policy
from supportflow._time import instant, to_us
from supportflow.exceptions import PolicyError
from supportflow.policy import CompiledPolicy, load_policy, parse_policy
from supportflow.policy.document.retention import CONTENT_KINDS, ContentRule, Retention
from supportflow.policy.presets import preset
from supportflow.policy.sections.retention import RetentionPlan, never_applying
from supportflow.policy.verify.policy import verify

DAY = timedelta(days=1)
CATEGORIES = ["c2c", "kyc", "login"]
SPANS = st.integers(1, 40).map(lambda days: days * DAY) | st.sampled_from(
    [timedelta(microseconds=1), 100 * 365 * DAY]
)
RULES = st.builds(
    lambda kinds, categories, keep_for: {"kinds": kinds, "categories": categories, "keep_for": keep_for},
    st.lists(st.sampled_from(CONTENT_KINDS), max_size=3, unique=True),
    st.lists(st.sampled_from(CATEGORIES), max_size=2, unique=True),
    SPANS,
)
RETENTIONS = st.builds(
    lambda archive_after, content_for, rules: Retention(
        archive_after=archive_after,
        content_for=content_for,
        content=[{"name": f"rule {index}", **rule} for index, rule in enumerate(rules)],
    ),
    st.none() | SPANS,
    st.none() | SPANS,
    st.lists(RULES, max_size=5),
)


def ended(category=None, *, merged_into=None, status="closed", at=START):
    one = desk()
    ticket = one.open(subject="A question", requester="ana", category=category).ticket
    return ticket.model_copy(
        update={
            "status_category": type(ticket.status_category)(status),
            "closed_at": instant(at) if status in {"closed", "cancelled"} else None,
            "merged_into": merged_into,
        }
    )


def index_of(retention, **more):
    return CompiledPolicy(Policy(retention=retention, **more)).retention


def kept(retention, kind, category):
    """How long content is kept, read aloud."""
    for rule in retention.content:
        for_kind = rule.kinds == () or kind in rule.kinds
        for_category = rule.categories == () or category in rule.categories
        if for_kind and for_category:
            return rule.keep_for, rule.name
    return retention.content_for, "content_for"


TICKETS = {category: ended(category) for category in [None, "other", *CATEGORIES]}


@settings(max_examples=150)
@given(
    RETENTIONS,
    st.sampled_from(list(TICKETS)),
    st.integers(-1, 60 * 24 * 60).map(lambda m: timedelta(minutes=m)),
)
def test_everything_is_due_when_its_time_is_over_and_not_before(retention, category, after):
    now = START + after
    plan = index_of(retention).plan(TICKETS[category], now)
    archived = retention.archive_after is not None and START + retention.archive_after <= now
    assert plan.archive_at == (START + retention.archive_after if archived else None)
    times = {kind: kept(retention, kind, category) for kind in CONTENT_KINDS}
    expected = {
        (kind, START + span, name)
        for kind, (span, name) in times.items()
        if span is not None and START + span <= now
    }
    assert {tuple(step) for step in plan.erase} == expected
    assert [step.at for step in plan.erase] == sorted(step.at for step in plan.erase)
    later = [
        START + span
        for span, _ in (*times.values(), (retention.archive_after, ""))
        if span and START + span > now
    ]
    assert plan.next_at == min(later, default=None)


@settings(max_examples=100)
@given(RETENTIONS, st.sampled_from(list(TICKETS)))
def test_going_from_one_next_time_to_the_next_misses_nothing(retention, category):
    """A worker that only wakes at `next_at` does each thing once, at its time."""
    index, ticket, now, done = index_of(retention), TICKETS[category], START - DAY, []
    while (plan := index.plan(ticket, now)).next_at is not None:
        assert plan.next_at > now
        now = plan.next_at
        done += [step for step in index.plan(ticket, now).erase if step.at == now]
    assert sorted(done) == sorted(plan.erase)
    assert len({step.kind for step in plan.erase}) == len(plan.erase)


@given(RETENTIONS)
def test_what_is_open_is_kept(retention):
    index = index_of(retention)
    for status in ("new", "open", "pending", "on_hold", "resolved"):
        assert index.plan(ended(status=status), START + 50_000 * DAY) == RetentionPlan()


def test_a_merged_ticket_is_kept_as_long_as_the_case_that_it_is_part_of():
    index = index_of(Retention(content_for=DAY, archive_after=DAY))
    merged = ended(merged_into="other")
    late = START + 100 * DAY
    assert index.plan(merged, late) == RetentionPlan()
    assert index.plan(merged, late, successor=ended(status="open")) == RetentionPlan()
    assert index.plan(merged, late, successor=ended(merged_into="a third")) == RetentionPlan()
    over = ended(at=START + 30 * DAY)
    assert index.plan(merged, late, successor=over).archive_at == START + 31 * DAY
    assert (
        index.plan(ended(merged_into="x", at=START + 40 * DAY), late, successor=over).archive_at
        == START + 41 * DAY
    )


def test_what_is_held_is_kept_until_it_is_not():
    hold = Condition(field="lawsuit", eq=True)
    policy = Policy(
        fields={"lawsuit": FieldSpec.boolean(nullable=True)}, retention=Retention(content_for=DAY, hold=hold)
    )
    one = desk(policy)
    ticket = one.open(subject="x", requester="ana", attributes={"lawsuit": True}).ticket
    one.cancel(ticket, by="sam")
    clock_of(one).advance(days=9)
    index = CompiledPolicy(policy).retention
    assert index.plan(one.get(ticket), clock_of(one).now()) == RetentionPlan(held=True)
    one.update(ticket, attributes={"lawsuit": None}, by="sam")
    plan = index.plan(one.get(ticket), clock_of(one).now())
    assert (plan.held, {step.kind for step in plan.erase}) == (False, set(CONTENT_KINDS))
    # Whoever holds the case holds what was merged into it.
    held = one.open(subject="x", requester="ana", attributes={"lawsuit": True}).ticket
    one.merge(one.open(subject="y", requester="ana", ref="y").ticket, into=held, by="sam")
    one.cancel(held, by="sam")
    assert index.plan(one.get(ref="y"), START + 99 * DAY, successor=one.get(held)).held


def test_keys():
    assert index_of(None).forgotten_keys_before(START) is None
    assert index_of(Retention(keys_for=3 * DAY)).forgotten_keys_before(START) == START - 3 * DAY
    assert (
        index_of(Retention(keys_for=36_525 * DAY)).forgotten_keys_before(datetime(50, 1, 1, tzinfo=UTC))
        is None
    )


def test_the_last_years_that_there_are():
    index = index_of(Retention(content_for=36_525 * DAY))
    late = ended(at=datetime(9990, 1, 1, tzinfo=UTC))
    assert index.plan(late, datetime(9999, 12, 31, tzinfo=UTC)) == RetentionPlan()


def test_without_the_section_everything_is_kept():
    assert index_of(None).plan(ended("kyc"), START + 10_000 * DAY) == RetentionPlan()
    assert "retention" not in Policy().canonical


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        (
            {"at_most": "P10D", "content_for": "P11D"},
            "retention.content_for: keeps content longer than at_most allows",
        ),
        (
            {"at_most": "P10D", "content_for": "P1D", "content": [{"name": "a", "keep_for": "P11D"}]},
            "retention.content.0.keep_for: keeps content longer than at_most allows",
        ),
        (
            {"at_most": "P10D"},
            "retention.content_for: is missing; without it, content is kept for ever, and at_most sets a limit",
        ),
        (
            {"content": [{"name": "a", "keep_for": "P1D"}, {"name": "a", "keep_for": "P2D"}]},
            "retention.content.1.name: 'a' is the name of content.0, too",
        ),
        (
            {"content": [{"name": "content_for", "keep_for": "P1D"}]},
            "retention.content.0.name: 'content_for' is the name of what holds where no rule does",
        ),
        ({"keys_for": "PT0S"}, "retention.keys_for: Input should be greater than 0 seconds"),
        (
            {"archive_after": "P99999D"},
            "retention.archive_after: Input should be less than or equal to 36525 days",
        ),
        (
            {"keep": "P1D"},
            (
                "retention.keep: unknown field 'keep'; the fields are archive_after, content_for, content, "
                "at_most, keys_for, hold"
            ),
        ),
        (
            {"content_fr": "P1D"},
            "retention.content_fr: unknown field 'content_fr'; did you mean 'content_for'?",
        ),
        (
            {"content": [{"name": "a", "keep_for": "P1D", "kinds": ["mesage"]}]},
            (
                "retention.content.0.kinds.0: Input should be 'subject', 'message', 'note', 'reason', 'evidence', "
                "'attachment' or 'personal'; did you mean 'message'?"
            ),
        ),
        (
            {"hold": {"field": "lawsuit", "eq": True}},
            "retention.hold.field: unknown field 'lawsuit'",
        ),
    ],
)
def test_what_cannot_be_meant(section, problem):
    with pytest.raises(PolicyError) as refused:
        parse_policy({"retention": section})
    assert refused.value.problems == (problem,)


@settings(max_examples=100)
@given(st.lists(RULES, max_size=6))
def test_a_rule_that_never_applies_is_found_with_those_before_it(rules):
    content = tuple(ContentRule(name=str(index), **rule) for index, rule in enumerate(rules))
    found = dict(never_applying(Retention(content=content)))
    for index, rule in enumerate(content):
        places = [
            (kind, category)
            for kind in rule.kinds or CONTENT_KINDS
            for category in rule.categories or [*CATEGORIES, "any other"]
        ]
        firsts = {
            next(
                at for at, one in enumerate(content) if kept(Retention(content=[one]), *place)[0] is not None
            )
            for place in places
        }
        assert (index not in firsts) == (index in found)
        if index in found:
            assert set(found[index]) == firsts


def test_verification_tells_it():
    policy = parse_policy(
        {
            "retention": {
                "content": [
                    {"name": "all", "keep_for": "P1D"},
                    {"name": "kyc", "categories": ["kyc"], "keep_for": "P2D"},
                ],
                "hold": {"all": [{"field": "level", "eq": 1}, {"field": "level", "eq": 2}]},
            }
        }
    )
    told = [(finding.kind, finding.path, finding.by) for finding in verify(policy).errors]
    assert told == [
        ("contradiction", "retention.hold", ()),
        ("shadowed", "retention.content.1", ("retention.content.0",)),
    ]


def test_in_the_preset_papers_go_first_and_what_a_court_may_ask_for_last():
    policy = CompiledPolicy(preset("exchange"))
    paths = {}
    for category in ("account_locked", "trading", "c2c_dispute"):
        plan = policy.retention.plan(ended(category), START + 10_000 * DAY)
        paths[category] = {step.kind: (step.at - START).days for step in plan.erase}
        assert to_us(plan.archive_at) == to_us(START + 90 * DAY)
    assert (
        paths["account_locked"]["attachment"]
        < paths["trading"]["attachment"]
        < paths["c2c_dispute"]["attachment"]
    )
    assert paths["account_locked"]["message"] == paths["trading"]["message"]
    assert paths["c2c_dispute"]["personal"] == paths["c2c_dispute"]["message"]


def test_the_section_in_a_document():
    policy = load_policy('[retention]\ncontent_for = "P30D"\nkeys_for = "P1D"\n', format="toml")
    assert policy.retention == Retention(content_for=30 * DAY, keys_for=DAY)
    assert load_policy(policy.canonical, format="json") == policy

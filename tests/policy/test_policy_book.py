"""Versions of a policy: their names for ever, and the book that keeps them."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow import (
    BusinessCalendar,
    Condition,
    FieldSpec,
    Group,
    LifecycleDefinition,
    Metric,
    Policy,
    PolicyBook,
    PriorityRule,
    SlaPolicy,
    Target,
    Transition,
    load_policy,
)
from supportflow.exceptions import InvalidInput, PolicyError, PolicyNotFound
from supportflow.policy import CompiledPolicy, parse_policy
from supportflow.sla.policy import Repeat

HOURS = BusinessCalendar.weekdays("09:00", "17:30", tz="Europe/Berlin")
RICH = Policy(
    name="rich 终",
    fields={
        "plan": FieldSpec.choice("free", "pro"),
        "score": FieldSpec.number(minimum=0.5, maximum=10),
        "tags": FieldSpec.tags(),
    },
    lifecycle=LifecycleDefinition(
        statuses={"new": "new", "work": "open", "done": "closed"},
        initial="new",
        transitions=(
            Transition(trigger="take", source=("new",), target="work"),
            Transition(trigger="finish", source=("work",), target="done", guards=("paid",)),
        ),
        guards={"paid": Condition(field="plan", in_=("pro",)) & ~Condition(field="score", le=0.75)},
    ),
    auto_close_after=timedelta(days=3, microseconds=1),
    auto_close_calendar="nights",
    classes=("hot", "cold"),
    default_class="cold",
    default_level=2,
    rules=(
        PriorityRule(
            name="vip", when=Condition(field="tags", has_any=("vip",)), priority_class="hot", level=1
        ),
    ),
    words={"hot": ("fire", "着火")},
    calendars={
        "nights": BusinessCalendar(
            tz="Asia/Shanghai",
            weekly={"mon": [("22:00", "06:00")], "sun": [("00:00", "24:00")]},
            holidays=[date(2026, 1, 1)],
            overrides={date(2026, 2, 1): [("10:00", "12:00")]},
        )
    },
    metrics=(Metric(name="touch", start=("opened",), stop=("assigned", "internal_note")),),
    sla=(
        SlaPolicy(
            name="gold",
            when=Condition(field="plan", eq="pro"),
            calendar=HOURS,
            targets=[
                Target.first_response(minutes=30, warn_at=[0.5, timedelta(minutes=5)]),
                Target.resolution(hours=4, overdue=Repeat(every=timedelta(hours=1), times=3)),
                Target.of("touch", working_days=2, calendar="nights"),
            ],
        ),
        SlaPolicy(name="none", targets=[]),
    ),
    groups=(Group(name="desk", tier="expert", calendar="nights"),),
    edits="on_next_event",
)


@pytest.mark.parametrize("policy", [Policy(), RICH], ids=["plain", "rich"])
def test_the_canonical_text_reads_back_as_the_same_version(policy):
    for again in (
        Policy.model_validate_json(policy.canonical),
        parse_policy(json.loads(policy.canonical)),
        load_policy(policy.canonical, format="json"),
    ):
        assert again.canonical == policy.canonical
        assert again.fingerprint == policy.fingerprint
        assert CompiledPolicy(again).fingerprint == policy.fingerprint


def test_the_plain_policy_has_the_name_that_it_always_had():
    # Tickets in stores name it: defaults never change within a schema.
    assert Policy().canonical == '{"schema":1}'
    assert Policy().fingerprint == "67d6291b301412df4a6ca7808aeafac9d0587b06ece3c68e72bab0157cd9d52c"


CHANGES = {
    "name": "other",
    "classes": ("cold", "hot"),
    "default_level": 3,
    "reopen_within": timedelta(days=1),
    "auto_close_after": timedelta(days=3),
    "words": {},
    "edits": "never",
    "groups": (),
    "sla": (),
}


@given(st.dictionaries(st.sampled_from(sorted(CHANGES)), st.none(), min_size=1))
def test_other_content_is_another_version_and_the_same_content_the_same(changed):
    update = {name: CHANGES[name] for name in changed}
    one, two = RICH.model_copy(update=update), RICH.model_copy(update=update)
    assert one.fingerprint == two.fingerprint != RICH.fingerprint
    assert len(one.fingerprint) == 64


def test_a_book_finds_versions_by_name():
    plain, rich = CompiledPolicy(Policy()), CompiledPolicy(RICH)
    book = PolicyBook(plain)
    assert book.current is book[plain.fingerprint] is plain
    assert rich.fingerprint not in book
    with pytest.raises(PolicyNotFound) as missing:
        book[rich.fingerprint]
    assert missing.value.name == rich.fingerprint
    book.add(rich)
    assert book[rich.fingerprint] is rich
    assert book.current is plain
    book.add(CompiledPolicy(RICH))
    assert book[rich.fingerprint] is rich, "a version, once in, stays"


def test_publishing_keeps_the_earlier_versions_and_what_others_add_meanwhile():
    plain, rich, other = (CompiledPolicy(policy) for policy in (Policy(), RICH, Policy(name="other")))
    before = PolicyBook(plain)
    after = before.publishing(rich)
    assert (before.current, after.current) == (plain, rich)
    before.add(other)
    assert after[other.fingerprint] is other
    assert after[plain.fingerprint] is plain
    assert PolicyBook(plain, [rich])[rich.fingerprint] is rich


def test_the_calendar_that_is_always_open_cannot_be_redefined():
    with pytest.raises(PolicyError) as wrong:
        CompiledPolicy(Policy(calendars={"24x7": HOURS}))
    assert wrong.value.problems == ("calendars.24x7: this name is the calendar that is always open",)
    CompiledPolicy(Policy(calendars={"24x7": BusinessCalendar.always()}))


class TestCompiled:
    def test_calendars_by_name_and_on_another_zone_s_clock(self):
        policy = CompiledPolicy(RICH)
        assert policy.calendar("nights").tz == "Asia/Shanghai"
        assert policy.calendar("nights@Europe/Paris").tz == "Europe/Paris"
        assert policy.calendar("nights@Europe/Paris") is policy.calendar("nights@Europe/Paris")
        with pytest.raises(KeyError):
            policy.calendar("days")
        assert policy.group_calendar("desk") == "nights"
        assert policy.group_calendar("nobody") is policy.group_calendar(None) is None

    def test_zones(self):
        assert CompiledPolicy.knows_zone("Asia/Shanghai")
        for wrong in ("Europe/Atlantis", "Europe", "", "../etc/passwd", "UTC\0", "终" * 100):
            assert not CompiledPolicy.knows_zone(wrong)

    def test_attributes_and_classes(self):
        policy = CompiledPolicy(RICH)
        given_attributes = {"plan": "pro", "score": 0.5, "tags": frozenset({"a"})}
        assert policy.check_attributes(given_attributes) == given_attributes
        assert policy.check_attributes({"plan": None}) == {"plan": None}
        for wrong in ({"plan": "gold"}, {"score": 0.4}, {"tags": "a"}, {"mood": 1}):
            with pytest.raises(InvalidInput) as refused:
                policy.check_attributes(wrong)
            assert refused.value.field == f"attributes.{next(iter(wrong))}"
        policy.check_class(None)
        policy.check_class("hot")
        with pytest.raises(InvalidInput):
            policy.check_class("general")

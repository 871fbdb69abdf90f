"""The queue's order: total, security first, places inside a class, bounded overtaking; and what decided it."""

from datetime import UTC, datetime, timedelta
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Condition, Desk, FieldSpec, Policy, PriorityRule
from supportflow._time import from_us, to_us
from supportflow.exceptions import PolicyError
from supportflow.model.signals import Evidence, Signals
from supportflow.model.ticket import Ticket
from supportflow.policy import CompiledPolicy, parse_policy
from supportflow.triage.compiled import told_apart
from supportflow.triage.priority import DEFAULT_CLASSES, PLACES, LevelRule, Matrix, OrderRule, PriorityPolicy

START = to_us(datetime(2026, 3, 2, tzinfo=UTC))
HOUR = 3_600_000_000
LEVELS = {
    "high": {"high": 1, "medium": 2, "low": 3},
    "medium": {"high": 2, "medium": 3, "low": 4},
    "low": {"high": 3, "medium": 4, "low": 4},
}
SCALE = FieldSpec.choice("high", "medium", "low", nullable=True)
FIELDS = {
    "impact": SCALE,
    "urgency": SCALE,
    "vip": FieldSpec.boolean(nullable=True),
    "emergency": FieldSpec.boolean(nullable=True),
    "amount": FieldSpec.number(minimum=0, nullable=True),
}
VIP, EMERGENCY = Condition(field="vip", eq=True), Condition(field="emergency", eq=True)
OPTIONS = PriorityPolicy(
    matrix=Matrix(levels=LEVELS),
    levels=(
        LevelRule(
            name="large sums", when=Condition(field="amount", ge=100_000), classes=("dispute",), level=1
        ),
        LevelRule(name="vip", when=VIP, raise_by=1),
    ),
    order=(OrderRule(name="emergency", when=EMERGENCY),),
    channel_order={"security": ("in_app", "phone")},
)


def index_of(priority=OPTIONS, **more):
    return CompiledPolicy(Policy(fields=FIELDS, priority=priority, **more)).priority


def ticket(ticket_id="t", *, cls="general", level=3, opened_us=START, channel="mail", **attributes):
    at = from_us(opened_us)
    return Ticket(
        id=ticket_id,
        tenant="default",
        version=1,
        type="incident",
        status="new",
        status_category="new",
        channel=channel,
        requester="ana",
        priority_class=cls,
        level=level,
        rule="default",
        attributes=attributes,
        opened_at=at,
        recorded_at=at,
        policy="p",
    )


TICKETS = st.builds(
    ticket,
    st.sampled_from("abcdefgh"),
    cls=st.sampled_from([*DEFAULT_CLASSES, "unknown"]),
    level=st.integers(1, 4),
    opened_us=st.integers(0, 5).map(lambda hours: START + hours * HOUR),
    channel=st.sampled_from(["mail", "phone", "in_app"]),
    emergency=st.sampled_from([True, False, None]),
)
POLICIES = st.sampled_from(
    [
        None,
        OPTIONS,
        PriorityPolicy(channel_order={"general": ("mail",), "security": ("phone", "mail", "in_app")}),
        PriorityPolicy(order=(OrderRule(name="o", when=EMERGENCY, classes=("dispute",)),)),
        PriorityPolicy(head_start={"security": timedelta(hours=3), "dispute": timedelta(hours=1)}),
        PriorityPolicy(head_start={}),
    ]
)
DUE = st.none() | st.integers(-3, 3).map(lambda hours: START + hours * HOUR)


# --- the order -----------------------------------------------------------------------------------


@given(POLICIES, st.lists(st.tuples(TICKETS, DUE), min_size=2, max_size=3))
@settings(max_examples=200)
def test_the_order_is_total_and_transitive(policy, queue):
    index = index_of(policy)
    keys = [index.key_of(one, due_us) for one, due_us in queue]
    for a, b in product(keys, keys):
        assert (a < b) + (b < a) + (a == b) == 1
    for a, b, c in permutations(keys, 3):
        assert not (a < b < c) or a < c
    # Two tickets are never equal: their ids differ.
    for (one, _), (other, _) in product(queue, queue):
        if one.id != other.id:
            assert index.key_of(one, None) != index.key_of(other, None)


STRICT = POLICIES.filter(lambda policy: policy is None or policy.head_start is None)


@given(STRICT, TICKETS, DUE, TICKETS, DUE)
@settings(max_examples=200)
def test_a_higher_class_always_comes_first(policy, one, due, other, other_due):
    """However old, due, urgent, or well placed the other is. A class that the policy does not know comes last."""
    index = index_of(policy)
    if index.rank(one.priority_class) < index.rank(other.priority_class):
        assert index.key_of(one, due) < index.key_of(other, other_due)


@given(TICKETS, DUE, TICKETS, DUE)
@settings(max_examples=200)
def test_inside_a_class_the_order_is_lexicographic(one, due, other, other_due):
    """The oracle writes out what the policy says: emergency, channel, level, due time or age, id."""

    def naive(queued, due_us):
        channels = OPTIONS.channel_order.get(queued.priority_class, ())
        return (
            queued.attributes["emergency"] is not True,
            channels.index(queued.channel) if queued.channel in channels else len(channels),
            queued.level,
            to_us(queued.opened_at) if due_us is None else due_us,
            queued.id,
        )

    index = index_of()
    if one.priority_class == other.priority_class:
        mine, theirs = naive(one, due), naive(other, other_due)
        assert (index.key_of(one, due) < index.key_of(other, other_due)) is (mine < theirs)


def test_in_app_reports_come_first_in_their_class_alone():
    index = index_of()
    queue = [
        ticket("1", cls="security", channel="in_app", level=4, opened_us=START + 9 * HOUR),
        ticket("2", cls="security", channel="phone", level=3),
        ticket("3", cls="security", channel="mail", level=1),
        ticket("4", cls="dispute", channel="phone", level=1),
        ticket("5", cls="dispute", channel="in_app", level=2),
    ]
    assert sorted(queue, key=lambda one: index.key_of(one, None)) == queue


def test_an_emergency_comes_before_every_channel():
    index = index_of()
    calm = ticket("1", cls="security", channel="in_app", level=1)
    drained = ticket("2", cls="security", channel="mail", level=4, emergency=True)
    assert index.key_of(drained, None) < index.key_of(calm, None)


def test_an_order_rule_stays_in_its_classes():
    rules = (
        OrderRule(name="dispute only", when=EMERGENCY, classes=("dispute",)),
        OrderRule(name="any class", when=VIP),
    )
    index = index_of(PriorityPolicy(order=rules))
    assert index.place(ticket(cls="dispute", emergency=True, vip=True)) == -2
    assert index.place(ticket(cls="general", emergency=True, vip=True)) == -1
    assert index.place(ticket(cls="general", emergency=True)) == 0


def test_a_policy_without_places_sorts_beside_one_with():
    """Two versions of a policy share a queue for a while: a class is where it was."""
    plain, placed = index_of(None), index_of()
    for cls, level in product(DEFAULT_CLASSES, (1, 4)):
        assert plain.key_of(ticket(cls=cls, level=level), None) == placed.key_of(
            ticket(cls=cls, level=level), None
        )
    assert plain.key_of(ticket(cls="dispute"), None).rank == PLACES
    first = placed.key_of(ticket(cls="security", channel="in_app", emergency=True), None)
    last = plain.key_of(ticket(cls="security"), None)
    assert -PLACES < first.rank < last.rank == 0


def test_the_key_moves_only_when_the_ticket_does():
    index, queued = index_of(), ticket(cls="security", channel="phone")
    assert index.key_of(queued, START) == index.key_of(queued.model_copy(), START)
    assert index.key_of(queued, START) == index.key("security", 3, START, "t", place=-1)


# --- bounded overtaking --------------------------------------------------------------------------

HEADS = st.dictionaries(
    st.sampled_from(DEFAULT_CLASSES), st.integers(0, 30).map(lambda n: timedelta(minutes=n))
)


@given(HEADS, TICKETS, TICKETS, DUE, DUE)
@settings(max_examples=300)
def test_overtaking_is_bounded(heads, one, other, due, other_due):
    """A ticket of class k that came in at t is overtaken by none that came in after t + (H_max - H_k)."""
    index = index_of(PriorityPolicy(head_start=heads))
    slack = max(heads.values(), default=timedelta(0)) - heads.get(one.priority_class, timedelta(0))
    if other.opened_at > one.opened_at + slack:
        assert index.key_of(one, due) < index.key_of(other, other_due)


def test_the_bound_is_reached():
    """One microsecond less than the bound, and it is overtaken: the bound cannot be smaller."""
    index = index_of(
        PriorityPolicy(head_start={"security": timedelta(hours=4), "dispute": timedelta(hours=1)})
    )
    waiting = ticket("a", cls="dispute", level=1)
    for late_us, overtakes in ((3 * HOUR - 1, True), (3 * HOUR + 1, False)):
        report = ticket("b", cls="security", level=4, opened_us=START + late_us)
        assert (index.key_of(report, None) < index.key_of(waiting, START)) is overtakes


def test_with_head_starts_the_level_orders_nothing():
    index = index_of(PriorityPolicy(head_start={"security": timedelta(hours=4)}))
    key = index.key_of(ticket(cls="security", level=2), START)
    assert (key.rank, key.level, key.order_us) == (START - 4 * HOUR, 2, START - 4 * HOUR)
    older, newer = ticket("b", level=4), ticket("a", level=1, opened_us=START + 1)
    assert index.key_of(older, None) < index.key_of(newer, START - HOUR)


# --- the level -----------------------------------------------------------------------------------


def record(**values):
    return {"channel": "mail", "priority_class": "general", **dict.fromkeys(FIELDS), **values}


@pytest.mark.parametrize(("impact", "urgency"), list(product(LEVELS, LEVELS)))
def test_the_matrix(impact, urgency):
    chosen = index_of().choose(record(impact=impact, urgency=urgency))
    level = LEVELS[impact][urgency]
    assert chosen[:4] == (
        "general",
        level,
        "default",
        (f"level {level} by impact {impact!r} and urgency {urgency!r}",),
    )


def test_the_matrix_needs_both():
    for known in ({"impact": "high"}, {"urgency": "high"}, {}):
        assert index_of().choose(record(**known))[:4] == ("general", 3, "default", ())


RULED = (
    PriorityRule(
        name="forum", when=Condition(field="channel", eq="forum"), priority_class="general", level=4
    ),
    PriorityRule(name="sums", when=Condition(field="amount", ge=1_000) & ~VIP, priority_class="dispute"),
)


def test_what_decides_the_level():
    index = index_of(rules=RULED)

    def level(given_level=None, **values):
        return index.choose(record(**values), given_level=given_level).level

    urgent = {"impact": "high", "urgency": "high"}
    assert level() == 3
    assert level(**urgent) == 1
    assert level(channel="forum", **urgent) == 4  # a rule that names a level means it
    assert level(channel="forum", vip=True) == 3
    assert level(vip=True) == 2
    assert level(given_level=4, vip=True, **urgent) == 4
    assert level(vip=True, impact="high", urgency="high") == 1
    assert level(amount=100_000) == 1
    assert level(amount=100_000, vip=True) == 2  # a dispute by no rule: only VIP counts


def test_a_level_rule_never_lowers():
    options = PriorityPolicy(levels=(LevelRule(name="l", when=VIP, level=3),))
    rules = [PriorityRule(name="r", when=VIP, priority_class="dispute", level=2)]
    assert index_of(options, rules=rules).choose(record(vip=True))[:4] == (
        "dispute",
        2,
        "r",
        ("vip eq True",),
    )


def test_a_level_rule_sees_the_class_that_was_chosen():
    only = Condition(field="priority_class", eq="security")
    index = index_of(PriorityPolicy(levels=(LevelRule(name="l", when=only, level=1),)))
    assert index.choose(record()).level == 3
    assert index.choose(record(), given_class="security").level == 1


def test_a_question_about_security_stays_at_the_lowest_level():
    asking = Signals(priority_class="security", informational=True)
    assert index_of().choose(record(vip=True, impact="high", urgency="high"), signals=asking).level == 4


# --- why -----------------------------------------------------------------------------------------


def test_a_rule_leaves_its_evidence():
    index = index_of(rules=RULED)
    chosen = index.choose(record(amount=250_000, impact="low", urgency="low"))
    assert chosen.rule == "sums"
    assert told_apart(chosen) == (
        ("amount ge 1000",),
        ("level 4 by impact 'low' and urgency 'low'", "level 1 by 'large sums': amount ge 100000"),
    )


def test_evidence_never_repeats_the_ticket():
    rule = PriorityRule(name="r", when=Condition(field="channel", in_=("a", "b")), priority_class="dispute")
    others = PriorityRule(name="o", when=~Condition(field="channel", eq="a"), priority_class="dispute")
    assert index_of(None, rules=[rule]).choose(record(channel="b")).evidence == ("channel in ['a', 'b']",)
    assert index_of(None, rules=[others]).choose(record(channel="secret"))[:4] == ("dispute", 3, "o", ())


def test_evidence_is_bounded():
    many = Condition(any=tuple(Condition(field="amount", ge=n) for n in range(100)))
    rule = PriorityRule(name="r", when=many, priority_class="dispute")
    assert len(index_of(None, rules=[rule]).choose(record(amount=1_000)).evidence) == 10


def test_words_and_levels_are_told_apart():
    found = Evidence(entry="level up", priority_class="security", start=0, end=8)
    signals = Signals(priority_class="security", evidence=(found,))
    chosen = index_of().choose(record(vip=True), signals=signals)
    assert told_apart(chosen) == (("level up",), ("level 2 by 'vip': vip eq True",))


# --- what a requester can do ---------------------------------------------------------------------

SHOUTS = [
    "URGENT!!! {}",
    "X-Priority: 1 (Highest)\nImportance: high\nPriority: urgent\n\n{}",
    "[P1] [VIP] {} ASASAP!!!1!",
    "priority_class: security\nlevel: 1\n{}",
    "紧急!!!{}",
    "{} I am your most important customer, answer NOW",
]
TEXTS = [
    "How do I change my picture?",
    "My account was hacked",
    "The seller did not release my coins",
    "手续费是多少",
]


@pytest.mark.parametrize("shout", SHOUTS)
@pytest.mark.parametrize("text", TEXTS)
def test_shouting_changes_nothing(shout, text):
    def priority(subject, body):
        desk = Desk(Policy(fields=FIELDS, priority=OPTIONS))
        opened = desk.open(subject=subject, body=body, requester="ana", channel="mail").ticket
        return opened.priority_class, opened.level

    calm = priority(text, text)
    assert priority(shout.format(text), shout.format(text)) == calm
    assert priority(shout.format(text).upper(), text) == calm


@given(st.sampled_from(DEFAULT_CLASSES), st.sampled_from(DEFAULT_CLASSES), st.booleans())
def test_text_never_lowers_a_class(given_class, spoken, asks):
    signals = Signals(priority_class=spoken, informational=asks)
    chosen = index_of().choose(record(), given_class=given_class, signals=signals)
    rank = DEFAULT_CLASSES.index
    assert rank(chosen.priority_class) == min(rank(given_class), rank(spoken))


# --- what is refused -----------------------------------------------------------------------------

DECLARED = {
    name: {"kind": "choice", "values": ["high", "low"], "nullable": True} for name in ("impact", "urgency")
}
HALF = {"high": {"high": 1, "low": 2}, "low": {"high": 2, "low": 3}}


@pytest.mark.parametrize(
    ("priority", "expected"),
    [
        (
            {"matrix": {"levels": HALF, "impact": "impct"}},
            "priority.matrix.impact: unknown field 'impct'; did you mean 'impact'?",
        ),
        (
            {"matrix": {"levels": HALF, "urgency": "xyz"}},
            "priority.matrix.urgency: unknown field 'xyz'; declare it in fields as a choice",
        ),
        (
            {"matrix": {"levels": HALF, "urgency": "n"}},
            "priority.matrix.urgency: 'n' is a integer field; a matrix needs a choice",
        ),
        ({"matrix": {"levels": {"high": HALF["high"]}}}, "priority.matrix.levels: says nothing of 'low'"),
        (
            {"matrix": {"levels": HALF | {"low": {"high": 1, "lwo": 2}}}},
            "priority.matrix.levels.low.lwo: is not a value of its field; did you mean 'low'?",
        ),
        (
            {"levels": [{"name": "l", "when": {"field": "n", "ge": 1}, "level": 1, "classes": ["securty"]}]},
            "priority.levels.0.classes.0: unknown class 'securty'; did you mean 'security'?",
        ),
        (
            {"channel_order": {"generl": ["a"]}},
            "priority.channel_order.generl: unknown class 'generl'; did you mean 'general'?",
        ),
        ({"channel_order": {"general": ["a", "a"]}}, "priority.channel_order.general: names a channel twice"),
        ({"head_start": {"x": "PT1S"}}, "priority.head_start.x: unknown class 'x'"),
        (
            {"head_start": {}, "channel_order": {"general": ["a"]}},
            "priority.head_start: with head starts, age alone decides; leave out order and channel_order",
        ),
        (
            {"order": [{"name": "o", "when": {"field": "open_for", "ge": 60}}]},
            (
                "priority.order.0.when: 'open_for' changes while nothing happens; "
                "a place in the queue cannot depend on it"
            ),
        ),
        (
            {"channel_order": {"general": [f"c{n}" for n in range(PLACES)]}},
            f"priority: tells {PLACES} places inside a class apart; {PLACES - 1} is the limit",
        ),
        (
            {"levels": [{"name": "l", "when": {"field": "n", "ge": 1}}]},
            "priority.levels.0: give exactly one of level, raise_by",
        ),
    ],
)  # fmt: skip
def test_a_wrong_priority(priority, expected):
    document = {"fields": DECLARED | {"n": {"kind": "integer"}}, "priority": priority}
    with pytest.raises(PolicyError) as refused:
        parse_policy(document)
    assert expected in refused.value.problems


def test_the_most_places_still_lie_inside_their_class():
    channels = tuple(f"c{n}" for n in range(99))
    order = tuple(OrderRule(name=f"o{n}", when=EMERGENCY) for n in range(98))
    index = index_of(PriorityPolicy(order=order, channel_order={"dispute": channels}))
    first = index.key_of(ticket(cls="dispute", channel="c0", emergency=True), None)
    assert index.key_of(ticket("z", cls="security", level=4), None) < first
    assert first.rank == PLACES - (98 * 100 + 99)

"""What verification says of rules and tickets is true of every ticket: held against trying them all."""

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Condition, FieldSpec, Policy, PriorityRule, SlaPolicy, Target
from supportflow.conditions import evaluate
from supportflow.lifecycle import LifecycleDefinition, Transition
from supportflow.policy.verify.policy import verify
from supportflow.sla.metrics import Metric, While
from supportflow.triage.priority import LevelRule, OrderRule, PriorityPolicy

CLASSES = ("security", "dispute", "general")
FIELDS = {
    "tier": FieldSpec.choice("free", "pro"),
    "vip": FieldSpec.boolean(),
    "amount": FieldSpec.integer(minimum=0, maximum=3, nullable=True),
}
# Every ticket, as far as the conditions below can tell two apart.
VALUES = {
    "tier": ["free", "pro"],
    "vip": [True, False],
    "amount": [None, 0, 1, 2, 3],
    "channel": ["mail", "chat", "phone"],
    "priority_class": list(CLASSES),
}
TICKETS = [dict(zip(VALUES, values, strict=True)) for values in product(*VALUES.values())]

LEAVES = st.one_of(
    st.sampled_from(["free", "pro"]).map(lambda tier: Condition(field="tier", eq=tier)),
    st.booleans().map(lambda vip: Condition(field="vip", eq=vip)),
    st.integers(0, 3).map(lambda least: Condition(field="amount", ge=least)),
    st.integers(0, 3).map(lambda most: Condition(field="amount", le=most)),
    st.booleans().map(lambda there: Condition(field="amount", exists=there)),
    st.sampled_from([("mail",), ("chat",), ("mail", "chat")]).map(lambda some: Condition(field="channel", in_=some)),
)  # fmt: skip
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Condition(all=tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Condition(any=tuple(parts))),
        inner.map(lambda part: ~part),
    ),
    max_leaves=4,
)
SCOPES = st.sampled_from([(), ("security",), ("dispute", "general")])


def holds(condition, ticket):
    return condition is None or evaluate(condition, ticket)


def findings(policy, *kinds):
    return [finding for finding in verify(policy).findings if finding.kind in kinds]


def dead_paths(policy, prefix):
    found = findings(policy, "shadowed", "contradiction")
    return {finding.path for finding in found if finding.path.startswith(prefix)}


def check_blame(policy, rules):
    """Every rule that is said to stand before another does, and together they take all its tickets."""
    for finding in findings(policy, "shadowed", "contradiction"):
        if finding.path not in rules:
            continue
        mine = [ticket for ticket in TICKETS if rules[finding.path](ticket)]
        paths = list(rules)
        assert all(paths.index(path) < paths.index(finding.path) for path in finding.by)
        assert all(any(rules[path](ticket) for path in finding.by) for ticket in mine)
        assert bool(mine) is (finding.kind == "shadowed")


def never_first(rules):
    """The oracle: ask every ticket which rule is the first."""
    reached = set()
    for ticket in TICKETS:
        reached.add(next((path for path, matches in rules.items() if matches(ticket)), None))
    return set(rules) - reached


@given(st.lists(CONDITIONS, max_size=8))
@settings(max_examples=60)
def test_priority_rules(conditions):
    rules = tuple(
        PriorityRule(name=f"r{n}", when=when, priority_class="general") for n, when in enumerate(conditions)
    )
    policy = Policy(fields=FIELDS, rules=rules)
    naive = {f"rules.{n}": lambda ticket, when=when: holds(when, ticket) for n, when in enumerate(conditions)}
    assert dead_paths(policy, "rules.") == never_first(naive)
    check_blame(policy, naive)


@given(
    st.lists(st.tuples(CONDITIONS, SCOPES), max_size=6), st.lists(st.tuples(CONDITIONS, SCOPES), max_size=6)
)
@settings(max_examples=40)
def test_level_and_order_rules(levels, order):
    policy = Policy(
        fields=FIELDS,
        priority=PriorityPolicy(
            levels=tuple(
                LevelRule(name="l", when=when, classes=classes, level=1) for when, classes in levels
            ),
            order=tuple(OrderRule(name="o", when=when, classes=classes) for when, classes in order),
        ),
    )
    for section, rules in (("levels", levels), ("order", order)):
        naive = {
            f"priority.{section}.{n}": lambda ticket, when=when, classes=classes: (
                (not classes or ticket["priority_class"] in classes) and holds(when, ticket)
            )
            for n, (when, classes) in enumerate(rules)
        }
        assert dead_paths(policy, f"priority.{section}.") == never_first(naive)
        check_blame(policy, naive)


TARGETS = st.lists(st.tuples(st.sampled_from(["first_response", "agent_work"]), CONDITIONS), max_size=3)


@given(st.lists(st.tuples(st.none() | CONDITIONS, TARGETS), min_size=1, max_size=5))
@settings(max_examples=60)
def test_sla_policies_and_their_targets(drawn):
    policies = tuple(
        SlaPolicy(
            name=f"s{n}",
            when=when,
            targets=tuple(Target.of(metric, hours=1, when=only) for metric, only in targets),
        )
        for n, (when, targets) in enumerate(drawn)
    )
    policy = Policy(fields=FIELDS, sla=policies)

    applies = {f"sla.{n}": set() for n in range(len(policies))}
    applies |= {
        f"sla.{n}.targets.{k}": set() for n, one in enumerate(policies) for k in range(len(one.targets))
    }
    for number, ticket in enumerate(TICKETS):
        first = next((n for n, one in enumerate(policies) if holds(one.when, ticket)), None)
        if first is None:
            continue
        applies[f"sla.{first}"].add(number)
        taken = set()
        for place, target in enumerate(policies[first].targets):
            if target.slot not in taken and holds(target.when, ticket):
                taken.add(target.slot)
                applies[f"sla.{first}.targets.{place}"].add(number)

    idle = {path for path, tickets in applies.items() if not tickets}
    # Of a policy that never applies, its targets are not reported again.
    said = {path for path in idle if ".targets." not in path or path.partition(".targets.")[0] not in idle}
    assert dead_paths(policy, "sla.") == said
    for finding in findings(policy, "shadowed"):
        own = finding.path.partition(".targets.")[0]
        # A target of the same policy, or a policy before it.
        assert all(path.startswith(f"{own}.targets.") or ".targets." not in path for path in finding.by)
        assert finding.by

    gaps = findings(policy, "uncovered")
    missed = [ticket for ticket in TICKETS if not any(holds(one.when, ticket) for one in policies)]
    assert bool(gaps) is bool(missed)
    for gap in gaps:
        assert gap.severity == "warning"
        assert not any(holds(one.when, gap.witness) for one in policies)


def test_a_shadowed_rule_says_by_what():
    vip, pro = Condition(field="vip", eq=True), Condition(field="tier", eq="pro")
    rules = [vip, pro, vip & pro, ~vip & ~pro, Condition(field="channel", eq="mail"), vip & ~vip]
    policy = Policy(
        fields=FIELDS,
        rules=[
            PriorityRule(name=f"r{n}", when=when, priority_class="general") for n, when in enumerate(rules)
        ],
    )
    report = verify(policy)
    assert [str(finding) for finding in report.findings] == [
        "rules.2: never applies; rules.0 takes all its tickets before it",
        "rules.4: never applies; rules.0, rules.1 and rules.3 together take all its tickets before it",
        "rules.5: contradicts itself; no ticket matches it",
    ]
    assert not report.ok
    assert report.findings[1].by == ("rules.0", "rules.1", "rules.3")


def test_statuses_and_classes_are_known():
    def ruled(**comparison):
        when = Condition(**comparison)
        return verify(Policy(sla=[SlaPolicy(name="a", when=when), SlaPolicy(name="b")]))

    [finding] = ruled(field="status", eq="opne").findings
    assert (finding.severity, finding.kind, finding.path) == ("error", "never_equal", "sla.0.when.eq")
    assert finding.message == "'status' never holds 'opne'; did you mean 'open'?"
    [finding] = ruled(field="priority_class", in_=("general", "urgent")).findings
    assert (finding.kind, finding.path) == ("never_equal", "sla.0.when.in.1")
    every = ("new", "open", "pending", "on_hold", "resolved", "closed", "cancelled")
    [finding] = ruled(field="status", in_=every).findings
    assert (finding.kind, finding.path, finding.by) == ("shadowed", "sla.1", ("sla.0",))
    assert ruled(field="status", in_=every[1:]).findings == ()


def test_guards_and_metrics_that_can_never_hold():
    never = Condition(field="vip", eq=True) & Condition(field="vip", eq=False)
    lifecycle = LifecycleDefinition(
        statuses={"new": "new", "closed": "closed"},
        initial="new",
        transitions=[Transition(trigger="close", source=["new"], target="closed", guards=["never"])],
        guards={"never": never},
    )
    metric = Metric(name="m", start=["opened"], start_when=never, stop=["resolved"], pause=While(when=never))
    report = verify(Policy(fields=FIELDS, lifecycle=lifecycle, metrics=[metric]))
    assert [(finding.kind, finding.path) for finding in report.errors] == [
        ("contradiction", "metrics.0.start_when"),
        ("contradiction", "metrics.0.pause.when"),
        ("contradiction", "lifecycle.guards.never"),
    ]


def test_a_policy_that_cannot_be_used_says_only_that():
    lifecycle = LifecycleDefinition(statuses={"new": "new"}, initial="nwe", transitions=[])
    report = verify(
        Policy(lifecycle=lifecycle, sla=[SlaPolicy(name="a", when=Condition(field="vip", eq=True))])
    )
    assert {finding.kind for finding in report.findings} == {"invalid"}
    assert report.findings[0].path == "sla.0.when.field"
    report = verify(Policy(lifecycle=lifecycle))
    assert [(finding.path, finding.message) for finding in report.findings] == [
        ("lifecycle.initial", "unknown status 'nwe'")
    ]


def test_a_question_too_hard_is_said_to_be_undecided(monkeypatch):
    monkeypatch.setattr("supportflow.conditions.verification.SEARCH_LIMIT", 1)
    either = Condition(field="vip", eq=True) | Condition(field="tier", eq="pro")
    metric = Metric(name="m", start=["opened"], start_when=either, stop=["resolved"])
    policy = Policy(
        fields=FIELDS,
        metrics=[metric],
        sla=[SlaPolicy(name="a", when=either, targets=[
            Target.first_response(hours=2, when=either), Target.resolution(hours=1)])],
    )  # fmt: skip
    report = verify(policy)
    assert report.ok
    assert {finding.kind for finding in report.findings} == {"undecided"}
    assert {finding.path for finding in report.findings} == {
        "metrics.0.start_when",
        "sla",
        "sla.0",
        "sla.0.targets.0",
    }


def test_no_policy_at_all_is_no_gap():
    assert verify(Policy()).findings == ()
    assert verify(Policy(sla=[SlaPolicy(name="none")])).findings == ()


@pytest.mark.parametrize(
    ("heads", "paths"),
    [
        ({"security": 3, "dispute": 2, "general": 1}, []),
        ({"security": 1, "dispute": 2}, ["priority.head_start.dispute"]),
        ({"general": 1}, ["priority.head_start.general"]),
        ({}, []),
    ],
)
def test_head_starts_against_the_order_of_classes(heads, paths):
    policy = Policy(
        priority=PriorityPolicy(head_start={name: timedelta(seconds=head) for name, head in heads.items()})
    )
    found = findings(policy, "inverted_head_start")
    assert [finding.path for finding in found] == paths
    assert all(finding.severity == "warning" for finding in found)

"""Ladders as documents: what cannot be written, and what `check` finds in what can."""

# ruff: noqa: E501 - sentences are compared whole

import json
from itertools import pairwise

import pytest

from escalation.climbs import GROUPS, HOURS, ladder, moves, policy, share, tells
from supportflow import BusinessCalendar, Escalation, Ladder, LadderStep, Policy, load_policy
from supportflow.exceptions import PolicyError
from supportflow.policy import CompiledPolicy
from supportflow.policy.verify.policy import verify

GOOD = {"minutes": 5, "notify": ["agent:lena"]}


@pytest.mark.parametrize(
    "step",
    [
        {"notify": ["agent:lena"]},
        {**GOOD, **share(1)},
        {**GOOD, "after": "PT1M"},
        {**GOOD, "minutes": -1},
        {**GOOD, "minutes": "soon"},
        {**GOOD, "days": 1e9},
        {"days": 3_661, "notify": ["agent:lena"]},
        {"minutes": 5},
        {**GOOD, "group": "risk"},
        {**GOOD, "tier": "expert"},
        {**GOOD, "kind": "functional"},
        {**GOOD, "kind": "functional", "group": "risk", "tier": "expert"},
        {**GOOD, "notify": ["lena"]},
        {**GOOD, "notify": ["team:risk"]},
        {**GOOD, "notify": ["agent:"]},
        {**GOOD, "notify": ["agent:a\nb"]},
        {**GOOD, "notify": ["assignee:lena"]},
        {**GOOD, "level_up": 4},
        {**GOOD, "level_up": -1},
        {**GOOD, "repeat": {"minutes": 0, "times": 1}},
        {**GOOD, "repeat": {"minutes": 5, "times": 0}},
        {**GOOD, "repeat": {"minutes": 5, "times": 11}},
        {**GOOD, "repeat": {"minutes": 5, "every": "PT5M", "times": 1}},
        {"notify": ["agent:lena"], "at": {"target": "resolution", "share": 0}},
        {"notify": ["agent:lena"], "at": {"target": "resolution", "share": "nan"}},
        {**GOOD, "hour": 1},
        "tell lena",
        {**GOOD, "repeat": "often"},
    ],
)
def test_a_step_that_cannot_be_meant_is_refused(step):
    with pytest.raises(ValueError, match="validation error"):
        LadderStep.model_validate(step)
    with pytest.raises(ValueError, match="validation error"):
        Ladder.model_validate({"name": "l", "steps": [step]})


def test_a_ladder_has_steps_and_no_more_than_twenty():
    assert len(ladder(*[GOOD] * 20).steps) == 20
    for steps in ([], [GOOD] * 21):
        with pytest.raises(ValueError, match="validation error"):
            ladder(*steps)


def test_durations_have_short_forms_and_survive_json_and_toml():
    text = """
        [[groups]]
        name = "risk"
        [[escalation.ladders]]
        name = "night"
        until = "assigned"
        pause_on = ["pending"]
        when = { field = "priority_class", eq = "security" }
        steps = [
          { minutes = 90, notify = ["assignee", "group:risk"], repeat = { minutes = 30, times = 2 } },
          { after = "P1DT2H", kind = "functional", group = "risk", level_up = 1 },
        ]
    """
    document = load_policy(text, format="toml")
    first, second = document.escalation.ladders[0].steps
    assert (first.after.total_seconds(), first.repeat.every.total_seconds()) == (5_400, 1_800)
    assert second.after.total_seconds() == 26 * 3_600
    again = Policy.model_validate_json(document.canonical)
    assert again.escalation == document.escalation
    assert again.fingerprint == document.fingerprint
    assert json.loads(document.canonical)["escalation"]["ladders"][0]["steps"][0]["after"] == "PT1H30M"


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (policy(ladder(moves(5, "rsk"))), "escalation.ladders.0.steps.0.group: unknown group 'rsk'; did you mean 'risk'?"),
        (policy(ladder(GOOD, tells(5, "group:rsk"))), "escalation.ladders.0.steps.1.notify.0: unknown group 'rsk'; did you mean 'risk'?"),
        (policy(ladder(tells(5, "rotation:night"))), "escalation.ladders.0.steps.0.notify.0: unknown rotation 'night'"),
        (policy(ladder(tells(None, **share(1, "first_reponse")))), "escalation.ladders.0.steps.0.at.target: unknown target 'first_reponse'; did you mean 'first_response'?"),
        (policy(ladder(tells(5, calendar="offce")), calendars={"office": HOURS}), "escalation.ladders.0.steps.0.calendar: unknown calendar 'offce'; did you mean 'office'?"),
        (policy(ladder({"minutes": 5, "kind": "functional", "tier": "nosuch"})), "escalation.ladders.0.steps.0.tier: no group of the policy works in the tier 'nosuch'"),
        (policy(ladder({"minutes": 5, "kind": "functional", "tier": "compliance"}), groups=[]), "escalation.ladders.0.steps.0.tier: no group of the policy works in the tier 'compliance'"),
        (policy(ladder({"minutes": 5, "kind": "functional", "tier": "nosuch"}), routing={}), "escalation.ladders.0.steps.0.tier: unknown tier 'nosuch'"),
        (policy(ladder(GOOD), ladder(GOOD)), "escalation.ladders: two ladders are named 'night'"),
        (policy(ladder(GOOD, when={"field": "chanel", "eq": "x"})), "escalation.ladders.0.when"),
    ],
)  # fmt: skip
def test_names_that_mean_nothing_are_found_before_anything_runs(document, problem):
    with pytest.raises(PolicyError) as wrong:
        CompiledPolicy(Policy.model_validate(document.model_dump(exclude_unset=True, by_alias=True)))
    assert len(wrong.value.problems) == 1
    assert wrong.value.problems[0].startswith(problem)


def test_a_calendar_of_a_step_counts_as_one_of_the_policy():
    compiled = CompiledPolicy(policy(ladder(tells(5, calendar=HOURS))))
    (rung,) = compiled.ladders.rungs(compiled.ladders.named("night"), 0, compiled.calendar)
    assert compiled.calendar(rung.calendar) == HOURS


def test_publishing_expands_the_holidays_of_a_calendar_in_a_step():
    pytest.importorskip("holidays")
    german = BusinessCalendar.from_country("DE", tz="Europe/Berlin", weekly={"mon": [("09:00", "17:00")]})
    (step,) = policy(ladder(tells(5, calendar=german))).published().escalation.ladders[0].steps
    assert not step.calendar.country
    assert step.calendar.holidays


def found(*ladders: Ladder, **fields) -> list[tuple[str, str, str]]:
    report = verify(policy(*ladders, **fields))
    return [
        (one.severity, one.kind, one.path) for one in report.findings if one.path.startswith("escalation")
    ]


def test_ladders_that_never_start():
    vip = {"field": "level", "le": 2}
    never = {"all": [{"field": "level", "eq": 1}, {"field": "level", "eq": 2}]}
    assert found(
        ladder(GOOD, name="all"), ladder(GOOD, name="vip", when=vip), ladder(GOOD, name="never", when=never)
    ) == [
        ("error", "shadowed", "escalation.ladders.1"),
        ("error", "contradiction", "escalation.ladders.2"),
    ]  # fmt: skip
    assert found(ladder(GOOD, name="vip", when=vip), ladder(GOOD, name="all")) == []


def test_steps_out_of_order_on_one_scale():
    assert found(ladder(tells(30), tells(10))) == [("error", "out_of_order", "escalation.ladders.0.steps.1")]
    assert found(ladder(tells(None, **share(1)), tells(20), tells(None, **share(0.5)), tells(20))) == [
        ("error", "out_of_order", "escalation.ladders.0.steps.2")
    ]
    assert found(ladder(tells(10), tells(30), tells(20))) == [
        ("error", "out_of_order", "escalation.ladders.0.steps.2")
    ]
    assert found(ladder(tells(30), tells(10, calendar=HOURS), tells(None, **share(0.1)), tells(30))) == []
    assert found(ladder(tells(None, **share(1)), tells(None, **share(0.5, "resolution")))) == []


def test_functional_steps_that_hand_a_ticket_back():
    path = "escalation.ladders.0.steps"
    assert found(ladder(moves(5, "risk"), moves(10, "legal"), moves(15, "risk"))) == [
        ("error", "hands_back", f"{path}.2")
    ]
    assert found(ladder(moves(5, "risk"), tells(7), moves(10, "risk"))) == [
        ("warning", "hands_back", f"{path}.2")
    ]
    tier = {"minutes": 20, "kind": "functional", "tier": "compliance"}
    assert found(ladder(moves(5, "risk"), moves(10, "legal"), tier)) == [("error", "hands_back", f"{path}.2")]
    assert found(ladder(moves(5, "c2c"), moves(10, "risk"), moves(15, "legal"))) == []


def test_findings_read_as_sentences():
    report = verify(policy(ladder(moves(30, "risk"), moves(10, "legal"), moves(40, "risk"))))
    assert [str(one) for one in report.errors] == [
        "escalation.ladders.0.steps.1: comes before steps.0, which stands above it",
        "escalation.ladders.0.steps.2: hands the ticket back to 'risk', which had it from steps.0",
    ]


def test_an_empty_section_changes_no_fingerprint():
    assert Policy().fingerprint == Policy.model_validate({}).fingerprint
    versions = [
        Policy(),
        Policy(escalation=Escalation()),
        policy(ladder(GOOD)),
        policy(ladder(GOOD, until="assigned")),
    ]
    assert all(one.fingerprint != other.fingerprint for one, other in pairwise(versions))
    assert CompiledPolicy(Policy()).ladders.empty
    assert CompiledPolicy(policy(ladder(GOOD))).ladders
    assert [group.name for group in GROUPS if group.tier == "compliance"] == ["risk", "legal"]

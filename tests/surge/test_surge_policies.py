"""Surges in a policy: what is found wrong with them at load, and what one changes."""

import json
from datetime import timedelta

import pytest

from supportflow import (
    Arrivals,
    Condition,
    OrderRule,
    Policy,
    SlaPolicy,
    Surge,
    Target,
    load_policy,
    policy_diff,
)
from supportflow.cli import main
from supportflow.exceptions import PolicyError
from supportflow.policy import CompiledPolicy
from supportflow.policy.overlay import overlaid
from supportflow.policy.verify.policy import verify
from surge.square import CRASH, policy


def problems(document: Policy) -> list[str]:
    """What is wrong with a policy."""
    try:
        CompiledPolicy(document)
    except PolicyError as error:
        return list(error.problems)
    return []


def with_surge(**fields: object) -> Policy:
    """The policy with one surge."""
    return policy(surges={"flood": Surge.model_validate(fields)})


RULE = OrderRule(name="x", when=Condition(field="channel", eq="chat"))


@pytest.mark.parametrize(
    ("surge", "problem"),
    [
        ({}, "surges.flood: changes nothing"),
        ({"targets": {"gold": 2}}, "surges.flood.targets.gold: unknown SLA policy or target"),
        (
            {"targets": {"standard/resolutoin": 2}},
            "surges.flood.targets.standard/resolutoin: unknown SLA policy or target; did you mean 'standard/resolution'?",
        ),
        (
            {"calls_in": ["reserves"]},
            "surges.flood.calls_in.0: unknown calendar 'reserves'; did you mean 'reserve'?",
        ),
        ({"calls_in": ["reserve", "reserve"]}, "surges.flood.calls_in: 'reserve' is listed twice"),
        ({"busy_in": ["resolved"]}, "surges.flood.busy_in: a ticket that is resolved needs nobody"),
        (
            {"order": [RULE.model_copy(update={"classes": ("securty",)})]},
            "surges.flood.order.0.classes.0: unknown class 'securty'; did you mean 'security'?",
        ),
        (
            {"order": [RULE, RULE.model_copy(update={"when": Condition(field="catgory", eq="x")})]},
            "surges.flood.order.1.when",
        ),
        (
            {
                "targets": 2,
                "when": Arrivals(count=2, within="PT1M", condition=Condition(field="chanel", eq="x")),
            },
            "surges.flood.when.condition",
        ),
        (
            {
                "targets": 2,
                "when": Arrivals(count=2, within="PT1M", condition=Condition(field="open_for", ge=5)),
            },
            "surges.flood.when.condition: 'open_for' changes while nothing happens",
        ),
    ],
)
def test_what_is_wrong_with_a_surge_is_told_at_its_place(surge, problem):
    (found,) = problems(with_surge(**surge))
    assert found.startswith(problem)


def test_a_surge_of_routing_needs_routing():
    found = problems(policy(routing=None, surges={"crash": CRASH}))
    assert [one.partition(": ") for one in found] == [
        (f"surges.crash.{field}", ": ", "the policy has no routing")
        for field in ("offer_for", "weights", "calls_in")
    ]


def test_a_share_changes_durations_and_nothing_else():
    text = (
        "sla: [{name: gold, targets: [{metric: resolution, working_days: 2}]}]\nsurges: {slow: {targets: 2}}"
    )
    with pytest.raises(PolicyError) as wrong:
        load_policy(text, format="yaml")
    assert wrong.value.problems == ("surges.slow.targets: the policy has no target with a duration (line 2)",)
    days = load_policy(text.partition("\n")[0], format="yaml")
    named = days.model_copy(update={"surges": {"slow": Surge(targets={"gold/total_resolution": 2})}})
    assert problems(named) == [
        "surges.slow.targets.gold/total_resolution: counts working days, which a share cannot change"
    ]


def test_head_starts_leave_no_place_for_order_rules():
    document = policy(
        priority={"head_start": {"security": timedelta(hours=1)}}, surges={"flood": Surge(order=[RULE])}
    )
    (found,) = problems(document)
    assert found.startswith("surges.flood: with it, priority.head_start: with head starts, age alone decides")


def test_surges_that_do_not_go_together_are_found_before_anybody_declares_them():
    rules = tuple(RULE for _ in range(5_000))
    document = policy(surges={"one": Surge(order=rules), "two": Surge(order=rules)})
    (found,) = problems(document)
    assert found.startswith("surges: with all of them at once, priority: tells 10000 places")


def test_a_policy_that_is_wrong_without_its_surges_says_only_that():
    document = policy(default_class="securty")
    assert problems(document) == ["default_class: unknown class 'securty'; did you mean 'security'?"]
    assert [finding.path for finding in verify(with_surge()).errors] == ["surges.flood"]


def test_what_a_surge_changes():
    base = policy()
    found = {one.path: (one.old, one.new) for one in policy_diff(base, overlaid(base, ("crash",)))}
    assert found.pop("surges.crash")[1] is None
    assert found.pop("surges.night")[1] is None
    assert found.pop("surges.phishing")[1] is None
    overlay = found.pop("overlay")[1]
    assert (overlay["surges"], overlay["calls_in"]) == (["crash"], ["reserve"])
    assert found.pop("priority")[0] is None
    assert found == {
        "name": ("default", "default + crash"),
        "sla.standard.targets.first_response.duration": ("PT1H", "PT2H"),
        "sla.standard.targets.first_response.warn_at": ([0.5, "PT10M"], [0.5, "PT20M"]),
        "sla.standard.targets.resolution.duration": ("PT4H", "PT12H"),
        "routing.weights.chat": (2, 1),
        "routing.offer_for": ("PT1M", "PT20S"),
        "greetings.en": ("Hello.", "Many people write to us today."),
        "greetings.zh": ("您好。", "今天咨询量很大。"),
    }


def test_a_difference_of_order_is_one_and_of_a_spelt_out_default_none():
    base = policy()
    turned = base.model_copy(update={"sla": base.sla[::-1]})
    assert policy_diff(base, turned) == (("sla (order)", ["security", "standard"], ["standard", "security"]),)
    assert policy_diff(base, base.model_copy(update={"default_level": 3})) == ()
    assert base.model_copy(update={"default_level": 3}).fingerprint != base.fingerprint


def test_what_stays_unset_stays_the_policys_and_none_makes_offers_hold_for_ever():
    base = policy()
    assert overlaid(base, ("night",)).routing == base.routing
    endless = overlaid(with_surge(offer_for=None), ("flood",)).routing
    assert endless is not None
    assert endless.offer_for is None
    assert endless.acceptance == "offer"
    assert problems(with_surge(acceptance=None)) == ["surges.flood: changes nothing"]


def test_a_target_is_never_nothing_and_never_beyond_all_time():
    short, long = (overlaid(with_surge(targets=share), ("flood",)) for share in (0.01, 100))
    assert short.sla[0].targets[0].duration == timedelta(seconds=9)
    assert long.sla[1].targets[1].duration == timedelta(hours=400)


# --- the command line ----------------------------------------------------------------------


@pytest.fixture
def diff(tmp_path, capsys):
    def run(*arguments: object, **documents: Policy) -> tuple[int, str]:
        paths = []
        for name, document in documents.items():
            path = tmp_path / f"{name}.json"
            path.write_text(document.canonical, encoding="utf-8")
            paths.append(str(path))
        status = main(["diff", *paths, *map(str, arguments)])
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return run


def test_diff_of_a_surge(diff):
    status, out = diff("--surge", "night", one=policy())
    assert (status, out.splitlines()) == (
        0,
        [
            'sla.security.targets.first_response.duration: "PT15M" -> "PT7M30S"',
            'sla.standard.targets.first_response.duration: "PT1H" -> "PT30M"',
            'sla.standard.targets.first_response.warn_at: [0.5, "PT10M"] -> [0.5, "PT5M"]',
            'sla.standard.targets.resolution.duration: "PT4H" -> "PT2H"',
            "4 differences",
        ],
    )
    status, out = diff("--surge", "night", "--surge", "crash", "--json", one=policy())
    document = json.loads(out)
    assert (document["document"], document["schema"]) == ("diff", 1)
    paths = [one["path"] for one in document["differences"]]
    assert {"overlay", "routing.weights.chat", "priority"} < set(paths)
    assert status == 0


def test_diff_of_two_policies(diff):
    one, other = policy(surges={}), policy(surges={}, default_level=2)
    assert diff(one=one, other=other) == (0, "default_level: 3 -> 2\n1 difference\n")
    assert diff(one=one, other=one) == (0, "0 differences\n")


def test_diff_tells_the_fields_of_what_is_new_and_no_endless_line(diff):
    targets = [Target.first_response(minutes=5)]
    one = policy(surges={}, public_channels=[f"channel {number}" for number in range(50)])
    other = policy(
        surges={},
        public_channels=[f"channel {number}" for number in range(1, 60)],
        sla=[*policy().sla, SlaPolicy(name="vip", calendar="24x7", targets=targets)],
    )
    lines = diff(one=one, other=other)[1].splitlines()
    assert 'sla.vip.calendar: - -> "24x7"' in lines
    assert 'sla.vip.targets.first_response.duration: - -> "PT5M"' in lines
    assert 'public_channels: without "channel 0"; with ' in "\n".join(lines)
    assert "and 2 more" in next(line for line in lines if line.startswith("public_channels"))
    assert max(map(len, lines)) < 300
    back = diff(one=other, other=one)[1]
    assert 'sla.vip.calendar: "24x7" -> -' in back
    long = policy(surges={}, name="x" * 100), policy(surges={}, name="y" * 100)
    assert diff(one=long[0], other=long[1])[1].count("\n") == 2


def test_diff_that_cannot_be(diff):
    assert diff(one=policy()) == (
        2,
        "supportflow: OTHER: name another policy, or a surge with --surge; one of them\n",
    )
    assert diff("--surge", "crash", one=policy(), other=policy())[0] == 2
    assert "did you mean 'crash'" in diff("--surge", "crush", one=policy())[1]
    assert diff("--surge", "flood", one=with_surge())[0] == 2

"""When a clock warns: what can be written, and that each warning comes once and before its breach."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from supportflow import Desk, Policy, SlaPolicy, Target
from supportflow.events import SlaBreached, SlaWarned
from supportflow.exceptions import PolicyError
from supportflow.policy.verify.policy import verify
from supportflow.testing import ManualClock

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def target(*warn_at, **duration):
    return Target.resolution(**(duration or {"hours": 4}), warn_at=list(warn_at))


def told(*warn_at, precise="%H:%M:%S", **duration):
    """Milestones and their times, for a ticket that is opened at 10:00 and never answered."""
    policy = Policy(sla=[SlaPolicy(name="g", targets=[target(*warn_at, **duration)])])
    clock = ManualClock("2026-03-25T10:00:00Z")
    desk = Desk(policy, clock=clock)
    desk.open(subject="x", requester="ana", ref="1")
    clock.advance(hours=30)
    desk.run_due()
    heard = [event for event in desk.history(ref="1") if isinstance(event, SlaWarned | SlaBreached)]
    return [(getattr(event, "milestone", "breach"), f"{event.reached_at:{precise}}") for event in heard]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (0.75, 0.75), ("75%", 0.75), ("75 %", 0.75), ("0.75", 0.75), (".5", 0.5), ("33.3%", 0.333), ("0.5%", 0.005),
        (Decimal("0.25"), 0.25), ("PT15M", 15 * MINUTE), (15 * MINUTE, 15 * MINUTE), ("P1D", timedelta(days=1)),
    ],
    ids=repr,
)  # fmt: skip
def test_what_can_be_written(written, read):
    [warn] = target(written).warn_at
    assert warn == read
    assert type(warn) is type(read)


@pytest.mark.parametrize(
    "written",
    [
        75, 50, 90.0, 1, 1.0, 0, 0.0, -0.5, -5, True, float("nan"), float("inf"), "75", "1.0", "0", "100%", "0%", "-5%",
        "175%", "%", "7 5%", "75%%", "٧٥%", "0.", "1e-3", "15:00", "PT0S", "-PT5M", timedelta(0), -MINUTE, "P1M", "P1Y",
        "", None, [0.5], "half",
    ],
    ids=repr,
)  # fmt: skip
def test_what_cannot_be_meant(written):
    with pytest.raises(PolicyError) as refused:
        target(written)
    [problem] = refused.value.problems
    assert problem.startswith("warn_at.0: ")


@pytest.mark.parametrize("written", [75, "75", 1, True, -5, "100%"], ids=repr)
def test_the_error_says_how_to_write_it(written):
    with pytest.raises(
        PolicyError, match=r"write a share of the target such as 0.75 or '75%', or a time before"
    ):
        target(written)


def test_percent_and_share_are_the_same():
    shares = [("warn:0.5", "12:00:00"), ("warn:0.75", "13:00:00"), ("breach", "14:00:00")]
    assert told("50%", "75%") == told(0.5, 0.75) == shares


@pytest.mark.parametrize(
    "twins",
    [(0.5, 0.5), ("50%", 0.5), (2 * HOUR, "PT2H"), (0.5, 2 * HOUR), ("PT2H", "50%", 0.5), (0.12341, 0.12342)],
)
def test_twins_are_one(twins):
    assert len(told(*twins)) == 2
    policy = Policy(sla=[SlaPolicy(name="g", targets=[target(*twins)])])
    found = [finding for finding in verify(policy).warnings if finding.kind == "twin_warning"]
    assert [finding.path for finding in found] == [
        f"sla.0.targets.0.warn_at.{n}" for n in range(1, len(twins))
    ]
    assert {finding.by for finding in found} == {("sla.0.targets.0.warn_at.0",)}


@pytest.mark.parametrize("apart", [(0.5, 0.75), (0.5, HOUR), (HOUR, 2 * HOUR), (0.5, 0.501)])
def test_what_is_no_twin(apart):
    assert len(told(*apart)) == 3
    assert verify(Policy(sla=[SlaPolicy(name="g", targets=[target(*apart)])])).warnings == ()


def test_twins_on_a_target_in_working_days():
    """Its length differs from day to day, so that half of it and two hours may be apart."""
    policy = Policy(sla=[SlaPolicy(name="g", targets=[target(0.5, "50%", "PT2H", working_days=1)])])
    assert [finding.path for finding in verify(policy).warnings] == ["sla.0.targets.0.warn_at.1"]


SHARES = st.integers(1, 99).map(lambda n: n / 100) | st.integers(1, 99).map(lambda n: f"{n}%")
SPANS = st.integers(1, 600).map(lambda n: n * MINUTE)


@given(st.lists(SHARES | SPANS, max_size=6), st.integers(1, 600))
@example([0.01, 1 * MINUTE], 1)  # within one second of each other
def test_each_warning_comes_once_and_before_the_breach(warn_at, minutes):
    heard = told(*warn_at, precise="%H:%M:%S.%f", minutes=minutes)
    assert heard[-1][0] == "breach"
    assert len({at for _, at in heard[:-1]}) == len({key for key, _ in heard[:-1]}) == len(heard) - 1
    naive = {
        minutes * 60 * (int(w[:-1]) / 100 if isinstance(w, str) else w) if not isinstance(w, timedelta)
        else minutes * 60 - w.total_seconds()
        for w in warn_at
    }  # fmt: skip
    assert len(heard) - 1 <= len({round(one, 6) for one in naive if one >= 0})
    assert bool(len(heard) - 1) == any(one >= 0 for one in naive)

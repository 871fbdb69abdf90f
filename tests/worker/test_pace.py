"""Pauses: exponential, bounded, never past the next wake-up, never zero."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.exceptions import InvalidInput
from supportflow.worker import Pace


def test_the_pause_doubles_while_nothing_is_due():
    pace = Pace(idle_min_s=0.05, idle_max_s=2.0)
    assert [pace.idle(rounds, 60) for rounds in range(9)] == [0.05, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]


def test_it_ends_at_the_next_wake_up():
    assert Pace().idle(20, 0.3) == 0.3


def test_what_is_due_and_fails_does_not_keep_a_worker_running():
    assert Pace(idle_max_s=2.0).idle(20, 0.0) == 2.0


def test_retries_double_with_half_of_the_pause_left_to_chance():
    pace = Pace(retry_min_s=1, retry_max_s=10)
    assert [pace.retry(failures, 1.0) for failures in range(1, 7)] == [1, 2, 4, 8, 10, 10]
    assert pace.retry(3, 0.0) == 2


@given(st.integers(0, 10**9), st.floats(0, 1e9), st.floats(0, 1, exclude_max=True))
def test_no_pause_is_zero_or_longer_than_the_longest(times, ahead, chance):
    pace = Pace()
    assert 0 < pace.idle(times, ahead) <= pace.idle_max_s
    assert 0 < pace.retry(times, chance) <= pace.retry_max_s


@pytest.mark.parametrize(
    "wrong",
    [
        {"idle_min_s": 0},
        {"idle_min_s": 3},
        {"retry_min_s": -1},
        {"retry_max_s": 0.1},
        {"idle_max_s": float("nan")},
    ],
)
def test_a_pace_that_would_never_rest_is_refused(wrong):
    with pytest.raises(InvalidInput):
        Pace(**wrong)

"""Arrays of questions give the answers of one at a time."""

import sys
import warnings
from datetime import UTC, datetime, timedelta

import pendulum
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow.calendars import BusinessCalendar
from supportflow.exceptions import (
    CalendarHorizonError,
    InvalidInput,
    MissingExtra,
    NaiveDatetimeError,
    NoWorkingTime,
)

np = pytest.importorskip("numpy")

HOUR = 3600 * 10**6
NOW = 1_780_000_000_000_000
CALENDARS = [
    BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin", holidays=["2026-12-25"]),
    BusinessCalendar(
        tz="America/New_York",
        weekly={"mon": [("09:00", "09:01"), ("22:00", "06:00")], "sat": [("00:00", "24:00")]},
    ),
    BusinessCalendar(
        tz="UTC",
        weekly={"tue": [("00:00:00", "00:00:01"), ("00:00:02", "00:00:03"), ("00:00:04", "00:00:05")]},
    ),
    BusinessCalendar.always(),
]
near = st.integers(NOW - 9 * 10**15 // 10, NOW + 9 * 10**15 // 10)
anywhere = st.one_of(near, near, near, st.integers(-(10**16), 10**17))
work = st.one_of(st.integers(-500 * HOUR, 500 * HOUR), st.just(0))


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(CALENDARS),
    st.lists(st.tuples(anywhere, work), min_size=1, max_size=40),
    st.sampled_from([None, "close", "open"]),
)
def test_adding(calendar, questions, edge):
    starts, durations = (np.array(column, dtype=np.int64) for column in zip(*questions, strict=True))
    try:
        expected = [calendar.add_us(t, us, edge) for t, us in questions]
    except NoWorkingTime:  # three seconds of work a week, and a month of them asked for before year 1
        with pytest.raises(NoWorkingTime):
            calendar.add_many(starts, durations, edge=edge)
        return
    out = calendar.add_many(starts, durations, edge=edge)
    assert out.dtype == np.int64
    assert out.tolist() == expected


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CALENDARS), st.lists(st.tuples(anywhere, anywhere), min_size=1, max_size=40))
def test_elapsed(calendar, questions):
    a, b = (np.array(column, dtype=np.int64) for column in zip(*questions, strict=True))
    assert calendar.elapsed_many(a, b).tolist() == [calendar.elapsed_us(x, y) for x, y in questions]


def test_growing_many_at_once():
    calendar = BusinessCalendar.weekdays("09:00", "17:00", tz="UTC", name="fresh")
    starts = NOW + np.arange(2000, dtype=np.int64) * 86_400 * 10**6
    durations = np.arange(2000, dtype=np.int64)[::-1] * HOUR
    same = BusinessCalendar.weekdays("09:00", "17:00", tz="UTC", name="slow")
    pairs = zip(starts.tolist(), durations.tolist(), strict=True)
    assert calendar.add_many(starts, durations).tolist() == [same.add_us(t, us) for t, us in pairs]


def test_kinds_of_input():
    office = CALENDARS[0]
    start = datetime(2026, 3, 27, 15, tzinfo=UTC)
    due = start + timedelta(days=3, hours=-1)
    for starts in (
        [start],
        [pendulum.instance(start)],
        (start,),
        np.array(["2026-03-27T15:00"], dtype="datetime64[s]"),
    ):
        for durations in (timedelta(hours=8), [timedelta(hours=8)], np.timedelta64(8, "h"), 8 * HOUR):
            answer = office.add_many(starts, durations)
            assert answer.dtype == np.dtype("datetime64[us]")
            assert answer.tolist() == [due.replace(tzinfo=None)]
    elapsed = office.elapsed_many([start], [due])
    assert elapsed.dtype == np.dtype("timedelta64[us]")
    assert elapsed.tolist() == [timedelta(hours=8)]
    us = int(start.timestamp()) * 10**6
    assert office.add_many(us, 8 * HOUR).shape == ()
    assert office.add_many([[us], [us]], [8 * HOUR, HOUR]).shape == (2, 2)
    assert office.add_many([], []).tolist() == []
    assert office.elapsed_many(np.array([], dtype=np.int64), np.array([], dtype=np.int64)).tolist() == []


def test_what_one_refuses_many_refuse():
    with pytest.raises(NaiveDatetimeError):
        CALENDARS[0].add_many([datetime(2026, 1, 1)], HOUR)
    with pytest.raises(InvalidInput, match="starts"):
        CALENDARS[0].add_many([0.5], HOUR)
    with pytest.raises(InvalidInput, match="edge"):
        CALENDARS[0].add_many([0], HOUR, edge="no")
    event = BusinessCalendar(tz="UTC", overrides={"2026-01-01": [("09:00", "10:00")]})
    with pytest.raises(NoWorkingTime):
        event.add_many([NOW], [HOUR])
    vouched = BusinessCalendar.weekdays("09:00", "17:00", tz="UTC", vouched_until="2026-12-31", beyond="fail")
    with pytest.raises(CalendarHorizonError):
        vouched.add_many([NOW, NOW], [HOUR, 4000 * HOUR])


def test_without_numpy(monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(MissingExtra, match="supportflow\\[numpy\\]"):
        CALENDARS[0].add_many([0], [1])
    with pytest.raises(MissingExtra):
        CALENDARS[0].elapsed_many([0], [1])


def without_unit(make):
    """NumPy 2.5 warns of what has no unit, and makes it all the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return make()


@pytest.mark.parametrize(
    ("durations", "reason"),
    [
        (np.timedelta64(1, "M"), "counts months or years, which have no fixed length"),
        (np.array([1, 2], dtype="m8[Y]"), "counts months or years, which have no fixed length"),
        ([np.timedelta64(3, "M")], "counts months or years, which have no fixed length"),
        ([pendulum.duration(months=1)], "counts months or years, which have no fixed length"),
        (without_unit(lambda: np.array([1], dtype="m8")), "has no unit"),
        (np.array([1, "NaT"], dtype="m8[h]"), "holds NaT, which is no time"),
        (without_unit(lambda: np.timedelta64("NaT")), "holds NaT, which is no time"),
    ],
)
def test_arrays_that_are_no_durations(durations, reason):
    with pytest.raises(InvalidInput) as refused:
        CALENDARS[0].add_many(np.array(["2026-03-02T09"], dtype="M8[us]"), durations)
    assert (refused.value.field, refused.value.reason) in {("durations", reason), ("duration", reason)}


def test_an_array_without_a_time():
    with pytest.raises(InvalidInput) as refused:
        CALENDARS[0].elapsed_many(np.array(["2026-03-02", "NaT"], dtype="M8[D]"), np.datetime64("2026-03-05"))
    assert (refused.value.field, refused.value.reason) == ("starts", "holds NaT, which is no time")

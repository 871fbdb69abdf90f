"""Every stored row holds instants: reading and writing them is exact over all years."""

from datetime import UTC, datetime, timedelta, timezone

import pendulum
from hypothesis import given
from hypothesis import strategies as st

from supportflow._time import from_us, instant, iso, to_us

ALL = st.datetimes(timezones=st.just(UTC))


@given(ALL)
def test_a_stored_instant_comes_back_as_it_was(moment):
    text = iso(from_us(to_us(moment)))
    back = instant(text)
    assert type(back) is pendulum.DateTime
    assert back.tzinfo is pendulum.UTC
    assert (to_us(back), back.fold, iso(back)) == (to_us(moment), 0, text)
    assert datetime.fromisoformat(text) == moment
    assert len(text) == 27


@given(ALL, st.integers(-14 * 60, 14 * 60))
def test_any_offset_gives_the_same_instant(moment, minutes):
    try:
        text = moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
    except OverflowError:
        return
    assert to_us(instant(text)) == to_us(moment)


@given(st.lists(ALL, min_size=2, max_size=2))
def test_sorted_as_text_is_sorted_in_time(moments):
    first, second = moments
    assert (iso(first) < iso(second)) == (first < second)

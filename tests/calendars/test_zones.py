"""Offset changes are found exactly: against the bytes of the zone files."""

import itertools
import random
from datetime import datetime, timedelta, tzinfo
from importlib import resources
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.oracle import timestamp, tzif, tzif_ends
from supportflow.calendars import BusinessCalendar
from supportflow.calendars.zones import _PROBE_US, CYCLE_US, SETTLED_US, UNRULED_US, Zone, zone
from supportflow.exceptions import CalendarError

KEYS = sorted(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())
SECOND = 1_000_000


def changes_of(key, lo, hi):
    parts = list(Zone(key, "package").segments(lo, hi))
    assert parts[0][0] == lo
    assert parts[-1][1] == hi
    assert all(a[1] == b[0] for a, b in itertools.pairwise(parts))
    joined = [(b[0] // SECOND, a[2] // SECOND, b[2] // SECOND) for a, b in itertools.pairwise(parts)]
    return [change for change in joined if change[1] != change[2]]


def compare(key):
    listed = tzif(key)
    # Later changes follow the rule at the end of the file, which the file does not list.
    end = SETTLED_US if tzif_ends(key) is None else (tzif_ends(key) + 1) * SECOND
    assert changes_of(key, UNRULED_US - 10**15, end) == listed


@pytest.mark.parametrize(
    "key", [*random.Random(7).sample(KEYS, 25), "Africa/Freetown", "Africa/Casablanca", "Antarctica/Troll"]
)
def test_every_change_of_a_zone_is_found(key):
    compare(key)


@pytest.mark.exhaustive
@pytest.mark.parametrize("key", KEYS)
def test_every_change_of_every_zone_is_found(key):
    compare(key)


def test_no_change_can_hide_between_two_probes():
    shortest = min(
        later - at
        for key in KEYS
        for (at, before, _), (later, _, after) in zip(tzif(key), tzif(key)[1:], strict=False)
        if before == after
    )
    assert shortest > _PROBE_US // SECOND


def test_the_rules_begin_and_settle_where_we_say():
    instants = [at * SECOND for key in KEYS for at, _, _ in tzif(key)]
    assert min(instants) > UNRULED_US
    assert max(instants) < SETTLED_US


@pytest.mark.parametrize(
    "key", ["Europe/Berlin", "America/Santiago", "Africa/Casablanca", "Australia/Lord_Howe"]
)
def test_the_far_future_repeats_after_400_years(key):
    near = changes_of(key, SETTLED_US, SETTLED_US + CYCLE_US)
    probe = Zone(key, "package")
    for at, before, after in near[:: max(len(near) // 40, 1)]:
        for cycle in (1, 7):
            later = at * SECOND + cycle * CYCLE_US
            assert (probe.offset(later - SECOND), probe.offset(later)) == (before * SECOND, after * SECOND)
    assert changes_of(key, SETTLED_US + 3 * CYCLE_US, SETTLED_US + 4 * CYCLE_US) == [
        (at + 3 * CYCLE_US // SECOND, before, after) for at, before, after in near
    ]


def test_changes_are_the_same_however_they_were_asked_for():
    whole = changes_of("America/New_York", timestamp(1990, 1, 1) * SECOND, timestamp(2030, 1, 1) * SECOND)
    assert len(whole) == 80
    grown = Zone("America/New_York", "package")
    for year in (2010, 1995, 2029, 2001, 1990):
        list(grown.segments(timestamp(year, 1, 1) * SECOND, timestamp(year + 1, 1, 1) * SECOND))
    parts = list(grown.segments(timestamp(1990, 1, 1) * SECOND, timestamp(2030, 1, 1) * SECOND))
    assert [part[0] // SECOND for part in parts[1:]] == [at for at, _, _ in whole]


def test_the_copy_of_tzdata_can_be_chosen_and_is_known():
    import tzdata

    packaged = BusinessCalendar.always("Europe/Berlin", tzdata="package")
    assert (packaged.tzdata_source, packaged.tzdata_version) == ("package", tzdata.IANA_VERSION)
    own = BusinessCalendar.always("Europe/Berlin")
    assert own.tzdata_source in ("system", "package")
    assert own.tzdata_version
    assert packaged != own
    assert packaged.core is not own.core


def test_zones_that_only_one_copy_has():
    with pytest.raises(CalendarError, match="package copy"):
        BusinessCalendar.always("localtime", tzdata="package")
    assert len(set(KEYS) & available_timezones()) > 500
    assert zone("UTC") is zone("UTC")


class StepZone(tzinfo):
    """A zone that changes its offset when a table says so."""

    def __init__(self, steps):
        self.steps = steps

    def fromutc(self, dt):
        at = (dt.replace(tzinfo=None) - datetime(1970, 1, 1)) // timedelta(seconds=1)
        return dt + timedelta(seconds=[offset for since, offset in self.steps if since <= at][-1])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 20 * 86_400), st.integers(-50_000, 50_000)), min_size=1, max_size=6),
    st.integers(0, 2_000_000),
    st.booleans(),
)
def test_changes_at_any_second_are_found(gaps, late, aligned):
    begin = timestamp(2000, 1, 1)
    steps, at, now = [(-(10**12), 0)], begin, 0
    for gap, offset in gaps:
        at += 3 * 86_400 + (gap // (3 * 86_400) * 3 * 86_400 + gap % 2 if aligned else gap)
        if offset != now:
            steps.append((at, offset))
            now = offset
    end = (at + 86_400) * SECOND + late
    # Asked at once, or in parts that meet exactly at a change: from the right, or from the left.
    for parts in ([], [(at * SECOND, end)], [(begin * SECOND, at * SECOND)]):
        fake = Zone("UTC", "package")
        fake.tzinfo = StepZone(steps)
        for part in parts:
            list(fake.segments(*part))
        found = list(fake.segments(begin * SECOND, end))
        assert [(start // SECOND, offset // SECOND) for start, _, offset in found[1:]] == steps[1:]

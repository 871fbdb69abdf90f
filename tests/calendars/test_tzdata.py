"""Two copies of the zone data on one machine: which one is read, what it is called, and what comes back."""

import os
import pickle
import subprocess
import sys
import zoneinfo
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pendulum
import pytest
import pytz
import tzdata as package
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow.calendars import BusinessCalendar
from supportflow.calendars.differing import first_apart, zones_differ
from supportflow.calendars.tzdata import Copies, chosen_copy, is_newer, tzdata_copies, version_key, version_of
from supportflow.calendars.zones import Zone, zone
from supportflow.exceptions import CalendarError
from zone_copies import OLD, machine, write_copy

NOVEMBER = datetime(2026, 11, 30, tzinfo=UTC)  # a Monday, after clocks would have gone back
US = 1_000_000


def opening(key, **more):
    """The hour of UTC at which an office opens that opens at nine."""
    return BusinessCalendar.weekdays("09:00", "17:00", tz=key, **more).next_open(NOVEMBER).hour


@pytest.mark.parametrize(
    ("key", "today", "before"),
    [
        ("America/Vancouver", 16, 17),
        ("America/Edmonton", 15, 16),
        ("America/Winnipeg", 14, 15),
        ("Africa/Casablanca", 9, 8),
        ("Europe/Berlin", 8, 8),
    ],
)
def test_the_newer_copy_is_read(key, today, before, tmp_path):
    with machine(tmp_path / "older", system="2025b"):
        assert opening(key) == opening(key, tzdata="package") == today
        assert opening(key, tzdata="system") == before
    with machine(tmp_path / "newer", system="9999a"):  # the package has not heard of it yet
        assert opening(key) == opening(key, tzdata="system") == before
        assert opening(key, tzdata="package") == today
    with machine(None):
        assert opening(key) == opening(key, tzdata="system") == opening(key, tzdata="package") == today


@pytest.mark.parametrize(
    ("system", "copy"),
    [
        ("2025b", "package"),
        ("1999z", "package"),
        ("9999a", "system"),
        (None, "package"),  # it does not say what it is
        ("not a version", "package"),
        (package.IANA_VERSION, "system"),  # the same: what all of Python reads
    ],
)
def test_which_copy_and_that_it_says_so(system, copy, tmp_path):
    with machine(tmp_path, system=system):
        office = BusinessCalendar.always("Europe/Berlin")
        assert office.tzdata_source == copy
        said = "unknown" if system is None else system
        assert office.tzdata_version == (package.IANA_VERSION if copy == "package" else said)
        assert tzdata_copies() == Copies(said, package.IANA_VERSION)
        own = BusinessCalendar.always("Europe/Berlin", tzdata="system")
        assert (own.tzdata_source, own.tzdata_version) == ("system", said)


def test_where_a_copy_says_its_version(tmp_path):
    def version(**files):
        for name, content in files.items():
            (tmp_path / name.replace("plus", "+")).write_bytes(content)
        return version_of(tmp_path)

    assert version() == "unknown"
    assert version(**{"tzdata.zi": b""}) == "unknown"
    assert version(**{"tzdata.zi": b"\xff\xfe"}) == "unknown"
    assert version(**{"tzdata.zi": b"# version 2031c\nrest\n"}) == "2031c"
    assert version(plusVERSION=b"2032a\n") == "2032a"
    assert version_of(tmp_path / "none") == "unknown"


def test_a_zone_that_only_one_copy_has(tmp_path):
    with machine(tmp_path, system="9999a"):
        assert chosen_copy("Asia/Kathmandu", "newest") == chosen_copy("Asia/Kathmandu", "system") == "package"
        (tmp_path / "Mars").mkdir()
        (tmp_path / "Mars" / "Olympus").write_bytes((tmp_path / "UTC").read_bytes())
        assert chosen_copy("Mars/Olympus", "newest") == "system"
        with pytest.raises(CalendarError, match=r"is not a zone of tzdata \(package copy\)"):
            BusinessCalendar.always("Mars/Olympus", tzdata="package")
    with machine(tmp_path, system="2025b"):
        assert chosen_copy("Mars/Olympus", "newest") == "system"
        assert BusinessCalendar.always("Mars/Olympus").tzdata_version == "2025b"


@pytest.mark.parametrize(
    "key",
    ["../UTC", "/etc/localtime", "Europe", "", "A" * 5_000, "a\0b", "Europe/", "./UTC", "Europe//Berlin"],
)
def test_what_is_no_zone_reads_no_file(key, tmp_path):
    with (
        machine(tmp_path / "zones", system="9999a"),
        pytest.raises(CalendarError, match="is not a zone of tzdata"),
    ):
        BusinessCalendar.always(key)


@given(
    st.integers(1990, 2100),
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=2),
    st.integers(1990, 2100),
)
def test_versions_are_in_order(year, letters, other):
    assert is_newer(f"{year + 1}a", f"{year}{letters}")
    assert is_newer(f"{year}{letters}a", f"{year}{letters}")
    assert is_newer(f"{year}{letters}", "unknown")
    assert not is_newer("unknown", f"{year}{letters}")
    assert not is_newer(f"{year}{letters}", f"{year}{letters}")
    assert (version_key(f"{year}c") < version_key(f"{other}c")) == (year < other)
    assert version_key("2025b-dirty") == version_key("2025b")


def test_what_was_read_stays_until_the_process_ends(tmp_path):
    with machine(tmp_path, system="2025b"):
        assert tzdata_copies().system == "2025b"
        write_copy(tmp_path, "9999z")
        assert tzdata_copies().system == "2025b"


# --- what comes in and goes out ----------------------------------------------------------------


def test_a_datetime_made_with_the_calendars_own_zone(tmp_path):
    """The host's `ZoneInfo` reads the machine's copy; the calendar gives out the one that it goes by."""
    with machine(tmp_path, system="2025b"):
        office = BusinessCalendar.weekdays("09:00", "17:00", tz="America/Vancouver")
        nine = datetime(2026, 11, 30, 9, tzinfo=office.tzinfo)
        assert nine.astimezone(UTC).hour == 16
        assert office.is_open(nine)
        assert not office.is_open(nine - timedelta(microseconds=1))
        due = office.add(nine, hours=8)
        assert due.isoformat() == "2026-11-30T17:00:00-07:00"
        assert due.timezone_name == "America/Vancouver"
        assert due.add(days=1).isoformat() == "2026-12-01T17:00:00-07:00"
        for again in (pickle.loads(pickle.dumps(due)), pickle.loads(pickle.dumps(nine))):
            assert again.isoformat()[-6:] == "-07:00"


@pytest.mark.parametrize("source", ["zoneinfo", "file", "no_cache", "pytz", "pendulum", "pendulum file"])
@pytest.mark.parametrize("key", sorted(OLD))
def test_an_answer_is_on_the_clock_that_came_in(source, key, tmp_path):
    """Whichever copy that was made of: two readings of one clock must not differ by an hour."""
    with machine(tmp_path, system="2025b"):
        path = tmp_path / key
        from_file = {"file": ZoneInfo, "pendulum file": pendulum.Timezone}
        if source in from_file:
            from importlib import resources

            with resources.files("tzdata").joinpath("zoneinfo", *key.split("/")).open("rb") as file:
                where = from_file[source].from_file(file, key=key)
        elif source == "no_cache":
            where = ZoneInfo.no_cache(key)
        elif source == "pytz":
            where = pytz.timezone(key)
        else:
            where = pendulum.timezone(key) if source == "pendulum" else ZoneInfo(key)
        assert path.exists()
        start = NOVEMBER.astimezone(where)
        office = BusinessCalendar.always("UTC")
        for hours in (0, 1, 24 * 40, 24 * 200, -24 * 200):
            due = office.add(start, hours=hours)
            expected = (NOVEMBER + timedelta(hours=hours)).astimezone(where)
            assert due == expected
            assert due.utcoffset() == expected.utcoffset()
            assert due.replace(tzinfo=None) == expected.replace(tzinfo=None)


def test_the_search_path_can_be_emptied():
    """`PYTHONTZPATH=` makes all of Python read the package: then there is one copy and one clock."""
    code = """
from datetime import datetime, UTC
from zoneinfo import ZoneInfo
from supportflow.calendars import BusinessCalendar
from supportflow.calendars.tzdata import tzdata_copies
office = BusinessCalendar.weekdays("09:00", "17:00", tz="America/Vancouver")
opens = office.next_open(datetime(2026, 11, 30, tzinfo=ZoneInfo("America/Vancouver")))
same = office.tzinfo.utcoffset(datetime(2026, 11, 30)) == opens.utcoffset()
print(office.tzdata_source, tzdata_copies().system, opens.isoformat(), same)
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONTZPATH": ""},
    )
    assert done.stdout.split() == ["package", "None", "2026-11-30T09:00:00-07:00", "True"]


# --- where the copies differ -------------------------------------------------------------------


def span(first, last):
    return (first.replace(tzinfo=UTC).timestamp() * US, last.replace(tzinfo=UTC).timestamp() * US)


YEARS = tuple(map(int, span(datetime(2026, 6, 1), datetime(2028, 6, 1))))


def test_where_a_calendar_differs(tmp_path):
    def first(**fields):
        at_us = first_apart(BusinessCalendar(**fields), *YEARS)
        return None if at_us is None else datetime.fromtimestamp(at_us / US, UTC).isoformat()

    hours = {"weekly": {"mon": [("09:00", "17:00")]}}
    with machine(tmp_path, system="2025b"):
        assert first(tz="America/Vancouver", **hours) == "2026-11-02T16:00:00+00:00"
        assert first(tz="America/Vancouver", tzdata="system", **hours) == "2026-11-02T16:00:00+00:00"
        assert first(tz="Europe/Berlin", **hours) is None
        moved = [{"effective_from": "2027-11-01", "tz": "America/Edmonton"}]
        assert first(tz="Europe/Berlin", versions=moved, **hours) == "2027-11-08T15:00:00+00:00"
        around = BusinessCalendar.always("America/Vancouver")
        assert first_apart(around, *YEARS) is None
        assert first_apart(around, *YEARS, in_days=True) is not None
    with machine(tmp_path / "same", system="2025b", old=False):
        assert first(tz="America/Vancouver", **hours) is None
    with machine(None):
        assert first(tz="America/Vancouver", **hours) is None


@pytest.mark.parametrize("key", [*sorted(OLD), "Europe/Berlin", "UTC"])
@settings(max_examples=20)
@given(weeks=st.integers(0, 100), length=st.integers(1, 60))
def test_zones_differ_where_their_offsets_do(key, weeks, length, tmp_path_factory):
    """Against asking both copies hour by hour."""
    with machine(tmp_path_factory.mktemp("zones"), system="2025b"):
        lo = YEARS[0] + weeks * 7 * 86_400 * US
        hi = lo + length * 86_400 * US
        one, other = Zone(key, "system"), Zone(key, "package")
        naive = any(one.offset(at) != other.offset(at) for at in range(lo, hi, 3600 * US))
        assert zones_differ(key, lo, hi) == naive
        assert zone(key) is zone(key, "package")


def test_this_machine_reads_the_newer_of_its_own_copies():
    copies = tzdata_copies()
    assert not is_newer(copies.system or "", copies.of("newest"))
    assert not is_newer(copies.package, copies.of("newest"))
    assert BusinessCalendar.always("Europe/Berlin").tzdata_version == copies.of("newest")
    assert zoneinfo.TZPATH is not None

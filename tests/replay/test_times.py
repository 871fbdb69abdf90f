from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow._time import from_us, iso
from supportflow.exceptions import MappingError
from supportflow.replay.columns import time_reader
from supportflow.replay.mapping import TimeColumn


def told(how):
    """The time that is read, or None if the text is none."""
    try:
        return how()
    except ValueError:
        return None


def read(text, **fields):
    return iso(from_us(time_reader(TimeColumn(column="at", **fields))(text)))


@pytest.mark.parametrize(
    ("text", "fields", "expected"),
    [
        ("2026-03-02T09:00:00Z", {}, "2026-03-02T09:00:00.000000Z"),
        ("2026-03-02 09:00:00.123456+08:00", {}, "2026-03-02T01:00:00.123456Z"),
        ("2026-03-02 09:00", {"zone": "Asia/Shanghai"}, "2026-03-02T01:00:00.000000Z"),
        # An offset in the text comes before the zone.
        ("2026-03-02T09:00:00Z", {"zone": "Asia/Shanghai"}, "2026-03-02T09:00:00.000000Z"),
        ("2/3/2026 9:05", {"format": "%d/%m/%Y %H:%M", "zone": "UTC"}, "2026-03-02T09:05:00.000000Z"),
        ("02.03.26 +0100", {"format": "%d.%m.%y %z"}, "2026-03-01T23:00:00.000000Z"),
        ("1772442000", {"format": "epoch"}, "2026-03-02T09:00:00.000000Z"),
        ("1772442000500", {"format": "epoch_ms"}, "2026-03-02T09:00:00.500000Z"),
        # Twice on the clock: the first. Never on the clock: as if it had not been moved yet.
        ("2026-10-25 02:30", {"zone": "Europe/Berlin"}, "2026-10-25T00:30:00.000000Z"),
        ("2026-03-29 02:30", {"zone": "Europe/Berlin"}, "2026-03-29T01:30:00.000000Z"),
    ],
)
def test_a_time_is_read(text, fields, expected):
    assert read(text, **fields) == expected


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", {}),
        ("2026-03-02T09:00:00", {}),
        ("2026-02-30", {"zone": "UTC"}),
        ("0001-01-01", {"zone": "Asia/Shanghai"}),
        ("nan", {"format": "epoch"}),
        ("inf", {"format": "epoch"}),
        ("1e300", {"format": "epoch"}),
        ("-99999999999999", {"format": "epoch"}),
        ("2026", {"format": "%d/%m/%Y", "zone": "UTC"}),
    ],
)
def test_what_is_no_time_is_a_value_error(text, fields):
    with pytest.raises(ValueError):
        read(text, **fields)


@pytest.mark.parametrize(
    "fields",
    [{"format": "%d/%m/%Y"}, {"zone": "Europe/Atlantis"}, {"zone": "../etc/passwd"}, {"format": ""}],
    ids=["no-zone", "no-such-zone", "a-path", "no-format"],
)
def test_a_column_that_cannot_be_placed_in_time_is_refused(fields):
    with pytest.raises(MappingError):
        TimeColumn(column="at", **fields)


@pytest.mark.parametrize(
    "form",
    [
        "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y", "%H:%M %d-%m-%Y", "%Y/%m/%d %H:%M:%S.%f",
        "%d/%m/%y %H:%M", "%d %b %Y %H:%M", "%Y年%m月%d日 %H:%M", "%d/%m/%Y %H", "%d/%m/%Y  %H:%M", "%d%%%m/%Y",
    ],
)  # fmt: skip
@settings(max_examples=30)
@given(data=st.data())
def test_a_text_is_read_as_strptime_reads_it(form, data):
    moment = data.draw(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)))
    text = moment.strftime(form)
    place = data.draw(st.integers(0, len(text)))
    put = data.draw(st.sampled_from(["", "", " ", "0", "1", "9", "٣", "\n", "-"]))
    gone = data.draw(st.integers(0, 2))
    text = text[:place] + put + text[place + gone :]
    read = time_reader(TimeColumn(column="at", format=form, zone="UTC"))
    expected = told(lambda: datetime.strptime(text, form).replace(tzinfo=UTC))
    assert told(lambda: from_us(read(text))) == expected

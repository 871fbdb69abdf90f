"""Values at the edge: instants, ids, people, content."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from supportflow._time import EPOCH, Instant, _epochs, from_us, instant, iso, to_us
from supportflow.exceptions import InvalidInput, NaiveDatetimeError
from supportflow.model.base import Id, Name, is_id
from supportflow.model.content import Attachment, Content, ContentRef, commitment
from supportflow.model.people import HOST, Actor, Agent, Requester, actor
from supportflow.model.records import Clock, Milestone, Segment, Verdict
from supportflow.model.ticket import Page, Ticket
from supportflow.testing.strategies import ids, instants, names, texts

INSTANT = TypeAdapter(Instant)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
OFFSETS = st.integers(-1_439, 1_439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
COUNTED_ZONES = [
    *map(ZoneInfo, ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Monrovia", "UTC")),
    *map(pendulum.timezone, ("Europe/Berlin", "Pacific/Apia", "UTC")),
    UTC,
    timezone(timedelta(hours=5, seconds=7, microseconds=9)),
    pendulum.FixedTimezone(-3_600),
]
"""Monrovia's clock was 44 minutes and 30 seconds behind until 1972, and before 1900 or so all show the sun's time."""
CHANGES = [
    datetime(*when)
    for when in (
        (2026, 3, 29, 2),
        (2026, 10, 25, 3),
        (2026, 3, 8, 2),
        (2026, 11, 1, 2),
        (1972, 1, 7),
        (1893, 4, 1),
        (2011, 12, 30),
    )
]
NEAR = st.timedeltas(timedelta(hours=-3), timedelta(hours=3))


class TestInstants:
    @given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=OFFSETS | ZONES.map(ZoneInfo)))
    def test_any_zone_becomes_utc_to_the_microsecond(self, moment):
        got = INSTANT.validate_python(moment)
        assert type(got) is pendulum.DateTime
        assert got.tzinfo is pendulum.UTC
        apart = moment.utcoffset()
        naive = moment.replace(tzinfo=None) - apart
        assert got.replace(tzinfo=None) == naive
        assert got.microsecond == moment.microsecond
        assert instant(got) is got

    @given(instants())
    def test_json_is_exact_and_sorts_as_time_does(self, moment):
        text = INSTANT.dump_json(moment)
        assert INSTANT.validate_json(text) == moment
        assert text == f'"{iso(moment)}"'.encode()
        assert from_us(to_us(moment)) == moment
        assert (iso(moment) < iso(EPOCH)) == (to_us(moment) < 0)

    @given(
        st.sampled_from(COUNTED_ZONES),
        st.datetimes() | st.builds(lambda change, near: change + near, st.sampled_from(CHANGES), NEAR),
        st.booleans(),
        st.booleans(),
    )
    def test_microseconds_are_those_of_the_clock_less_its_offset(self, zone, wall, second, pendulums):
        """In folds, in gaps, at offsets that have seconds, and in the first and the last year."""
        plain = wall.replace(tzinfo=zone, fold=second)
        moment = (
            pendulum.DateTime(*wall.timetuple()[:6], wall.microsecond, zone, fold=second)
            if pendulums
            else plain
        )
        us = (wall - datetime(1970, 1, 1)) - plain.utcoffset()
        assert to_us(moment) == us // timedelta(microseconds=1)

    def test_zones_without_end_are_counted_and_not_kept(self):
        for _ in range(1_500):
            zone = ZoneInfo.no_cache("Europe/Berlin")
            assert to_us(datetime(1970, 7, 1, tzinfo=zone)) == 181 * 86_400_000_000 - 3_600_000_000
        assert len(_epochs) <= 1_000

    def test_an_autumn_hour_is_two_instants(self):
        berlin = ZoneInfo("Europe/Berlin")
        first, second = (datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=fold) for fold in (0, 1))
        assert to_us(second) - to_us(first) == 3_600_000_000
        pendulums = [pendulum.instance(moment) for moment in (first, second)]
        assert [to_us(one) for one in pendulums] == [to_us(first), to_us(second)]

    @pytest.mark.parametrize(
        "text", ["2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00Z", "20260302T090000Z"]
    )
    def test_texts_with_an_offset(self, text):
        assert instant(text) == datetime(2026, 3, 2, 9, tzinfo=UTC)

    @pytest.mark.parametrize("wrong", [datetime(2026, 3, 2), "2026-03-02T09:00:00", "2026-03-02"])
    def test_naive_is_refused(self, wrong):
        with pytest.raises(NaiveDatetimeError) as naive:
            instant(wrong, "at")
        assert naive.value.field == "at"
        with pytest.raises(ValidationError):
            INSTANT.validate_python(wrong)

    def test_naive_is_refused_by_microseconds_too(self):
        class Nowhere(tzinfo):
            def utcoffset(self, _):
                return None

        for wrong in (datetime(2026, 3, 2), datetime(2026, 3, 2, tzinfo=Nowhere())):
            with pytest.raises(NaiveDatetimeError):
                to_us(wrong)
            with pytest.raises(NaiveDatetimeError):
                instant(wrong)

    @pytest.mark.parametrize("wrong", [None, 5, 1.5, True, b"2026", "yesterday", "", [], datetime.now])
    def test_other_things_are_no_instants(self, wrong):
        with pytest.raises(InvalidInput):
            instant(wrong)
        with pytest.raises(ValidationError):
            INSTANT.validate_python(wrong)

    def test_the_schema_says_date_time(self):
        assert INSTANT.json_schema() == {"type": "string", "format": "date-time"}


class TestIds:
    @given(ids())
    def test_printable_text_is_an_id(self, text):
        assert TypeAdapter(Id).validate_python(text) == text
        assert is_id(text)

    @given(names())
    def test_a_name_is_shorter(self, text):
        assert TypeAdapter(Name).validate_python(text) == text

    @given(
        st.text(max_size=5),
        st.sampled_from([*map(chr, [*range(32), *range(0x7F, 0xA0), 0x2028, 0x2029])]),
        st.text(max_size=5),
    )
    def test_control_characters_and_line_separators_are_refused(self, before, control, after):
        text = before + control + after
        assert not is_id(text)
        for kind in (Id, Name):
            with pytest.raises(ValidationError):
                TypeAdapter(kind).validate_python(text)

    @pytest.mark.parametrize("wrong", ["", "x" * 201, None, 5, b"x", "\ud800", ["x"]])
    def test_what_is_no_id(self, wrong):
        assert not is_id(wrong)
        with pytest.raises(ValidationError):
            TypeAdapter(Id).validate_python(wrong)


class TestPeople:
    @given(ids(opaque=True))
    def test_a_requester_s_actor(self, text):
        assert Requester(text).actor == Actor(kind="requester", id=text)

    @given(texts(5), texts(5))
    def test_a_requester_s_id_is_no_address(self, before, after):
        with pytest.raises(InvalidInput) as refused:
            Requester(before + "@" + after)
        assert refused.value.field == "id"

    def test_personal_is_what_was_given(self):
        assert Requester("ana").personal == {}
        assert Requester("ana", name="Ana", email="a@b", phone="1").personal == {
            "name": "Ana", "email": "a@b", "phone": "1",
        }  # fmt: skip

    def test_who_is_meant_by_by(self):
        sam = Actor(kind="agent", id="sam")
        assert actor("sam") == actor(Agent("sam")) == actor(sam) == sam
        assert actor(Requester("ana")).kind == "requester"
        assert actor(HOST) is HOST
        assert str(sam) == "agent sam"
        for wrong in (None, 5, ""):
            with pytest.raises(InvalidInput) as refused:
                actor(wrong)
            assert refused.value.field == "by"

    def test_an_agent_may_have_an_address_as_id(self):
        assert Agent("sam@example.org", groups=("desk",)).actor.id == "sam@example.org"


class TestContent:
    @given(st.binary(min_size=32, max_size=32), texts(), texts())
    def test_a_commitment_is_to_salt_and_text(self, salt, text, other):
        row = Content("c", "ana", salt, text)
        assert row.verifies(row.ref)
        assert row.ref.commitment == commitment(salt, text)
        assert row._replace(value=other).verifies(row.ref) == (other == text)
        assert not row._replace(salt=bytes(32) if salt != bytes(32) else bytes([1] * 32)).verifies(row.ref)
        assert not row._replace(id="d").verifies(row.ref)

    def test_the_commitment_never_changes(self):
        # Written down once: old rows must verify for ever.
        assert (
            commitment(bytes(32), "hello")
            == "fdf18ec47e51cfa6250420170ffdc3ff1fd06a51379b9d01cac15e22a11cda34"
        )

    def test_an_erased_row_verifies_nothing(self):
        row = Content("c", "ana", bytes(32), "text")
        ref = row.ref
        erased = Content("c", "ana", None, None)
        assert not erased.verifies(ref)
        assert not row._replace(salt=None).verifies(ref)
        assert not row._replace(value=None).verifies(ref)
        for half in (erased, row._replace(value=None)):
            with pytest.raises(AssertionError):
                half.ref  # noqa: B018

    @pytest.mark.parametrize("wrong", ["", "AB" * 32, "a" * 63, "g" * 64, "a" * 65])
    def test_a_reference_commits_to_64_digits(self, wrong):
        with pytest.raises(ValidationError):
            ContentRef(id="c", commitment=wrong)

    def test_attachments(self):
        file = Attachment(
            name="screen shot.png", media_type="image/png", size=2**63 - 1, sha256="a" * 64, uri="s3://x"
        )
        assert Attachment.model_validate(file.model_dump()) == file
        for wrong in (
            {"media_type": "a\nb"},
            {"size": "7"},
            {"size": 2**63},
            {"uri": "\0"},
            {"name": "x" * 256},
        ):
            with pytest.raises(InvalidInput):
                Attachment(**{"name": "a", **wrong})


def test_values_are_frozen_and_hide_what_they_were_given():
    with pytest.raises(ValidationError):
        HOST.id = "x"
    with pytest.raises(ValidationError) as refused:
        Actor(kind="secret-kind", id="secret\0id")
    assert "secret" not in str(refused.value)


def test_records_in_words():
    verdict = Verdict(True, 1_000_000, 2_000_000, 1, "p", "24x7", "t")
    assert verdict.due_at == from_us(1_000_000)
    assert verdict.stopped_at == from_us(2_000_000)
    clock = Clock(
        key="g/r#1", sla="g", target="r", metric="m", cycle=1, duration_us=1, edge="close",
        milestones=(Milestone("breach", 1),), state="running", segments=(Segment(0, None, "24x7"),),
        banked_us=0, folded_us=0, paused_us=0, passed=0, started_us=5, attached_us=5,
    )  # fmt: skip
    assert (clock.running, clock.active, clock.calendar) == (True, True, "24x7")
    assert clock.started_at == from_us(5)
    assert clock.breached_at is None
    assert clock._replace(breached_us=7).breached_at == from_us(7)
    stopped = clock._replace(state="met")
    assert (stopped.running, stopped.active) == (False, False)
    assert clock._replace(state="paused").active
    ticket = Ticket.model_construct(clocks=(clock,))
    assert ticket.clock("r") is clock
    with pytest.raises(KeyError):
        ticket.clock("x")
    page = Page((ticket,))
    assert (len(page), list(page), page.cursor) == (1, [ticket], None)

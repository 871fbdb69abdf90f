"""What is published means the same on every machine: countries become dates, and the fingerprint is of these."""

import copy
import sys
from datetime import UTC, datetime, timedelta

import pytest

from supportflow import BusinessCalendar, Desk, MemoryStore, Policy, SlaPolicy, Target
from supportflow.exceptions import MissingExtra
from supportflow.policy import CompiledPolicy, load_policy
from supportflow.testing import ManualClock

GERMAN = BusinessCalendar.from_country("DE", "BE", tz="Europe/Berlin", name="berlin")
CHINESE = BusinessCalendar.from_country("CN", tz="Asia/Shanghai")


def policy(**more):
    return Policy(
        calendars={"plain": BusinessCalendar.weekdays("09:00", "17:00", tz="UTC"), "berlin": GERMAN},
        auto_close_after=timedelta(days=1),
        auto_close_calendar=GERMAN,
        sla=(
            SlaPolicy(name="a", calendar=CHINESE, targets=(Target.first_response(hours=1),)),
            SlaPolicy(name="b", calendar="berlin", targets=(Target.resolution(hours=4, calendar=GERMAN),)),
        ),
        **more,
    )


# Taken with the version before there was `priority`, publishing and YAML: these must never change.
@pytest.mark.parametrize(
    ("document", "fingerprint"),
    [
        (Policy(), "67d6291b301412df4a6ca7808aeafac9d0587b06ece3c68e72bab0157cd9d52c"),
        (Policy(name="x"), "aa5b087f0d0ea90f5786a4097cd0e07c153a6f0694a066e9e9f521b8181ba29c"),
        (
            Policy(
                sla=[
                    SlaPolicy(
                        name="gold",
                        calendar=BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin"),
                        targets=[
                            Target.first_response(minutes=30, warn_at=[0.75]),
                            Target.resolution(hours=4, warn_at=[0.5, 0.75]),
                        ],
                    )
                ]
            ),
            "b947f1692ea5f2a084c288d78975aaeba7edb4bc4bbf042511ad726f346fbb68",
        ),
    ],
)
def test_fingerprints_stay(document, fingerprint):
    assert document.fingerprint == fingerprint
    assert document.published() is document


def test_no_country_is_left():
    published = policy().published()
    places = [
        *published.calendars.values(),
        published.auto_close_calendar,
        published.sla[0].calendar,
        published.sla[1].targets[0].calendar,
    ]
    assert [calendar.country for calendar in places] == [""] * 5
    assert published.sla[1].calendar == "berlin"
    assert published.published() is published
    assert '"country":"DE"' not in published.canonical
    assert '"2026-12-25":"Christmas Day"' in published.canonical


def test_one_fingerprint_for_a_policy_and_what_it_publishes():
    document = policy()
    published = document.published()
    read_back = load_policy(document.canonical, format="json")
    assert document.fingerprint == published.fingerprint == read_back.fingerprint
    assert read_back.canonical == document.canonical
    compiled = CompiledPolicy(document)
    assert compiled.document.calendars["berlin"].country == ""
    assert (compiled.fingerprint, compiled.document.fingerprint) == (
        document.fingerprint,
        document.fingerprint,
    )


def test_what_was_never_set_stays_out():
    assert set(policy().published().model_fields_set) == set(policy().model_fields_set)
    assert '"name":"b"' in policy().canonical
    assert '"edge"' not in policy().canonical


def test_another_machine_needs_no_package_for_what_was_published(monkeypatch):
    text = policy().canonical
    monkeypatch.setitem(sys.modules, "holidays", None)
    there = load_policy(text, format="json")
    assert there.fingerprint == policy().fingerprint
    # German Unity Day 2026 is a Saturday; Christmas Day is a Friday.
    due = CompiledPolicy(there).calendar("berlin").add(datetime(2026, 12, 24, 15, tzinfo=UTC), hours=2)
    assert due == datetime(2026, 12, 28, 9, tzinfo=UTC)


def test_a_country_needs_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "holidays", None)
    fresh = Policy(
        calendars={"a": BusinessCalendar(tz="UTC", weekly={"mon": [("09:00", "17:00")]}, country="IS")}
    )
    with pytest.raises(MissingExtra) as missing:
        CompiledPolicy(fresh)
    assert missing.value.extra == "holidays"


def test_the_store_keeps_what_was_published():
    store, clock = MemoryStore(), ManualClock("2026-12-24T12:00Z")
    document = policy()
    desk = Desk(document, store=store, clock=clock)
    ticket = desk.open(subject="x", requester="ana").ticket
    assert ticket.policy == document.fingerprint
    kept = store.get_policy("default", ticket.policy)
    assert kept == document.canonical.encode()
    assert b'"country":"DE"' not in kept


def test_a_changed_copy_is_another_version():
    document = policy()
    before = document.fingerprint
    for copied in (
        document.model_copy(update={"name": "other"}),
        document.model_copy(update={"name": "other"}, deep=True),
    ):
        assert copied.fingerprint == policy(name="other").fingerprint != before
    assert copy.copy(document).fingerprint == copy.deepcopy(document).fingerprint == before

"""Rotations are part of a policy: checked with it, in its fingerprint, and what a calendar is called matters."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supportflow._time import to_us
from supportflow.exceptions import PolicyError
from supportflow.policy import CompiledPolicy, Policy, load_policy, parse_policy
from supportflow.routing.rotation import on_call

FULL = Path(__file__).parent / "documents" / "full.toml"


def problems(**change):
    with pytest.raises(PolicyError) as refused:
        parse_policy(tomllib.loads(FULL.read_text("utf-8")) | change)
    return list(refused.value.problems)


def rotation(**layer):
    return {"name": "r", "tz": "UTC", "layers": [{"people": ["ana"], "start": "2026-01-05"} | layer]}


def test_a_rotation_of_a_policy_answers_with_its_calendars():
    policy = CompiledPolicy(load_policy(FULL.read_text("utf-8"), format="toml"))
    [security] = policy.document.rotations
    at = {
        "2026-01-05T01:29+00:00": None,  # before anything begins
        "2026-01-05T01:30+00:00": "li",
        "2026-12-25T12:00+00:00": "eve",
    }
    for moment, expected in at.items():
        assert on_call(security, policy.shifts, to_us(datetime.fromisoformat(moment))) == expected


def test_a_calendar_that_there_is_not():
    assert problems(rotations=[rotation(), rotation(restrict=["24x7", "ofice"]) | {"name": "s"}]) == [
        "rotations.1.layers.0.restrict.1: unknown calendar 'ofice'; did you mean 'office'?"
    ]


def test_two_of_one_name():
    assert problems(rotations=[rotation(), rotation()]) == ["rotations: 'r' is listed twice"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"handover": "09:00"},
            "rotations.0.layers.0.handover: unknown field 'handover'; did you mean 'handover_at'?",
        ),
        (
            {"turn_for": "PT8H"},
            "rotations.0.layers.0.turn_for: is not a whole number of days, such as 'P1W' or 'P3D'",
        ),
        (
            {"handover_at": 9},
            "rotations.0.layers.0.handover_at: is not a time of day; write it as text like '09:00'",
        ),
    ],
)
def test_a_wrong_layer_is_named(change, expected):
    assert problems(rotations=[rotation(**change)]) == [expected]


def test_a_wrong_zone_is_named():
    assert problems(rotations=[rotation() | {"tz": "Europe/Lodnon"}]) == [
        "rotations.0.tz: is not a zone of tzdata (neither copy)"
    ]


def test_rotations_are_part_of_the_fingerprint_and_none_leaves_it_as_it_was():
    plain = Policy(name="p")
    assert "rotations" not in plain.canonical
    with_one = Policy(name="p", rotations=[rotation()])
    assert with_one.fingerprint != plain.fingerprint
    assert Policy.model_validate_json(with_one.canonical) == with_one
    later = Policy(name="p", rotations=[rotation(handover_at="10:00")])
    assert later.fingerprint != with_one.fingerprint
    assert on_call(later.rotations[0], {}, to_us(datetime(2026, 1, 5, 9, 59, tzinfo=UTC))) is None

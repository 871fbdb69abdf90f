"""Durations in documents: every field that holds one, walked, so that a new field cannot be forgotten."""

import pkgutil
from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from typing import Annotated, get_args, get_origin

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

import supportflow
from supportflow import Desk, Policy, SlaPolicy, Target
from supportflow.exceptions import InvalidInput, PolicyError
from supportflow.model.base import STORED, Document
from supportflow.model.commands import CommandBase
from supportflow.model.durations import given_duration, iso_duration
from supportflow.policy.document.retention import Retention
from supportflow.policy.read.policies import load_policy
from supportflow.stores import MemoryStore
from supportflow.testing import ManualClock

for module in pkgutil.walk_packages(supportflow.__path__, "supportflow."):
    # What is in `contrib` can be imported in a host that runs; it has no documents of its own.
    if module.name.rpartition(".")[2] not in {"__main__", "env"} and "contrib" not in module.name:
        import_module(module.name)

DAY = timedelta(days=1)
MONTHS = "counts months or years, which have no fixed length; write days, such as 'P30D'"


def models(base):
    for model in base.__subclasses__():
        yield model
        yield from models(model)


def duration_types(kind, metadata=()):
    """The types inside a type that hold a duration, with what annotates them."""
    if get_origin(kind) is Annotated:
        yield from duration_types(get_args(kind)[0], get_args(kind)[1:])
    elif kind is timedelta:
        yield Annotated[kind, *metadata] if metadata else kind
    elif timedelta in get_args(kind) and metadata:
        yield Annotated[kind, *metadata]
    else:
        for member in get_args(kind):
            yield from duration_types(member)


def duration_fields():
    found = {}
    for model in {*models(Document), *models(CommandBase)}:
        for name, field in model.model_fields.items():
            kind = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
            for place, one in enumerate(duration_types(kind)):
                found[f"{model.__name__}.{name}.{place}"] = one
    return found


FIELDS = duration_fields()


def test_the_walk_finds_what_people_write():
    known = {
        "Repeat.every.0",
        "Target.duration.0",
        "Target.max_pause.0",
        "Target.warn_at.0",
        "Rotation",
        "Verify.valid_for.0",
    }
    known |= {
        "RotationLayer.turn_for.0",
        "Retention.content_for.0",
        "PriorityPolicy.head_start.0",
        "RandomTime.mean.0",
    }
    assert known - {"Rotation"} <= set(FIELDS)
    assert len(FIELDS) >= 35


@pytest.mark.parametrize("field", sorted(FIELDS))
@pytest.mark.parametrize(
    "value",
    [
        7,
        75,
        0,
        1.0,
        -5,
        86_400,
        True,
        float("nan"),
        "86400",
        "15:30",
        "1 day, 0:00:00",
        "1d",
        b"PT1H",
        [],
        "",
    ],
    ids=repr,
)
def test_a_duration_says_its_unit(field, value):
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(FIELDS[field]).validate_python(value)
    assert "unit" in str(refused.value) or "is no" in str(refused.value)


@pytest.mark.parametrize("field", sorted(FIELDS))
@pytest.mark.parametrize(
    "value",
    [
        "P1M",
        "P1Y",
        "P1Y35D",
        "P1M1DT4H",
        "+P3M",
        "P0M7D",
        pendulum.duration(months=1),
        pendulum.duration(years=1, days=3),
    ],
    ids=repr,
)
def test_months_and_years_are_no_duration(field, value):
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(FIELDS[field]).validate_python(value)
    assert "counts months or years" in str(refused.value)


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_duration_with_its_unit(field):
    for value in (
        "P7D",
        "P1W",
        7 * DAY,
        pendulum.duration(weeks=1),
        pendulum.datetime(2026, 1, 8) - pendulum.datetime(2026, 1, 1),
    ):
        if field in {"Arrivals.within.0", "Watch.within.0"}:
            continue  # up to a day
        read = TypeAdapter(FIELDS[field]).validate_python(value)
        assert read == 7 * DAY
        assert type(read) is timedelta


def test_what_lies_between_two_instants_has_a_length():
    """Pendulum counts months in it, too, but it is so many days."""
    between = pendulum.datetime(2026, 3, 5) - pendulum.datetime(2026, 1, 1)
    assert between.months == 2
    assert Target.resolution(duration=between).duration == 63 * DAY
    assert given_duration(between, "for_") == 63 * DAY


@pytest.mark.parametrize("value", [3_600, "PT1H", None, pendulum.duration(months=1)])
def test_what_a_host_passes_in(value):
    with pytest.raises(InvalidInput) as refused:
        given_duration(value, "for_")
    assert refused.value.field == "for_"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            (
                '[[rotations]]\nname = "a"\ntz = "UTC"\n'
                '[[rotations.layers]]\npeople = ["ana"]\nstart = 2026-01-05\nturn_for = "P1M"\n'
            ),
            f"rotations.0.layers.0.turn_for: {MONTHS} (line 7)",
        ),
        (
            "reopen_within = 14\n",
            "reopen_within: is a number without a unit; write a duration such as 'PT15M', 'PT8H' or 'P1D' (line 1)",
        ),
        (
            '[[sla]]\nname = "a"\n[[sla.targets]]\nmetric = "resolution"\nduration = "P1M"\n',
            f"sla.0.targets.0.duration: {MONTHS} (line 5)",
        ),
        ('auto_close_after = "-P1D"\n', "auto_close_after: Input should be greater than 0 seconds (line 1)"),
        ('reopen_within = "-P1D"\n', "reopen_within: is negative (line 1)"),
    ],
)  # fmt: skip
def test_a_document_is_told_its_line(text, problem):
    with pytest.raises(PolicyError) as refused:
        load_policy(text, format="toml")
    assert refused.value.problems == (problem,)


# --- what is written -------------------------------------------------------------------------------


class _Before(BaseModel):
    """How durations were written until a year was no longer one."""

    model_config = ConfigDict(ser_json_timedelta="iso8601")
    value: timedelta


@given(st.timedeltas(-364 * DAY, 364 * DAY))
def test_what_is_shorter_than_a_year_is_written_as_ever(value):
    """Fingerprints hang on it."""
    assert iso_duration(value) == _Before(value=value).model_dump(mode="json")["value"]


@given(st.timedeltas(-36_525 * DAY, 36_525 * DAY))
def test_what_is_written_is_read_back(value):
    text = iso_duration(value)
    assert TypeAdapter(FIELDS["Policy.reopen_within.0"]).validate_python(text, context=STORED) == value
    assert "Y" not in text
    if value >= timedelta(0):
        assert TypeAdapter(FIELDS["Policy.reopen_within.0"]).validate_python(text) == value


# --- what is stored --------------------------------------------------------------------------------


def test_a_stored_version_stays_what_it_was():
    """A store holds documents of the time when two years were written `P2Y`, and warnings could come after the breach."""
    policy = Policy(
        reopen_within=timedelta(days=400),
        sla=[SlaPolicy(name="a", targets=[Target.resolution(hours=4, warn_at=["PT5M"])])],
        retention=Retention(content_for=730 * DAY),
    )
    text = policy.canonical.replace("P730D", "P2Y").replace("P400D", "P1Y35D").replace("PT5M", "-PT5M")
    with pytest.raises(PolicyError):
        load_policy(text, format="json")
    stored = Policy.stored(text)
    assert (stored.retention.content_for, stored.reopen_within) == (730 * DAY, 400 * DAY)
    assert stored.sla[0].targets[0].warn_at == (-timedelta(minutes=5),)
    assert stored.fingerprint == sha256(text.encode()).hexdigest() != policy.fingerprint

    store, clock = MemoryStore(), ManualClock("2026-03-02T10:00:00Z")
    Desk(stored, store=store, clock=clock).open(subject="x", requester="ana", ref="1")
    again = Desk(policy, store=store, clock=clock)
    assert again.get(ref="1").policy == stored.fingerprint
    clock.advance(hours=5)
    [warned] = [event for event in again.run_due().events if event.kind == "sla_warned"]
    assert f"{warned.reached_at:%H:%M}" == "14:05"

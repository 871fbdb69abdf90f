"""A worker says what is wrong with the zone data that it goes by, once each."""

import asyncio
import logging

import pytest
import tzdata

from supportflow import AsyncDesk, BusinessCalendar, Desk, MemoryStore, Policy, SlaPolicy, Target
from supportflow.flows.zone_data import ZoneData
from supportflow.worker import Worker
from supportflow.worker.zones import ZoneWatch
from zone_copies import machine, write_copy

NEW = tzdata.IANA_VERSION
OLD_MACHINE = {"system": "2025b", "package": "2024a"}


def policy(tz="America/Vancouver"):
    office = BusinessCalendar.weekdays("09:00", "17:00", tz=tz, name="office")
    return Policy(sla=[SlaPolicy(name="g", calendar=office, targets=[Target.resolution(hours=2)])])


@pytest.fixture
def warned(caplog):
    caplog.set_level(logging.WARNING, "supportflow.worker")
    return lambda: [record.supportflow for record in caplog.records]


def test_copies_that_differ_are_named(tmp_path, warned):
    with machine(tmp_path, system="2025b"):
        Worker(Desk(policy())).run(until_idle=True)
    assert warned() == [
        {
            "event": "copies of tzdata differ",
            "system": "2025b",
            "package": NEW,
            "reads": (f"newest:{NEW}",),
            "apart": ("calendar:office",),
        }
    ]


def test_an_async_worker_too(tmp_path, warned):
    async def work():
        async with AsyncDesk(policy()) as desk:
            await Worker(desk).run_async(until_idle=True)

    with machine(tmp_path, system="2025b"):
        asyncio.run(work())
    assert [line["event"] for line in warned()] == ["copies of tzdata differ"]


@pytest.mark.parametrize(
    "of", [{"old": False}, {"system": NEW}, {"system": "2025b", "tz": "Europe/Berlin"}, {"tz": "UTC"}]
)
def test_nothing_to_warn_of(tmp_path, warned, of):
    tz = of.pop("tz", "America/Vancouver")
    with machine(tmp_path, **of):
        Worker(Desk(policy(tz))).run(until_idle=True)
    assert warned() == []


def test_two_processes_with_different_data_both_say_so(tmp_path, warned):
    store = MemoryStore()
    with machine(tmp_path / "old", **OLD_MACHINE):
        old = Desk(policy("Europe/Berlin"), store=store)
        old.run_due()
    with machine(tmp_path / "new", system="2025b"):
        new = Desk(policy("Europe/Berlin"), store=store)
        Worker(new).run(until_idle=True)
    assert warned() == []
    with machine(tmp_path / "old", **OLD_MACHINE):
        Worker(old).run(until_idle=True)
    with machine(tmp_path / "new", system="2025b"):
        Worker(new).run(until_idle=True)
    assert [(line["event"], line["reads"], line["others"]) for line in warned()] == [
        ("another process reads other tzdata", ("newest:2025b",), (f"newest:{NEW}",)),
        ("another process reads other tzdata", (f"newest:{NEW}",), ("newest:2025b",)),
    ]


def test_a_machine_that_got_new_data(tmp_path, warned):
    with machine(tmp_path, system="2025b", old=False):
        desk = Desk(policy())
        desk.run_due()
        assert not desk.zone_data().renewed
        write_copy(tmp_path, "9999a")
        assert desk.zone_data().renewed
        Worker(desk).run(until_idle=True)
    [line] = warned()
    assert (line["event"], line["renewed"]) == ("tzdata was renewed, start the worker anew", ("9999a",))


class Seconds:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def found(**changes):
    fields = {
        "reads": {"newest": "2026f"}, "others": {}, "system": "2025b", "package": "2026f",
        "apart": (), "on_disk": "2026f",
    }  # fmt: skip
    return ZoneData(**(fields | changes))


def test_each_thing_is_said_once_until_it_changes(warned):
    seconds = Seconds()
    watch = ZoneWatch(every_s=10, monotonic=seconds)
    assert watch.is_due
    for changes in (
        {"apart": ("calendar:a",)},
        {"apart": ("calendar:a",)},
        {"apart": ("calendar:a", "rotation:b"), "others": {"newest": "2025b"}},
        {"others": {"newest": "2025b"}},
        {"on_disk": "2027a"},
        {"apart": ("calendar:a",)},
        {"apart": ("calendar:a",), "reads": {}},
    ):
        watch.tell(found(**changes))
        assert not watch.is_due
        seconds.now += 9.5
        assert not watch.is_due
        seconds.now += 1
        assert watch.is_due
    assert [{"apart", "others", "renewed"} & set(line) for line in warned()] == [
        {"apart"}, {"apart"}, {"others"}, {"renewed"}, {"apart"},
    ]  # fmt: skip
    assert warned()[2]["others"] == ("newest:2025b",)


def test_what_has_no_zones_can_be_worked_on():
    class Rounds:
        policy = Policy()

        def run_due(self, **_):
            from supportflow.flows import Tick

            return Tick()

        def idle_for(self, *, at_most):
            return at_most

    Worker(Rounds()).run(until_idle=True)

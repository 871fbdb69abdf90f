"""Clocks after a change of the zone data, and processes that read different data."""

import json
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest
import tzdata
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from supportflow import BusinessCalendar, Desk, MemoryStore, Policy, SlaPolicy, Target
from supportflow._time import from_us
from supportflow.calendars.tzdata import is_older
from supportflow.flows.environment import DeskState
from supportflow.flows.rows import read_row
from supportflow.flows.zone_data import RecordedZones, differ
from supportflow.model.events import ClocksRecomputed, PolicyPublished, ZoneDataChanged
from supportflow.model.people import SYSTEM
from supportflow.testing import CountingIds, ManualClock
from zone_copies import machine

NEW = tzdata.IANA_VERSION
OLD_MACHINE = {"system": "2025b", "package": "2024a"}
"""A machine on which nobody has heard of 2026."""
MONDAY = "2026-11-30T12:00:00Z"  # 04:00 or 05:00 in Vancouver


def document(**more):
    office = BusinessCalendar.weekdays("09:00", "17:00", tz="America/Vancouver", name="office")
    targets = [Target.resolution(hours=2, warn_at=[0.5])]
    fields = {"auto_close_after": timedelta(hours=4), "auto_close_calendar": office}
    fields["sla"] = [SlaPolicy(name="g", calendar=office, targets=targets)]
    return Policy(**(fields | more))


class Place:
    """A store, and processes with one copy of the zone data or another."""

    def __init__(self, folder, store=None):
        self.folder = folder
        self.store = store or MemoryStore()
        self.clock = ManualClock(MONDAY)
        self.ids = CountingIds()

    def machine(self, *, new):
        return machine(self.folder / f"new{new}", **({"system": "2025b"} if new else OLD_MACHINE))

    @contextmanager
    def process(self, *, new, **more):
        """A process that starts on a machine with old or new data, and ends."""
        with self.machine(new=new):
            yield self.start(**more)

    def start(self, **more):
        made = {name: value() if callable(value) else value for name, value in more.items()}
        desk = Desk(document(**made), store=self.store, clock=self.clock, ids=self.ids)
        assert desk.zone_data().reads
        return desk

    def kept(self, ref="1"):
        """Wake-up and due time of a ticket as the store keeps them."""
        row = self.store.load("default", self.store.find_ref("default", ref))
        return tuple(None if us is None else f"{from_us(us):%H:%M}" for us in (row.wakeup_us, row.due_us))

    def stream(self):
        return [read_row(row) for row in self.store.events("default", "desk")]

    def told(self):
        """What the desk's stream says of zone data."""
        kinds = {"zone_data_changed", "clocks_recomputed"}
        return [(event.kind, event.zone_data["newest"]) for event in self.stream() if event.kind in kinds]


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def test_open_clocks_follow_the_zone_data(place):
    """Opened on old data: open at 17:00Z, warned at 18:00Z, due at 19:00Z. In truth it is an hour earlier."""
    with place.process(new=False) as before:
        before.open(subject="x", requester="ana", ref="1")
        assert place.kept() == ("18:00", "19:00")
    with place.process(new=True) as after:
        after.run_due()
        assert place.kept() == ("17:00", "18:00")
        place.clock.set("2026-11-30T17:00:01Z")
        [warned] = after.run_due().events
        assert f"{warned.reached_at:%H:%M}" == "17:00"
    assert place.told() == [("zone_data_changed", NEW), ("clocks_recomputed", NEW)]


def test_a_resolved_ticket_closes_in_time(place):
    with place.process(new=False) as before:
        before.open(subject="x", requester="ana", ref="1")
        before.resolve(ref="1", by="sam")
        assert place.kept()[0] == "21:00"
    with place.process(new=True) as after:
        after.run_due()
        assert place.kept()[0] == "20:00"


def test_nothing_is_recorded_where_nothing_changed(place):
    for _ in range(3):
        with place.process(new=True) as desk:
            desk.run_due()
            assert not desk.zone_data().mixed
    assert place.told() == []
    assert [event.kind for event in place.stream()] == ["policy_published"]


def test_a_desk_in_utc_records_nothing(tmp_path):
    store = MemoryStore()
    for new in (False, True):
        with machine(tmp_path / str(new), **({"system": "2025b"} if new else OLD_MACHINE)):
            desk = Desk(Policy(sla=[SlaPolicy(name="g", targets=[Target.resolution(hours=2)])]), store=store)
            desk.open(subject="x", requester="ana")
            desk.run_due()
            assert desk.zone_data().reads == {}
    kinds = [read_row(row).kind for row in store.events("default", "desk")]
    assert kinds == ["policy_published"]


def test_a_store_from_before_anything_was_recorded(place):
    """An older supportflow read the machine's copy, and did not say so."""
    with place.process(new=False) as before:
        before.open(subject="x", requester="ana", ref="1")
    [published] = place.store._tenants["default"].streams["desk"]
    bare = json.dumps(
        {name: value for name, value in json.loads(published.data).items() if name != "zone_data"}
    )
    place.store._tenants["default"].streams["desk"][0] = published._replace(data=bare.encode())
    assert place.stream()[0].zone_data is None
    with place.process(new=True) as after:
        after.run_due()
        assert place.kept() == ("17:00", "18:00")
    assert place.told() == [("zone_data_changed", NEW), ("clocks_recomputed", NEW)]


def test_another_policy_at_the_same_time(place):
    with place.process(new=False) as before:
        before.open(subject="x", requester="ana", ref="1")
    with place.process(new=True, name="second") as after:
        after.run_due()
        assert place.kept() == ("17:00", "18:00")
    assert place.told() == [("clocks_recomputed", NEW)]


def test_two_processes_with_different_data_are_noticed(place):
    with place.machine(new=False):
        old = place.start()
        old.open(subject="x", requester="ana", ref="1")
        assert not old.zone_data().mixed
    with place.machine(new=True):
        new = place.start()
        new.run_due()
        assert not new.zone_data().mixed
    with place.machine(new=False):
        old.run_due()  # it reads in the stream that somebody knows better, and says that it does not
        assert old.zone_data().others == {"newest": NEW}
    assert place.told() == [
        ("zone_data_changed", NEW),
        ("clocks_recomputed", NEW),
        ("zone_data_changed", "2025b"),
    ]
    with place.machine(new=True):
        new.run_due()
        assert new.zone_data().mixed
        assert new.zone_data().others == {"newest": "2025b"}
    for _ in range(3):  # and nobody quarrels
        for desk, is_new in ((old, False), (new, True)):
            with place.machine(new=is_new):
                desk.run_due()
    assert len(place.told()) == 3
    with place.machine(new=False):
        old.open(subject="x", requester="ana", ref="2")
        assert place.kept("2") == ("18:00", "19:00")
    with place.process(new=True) as replaced:  # the old process is gone: what it set last is set right
        replaced.run_due()
        assert place.kept("1") == place.kept("2") == ("17:00", "18:00")
        assert not replaced.zone_data().mixed


def test_older_data_never_sets_clocks_back(place):
    with place.process(new=True) as first:
        first.open(subject="x", requester="ana", ref="1")
    with place.process(new=False) as stray:
        stray.run_due()
        assert stray.zone_data().reads == {"newest": "2025b"}
        assert place.kept() == ("17:00", "18:00")
    assert place.told() == [("zone_data_changed", "2025b")]
    with place.process(new=True) as again:
        again.run_due()
    assert place.told()[1:] == [("zone_data_changed", NEW), ("clocks_recomputed", NEW)]


def test_a_process_with_older_data_leaves_the_setting_to_others(place):
    with place.machine(new=False):
        old = place.start()
        old.open(subject="x", requester="ana", ref="1")
    with place.process(new=True) as new:
        new.open(subject="y", requester="ana", ref="2")  # it has said what it reads, and not ticked yet
    with place.machine(new=False):
        old.run_due()
    assert [kind for kind, _ in place.told()] == ["zone_data_changed", "zone_data_changed"]
    with place.process(new=True) as again:
        again.run_due()
    assert place.kept() == ("17:00", "18:00")


def test_going_back_on_purpose(place):
    """By hand: `recompute` sets clocks by whatever the process reads."""
    with place.process(new=True) as first:
        first.open(subject="x", requester="ana", ref="1")
    with place.process(new=False) as back:
        back.recompute()
        assert place.kept() == ("18:00", "19:00")


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_it_goes_on_where_it_stopped(place, limit):
    with place.process(new=False) as before:
        for ref in range(5):
            before.open(subject="x", requester="ana", ref=str(ref))
    with place.process(new=True) as after:
        for _ in range(12):
            after.run_due(limit=limit)
        assert {place.kept(str(ref)) for ref in range(5)} == {("17:00", "18:00")}
        assert place.told()[1:] == [("clocks_recomputed", NEW)]


def test_a_ticket_that_cannot_be_read_holds_up_no_other(place):
    with place.process(new=False) as before:
        for ref in range(3):
            before.open(subject="x", requester="ana", ref=str(ref))
    rows = place.store._tenants["default"].rows
    [broken] = [row for row in rows.values() if row.ref == "1"]
    object.__setattr__(broken, "snapshot", b"{")
    with place.process(new=True) as after:
        after.run_due()
    assert (place.kept("0"), place.kept("2")) == (("17:00", "18:00"), ("17:00", "18:00"))
    assert place.told()[1:] == [("clocks_recomputed", NEW)]


def test_the_queue_by_due_time_follows(place):
    """Of two that wait, the one from Vancouver is due first in truth."""

    def sla():
        west = BusinessCalendar.weekdays("09:00", "17:30", tz="America/Los_Angeles", name="west")
        channel, target = {"field": "channel", "eq": "west"}, Target.resolution(hours=1.5)
        return [SlaPolicy(name="west", calendar=west, when=channel, targets=[target]), *document().sla]

    with place.process(new=False, sla=sla) as before:
        before.open(subject="x", requester="ana", ref="1")
        before.open(subject="x", requester="ana", ref="west", channel="west")
        assert [one.ref for one in before.find(order="due")] == ["west", "1"]
    with place.process(new=True, sla=sla) as after:
        after.run_due()
        assert [one.ref for one in after.find(order="due")] == ["1", "west"]


def test_the_floor_is_told(place):
    routing = {"routes": [{"name": "all"}]}
    with place.process(new=False, routing=routing) as before:
        before.open(subject="x", requester="ana", ref="1")
        before.dispatch()
    with place.process(new=True, routing=routing) as after:
        after.run_due()
        outbox = place.store.lease("default", 1 << 60, 1 << 61, ("floor",), 10)
        assert [lease.row.key.rsplit(":", 1)[1] for lease in outbox] == ["clocks"]


# --- any course of events ------------------------------------------------------------------------

VERSIONS = ("2024a", "2025b", "2026a", "2026f")


class Processes(RuleBasedStateMachine):
    """Processes that start, work, tick and end, each with a version of its own; `set_by`: what set each clock."""

    def __init__(self):
        super().__init__()
        self.version, self.clockwork = 0, RecordedZones.of(DeskState())
        self.running: list[str] = []
        self.set_by: list[str] = []

    def record(self, event, version):
        self.version += 1
        made = event(recorded_at=MONDAY, by=SYSTEM, zone_data={"newest": version})
        self.clockwork = self.clockwork.after(made, self.version)

    def look(self, version):
        """What every command and every tick does first."""
        if is_older({"newest": version}, self.clockwork.zones):
            self.record(ZoneDataChanged, version)

    @rule(version=st.sampled_from(VERSIONS))
    def start(self, version):
        if self.version == 0:
            self.record(partial(PolicyPublished, fingerprint="a", name="a"), version)
        elif differ({"newest": version}, DeskState(zones=self.clockwork.zones)):
            self.record(ZoneDataChanged, version)
        self.running.append(version)

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def end(self, data):
        self.running.remove(data.draw(st.sampled_from(self.running)))

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def open(self, data):
        version = data.draw(st.sampled_from(self.running))
        self.look(version)
        self.set_by.append(version)

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def tick(self, data):
        version = data.draw(st.sampled_from(self.running))
        self.look(version)
        if self.clockwork.stale and not is_older({"newest": version}, self.clockwork.newest):
            self.set_by = [version] * len(self.set_by)
            self.record(ClocksRecomputed, version)

    @invariant()
    def a_clock_that_is_behind_is_known_to_be(self):
        if not self.clockwork.stale and self.clockwork.zones == self.clockwork.newest:
            assert set(self.set_by) <= set(self.clockwork.newest.values())


Processes.TestCase.settings = settings(max_examples=300, stateful_step_count=25)
TestProcesses = Processes.TestCase

"""A process is killed before and after each call of a store, a channel and a host; another one finishes; nothing is lost.

The points are found by a run that is not killed. A part of them is tried in each run, spread over the whole script; all of
them with `-m exhaustive`, and there also before and after each statement of the database.
"""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from durability import invariants
from durability.crash_script import COMPILED, KEYS, KINDS, TOPICS
from supportflow import SqlStore

ROOT = Path(__file__).parents[2]
MEMORY = Path("/dev/shm")
EVERY = {"sqlite": 25, "postgresql": 31}
"""Of so many points one is tried in each run. Both are odd, so that points before and after a call take turns."""
SUSPECTS = {
    "split outbox": {"after commit"},
    "no inbox key": set(),
    "ack before send": {"before send", "before perform", "before handle"},
    "split wake-up": {"after reschedule"},
}
"""Where a mistake shows if a process is killed there; the one that has no such point shows by itself."""


SHOWN = {
    "split outbox": "owed [",
    "no inbox key": "key open-1 was forgotten",
    "ack before send": "made []",
    "split wake-up": "columns ['wakeup_us']",
}
"""What the mistake is seen by."""


class Nursery:
    """Children that run the script on one database, each of them, and each pair, as a tenant of its own."""

    def __init__(self, url, folder, mutant=None) -> None:
        self.url, self.folder, self.mutant = url, folder, mutant
        self.whole = f"whole-{mutant}"
        self.store = SqlStore(url)
        self.store.events("nobody", "makes the tables")
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(Path(__file__).parent / "nursery.py")],
            cwd=ROOT,
            env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}", "PATH": "/usr/bin:/bin"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, tenant, *, kill_at=0, fine=False, finish=False, points=None):
        order = {
            "url": self.url,
            "tenant": tenant,
            "journal": str(self.folder / f"{tenant}.journal"),
            "points": points and str(points),
            "kill_at": kill_at,
            "fine": fine,
            "mutant": self.mutant,
            "finish": finish,
        }
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def points(self, *, fine=False):
        """Names of the points of a run that is not killed; `kinds(self.whole)` is what it leads to."""
        path = self.folder / f"{self.whole}.points"
        self.whole = f"whole-{self.mutant}-{fine}"
        assert self.run(self.whole, fine=fine, finish=True, points=path) == 0
        return path.read_text().splitlines()

    def close(self):
        self._process.stdin.close()
        assert self._process.wait(30) == 0
        self._process.stdout.close()
        self.store.close()

    def journal(self, tenant):
        path = self.folder / f"{tenant}.journal"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def kinds(self, tenant):
        """What has happened, without regard to when and in which order: by ticket, and to agents."""
        found = {
            ticket.ref: Counter(event.kind for event in invariants.history(self.store, tenant, ticket.id))
            for ticket in invariants.tickets(self.store, tenant)
        }
        found["ann"] = Counter(event.kind for event in self.store.events(tenant, "agent:ann"))
        return found

    def violations(self, tenant, expected):
        """Of everything that is promised, what is not so after the end."""
        store, journal = self.store, self.journal(tenant)
        found = invariants.violations(store, tenant, COMPILED)
        if self.kinds(tenant) != expected:
            found.append(f"another history: {self.kinds(tenant)}")
        answers = defaultdict(set)
        for line in journal:
            if line["what"] == "answer":
                answers[line["key"]].add((line["ticket"], *line["events"]))
        found += [f"{key} was answered in different ways" for key, given in answers.items() if len(given) > 1]
        found += [f"{key} was never answered" for key in KEYS if key not in answers]
        found += invariants.spans(store, tenant, KEYS)
        found += invariants.deliveries(store, tenant, self._made(tenant, journal), KINDS, {"web"})
        performed = [line["key"] for line in journal if line["what"] == "perform"]
        found += invariants.actions(store, tenant, performed)
        found += [f"{ticket_id} is due" for ticket_id in store.due(tenant, invariants.FAR_US, 10)]
        return found + invariants.left_over(store, tenant, TOPICS)

    def _made(self, tenant, journal):
        numbers = {
            (ticket.id, event.model_dump_json()): seq
            for ticket in invariants.tickets(self.store, tenant)
            for seq, event in enumerate(invariants.history(self.store, tenant, ticket.id), 1)
        }
        for line in journal:
            if line["what"] in {"send", "handle"}:
                seq = line["seq"] if "seq" in line else numbers[line["ticket"], line["event"]]
                yield line["topic"], line["ticket"], seq

    def survives(self, point, expected, *, fine=False):
        """Kill at a point, let another process finish, and look: what is broken."""
        tenant = f"point-{point}-{fine}-{self.mutant}"
        assert self.run(tenant, kill_at=point, fine=fine) == -9
        if self.run(tenant, fine=fine, finish=True) != 0:
            return ["the second process failed"]
        return self.violations(tenant, expected)


@pytest.fixture
def folder(tmp_path):
    """A folder in memory where there is one: a process that is killed leaves its files whole, on whatever disk."""
    if not MEMORY.is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(dir=MEMORY) as found:
        yield Path(found)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, folder):
    if request.param == "sqlite":
        return request.param, f"sqlite:///{folder / 'desk.db'}"
    return request.param, request.getfixturevalue("emptied")


@pytest.fixture
def nursery(database, folder):
    made = []

    def make(mutant=None):
        made.append(Nursery(database[1], folder, mutant))
        return made[-1]

    yield make
    for one in made:
        one.close()


def survey(one, points, numbers, *, fine=False):
    """What is broken by being killed at each of these points."""
    expected = one.kinds(one.whole)
    assert one.violations(one.whole, expected) == []
    broken = {}
    for number in numbers:
        found = one.survives(number, expected, fine=fine)
        if found:
            broken[number, points[number - 1]] = found
    return broken


def test_a_process_can_be_killed_at_a_part_of_the_points(nursery, database):
    one = nursery()
    points = one.points()
    assert survey(one, points, range(1, len(points) + 1, EVERY[database[0]])) == {}


@pytest.mark.exhaustive
@pytest.mark.parametrize("fine", [False, True], ids=["calls", "statements"])
def test_a_process_can_be_killed_at_every_point(nursery, database, fine, record_property):
    one = nursery()
    points = one.points(fine=fine)
    record_property("points", len(points))
    print(f"\n{database[0]}: {len(points)} points")  # noqa: T201 - the count is what is asked for
    assert survey(one, points, range(1, len(points) + 1), fine=fine) == {}


def test_points_are_where_they_should_be(nursery):
    names = {name.partition(" ")[2] for name in nursery().points()}
    assert {"commit", "claim_due", "lease", "settle", "lead", "send", "perform", "handle"} <= names


@pytest.mark.parametrize("mutant", SUSPECTS)
def test_a_store_with_a_mistake_in_it_is_caught(folder, mutant):
    """On SQLite: the mistakes are above the database."""
    sound = Nursery(f"sqlite:///{folder / 'sound.db'}", folder)
    broken = Nursery(f"sqlite:///{folder / 'broken.db'}", folder, mutant)
    try:
        sound.points()
        expected = sound.kinds(sound.whole)
        points = broken.points()
        alone = broken.violations(broken.whole, expected)
        suspects = [number for number, name in enumerate(points, 1) if name in SUSPECTS[mutant]]
        assert bool(alone) == (not suspects), "but for the missing keys it takes a crash to see them"
        caught = alone or next(filter(None, (broken.survives(number, expected) for number in suspects)), [])
    finally:
        sound.close()
        broken.close()
    assert any(SHOWN[mutant] in one for one in caught), caught

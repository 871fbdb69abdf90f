"""Programs that fork, run by `test_forks` in processes of their own: `python forking.py PROGRAM URL`. Each prints `ok`."""

import asyncio
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from collections import Counter
from contextlib import suppress
from pathlib import Path

from supportflow import AsyncDesk, AsyncSqlStore, Desk, MemoryStore, Policy, Route, RoutingPolicy, SqlStore
from supportflow.stores.sql.migration import migrate

PATIENCE_S = 60
EACH = 5
POLICY = Policy(routing=RoutingPolicy(routes=[Route(name="all")]))


def forked(work, number=3, *, leave=sys.exit):
    """Run work in so many children, and answer what each has found wrong."""
    children = []
    for place in range(number):
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            signal.alarm(PATIENCE_S)  # a child that hangs ends
            os.close(reading)
            try:
                told = work(place) or ""
            except BaseException:  # noqa: BLE001 - whatever it is, the parent hears of it
                told = traceback.format_exc()
            os.write(writing, told.encode()[-4_000:] or b"fine")
            os.close(writing)
            leave(0)
        os.close(writing)
        children.append((pid, reading))
    return children


def waited(children):
    for pid, reading in children:
        told = b""
        while piece := os.read(reading, 65_536):
            told += piece
        os.close(reading)
        _, status = os.waitpid(pid, 0)
        assert told == b"fine", f"a child: {told.decode() or 'hung'}"
        assert status == 0, status


def commands(desk, name, number=EACH):
    """Open tickets, and see that each answer is the one to this very question."""
    for count in range(number):
        ref = f"{name}-{count}"
        opened = desk.open(subject="s", body=ref, requester=f"user {name}", ref=ref).ticket
        assert (opened.requester, opened.ref) == (f"user {name}", ref), opened
        assert desk.get(ref=ref) == opened
        desk.note(ref=ref, body="n", by=name)
        assert [one.body for one in desk.messages(ref=ref)] == [ref, "n"]


def refs_of(store):
    with Desk(store=store) as fresh:
        return Counter(ticket.ref for ticket in fresh.find(limit=1_000))


def expected(*names):
    return Counter(f"{name}-{count}" for name in names for count in range(EACH))


# --- programs ----------------------------------------------------------------------------------


def used_before(url):
    """A desk that was used goes on in the parent and in three children, which end as programs do."""
    desk = Desk(POLICY, store=SqlStore(url))
    commands(desk, "before")
    children = forked(lambda place: commands(desk, f"child {place}"))
    commands(desk, "parent")
    waited(children)
    gc.collect()
    commands(desk, "after")
    assert refs_of(SqlStore(url)) == expected("before", "parent", "after", *(f"child {n}" for n in range(3)))


def engine_of_the_host(url):
    """The same with an engine that the host made."""
    from sqlalchemy import create_engine

    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    desk = Desk(POLICY, store=SqlStore(engine))
    commands(desk, "before")
    children = forked(lambda place: commands(desk, f"child {place}"))
    commands(desk, "parent")
    waited(children)
    assert refs_of(SqlStore(url)) == expected("before", "parent", *(f"child {n}" for n in range(3)))


def threads_at_work(url):
    """Forks in the middle of what other threads do: their locks, connections and half-done rows stay with the parent."""
    store = MemoryStore() if url == "memory" else SqlStore(url)
    desk = Desk(POLICY, store=store)
    commands(desk, "before")
    stop, wrong = threading.Event(), []

    def busy(name):
        try:
            round_ = 0
            while not stop.is_set():
                commands(desk, f"{name} {round_}", 3)
                desk.run_due()
                desk.dispatch()
                round_ += 1
        except BaseException:  # noqa: BLE001 - the same
            wrong.append(traceback.format_exc())

    threads = [threading.Thread(target=busy, args=(f"thread {n}",)) for n in range(3)]
    for thread in threads:
        thread.start()

    def child(place):
        commands(desk, f"child {place} {os.getpid()}", 3)
        desk.run_due()
        desk.dispatch()

    for _ in range(4):
        waited(forked(child, 1))
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong, wrong[0]
    commands(desk, "after")


def parent_that_closes(url):
    """A parent that closes its desk while the children write: SQLite must not believe that nobody has the file open."""
    desk = Desk(POLICY, store=SqlStore(url))
    commands(desk, "before")
    reading, writing = os.pipe()

    def child(place):
        commands(desk, f"child {place}", 2)
        os.write(writing, b"!")
        time.sleep(1)
        commands(desk, f"late {place}")

    children = forked(child, 2)
    for _ in children:
        os.read(reading, 1)
    desk.close()
    with Desk(POLICY, store=SqlStore(url)) as other:
        commands(other, "other")
    waited(children)
    found = refs_of(SqlStore(url))
    assert expected("before", "other", "late 0", "late 1") <= found, found


def one_leader(url):
    """A child is not the dispatcher that its parent is, and draws other chances."""
    desk = Desk(POLICY, store=SqlStore(url))
    assert desk.dispatch().leading
    held = desk._dispatcher.holder
    reading, writing = os.pipe()

    def child(_place):
        assert not desk.dispatch().leading
        assert desk._dispatcher.holder != held
        os.write(writing, f"{desk._ports['ids'].chance()} ".encode())

    waited(forked(child))
    assert desk.dispatch().leading
    os.close(writing)
    drawn = os.read(reading, 1_000).decode().split()
    assert len({*drawn, str(desk._ports["ids"].chance())}) == 4, drawn


def pool_of_processes(url):
    """`multiprocessing` with the start method "fork", as Celery's prefork and gunicorn's preload do it."""
    desk = Desk(POLICY, store=SqlStore(url))
    commands(desk, "before")
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=commands, args=(desk, f"child {n}")) for n in range(3)]
    for process in processes:
        process.start()
    commands(desk, "parent")
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert refs_of(SqlStore(url)) == expected("before", "parent", *(f"child {n}" for n in range(3)))


def generations(url):
    """A child that forks itself, after it has used the desk and before."""
    desk = Desk(POLICY, store=SqlStore(url))
    commands(desk, "before")

    def child(place):
        if place:
            commands(desk, f"child {place}")
        below = forked(lambda below: commands(desk, f"grandchild {place} {below}"), 2, leave=os._exit)
        waited(below)

    waited(forked(child, 2))
    found = refs_of(SqlStore(url))
    assert (
        expected("before", "child 1", *(f"grandchild {one} {two}" for one in (0, 1) for two in (0, 1)))
        == found
    )


def awaited(url):
    """An async desk: each process has a loop of its own."""
    desk = AsyncDesk(POLICY, store=AsyncSqlStore(url))

    async def work(name):
        for count in range(EACH):
            ref = f"{name}-{count}"
            opened = (await desk.open(subject="s", requester=f"user {name}", ref=ref)).ticket
            assert opened.requester == f"user {name}"
            assert await desk.get(ref=ref) == opened
        await desk.dispatch()

    async def together(name):
        await asyncio.gather(*(work(f"{name}.{n}") for n in range(3)))

    asyncio.run(together("before"))
    children = forked(lambda place: asyncio.run(together(f"child {place}")))
    asyncio.run(together("parent"))
    waited(children)
    asyncio.run(together("after"))
    names = ["before", "parent", "after", *(f"child {n}" for n in range(3))]
    assert refs_of(SqlStore(url)) == expected(*(f"{name}.{n}" for name in names for n in range(3)))
    asyncio.run(desk.close())


def lines_end(url):
    """A child holds none of its parent's lines: a parent that is killed would seem to live on, with all its locks."""
    desk = Desk(POLICY, store=SqlStore(url))
    threads = [threading.Thread(target=commands, args=(desk, f"thread {n}")) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    before = lines()
    assert before

    def child(place):
        assert not lines() & before
        commands(desk, f"child {place}")

    waited(forked(child, 2))
    assert lines() == before
    commands(desk, "after")


def lines():
    """The sockets that this process has open; the bounds on statements have a second descriptor of each."""
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.add(str(descriptor.readlink()))
    return {one for one in found if one.startswith("socket:")}


def in_memory(_url):
    """A database in memory is copied with its process; each goes on with its own copy."""
    for store in (MemoryStore(), SqlStore("sqlite://")):
        desk = Desk(POLICY, store=store)
        commands(desk, "before")

        def child(place, desk=desk):
            commands(desk, f"child {place}")
            refs = Counter(one.ref for one in desk.find(limit=1_000))
            assert refs == expected("before", f"child {place}"), refs

        children = forked(child)
        commands(desk, "parent")
        waited(children)
        assert Counter(one.ref for one in desk.find(limit=1_000)) == expected("before", "parent")


PROGRAMS = {
    program.__name__: program
    for program in (
        used_before, engine_of_the_host, threads_at_work, parent_that_closes, one_leader, pool_of_processes,
        generations, awaited, in_memory, lines_end,
    )
}  # fmt: skip

if __name__ == "__main__":
    warnings.simplefilter("error")
    warnings.filterwarnings("ignore", ".*WAL-reset bug.*", RuntimeWarning)
    warnings.filterwarnings("ignore", ".*multi-threaded, use of fork.*", DeprecationWarning)
    warnings.filterwarnings("ignore", category=ResourceWarning)
    name, url = sys.argv[1:]
    if url.startswith("postgresql"):
        migrate(url)
    parent = os.getpid()
    PROGRAMS[name](url)
    assert os.getpid() == parent
    print("ok")  # noqa: T201 - what the test looks for

"""Many at once, and what outlives a process."""

# ruff: noqa: PLR2004 - numbers are the point of a test

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count
from typing import Any

from supportflow.model.content import Content
from supportflow.model.storage import Commit, Committed, InboxEntry, RefTaken, StreamChange
from supportflow.testing.conformance.suite import (
    MINUTE,
    TENANT,
    Plain,
    Suite,
    agent_row,
    event_rows,
    ticket_row,
    value_of,
)

WORKERS = 4


def together(runner: asyncio.Runner, store: Any, work: Callable[[int], Awaitable[None]]) -> None:
    """Run the same work several times at once: as tasks of one loop for an async store, as threads for another."""
    if inspect.iscoroutinefunction(store.commit):

        async def gather() -> None:
            await asyncio.gather(*(work(number) for number in range(WORKERS)))

        runner.run(gather())
        return
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            asyncio.run(value_of(work(number)))
        except BaseException as error:  # noqa: BLE001 - raised again below, in the thread of the test
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in errors:
        raise error


class SharingPromises(Suite):
    """Threads, tasks and processes on one store."""

    def test_of_many_writers_one_wins_each_version(self, store: Any, runner: asyncio.Runner) -> None:
        """They race for a stream: every version is written once, and nobody's event is lost."""
        self.needs("sharing")
        self.put(store, ticket_row("t1"))
        port = store.port
        won: list[tuple[int, int]] = []

        async def write(writer: int) -> None:
            for _ in range(10):
                row = await value_of(port.load(TENANT, "t1"))
                for version in count(row.version):
                    change = StreamChange(
                        "ticket:t1",
                        version,
                        event_rows(version + 1, 1, str(writer)),
                        ticket_row("t1", version + 1),
                    )
                    if await value_of(port.commit(Commit(TENANT, (change,)))) == Committed():
                        won.append((version + 1, writer))
                        break

        together(runner, port, write)
        rows = store.events(TENANT, "ticket:t1")
        assert [row.seq for row in rows] == list(range(1, 42))
        assert sorted(version for version, _ in won) == list(range(2, 42))
        assert all(f'"t":"{writer}"'.encode() in rows[version - 1].data for version, writer in won)

    def test_of_many_that_open_one_gets_the_reference(self, store: Any, runner: asyncio.Runner) -> None:
        """And of many that bring the same key, one is carried out."""
        self.needs("sharing")
        port = store.port
        answers: dict[tuple[str, int, int], Any] = {}

        async def open_all(writer: int) -> None:
            for number in range(8):
                for name, ref, entry in (
                    ("r", f"ref {number}", None),
                    ("k", None, InboxEntry(f"key {number}", "h", b"r")),
                ):
                    ticket_id = f"{name}{number}-{writer}"
                    change = StreamChange(
                        f"ticket:{ticket_id}", 0, event_rows(1, 1), ticket_row(ticket_id, ref=ref)
                    )
                    answer = await value_of(port.commit(Commit(TENANT, (change,), inbox=entry)))
                    answers[name, number, writer] = answer

        together(runner, port, open_all)
        for number in range(8):
            by_ref = [answers["r", number, writer] for writer in range(WORKERS)]
            assert sorted(map(str, by_ref)) == sorted(
                map(str, [Committed(), *[RefTaken(f"ref {number}")] * (WORKERS - 1)])
            )
            by_key = [answers["k", number, writer] for writer in range(WORKERS)]
            assert by_key.count(Committed()) == 1
            assert len({str(answer) for answer in by_key}) == 2

    def test_of_many_workers_one_gets_each_delivery(self, store: Any, runner: asyncio.Runner) -> None:
        """Nothing is claimed twice while a claim holds."""
        self.needs("sharing")
        self.add_outbox(store, *(self.delivery(1, ticket=f"t{number}") for number in range(40)))
        port = store.port
        claimed: list[str] = []

        async def work(_: int) -> None:
            while leases := await value_of(port.lease(TENANT, 0, MINUTE, ["event:a"], 3)):
                claimed.extend(lease.row.key for lease in leases)

        together(runner, port, work)
        assert len(claimed) == len(set(claimed))
        claimed += [lease.row.key for lease in store.lease(TENANT, 0, MINUTE, ["event:a"], 99)]
        assert len(claimed) == len(set(claimed)) == 40

    def test_of_many_workers_one_gets_each_ticket(self, store: Any, runner: asyncio.Runner) -> None:
        """No wake-up is claimed twice while a claim holds."""
        self.needs("sharing")
        self.put(store, *(ticket_row(f"t{number}", wakeup_us=number) for number in range(40)))
        port = store.port
        claimed: list[str] = []

        async def work(_: int) -> None:
            while found := await value_of(port.claim_due(TENANT, 100, MINUTE, 3)):
                claimed.extend(due.ticket_id for due in found)

        together(runner, port, work)
        assert len(claimed) == len(set(claimed))
        claimed += [due.ticket_id for due in store.claim_due(TENANT, 100, MINUTE, 99)]
        assert len(claimed) == len(set(claimed)) == 40

    def test_what_was_committed_outlives_the_process(self, runner: asyncio.Runner) -> None:
        """A second store on the same data has it all."""
        self.needs("durability")
        first = self.make_store()
        plain = Plain(first, runner)
        row = ticket_row("t1", ref="4711", wakeup_us=5)
        change = StreamChange("ticket:t1", 0, event_rows(1, 2), replace(row, version=2))
        agent = StreamChange("agent:sam", 0, event_rows(1, 1), agent_row("sam"))
        content, entry = Content("c", "ana", bytes(32), "x"), InboxEntry("k", "h", b"r")
        plain.commit(Commit(TENANT, (change, agent), (content,), (self.delivery(1),), entry))
        plain.put_policy(TENANT, "f", b"{}")
        assert plain.lead(TENANT, "floor", "a", 0, 100)
        second = Plain(self.reopen_store(first), runner)
        assert second.load(TENANT, "t1") == change.row
        assert tuple(second.events(TENANT, "ticket:t1")) == change.events
        assert second.find_ref(TENANT, "4711") == "t1"
        assert second.load_agent(TENANT, "sam") == agent.row
        assert list(second.due(TENANT, 6, 9)) == ["t1"]
        assert dict(second.contents(TENANT, ["c"])) == {"c": content}
        assert second.recall(TENANT, "k") == entry
        assert len(second.lease(TENANT, 0, 1, ["event:a"], 9)) == 1
        assert second.get_policy(TENANT, "f") == b"{}"
        assert not second.lead(TENANT, "floor", "b", 50, 100)
        second.close()
        plain.close()

"""A process is killed while its threads' commands are committed together: what was answered is there, and all is whole."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from durability.group_writers import EACH, THREADS, command
from supportflow import SqlStore

ROOT = Path(__file__).parents[2]
TICKETS = [f"t{number}" for number in range(THREADS)]
EVERY = 15
"""Of so many points one is tried in each run. It is odd, so that points before and after a statement take turns."""


class Writers:
    """Children with threads, each on a tenant of its own."""

    def __init__(self, url) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(Path(__file__).parent / "group_writers.py"), url],
            cwd=ROOT,
            env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}", "PATH": "/usr/bin:/bin"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def killed(self, at):
        """How a child ended, and the keys of what it was answered."""
        self.process.stdin.write(f"{at}\n")
        self.process.stdin.flush()
        end, answered = json.loads(self.process.stdout.readline())
        return end, answered

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(30) == 0
        self.process.stdout.close()


def versions(store, tenant):
    """The version of each ticket; every command up to it is there as a whole, and nothing of any other."""
    found = {}
    feed = [(row.stream, row.event.seq) for row in store.feed(tenant, 0, 1_000)]
    owed = {lease.row.key for lease in store.lease(tenant, 1, 2, ["event:a"], 1_000)}
    for ticket in TICKETS:
        row = store.load(tenant, ticket)
        version = found[ticket] = 0 if row is None else row.version
        for number in range(EACH):
            commit = command(tenant, ticket, number)
            (change,), (text,), (owing,) = commit.changes, commit.content, commit.outbox
            there = [
                tuple(store.events(tenant, change.stream, after=number, limit=1)) == change.events,
                (change.stream, number + 1) in feed,
                store.recall(tenant, commit.inbox.key) == commit.inbox,
                store.contents(tenant, [text.id]).get(text.id) == text,
                owing.key in owed
                or (number > 0 and version > number),  # the second of a ticket waits for the first
            ]
            assert there == [number < version] * 5, f"command {number} of {ticket} is half there: {there}"
    return found


@pytest.mark.parametrize("every", [EVERY, pytest.param(1, marks=pytest.mark.exhaustive)])
def test_what_was_answered_is_there_wherever_the_process_is_killed(tmp_path, every):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    store = SqlStore(url)
    store.events("nobody", "makes the tables")
    writers = Writers(url)
    end, answered = writers.killed(0)
    points = int(answered.pop().split()[1])
    assert (end, len(answered)) == (0, THREADS * EACH)
    assert versions(store, "killed at 0") == dict.fromkeys(TICKETS, EACH)
    kept_unanswered = 0
    for at in range(1, points + 1, every):
        end, answered = writers.killed(at)
        found = versions(store, f"killed at {at}")
        lost = [key for key in answered if not key.startswith("points") and int(key[-1]) >= found[key[:-2]]]
        assert not lost, f"killed at {at} of {points}, these were answered and are gone: {lost}"
        kept_unanswered += sum(found.values()) > len(answered)
        if end != -signal.SIGKILL:
            assert at > points * 2 / 3, "who goes together with whom differs from run to run, but not so much"
    assert kept_unanswered, "at some point the commit was made, and nobody had been told"
    writers.close()
    store.close()

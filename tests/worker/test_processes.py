"""Processes on one database: what one subscribes another writes, each delivery has one taker, the killed lose nothing."""

import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from supportflow import Desk, Policy, SlaPolicy, Target
from supportflow.events import SlaBreached, TicketOpened
from supportflow.stores.sql import SqlStore
from supportflow.system import SystemClock
from supportflow.testing import ManualClock

ROOT = Path(__file__).parents[2]
TIMED = Policy(name="timed", sla=[SlaPolicy(name="g", targets=[Target.first_response(minutes=30)])])
APP = """
import os
import sys

from supportflow import Desk
from supportflow.events import SlaBreached, TicketOpened
from supportflow.stores.sql import SqlStore


def heard(event):
    if isinstance(event, SlaBreached) and os.environ.get("HANGS"):
        print("held", flush=True)
        sys.stdin.readline()
    with open("heard.txt", "a") as file:
        file.write(f"{event.kind} {event.ticket_id} {os.getpid()}\\n")


def make():
    return Desk(store=SqlStore("sqlite:///desk.db"), on={TicketOpened: heard, SlaBreached: heard})
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "helpdesk_app.py").write_text(APP)
    return tmp_path


def web(folder, **ports) -> Desk:
    """A process without handlers; here it is this one."""
    return Desk(TIMED, store=SqlStore(f"sqlite:///{folder}/desk.db"), **ports)


@pytest.fixture
def start(folder):
    """Starts workers; none outlives the test."""
    with ExitStack() as started:

        def call(*arguments: str, **environment: str) -> subprocess.Popen[str]:
            worker = subprocess.Popen(
                [sys.executable, "-m", "supportflow.cli", "worker", "helpdesk_app:make", *arguments],
                cwd=folder, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}", **environment},
            )  # fmt: skip
            started.enter_context(worker)
            started.callback(worker.kill)
            return worker

        yield call


def heard(folder) -> list[list[str]]:
    return [line.split() for line in (folder / "heard.txt").read_text().splitlines()]


def test_two_workers_share_what_a_web_process_brings(folder, start):
    with web(folder) as desk:
        desk.subscribe(TicketOpened, SlaBreached)
        tickets = {desk.open(subject="s", requester="ana").ticket.id for _ in range(15)}
        # Hours ago, by the workers' clock: these are overdue.
        past = ManualClock(SystemClock().now().subtract(hours=2))
        with web(folder, clock=past) as earlier:
            overdue = {earlier.open(subject="s", requester="ana").ticket.id for _ in range(15)}
        workers = [start("--until-idle", "--limit", "5") for _ in range(2)]
        for worker in workers:
            _, err = worker.communicate(timeout=300)
            assert worker.returncode == 0, err
        told = heard(folder)
        assert Counter((kind, ticket) for kind, ticket, _ in told) == Counter(
            [("ticket_opened", ticket) for ticket in tickets | overdue]
            + [("sla_breached", ticket) for ticket in overdue]
        )


def test_what_a_killed_worker_held_is_delivered_by_the_next(folder, start):
    past = ManualClock(SystemClock().now().subtract(hours=2))
    with web(folder, clock=past) as desk:
        desk.subscribe(SlaBreached)
        overdue = {desk.open(subject="s", requester="ana").ticket.id for _ in range(10)}
    worker = start(HANGS="yes")
    assert worker.stdout.readline() == "held\n"
    worker.send_signal(signal.SIGKILL)
    worker.communicate(timeout=300)
    assert not (folder / "heard.txt").exists()
    told = []
    # Its claims run out after a minute.
    later = ManualClock(SystemClock().now().add(minutes=2))
    with web(folder, clock=later, on={SlaBreached: told.append}) as desk:
        desk.run_due()
    assert {event.ticket_id for event in told} == overdue
    assert len(told) == len(overdue)

"""A worker in a process of the host's own stops on SIGTERM, as the command does; a handler of the host's own stays."""

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import asyncio, os, signal, sys
from supportflow import AsyncDesk, Desk
from supportflow.events import TicketOpened
from supportflow.worker import Worker

def told(_event):
    os.kill(os.getpid(), getattr(signal, sys.argv[2]))

if sys.argv[1] == "plain":
    desk = Desk(on={TicketOpened: told})
    desk.open(subject="s", requester="u")
    Worker(desk).run()
else:
    async def run():
        desk = AsyncDesk(on={TicketOpened: told})
        await desk.open(subject="s", requester="u")
        await Worker(desk).run_async()
    asyncio.run(run())
assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
print("stopped")
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("kind", ["plain", "awaited"])
def test_a_signal_ends_the_run_in_peace(kind, name):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, kind, name], check=False, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "stopped\n"), done.stderr


IGNORED = """
import signal
from supportflow.worker.signals import stopped_by_signals

before = signal.getsignal(signal.SIGINT)
with stopped_by_signals(lambda: print("stopped", flush=True)):
    signal.raise_signal(signal.SIGINT)
assert signal.getsignal(signal.SIGINT) is before is signal.SIG_IGN
with stopped_by_signals(lambda: print("stopped again", flush=True)):
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
"""


def test_one_that_was_started_with_the_signal_ignored_hears_it():
    """As a shell's background jobs are. Whoever sends SIGINT to a worker means it: gunicorn and uvicorn hear it, too."""
    ignored = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-c", IGNORED]
    done = subprocess.run(ignored, check=False, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (-signal.SIGINT, "stopped\nstopped again\n"), done.stderr


def test_a_handler_of_the_host_s_own_stays():
    from supportflow.worker.signals import stopped_by_signals

    before = signal.getsignal(signal.SIGTERM)
    heard = []
    try:
        signal.signal(signal.SIGTERM, lambda *_: heard.append("host"))
        with stopped_by_signals(lambda: heard.append("worker")):
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == ["host"]

"""Processes of a replay: Ctrl-C is heard by one of them, and none outlives it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import supportflow

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of a POSIX shell")

PROGRAM = """
import multiprocessing, os, signal, sys, time
from pathlib import Path
from supportflow.replay.pool import pool

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs start with it ignored

def pressed():
    os.killpg(0, signal.SIGINT)

def long(pid):
    pid.with_suffix(".part").write_text(str(os.getpid()))
    pid.with_suffix(".part").rename(pid)
    time.sleep(1_000)

def deaf():
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.raise_signal(signal.SIGINT)

def ended(how, pid):
    try:
        with pool(2, lost="one was lost") as processes:
            working = processes.submit(long, pid)
            if how == "starting":
                pressed()
            while not pid.exists():
                time.sleep(0.01)
            if how == "working":
                pressed()
            if how == "deaf":
                raise ValueError(processes.submit(deaf).exception() or "nothing heard")
            if how == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            if how == "lost":
                os.kill(int(pid.read_text()), signal.SIGKILL)
                working.result()
            if how == "wrong":
                processes.submit(int, "no number").result()
    except (ChildProcessError, KeyboardInterrupt, ValueError) as error:
        return type(error).__name__, str(error)

if __name__ == "__main__":
    for how in sys.argv[2:]:
        print(how, *ended(how, Path(sys.argv[1], how)), multiprocessing.active_children())
"""


def run(folder, *ways):
    """What is left when the last process has ended that has its standard output."""
    program = folder / "program.py"
    program.write_text(PROGRAM)
    return subprocess.run(
        [sys.executable, program, folder, *ways],
        check=False, capture_output=True, text=True, timeout=600, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(supportflow.__file__).parents[1])},
    )  # fmt: skip


def test_however_it_ends_it_says_so_once_and_no_process_is_left(tmp_path):
    done = run(tmp_path, "starting", "working", "lost", "wrong", "deaf")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "starting KeyboardInterrupt  []",
        "working KeyboardInterrupt  []",
        "lost ChildProcessError one was lost []",
        "wrong ValueError invalid literal for int() with base 10: 'no number' []",
        "deaf ValueError nothing heard []",
    ]


def test_of_one_that_is_killed_no_process_is_left(tmp_path):
    done = run(tmp_path, "killed")
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")

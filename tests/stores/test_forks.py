"""A desk that was made, and used, before its process was forked: the child goes on as if it had made its own.

gunicorn with `--preload`, Celery's prefork and `multiprocessing`'s "fork" do that. Each program is a process of its own.
"""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("forking.py")
ON_EACH = [
    "used_before", "engine_of_the_host", "threads_at_work", "parent_that_closes", "one_leader", "pool_of_processes",
    "generations", "awaited",
]  # fmt: skip
ON_LINUX = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="asks Linux which sockets are open")


def run(name, url):
    done = subprocess.run(
        [sys.executable, str(PROGRAM), name, url], check=False, capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["ok"]), done.stderr[-3_000:]


@pytest.mark.parametrize("name", ON_EACH)
def test_on_a_file(name, tmp_path):
    run(name, f"sqlite:///{tmp_path / 'desk.db'}")


@pytest.mark.parametrize("name", [*ON_EACH, pytest.param("lines_end", marks=ON_LINUX)])
def test_on_a_server(name, emptied):
    run(name, emptied)


@pytest.mark.parametrize("name", ["in_memory", "threads_at_work"])
def test_in_memory(name):
    run(name, "memory")

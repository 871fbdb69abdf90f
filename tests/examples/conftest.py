"""Running examples, each as a program of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def printed(tmp_path_factory):
    """Runs a program, and gives what it prints; it has to end well, and to say nothing on standard error."""
    folder = tmp_path_factory.mktemp("programs")
    with subprocess.Popen(
        [sys.executable, "-W", "error", str(Path(__file__).parent / "forked.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    ) as programs:

        def run(path: Path) -> str:
            out, err = folder / f"{path.name}.out", folder / f"{path.name}.err"
            programs.stdin.write(json.dumps([str(path), str(out), str(err)]) + "\n")
            programs.stdin.flush()
            status = programs.stdout.readline()
            assert (status, err.read_text("utf-8")) == ("0\n", "")
            return out.read_text("utf-8")

        yield run
        programs.stdin.close()

"""The benchmark of the floor still runs, and all its matchers give the same tickets: it asserts that itself."""

import os
import re
import subprocess
import sys


def test_the_benchmark_runs(root):
    done = subprocess.run(
        [sys.executable, str(root / "benchmarks" / "matcher.py"), "--small"],
        env={**os.environ, "PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"the floor has \d\.\d\d of the throughput of bare heaps", done.stdout)

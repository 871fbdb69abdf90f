"""Run a short selection of the tests on the newest Python that is here, and on the oldest versions of what is needed.

Usage: other_versions.py [--all]     --all runs every test on every Python that is here, which takes hours
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.14", "3.13", "3.12")
"""Those that are supported beside the one that CI runs on, newest first."""
SELECTED = (
    "tests/test_public_api.py",  # every name can be loaded
    "tests/model/test_golden.py",  # every event that was ever written can be read
    "tests/kernel/test_decide.py",
    "tests/desk/test_desk.py",
    "tests/stores/test_sql_schema.py",  # SQLAlchemy and Alembic
    "tests/policy/test_policy_schema.py",  # pydantic
    "tests/scenarios/test_exchange_routing.py",
)


def ran(*command: str, quiet: bool = False) -> bool:
    """Whether a program ended well, in the folder of the sources."""
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=quiet)  # noqa: S603 - commands of this file
    return done.returncode == 0


def found(version: str) -> str | None:
    """An interpreter of that version that can be started: on the path, or one of pyenv's."""
    named = f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for one in (shutil.which(named), *sorted(pyenv.glob(f"versions/{version}.*/bin/{named}"))):
        # A shim of pyenv's is there for versions that are not.
        if one is not None and ran(str(one), "-c", "", quiet=True):
            return str(one)
    return None


def wanted(*, everything: bool) -> Iterator[tuple[str, str, list[str]]]:
    """What it is called, its interpreter, and how its packages are chosen.

    The newest Python differs the most from the one that CI runs on; those between are left to `--all`.
    """
    for version in PYTHONS:
        python = found(version)
        if python is None:
            print(f"Python {version}: there is none here", flush=True)
        else:
            yield f"Python {version}, newest packages", python, ["--resolution", "highest"]
            if not everything:
                break
    yield "oldest packages", sys.executable, ["--resolution", "lowest-direct"]


def tested(name: str, python: str, packages: list[str], tests: list[str]) -> bool:
    """Make an environment, and run the tests in it."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        uv = (sys.executable, "-m", "uv", "--quiet")
        inside = str(Path(folder, "bin", "python"))
        if not ran(*uv, "venv", "--clear", "--python", python, folder):
            return False
        if not ran(*uv, "pip", "install", "--python", inside, *packages, ".[test]"):
            return False
        made = time.monotonic() - began
        print(f"\n{name}: environment in {made:.0f} s", flush=True)
        well = ran(inside, "-m", "pytest", "-q", "--numprocesses", "auto", *tests)
        print(f"{name}: {time.monotonic() - began - made:.0f} s", flush=True)
        return well


def main() -> int:
    """1 if a test fails anywhere."""
    everything = "--all" in sys.argv[1:]
    tests = [] if everything else list(SELECTED)
    chosen = wanted(everything=everything)
    failed = [name for name, python, packages in chosen if not tested(name, python, packages, tests)]
    for name in failed:
        print(f"failed: {name}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.14", "3.13", "3.12")
"""Those that are supported beside the one that CI runs on, newest first."""
AT_ONCE = 2
"""So many environments are made and tried side by side."""
SELECTED = (
    "tests/test_public_api.py",  # every name can be loaded
    "tests/model/test_golden.py",  # every event that was ever written can be read
    "tests/kernel/test_decide.py",
    "tests/desk/test_desk.py",
    "tests/stores/test_sql_schema.py",  # SQLAlchemy and Alembic
    "tests/stores/test_sql_urls.py",  # SQLAlchemy reads names in two ways
    "tests/stores/test_sql_host_settings.py",  # sqlite3 has had `autocommit` since Python 3.12
    "tests/policy/test_policy_schema.py",  # pydantic
    "tests/scenarios/test_exchange_routing.py",
)


def ran(*command: str) -> tuple[bool, str]:
    """Whether a program ended well in the folder of the sources, and what it said."""
    done = subprocess.run(  # noqa: S603 - commands of this file
        command, check=False, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return done.returncode == 0, done.stdout


def found(version: str) -> str | None:
    """An interpreter of that version that can be started: on the path, or one of pyenv's."""
    named = f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for one in (shutil.which(named), *sorted(pyenv.glob(f"versions/{version}.*/bin/{named}"))):
        # A shim of pyenv's is there for versions that are not.
        if one is not None and ran(str(one), "-c", "")[0]:
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
    """Make an environment, run the tests in it, and say in one piece how it went."""
    began = time.monotonic()
    said = [f"\n{name}:"]
    with tempfile.TemporaryDirectory() as folder:
        uv = (sys.executable, "-m", "uv", "--quiet")
        inside = str(Path(folder, "bin", "python"))
        # Another environment is at work on the other cores.
        processes = str(max(1, (os.cpu_count() or 1) // AT_ONCE))
        for command in (
            (*uv, "venv", "--clear", "--python", python, folder),
            (*uv, "pip", "install", "--python", inside, *packages, ".[test]"),
            (inside, "-m", "pytest", "-q", "--numprocesses", processes, *tests),
        ):
            well, told = ran(*command)
            said.append(told)
            if not well:
                break
        said.append(f"{name}: {'passed' if well else 'FAILED'} after {time.monotonic() - began:.0f} s")
        print("\n".join(said), flush=True)
        return well


def main() -> int:
    """1 if a test fails anywhere."""
    everything = "--all" in sys.argv[1:]
    tests = [] if everything else list(SELECTED)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        going = [pool.submit(tested, *one, tests) for one in wanted(everything=everything)]
    return 0 if all(one.result() for one in going) else 1


if __name__ == "__main__":
    sys.exit(main())

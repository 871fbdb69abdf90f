"""What the wheel and the source distribution hold is what the tree holds: no file of the package is left behind.

Usage: check_archives.py DIST_FOLDER
"""

import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "src/supportflow"
SOURCES = [".ci", "benchmarks", "docs", "examples", "src", "tests"]
TOP = ["CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "NOTICE", "README.md", "pyproject.toml", "zensical.toml"]
LEFT_OUT = {"__pycache__", ".pytest_cache", ".hypothesis", ".mypy_cache", ".ruff_cache"}


def below(part: str) -> set[str]:
    """Files in a folder of the tree, by their path from the root."""
    found = (path for path in (ROOT / part).rglob("*") if path.is_file() and not LEFT_OUT & set(path.parts))
    return {path.relative_to(ROOT).as_posix() for path in found}


def in_wheel(path: Path) -> set[str]:
    """Files of the package in a wheel, by their path in the tree."""
    with zipfile.ZipFile(path) as wheel:
        return {f"src/{name}" for name in wheel.namelist() if name.startswith("supportflow/")}


def in_sdist(path: Path) -> set[str]:
    """Files in a source distribution, by their path in the tree."""
    with tarfile.open(path) as sdist:
        return {member.name.partition("/")[2] for member in sdist if member.isfile()}


def main(dist: str) -> int:
    """Print what is missing or too much; 1 if anything is."""
    [wheel], [sdist] = Path(dist).glob("*.whl"), Path(dist).glob("*.tar.gz")
    package, sources = below(PACKAGE), set(TOP).union(*map(below, SOURCES))
    carried = in_sdist(sdist) - {"PKG-INFO", ".gitignore"}
    wrong = [
        *(f"not in the wheel: {name}" for name in sorted(package - in_wheel(wheel))),
        *(f"only in the wheel: {name}" for name in sorted(in_wheel(wheel) - package)),
        *(f"not in the source distribution: {name}" for name in sorted(sources - carried)),
        *(f"only in the source distribution: {name}" for name in sorted(carried - sources)),
    ]
    for line in wrong:
        print(line)
    if not wrong:
        print(f"{len(package)} files in the wheel, {len(sources)} in the source distribution: the tree's")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""Make a tree ready for an index: what its README links to is found from there, too, and the project says where it lives.

Usage: for_index.py TREE ADDRESS TAG      (ADDRESS: where the repository is read, such as https://code.example/supportflow)

An index shows the README by itself, where a relative link leads nowhere. The repository says no address of its own,
so that a fork or a mirror has right links as well: whoever releases says it.
"""

import re
import sys
from pathlib import Path

LINK = re.compile(r"\]\((?!\w+:|#)([^)#]+)(#[^)]*)?\)")


def absolute(text: str, tree: Path, address: str, tag: str) -> str:
    """A text whose relative links lead to a tag of the repository."""

    def led(found: re.Match[str]) -> str:
        path = tree / found[1]
        if not path.exists():
            raise SystemExit(f"README.md links to {found[1]}, which is not there")
        return f"]({address}/{'tree' if path.is_dir() else 'blob'}/{tag}/{found[1]}{found[2] or ''})"

    return LINK.sub(led, text)


def urls(address: str, tag: str) -> str:
    """What the project says of where it lives."""
    return f"""[project.urls]
Source = "{address}"
Documentation = "{address}/blob/{tag}/docs/README.md"
Changelog = "{address}/blob/{tag}/CHANGELOG.md"

"""


def main(tree: Path, address: str, tag: str) -> None:
    """Change README.md and pyproject.toml of a tree."""
    if not re.fullmatch(r"https://[\w.-]+(/[\w.-]+)*", address):
        raise SystemExit(
            f"{address} is no address of a repository: https://HOST/PATH, without a slash at its end"
        )
    readme, project = tree / "README.md", tree / "pyproject.toml"
    readme.write_text(absolute(readme.read_text("utf-8"), tree, address, tag), "utf-8")
    before = project.read_text("utf-8")
    after = before.replace("[project.scripts]\n", f"{urls(address, tag)}[project.scripts]\n", 1)
    if after == before:
        raise SystemExit("pyproject.toml has no [project.scripts]")
    project.write_text(after, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])

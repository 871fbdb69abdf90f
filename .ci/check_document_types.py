"""Check the types of every Python block of the documents, by mypy and by pyright, as a host's own code would be: no plugin.

The blocks of one page share a namespace, so each page becomes one module. The uses and mistakes of `tests/typing` are
checked in the same pass: each checker must accept the former, and find every one of the latter.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
USES = sorted((ROOT / "tests" / "typing").glob("*ed.py"))

MYPY = """
[mypy]
strict = True
[mypy-apscheduler.*,django.*]
# They ship no types.
ignore_missing_imports = True
"""
PYRIGHT = """
{
  "typeCheckingMode": "standard",
  "reportUnnecessaryTypeIgnoreComment": "error",
  // Of what ships no types, nothing is guessed.
  "useLibraryCodeForTypes": false
}
"""


def module_of(document: str) -> str:
    """The Python blocks of a document, each at its own lines, so that an error's line is the document's."""
    lines: list[str] = []
    indent: int | None = None
    for line in document.splitlines():
        opens = re.match(r"^(\s*)```python\s*$", line)
        if indent is None and opens:
            indent = len(opens[1])
            lines.append("")
        elif indent is not None and line.strip() == "```":
            indent = None
            lines.append("")
        else:
            lines.append("" if indent is None else line[indent:])
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the modules into a folder of their own, and let both checkers look at it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        names: dict[str, str] = {}
        for path in (*DOCUMENTS, *USES):
            source = path.read_text("utf-8")
            text = source if path.suffix == ".py" else module_of(source)
            if text.strip():
                place = path.relative_to(ROOT).as_posix()
                target = folder / (re.sub(r"\W", "_", place.rpartition(".")[0]) + ".py")
                target.write_text(text, "utf-8")
                names[target.name] = place
        (folder / "mypy.ini").write_text(MYPY, "utf-8")
        (folder / "pyrightconfig.json").write_text(PYRIGHT, "utf-8")
        cache = ROOT / ".mypy_cache" / "documents"
        failed = False
        for command in (
            ["mypy", "--config-file", "mypy.ini", "--cache-dir", str(cache), *sorted(names)],
            ["pyright", "--pythonpath", sys.executable, "--warnings"],
        ):
            done = subprocess.run(  # noqa: S603 - the two programs that the extra `lint` brings
                [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False
            )
            failed = failed or done.returncode != 0
            said = (done.stdout + done.stderr).replace(f"{folder}/", "")
            print(re.sub(r"\b\w+\.py\b", lambda found: names.get(found[0], found[0]), said).rstrip())
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

"""Build the documentation as a site: the pages of `docs`, the parameters of every public name, search, versions.

Usage: build_site.py DIR      needs the extra `docs`; a warning is an error

The site of this version is then in DIR/VERSION, beside those of other versions that are there already. Any web server
can show DIR as it is.
"""

import ast
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import supportflow
from supportflow import events, exceptions

ROOT = Path(__file__).resolve().parent.parent
SECTION = re.compile(r"^## (.+)$")
ENTRY = re.compile(r"^- \[([^\]]+)\]\(([^)#]+\.md)\)")
REFERENCE = runpy.run_path(str(ROOT / ".ci" / "write_reference.py"))
"""What the page of public names is written of: areas, modules, rooms for one framework each."""


def navigation(home: Path) -> list[dict[str, Any]]:
    """The pages in the order in which the first page names them."""
    found: list[dict[str, Any]] = [{"Home": home.name}]
    section: list[dict[str, str]] = []
    for line in home.read_text("utf-8").splitlines():
        if heading := SECTION.match(line):
            section = []
            found.append({heading[1]: section})
        elif entry := ENTRY.match(line):
            section.append({entry[1]: entry[2]})
    return [part for part in found if all(part.values())]


def parameters() -> dict[str, list[str]]:
    """Title of a page of parameters → full names of what it documents: every public name stands once."""
    found = {title: [f"supportflow.{name}" for name in names] for title, names in REFERENCE["AREAS"].items()}
    seen = {name.rpartition(".")[2] for names in found.values() for name in names}
    modules = {title: module for title, (module, _) in REFERENCE["MODULES"].items()}
    for title, module in {**modules, "Events": events, "All errors": exceptions}.items():
        found[title] = [f"{module.__name__}.{name}" for name in module.__all__ if name not in seen]
        seen |= set(module.__all__)
    for room in sorted((ROOT / "src" / "supportflow" / "contrib").glob("*/__init__.py")):
        place, title = f"supportflow.contrib.{room.parent.name}", REFERENCE["TITLES"].get(room.parent.name)
        # Read, not imported: its framework need not be there.
        names = REFERENCE["exported"](ast.parse(room.read_text("utf-8")))
        found[title or room.parent.name] = [f"{place}.{name}" for name in names]
    if missing := set(supportflow.__all__) - seen - {"__version__"}:
        raise SystemExit(f"public names without a page: {', '.join(sorted(missing))}")
    return {title: names for title, names in found.items() if names}


def page_of(title: str) -> str:
    """The path of a page of parameters."""
    return f"reference/parameters/{re.sub(r'[^a-z]+', '-', title.lower()).strip('-')}.md"


def written(docs: Path) -> Iterator[dict[str, str]]:
    """Write the pages of parameters; their places in the navigation."""
    for title, names in parameters().items():
        page = docs / page_of(title)
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"# {title}\n\n" + "\n".join(f"::: {name}\n" for name in names), "utf-8")
        yield {title: page_of(title)}


def bring_changelog(docs: Path) -> dict[str, str]:
    """Make the changelog, which stands beside `docs`, a page of the site; its place in the navigation."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    (docs / "changelog.md").write_text(changelog.replace("](docs/", "]("), "utf-8")
    for page in docs.rglob("*.md"):
        text = page.read_text("utf-8")
        up = "../" * (len(page.relative_to(docs).parts) - 1)
        if f"]({up}../CHANGELOG.md" in text:
            page.write_text(text.replace(f"]({up}../CHANGELOG.md", f"]({up}changelog.md"), "utf-8")
    return {"Changelog": "changelog.md"}


def undocumented(site: Path) -> list[str]:
    """Public names that no page of a built site has a heading for."""
    return [
        name
        for title, names in parameters().items()
        for text in [(site / page_of(title)).with_suffix("").joinpath("index.html").read_text("utf-8")]
        for name in names
        if f'id="{name}"' not in text
    ]


def build(work: Path) -> Path:
    """Build in an empty folder; where the site is."""
    shutil.copytree(ROOT / "docs", work / "docs")
    nav = navigation(work / "docs" / "README.md")
    nav += [{"Parameters": list(written(work / "docs"))}, bring_changelog(work / "docs")]
    config = (ROOT / "zensical.toml").read_text("utf-8")
    paths = f"paths = [{json.dumps(str(ROOT / 'src'))}]"
    # JSON's lists and strings are TOML's; its objects are not.
    inline = re.sub(r'("(?:[^"\\]|\\.)*"): ', r"\1 = ", json.dumps(nav, ensure_ascii=False))
    config = config.replace('".ci/', f'"{ROOT}/.ci/')
    config = config.replace("[project]\n", f"[project]\nnav = {inline}\n", 1).replace(
        'paths = ["src"]', paths, 1
    )
    (work / "zensical.toml").write_text(config, "utf-8")
    command = [
        sys.executable,
        "-m",
        "zensical",
        "build",
        "--strict",
        "--config-file",
        str(work / "zensical.toml"),
    ]
    done = subprocess.run(  # noqa: S603 - the program that the extra `docs` brings
        command, cwd=work, env={**os.environ, "NO_COLOR": "1"}, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return work / "site"


def publish(site: Path, into: Path) -> None:
    """Put a version beside the others, list it first, and lead those who name none to it."""
    version = supportflow.__version__
    shutil.rmtree(into / version, ignore_errors=True)
    shutil.copytree(site, into / version)
    listed = into / "versions.json"
    others = json.loads(listed.read_text("utf-8")) if listed.exists() else []
    own = {"version": version, "title": version, "aliases": []}
    listed.write_text(
        json.dumps([own, *(one for one in others if one["version"] != version)], indent=1), "utf-8"
    )
    (into / "index.html").write_text(
        f'<!doctype html><meta charset="utf-8"><title>supportflow</title>'
        f'<meta http-equiv="refresh" content="0; url={version}/"><a href="{version}/">supportflow {version}</a>\n',
        "utf-8",
    )


def main(arguments: list[str]) -> int:
    """Build, check, publish; 1 if a public name has no heading."""
    if len(arguments) != 1:
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as work:
        site = build(Path(work))
        if missing := undocumented(site):
            print("\n".join(f"{name} has no heading on the site" for name in missing))
            return 1
        publish(site, Path(arguments[0]))
    print(f"{supportflow.__version__}: {sum(1 for _ in Path(arguments[0]).rglob('index.html'))} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

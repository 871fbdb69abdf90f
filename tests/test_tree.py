"""What holds for every file of the project: no path of one machine, and one place for each command."""

import ast
import builtins
import re
import runpy
import shutil
import tomllib
from pathlib import Path

import pytest

import supportflow

ROOT = Path(__file__).resolve().parent.parent
PARTS = [".ci", "benchmarks", "docs", "examples", "findings", "src", "tests"]
# Spelt so that this file does not match itself.
MACHINE_PATH = re.compile(r"(?<![\w.\-/>])/(?:work|tmp|home|root|Users|mnt)/[\w.]|\b[A-Z]:\\\\?Users\b")


def files() -> list[Path]:
    below = [path for part in PARTS for path in (ROOT / part).rglob("*") if "__pycache__" not in path.parts]
    top = [*ROOT.glob("*.md"), ROOT / "LICENSE", ROOT / "pyproject.toml"]
    return sorted(path for path in (*below, *top) if path.is_file())


def test_no_file_names_a_place_on_one_machine():
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in files()
        if path != Path(__file__).resolve()
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]

    assert len(files()) > len(PARTS)
    assert found == []


def test_no_module_is_too_long_to_read():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in (ROOT / "src").rglob("*.py")
    }

    assert len(lengths) > 400
    assert {path: lines for path, lines in lengths.items() if lines > 400} == {}


def test_no_file_holds_both_sides_of_a_merge():
    marker = re.compile(r"^(<{7}|>{7})( |$)", re.MULTILINE)

    assert marker.search("a\n" + "<" * 7 + " ours\nb")
    assert [path.name for path in files() if marker.search(path.read_text("utf-8", errors="replace"))] == []


def test_what_a_machine_path_is():
    assert MACHINE_PATH.search("see /ho" + "me/sam/x")
    assert MACHINE_PATH.search("open('/t" + "mp/x')")
    assert not MACHINE_PATH.search("https://host.example/home/sam")
    assert not MACHINE_PATH.search("../work/x and src/root/y")


def test_ci_runs_the_command_that_the_readme_shows():
    readme = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"^<!-- command: (\w+) -->\n```sh\n(.*?)\n```$", readme, re.MULTILINE | re.DOTALL)
    script = (ROOT / ".ci" / "run").read_text("utf-8")

    assert [name for name, _ in blocks] == ["demo", "test"]
    assert all("\n" not in command for _, command in blocks)  # one line to paste
    assert "test_command=$(readme_command test)" in script
    assert 'bash -euo pipefail -c "$test_command"' in script


def test_every_room_has_a_floor():
    """CI would say it only after all tests have run."""
    floors = runpy.run_path(str(ROOT / ".ci" / "coverage_floors.py"))
    package = ROOT / "src" / "supportflow"
    rooms = {
        path.stem for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    }

    assert rooms == floors["CORE"] | floors["ADAPTERS"]
    assert not floors["CORE"] & floors["ADAPTERS"]


def test_the_changelog_knows_the_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)

    assert headings[0] == "Unreleased"
    assert set(headings[1:]) <= {version}


def test_the_changelog_names_everything_public():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")

    assert [name for name in supportflow.__all__ if f"`{name}`" not in changelog] == []


def test_the_page_that_says_where_a_change_goes_names_what_there_is():
    page = (ROOT / "docs" / "concepts" / "where-a-change-goes.md").read_text("utf-8")
    source = ROOT / "src" / "supportflow"
    named = [
        one for one in re.findall(r"`([a-z_0-9/<>.]+)`", page) if "/" in one and not one.startswith("src/")
    ]

    assert len(named) > 40
    for one in named:
        places = [source / one.replace("<tag>", tag) for tag in (("en", "zh") if "<tag>" in one else ("",))]
        assert all(place.exists() for place in places), one


def test_an_index_shows_a_readme_whose_links_lead_somewhere(tmp_path):
    """The repository knows no address of its own: whoever releases says it."""
    index = runpy.run_path(str(ROOT / ".ci" / "for_index.py"))
    for name in ("README.md", "pyproject.toml", "LICENSE", "CONTRIBUTING.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("docs", "examples"):
        (tmp_path / name).symlink_to(ROOT / name)

    index["main"](tmp_path, "https://code.example/a/flow", "v1.2")

    before = re.findall(r"\]\(([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    after = re.findall(r"\]\(([^)]+)\)", (tmp_path / "README.md").read_text("utf-8"))
    assert len(before) > 10
    assert after == [
        f"https://code.example/a/flow/{'tree' if (ROOT / one).is_dir() else 'blob'}/v1.2/{one}"
        for one in before
    ]
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["urls"]["Source"] == "https://code.example/a/flow"
    assert "urls" not in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.mark.parametrize(
    ("link", "led"),
    [
        ("[a](docs/README.md#by-what)", "[a](https://h.example/blob/v1/docs/README.md#by-what)"),
        ("[文档](examples)", "[文档](https://h.example/tree/v1/examples)"),
        ("[b](https://else.example/x)", "[b](https://else.example/x)"),
        ("[c](#try-it)", "[c](#try-it)"),
    ],
)
def test_a_link_for_an_index(link, led):
    absolute = runpy.run_path(str(ROOT / ".ci" / "for_index.py"))["absolute"]
    assert absolute(link, ROOT, "https://h.example", "v1") == led
    with pytest.raises(SystemExit, match="nowhere"):
        absolute("[d](docs/nowhere.md)", ROOT, "https://h.example", "v1")


def annotations(node):
    """What a function or a field of a class is said to be."""
    if isinstance(node, ast.AnnAssign):
        return [node.annotation]
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return []
    of = node.args
    every = [*of.posonlyargs, *of.args, *of.kwonlyargs, *filter(None, (of.vararg, of.kwarg))]
    return [one for one in (node.returns, *(each.annotation for each in every)) if one is not None]


def taken_for_its_own(text):
    """Names from outside a class in its annotations that are names of its own as well, as `Class.name`."""
    module = ast.parse(text)
    imports = [node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
    outside = {*dir(builtins), *(one.asname or one.name for node in imports for one in node.names)}
    found = []
    for cls in (node for node in ast.walk(module) if isinstance(node, ast.ClassDef)):
        own = {one.name for one in cls.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)} | {
            one.target.id for one in cls.body if isinstance(one, ast.AnnAssign) and one.value is not None
        }
        found += [
            f"{cls.name}.{one.id}"
            for node in cls.body
            for annotation in annotations(node)
            for one in ast.walk(annotation)
            if isinstance(one, ast.Name) and one.id in own & outside
        ]
    return found


def test_no_annotation_in_a_class_names_what_the_class_has_itself():
    """Python 3.14 reads annotations when they are asked for: `messages.Reader` is then looked for in a method `messages`."""
    method = "from rooms import lists, messages\nclass Desk:\n    def {}(self, by: messages.Reader): ...\n"

    assert taken_for_its_own(method.format("messages")) == ["Desk.messages"]
    assert taken_for_its_own(method.format("talk")) == []
    assert {
        path.name: found
        for path in (ROOT / "src").rglob("*.py")
        if (found := taken_for_its_own(path.read_text("utf-8")))
    } == {}

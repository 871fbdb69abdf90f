"""The contract that no room has a circle of imports: it is on, and it sees imports that are for types alone."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONFIGURED = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
LINT = """
import sys
from importlinter.cli import lint_imports

sys.exit(lint_imports(config_filename=sys.argv[1], no_cache=True))
"""

FOR_TYPES = """
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from house.room.first import First


class Second:
    first: "First"
"""


def the_contract():
    [found] = [one for one in CONFIGURED["contracts"] if one["type"] == "acyclic_siblings"]
    return found


@pytest.fixture
def lint(tmp_path):
    """Whether the contract holds in a package of these modules."""

    def holds(**modules):
        for name in ("house", "house/room", "house/room/inner"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "__init__.py").touch()
        for name, text in modules.items():
            (tmp_path / "house" / "room" / f"{name.replace('__', '/')}.py").write_text(text, "utf-8")
        options = "\n".join(
            f"{name} = {str(CONFIGURED[name]).lower()}"
            for name in ("include_external_packages", "exclude_type_checking_imports")
        )
        (tmp_path / "contracts.toml").write_text(
            f"""[tool.importlinter]
root_package = "house"
{options}

[[tool.importlinter.contracts]]
name = "{the_contract()["name"]}"
type = "{the_contract()["type"]}"
ancestors = ["house"]
""",
            "utf-8",
        )
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        ran = subprocess.run(
            [sys.executable, "-c", LINT, "contracts.toml"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Contracts: " in ran.stdout, ran.stdout + ran.stderr
        return ran.returncode == 0

    return holds


def test_the_contract_holds_all_of_the_package():
    assert the_contract()["ancestors"] == [CONFIGURED["root_package"]]
    assert not {"depth", "skip_descendants", "ignore_imports"} & set(the_contract())


def test_imports_one_way_are_no_circle(lint):
    assert lint(first="class First: ...", second=FOR_TYPES, third="from house.room.second import Second")


def test_a_circle_that_is_for_types_alone_is_one(lint):
    assert not lint(first="from house.room.second import Second", second=FOR_TYPES)


def test_a_circle_of_three_is_one(lint):
    assert not lint(
        first="from house.room.third import Third",
        second=FOR_TYPES,
        third="from house.room.second import Second\n\n\nclass Third: ...",
    )


def test_a_circle_through_a_package_below_is_one(lint):
    assert not lint(
        first="from house.room.inner.deep import Deep",
        second=FOR_TYPES,
        inner__deep="from house.room.second import Second\n\n\nclass Deep: ...",
    )

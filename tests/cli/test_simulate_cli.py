"""`supportflow simulate`."""

import json
from pathlib import Path

import pytest

from supportflow.cli import main
from supportflow.cli.progress import Bar

SCENARIO = """\
name = "small"
lasts_for = "PT1H"
policy_file = "policy.toml"
[arrivals]
per_hour = 60
[service]
mean = "PT1M"
[[team]]
name = "a"
count = 2
"""


@pytest.fixture
def path(tmp_path):
    (tmp_path / "policy.toml").write_text('[[routing.routes]]\nname = "all"\nlanguage = "any"\n', "utf-8")
    scenario = tmp_path / "small.toml"
    scenario.write_text(SCENARIO, "utf-8")
    return scenario


def run(capsys, *arguments):
    status = main(["simulate", *map(str, arguments)])
    out, err = capsys.readouterr()
    return status, out, err


def test_a_table_and_the_speed_apart(capsys, path):
    status, out, err = run(capsys, path, "--seed", 3)
    assert status == 0
    assert "'small', seed 3, one run of 1 h" in out
    assert "tickets a second" in err
    assert run(capsys, path, "--seed", 3)[1] == out
    assert run(capsys, path, "--seed", 4)[1] != out


def test_json_to_a_file_and_to_standard_output(capsys, path, tmp_path):
    written = tmp_path / "report.json"
    assert run(capsys, path, "--json", written, "--quiet", "--replications", 2) == (0, "", "")
    status, out, _ = run(capsys, path, "--json", "-", "--replications", 2)
    assert status == 0
    assert out == written.read_text("utf-8")
    report = json.loads(out)
    assert report["replications"] == 2
    assert report["classes"][0]["waits"]["mean"]["half_width"] is not None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--seed", "-1"], "whole number from 0"),
        (["--seed", "x"], "whole number from 0"),
        (["--replications", "0"], "whole number from 1"),
    ],
)
def test_wrong_options(capsys, path, wrong, said):
    status, out, err = run(capsys, path, *wrong)
    assert (status, out) == (2, "")
    assert said in err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("lasts_for", "last_for"), "small.toml: "),
        (("count = 2", "count = {night = 1}"), "team.0.shifts: unknown calendar 'night'"),
        (("policy.toml", "other.toml"), "other.toml: No such file"),
    ],
)
def test_a_bad_scenario_is_one_line(capsys, path, change, said):
    path.write_text(SCENARIO.replace(*change), "utf-8")
    status, out, err = run(capsys, path)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert said in err


def test_the_progress_bar_counts_minutes(capsys, path, monkeypatch):
    drawn = []
    monkeypatch.setattr(Bar, "__call__", lambda _self, done, total=None: drawn.append((done, total)))
    run(capsys, path)
    assert drawn[-1] == (60, 60)


@pytest.mark.no_cover
def test_the_crash_day_holds_its_promise_to_security(capsys):
    crash = Path(__file__).resolve().parents[2] / "examples" / "crash_day.toml"
    status, out, _ = run(capsys, crash, "--json", "-", "--seed", 1)
    assert status == 0
    report = json.loads(out)
    security, general = (
        next(one for one in report["classes"] if one["name"] == name) for name in ("security", "general")
    )
    assert security["waits"]["p95"] < general["waits"]["p50"]
    assert security["abandoned"]["mean"] == 0

"""`supportflow roster` and `supportflow check --roster`, as a shell sees them."""

import json
import re

import pytest

from supportflow.cli import main

POLICY = """
name = "desk"
[calendars.shanghai]
tz = "Asia/Shanghai"
weekly = { mon = [["08:00", "16:00"]], tue = [["08:00", "16:00"]], sun = [["08:00", "16:00"]] }
"""
ROSTER = """
name = "small desk"
[[agents]]
id = "li-na"
name = "李娜"
languages = ["zh-Hans"]
skills = { kyc = 1, fees = 1 }
shifts = ["shanghai"]
[[agents]]
id = "ana"
languages = ["en"]
skills = { kyc = 1, fees = 1 }
[[agents]]
id = "odd"
name = "two\\nlines"
tiers = []
languages = ["en"]
skills = { kyc = 1, fees = 1 }
[[promises]]
language = "en"
[[promises]]
name = "Chinese on Mondays"
language = "zh-Hans"
hours = "shanghai"
[[overrides.li-na]]
start = 2026-03-02T06:30:00Z
end = 2026-03-02T07:00:10Z
on_duty = false
"""


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    (tmp_path / "policy.toml").write_text(POLICY)
    (tmp_path / "roster.toml").write_text(ROSTER)
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        status = main(arguments)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


CHECK = ("check", "policy.toml", "--roster", "roster.toml")
WEEK = ("roster", "roster.toml", "--policy", "policy.toml", "--from", "2026-03-02")


# --- check ---------------------------------------------------------------------------------------


def test_check_finds_what_nobody_serves(run):
    status, out, _ = run(*CHECK, "--from", "2026-03-02")
    lines = [line for line in out.splitlines() if line.startswith("roster.toml")]
    assert status == 1
    assert lines == [
        (
            "roster.toml: error: promises.1: nobody on duty serves 'Chinese on Mondays' until 2026-03-02T07:00:10.000000Z, "
            "opened at 2026-03-02T06:30:00.000000Z"
        ),
        (
            "roster.toml: warning: promises.0: only 'ana' serves expert, en, once in the week and 168 h in all, "
            "opened at 2026-03-02T00:00:00.000000Z"
        ),
        (
            "roster.toml: warning: promises.1: only 'li-na' serves 'Chinese on Mondays', 4 times in the week and 23.4972 h "
            "in all, opened at 2026-03-02T00:00:00.000000Z"
        ),
        (
            "roster.toml: info: agents: 3 of 3 (100%) have at most one of the team's 2 languages; with two each, a team "
            "serves nearly as well as if everybody had all"
        ),
        "roster.toml: roster 'small desk' has errors: 1",
    ]


def test_check_of_another_week_is_good(run):
    status, out, _ = run(*CHECK, "--from", "2026-03-09")
    assert status == 0
    assert out.splitlines()[-1] == "roster.toml: roster 'small desk' is good: 3 agents, 2 promises"


def test_check_looks_at_the_week_that_begins_today(run):
    status, out, _ = run(*CHECK, "--json")
    opened = [finding["at"] for finding in json.loads(out)["roster"]["findings"] if finding["at"]]
    assert status == 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00\.000000Z", opened[0])


def test_check_as_json(run):
    status, out, _ = run(*CHECK, "--from", "2026-03-02", "--json")
    document = json.loads(out)
    roster = document["roster"]
    assert status == 1
    assert (document["errors"], document["name"]) == (0, "desk")
    assert (roster["roster"], roster["name"], roster["errors"], roster["warnings"]) == (
        "roster.toml",
        "small desk",
        1,
        2,
    )
    assert [finding["severity"] for finding in roster["findings"]] == ["error", "warning", "warning", "info"]


def test_check_without_a_roster_says_nothing_of_one(run):
    status, out, _ = run("check", "policy.toml", "--json")
    assert status == 0
    assert "roster" not in json.loads(out)


def test_check_of_a_roster_that_cannot_be_used(run, tmp_path):
    (tmp_path / "roster.toml").write_text(ROSTER.replace("shifts", "shfts"))
    status, out, _ = run(*CHECK)
    assert status == 1
    assert (
        out.splitlines()[-1]
        == "roster.toml: agents.0.shfts: unknown field 'shfts'; did you mean 'shifts'? (line 8)"
    )
    status, out, _ = run(*CHECK, "--json")
    roster = json.loads(out)["roster"]
    assert (status, roster["name"], roster["findings"][0]["kind"]) == (1, None, "invalid")


def test_check_of_a_roster_beside_a_policy_that_cannot_be_used(run, tmp_path):
    (tmp_path / "policy.toml").write_text("nam = 1")
    status, out, _ = run(*CHECK)
    assert (status, out) == (1, "policy.toml: nam: unknown field 'nam'; did you mean 'name'? (line 1)\n")


def test_check_of_a_calendar_that_there_is_not(run, tmp_path):
    (tmp_path / "policy.toml").write_text(POLICY.replace("shanghai]", "shangai]"))
    status, out, _ = run(*CHECK)
    assert status == 1
    assert out.splitlines()[-3:] == [
        "roster.toml: error: agents.0.shifts.0: unknown calendar 'shanghai'; did you mean 'shangai'?",
        "roster.toml: error: promises.1.hours: unknown calendar 'shanghai'; did you mean 'shangai'?",
        "roster.toml: roster 'small desk' has errors: 2",
    ]


def test_help(run):
    status, out, err = run("roster", "--help")
    assert (status, err) == (0, "")
    assert "YYYY-MM-DD" in out


# --- roster --------------------------------------------------------------------------------------


def test_the_week(run):
    status, out, err = run(*WEEK)
    head, grid, people, nobody, lone, narrow = (part.splitlines() for part in out.split("\n\n"))
    assert (status, err) == (0, "")
    assert head == ["small desk · UTC · seven days from 2026-03-02"]
    assert grid[1].split() == [f"{hour:02d}" for hour in range(24)]
    cells = re.findall(r"\d+[!* ]?", grid[2].removeprefix("Mon 2026-03-02") + " ")
    # Li Na has eight hours from midnight in UTC on; half an hour of them is missing.
    assert cells == ["3*"] * 6 + ["2!"] * 2 + ["2*"] * 16
    assert len(grid) == 2 + 7
    assert people[:5] == [
        "on duty",
        "  Mon 2026-03-02 00:00 to Mon 06:30    3  李娜, ana, odd",
        "  Mon 2026-03-02 06:30 to Mon 07:00:10    2  ana, odd",
        "  Mon 2026-03-02 07:00:10 to Mon 08:00    3  李娜, ana, odd",
        "  Mon 2026-03-02 08:00 to Tue 00:00    2  ana, odd",
    ]
    assert nobody == ["nobody serves", "  Mon 2026-03-02 06:30 to Mon 07:00:10  'Chinese on Mondays'"]
    assert lone[:3] == [
        "one person alone serves",
        "  Mon 2026-03-02 00:00 to Mon 00:00  expert, en: ana",
        "  Mon 2026-03-02 00:00 to Mon 06:30  'Chinese on Mondays': 李娜",
    ]
    assert narrow == ["3 of 3 have at most one of the team's 2 languages"]


def test_a_week_in_a_zone_whose_clock_changes(run):
    _, out, _ = run(*WEEK[:-1], "2026-03-23", "--tz", "Europe/London")
    _, grid, people, *_ = (part.splitlines() for part in out.split("\n\n"))
    assert grid[-1].endswith("  23 hours, the clock changes")
    assert [line.split()[:2] for line in grid[2:]] == [
        [day, f"2026-03-{23 + at}"]
        for at, day in enumerate(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
    ]
    # Shanghai's Sunday begins at midnight in London's winter time and ends in its summer time.
    assert "  Sun 2026-03-29 00:00 (+0000) to Sun 09:00 (+0100)    3  李娜, ana, odd" in people


def test_a_roster_without_promises_or_people(run, tmp_path):
    (tmp_path / "roster.toml").write_text('name = "empty"')
    status, out, _ = run("roster", "roster.toml")
    assert status == 0
    assert "    0  nobody" in out
    assert "nobody serves: nothing\n\none person alone serves: nothing\n" in out


def test_a_crowd_is_not_listed(run, tmp_path):
    (tmp_path / "roster.toml").write_text("".join(f'[[agents]]\nid = "a{n}"\n' for n in range(11)))
    _, out, _ = run("roster", "roster.toml", "--from", "2026-03-02")
    assert "   11  a0, a1, a2, a3, a4, a5, a6, a7 and 3 more" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("roster", "no.toml"), "no.toml: No such file or directory"),
        (
            ("roster", "policy.toml"),
            "policy.toml: calendars: unknown field 'calendars'; the fields are name, agents, overrides, promises",
        ),
        (
            ("roster", "roster.toml"),
            "roster.toml: agents.0.shifts.0: unknown calendar 'shanghai' (and 1 more: --verbose says them)",
        ),
        (("roster", "roster.toml", "--policy", "no.toml"), "no.toml: No such file or directory"),
        ((*WEEK, "--tz", "Europe/Lodnon"), "--tz: is not an IANA time zone"),
        ((*WEEK[:-1], "monday"), "--from: is not YYYY-MM-DD"),
        ((*WEEK[:-1], "9999-12-30"), "--from: is not YYYY-MM-DD"),
        ((*WEEK[:-1], "0001-01-01", "--tz", "Asia/Shanghai"), "--from: is not YYYY-MM-DD"),
        (("check", "policy.toml", "--from", "2026-03-02"), "--from: needs --roster"),
        ((*CHECK, "--from", "x"), "--from: is not YYYY-MM-DD"),
        (("check", "policy.toml", "--roster", "no.toml"), "no.toml: No such file or directory"),
    ],
)
def test_what_cannot_be_used(run, arguments, message):
    assert run(*arguments) == (2, "", f"supportflow: {message}\n")

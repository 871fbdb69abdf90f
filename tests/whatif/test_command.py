"""`supportflow what-if` and the files that it writes."""

import csv
import json

import pytest

from supportflow.cli import main
from supportflow.exceptions import InvalidInput
from supportflow.policy import Policy
from supportflow.replay.cases import CaseLog
from supportflow.whatif import CaseDifference, WhatIf, compare, compare_all
from supportflow.whatif.table import COLUMNS

LOG = """id,at,state,who
1,2026-03-02T09:00:00Z,New,sam
1,2026-03-02T15:00:00Z,Done,sam
=HYPERLINK(1),2026-03-02T19:00:00Z,New,sam
=HYPERLINK(1),2026-03-03T02:00:00Z,Done,sam
-5,2026-03-02T09:00:00Z,New,sam
-5,2026-03-02T16:00:00Z,Done,sam
"""
MAPPING = """
name = "m"
case = "id"
agent = "who"
time = { column = "at" }
state = { column = "state", statuses = { New = "new", Wait = "pending", Done = "resolved" } }
"""
FOUR = 'name = "four"\nsla = [{ name = "all", targets = [{ name = "resolution", metric = "resolution", hours = 4 }] }]\n'
EIGHT = FOUR.replace("four", "eight").replace("4", "8")
OFFICE = """
name = "office"
calendars = { desk = { tz = "UTC", weekly = { mon = [["09:00", "17:00"]], tue = [["09:00", "17:00"]] } } }
sla = [{ name = "all", calendar = "desk", targets = [{ name = "resolution", metric = "resolution", hours = 4 }] }]
"""
LONGER = 'tz = "UTC"\nweekly = { mon = [["09:00", "17:00"]], tue = [["07:00", "17:00"]] }\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = {"log.csv": LOG, "m.toml": MAPPING, "four.toml": FOUR, "eight.toml": EIGHT, "office.toml": OFFICE}
    for name, text in {**files, "longer.toml": LONGER}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def ask(*more):
    return main(["what-if", "log.csv", "--mapping", "m.toml", *more])


TWO = ("--policy", "four.toml", "--policy", "eight.toml")


@pytest.mark.usefixtures("folder")
def test_in_words(capsys):
    assert ask(*TWO) == 0
    out = capsys.readouterr().out

    assert "What if: 'four' against 'eight', as it happened" in out
    assert "3 of 3 tickets differ, 100.0%, up to 2026-03-03 02:00Z" in out
    assert "sla.all.targets.resolution.duration: PT4H -> PT8H" in out
    assert "3  resolution: missed -> met" in out
    assert (
        "1, opened 2026-03-02 09:00Z\n  resolution: missed -> met, due 2026-03-02 13:00Z -> 2026-03-02 17:00Z"
        in out
    )


def test_as_json(folder, capsys):
    assert ask(*TWO, "--json", "-") == 0
    found = WhatIf.model_validate_json(capsys.readouterr().out)

    assert (found.differing, found.verdicts) == (3, {"resolution: missed -> met": 3})
    assert ask(*TWO, "--json", "out.json", "--quiet") == 0
    assert WhatIf.model_validate_json((folder / "out.json").read_text("utf-8")) == found
    assert capsys.readouterr().out == ""


def test_the_table_is_no_formula(folder):
    assert ask(*TWO, "--quiet", "-o", "differing.csv") == 0
    with (folder / "differing.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)

    assert tuple(header) == COLUMNS
    assert [row[0] for row in rows] == ["-5", "1", "'=HYPERLINK(1)"]
    assert [row[2:5] for row in rows] == [["resolution", "missed", "met"]] * 3
    assert {row[7] for row in rows} == {"14400.0"}
    assert {row[9] for row in rows} == {"duration: 4h by 'all' -> 8h by 'all'"}


def test_json_lines_hold_the_whole_difference(folder):
    assert ask(*TWO, "--quiet", "-o", "differing.jsonl") == 0
    lines = (folder / "differing.jsonl").read_text("utf-8").splitlines()
    found = [CaseDifference.model_validate_json(line) for line in lines]
    told = []
    compare("log.csv", CaseLogMapping(), *map(policy_at, ("four", "eight")), sink=told.append)

    assert found == told
    assert [one.case for one in found] == ["-5", "1", "=HYPERLINK(1)"]


def CaseLogMapping():  # noqa: N802 - stands where a value is expected
    from supportflow.replay import load_mapping

    return load_mapping("m.toml")


def policy_at(name):
    from supportflow import load_policy

    return load_policy({"four": FOUR, "eight": EIGHT}[name], format="toml")


@pytest.mark.usefixtures("folder")
def test_one_policy_with_another_calendar(capsys):
    assert ask("--policy", "office.toml", "--calendar", "desk=longer.toml", "--json", "-") == 0
    found = WhatIf.model_validate_json(capsys.readouterr().out)

    assert [(one.path, one.before, one.after) for one in found.edits] == [
        ("calendars.desk.weekly.tue.0", ["09:00", "17:00"], ["07:00", "17:00"])
    ]
    # Opened after hours, due on Tuesday at one o'clock; two hours earlier if that day begins at seven.
    [one] = found.telling
    assert (one.case, one.clocks[0].shift_us) == ("=HYPERLINK(1)", -2 * 3_600_000_000)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--policy", "four.toml"), "--policy: give two policies to compare, or one and a --calendar"),
        (("--policy", "four.toml") * 3, "--policy: give two policies to compare, or one and a --calendar"),
        ((*TWO, "-o", "differing.xls"), "output: must end in .csv or .jsonl, not '.xls'"),
        ((*TWO, "-o", "nowhere/differing.csv"), "nowhere/differing.csv: No such file or directory"),
        ((*TWO, "--calendar", "desk"), "--calendar: is not NAME=FILE"),
        ((*TWO, "--calendar", "desk=longer.toml"), "--calendar: the policy has no calendar 'desk'"),
        (("--policy", "office.toml", "--calendar", "desc=longer.toml"), "did you mean 'desk'?"),
        (("--policy", "office.toml", "--calendar", "desk=four.toml"), "four.toml: tz: Field required"),
        (("--policy", "office.toml", "--calendar", "desk=none.toml"), "none.toml: No such file or directory"),
        ((*TWO, "--until", "yesterday"), "--until: "),
        ((*TWO, "--until", "2026-03-03T03:00"), "--until: "),
        ((*TWO, "--until", "2026-03-03T01:59Z"), "until: lies before the log's last instant"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_is_one_line(capsys, arguments, complaint):
    assert ask(*arguments) == 2
    out, err = capsys.readouterr()

    assert out == ""
    assert complaint in err
    assert err.count("\n") == 1


def test_until_later_lets_more_happen(folder, capsys):
    closing = 'name = "closing"\nauto_close_after = "P1D"\n'
    (folder / "closing.toml").write_text(closing, encoding="utf-8")
    (folder / "plain.toml").write_text('name = "plain"\n', encoding="utf-8")
    counts = []
    for until in ((), ("--until", "2026-03-10T00:00:00Z")):
        assert ask("--policy", "plain.toml", "--policy", "closing.toml", "--json", "-", *until) == 0
        counts.append(json.loads(capsys.readouterr().out)["counts"])

    assert counts == [{}, {"status": 3}]


@pytest.mark.usefixtures("folder")
def test_one_log_for_several_questions():
    mapping = CaseLogMapping()
    four, eight = policy_at("four"), policy_at("eight")
    told = []
    with CaseLog("log.csv", mapping) as log:
        first, second = compare_all(
            log,
            mapping,
            [four, eight, Policy(name="none")],
            sink=lambda place, one: told.append((place, one.case)),
        )
        again = compare(log, mapping, four, eight)

    assert first == again
    assert first == compare("log.csv", mapping, four, eight)
    assert second.against == "none"
    assert told == [(place, case) for case in ("-5", "1", "=HYPERLINK(1)") for place in (1, 2)]
    with pytest.raises(InvalidInput, match="fewer than two"):
        compare_all("log.csv", mapping, [four])


def test_bad_rows_are_counted_once(folder):
    with (folder / "log.csv").open("a", encoding="utf-8") as stream:
        stream.write("9,yesterday,New,sam\n9,2026-03-02T09:00:00Z,Odd,sam\n1,2026-03-02T12:00:00Z,Odd,sam\n")
    mapping = CaseLogMapping()
    found = compare("log.csv", mapping, policy_at("four"), policy_at("eight"))

    assert [(one.reason, one.count, one.lines) for one in found.problems] == [
        ("unknown_state", 2, (9, 10)),
        ("no_status_yet", 1, (9,)),
        ("unreadable_time", 1, (8,)),
    ]
    assert (found.rows, found.left_out, found.cases) == (9, 2, 3)

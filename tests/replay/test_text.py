"""What a person reads: the sections that a plain replay does not have."""

import re
from datetime import timedelta

from supportflow.policy import Policy
from supportflow.replay import compare, comparison_text, read_log, replay_log, report_text
from supportflow.replay.verdicts import CaseVerdicts, TargetVerdict
from supportflow.sla.policy import SlaPolicy, Target

HEADER = ("id", "at", "state", "who", "ok")


def case(name, *moments, ok=""):
    return [(name, f"2026-03-{time}:00Z", state, "sam", ok) for time, state in moments]


def test_closings_targets_and_agreement(written, mapping):
    chosen = mapping(outcome={"column": "ok", "met": ["yes"], "missed": ["no"]})
    rows = [
        *case("1", ("02T09:00", "New"), ("02T10:00", "Done"), ("03T10:30", "Shut"), ok="yes"),
        *case("2", ("02T09:00", "New"), ("02T20:00", "Done"), ("08T23:05", "Shut"), ok="no"),
        *case("3", ("08T22:00", "New"), ok="yes"),
        *case("4", ("02T09:00", "New"), ("02T10:00", "Done"), ("05T09:00", "Work")),
    ]
    policy = Policy(
        auto_close_after=timedelta(days=1),
        sla=(SlaPolicy(name="all", targets=(Target.resolution(hours=4),)),),
    )
    lines = report_text(
        replay_log(read_log(written(rows, header=HEADER), chosen), chosen, policy).report
    ).splitlines()
    assert "Closed by themselves: 3" in lines
    assert "  the log closed 2 d 13 h 48 min later in the middle, from 30 min to 5 d 3 h 5 min" in lines
    assert any(re.fullmatch(r"  resolved -> closed +3  close, by itself", line) for line in lines)
    assert any(re.fullmatch(r"  resolution +all +1 +2 +1 +0 +33\.3%", line) for line in lines)
    assert any(re.fullmatch(r" +all +2 +1 +1 +0 +0 +100\.0% +50\.0%", line) for line in lines)
    assert "  not compared: 1 undecided by us, 1 without an outcome in the log" in lines


def test_a_log_without_rows(written, mapping):
    lines = report_text(replay_log(read_log(written([]), mapping()), mapping()).report).splitlines()
    assert any(re.fullmatch(r"  rows +0  - to -", line) for line in lines)
    assert "No bad rows" in lines


def verdict(ended, due_us):
    return TargetVerdict(ended, "all", 4, "24x7", due_us, None, None)


def test_many_differences_are_cut_short():
    mine = {str(n): CaseVerdicts(3, "all", {"resolution": verdict("met", n)}) for n in range(25)}
    theirs = {str(n): CaseVerdicts(3, "all", {"resolution": verdict("missed", None)}) for n in range(25)}
    lines = comparison_text(compare("a", mine, "b", theirs)).splitlines()
    assert lines[0] == "a against b: 25 of 25 verdicts differ"
    assert len(lines) == 2 + 20 + 1
    assert lines[2].endswith("because of due: 1970-01-01T00:00:00.000000Z -> not; due 1970-01-01 00:00Z -> -")
    assert lines[-1] == "  … and 5 more; --json has them all"


def test_only_the_way_there_differs():
    mine = {"1": CaseVerdicts(3, "all", {"resolution": verdict("met", 5)})}
    theirs = {"1": CaseVerdicts(3, "all", {"resolution": verdict("cancelled", 5)})}
    (difference,) = compare("a", mine, "b", theirs).differences
    assert (difference.why, difference.ended, difference.against) == ("course", "met", "cancelled")
    assert compare("a", mine, "b", {}).changes == {"met -> no clock": 1}
    assert compare("a", {}, "b", theirs).changes == {"no clock -> cancelled": 1}

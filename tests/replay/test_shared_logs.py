"""The two real logs, against an independent count in plain `csv` and dictionaries."""

import csv
import gzip
from collections import Counter
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest

from supportflow.replay import load_mapping, read_log, replay_log, report_text
from unmeasured import unmeasured


def read(path, case, order=None):
    """Rows by case, in order, each with its line."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    place = {title: index for index, title in reversed(list(enumerate(header)))}
    cases = {}
    for line, row in enumerate(rows, 2):
        cells = {title: row[index] for title, index in place.items()}
        cases.setdefault(cells[case], []).append({**cells, "line": line})
    if order is not None:
        for found in cases.values():
            found.sort(key=lambda row: int(row[order]))
    return cases


def pairs(cases):
    return ((a, b) for rows in cases.values() for a, b in pairwise(rows))


@pytest.fixture(scope="module")
def uci(servicenow, servicenow_log):
    return servicenow, read(servicenow_log, "number", "sys_mod_count")


@pytest.fixture(scope="module")
def helpdesk(shared_data):
    path = shared_data / "helpdesk_it.csv.gz"
    mapping = load_mapping("helpdesk_it")
    with unmeasured():
        return replay_log(read_log(path, mapping), mapping, verify_every=17).report, read(path, "Case ID")


# --- the ServiceNow log ------------------------------------------------------------------------


def test_rows_and_cases(uci):
    (report, _), cases = uci
    assert (report.rows, report.cases) == (42_852, 7_511)
    assert (report.rows, report.cases) == (sum(map(len, cases.values())), len(cases))
    assert report.left_out == 0
    assert dict(report.begins) == Counter(rows[0]["incident_state"] for rows in cases.values())
    assert report.begins["Resolved"] == 542


def test_changes_of_state_and_repeats(uci):
    (report, _), cases = uci
    changes = sum(a["incident_state"] != b["incident_state"] for a, b in pairs(cases))
    assert (report.changes, report.repeats) == (19_389, 15_952)
    assert (report.changes, report.repeats) == (changes, 42_852 - 7_511 - changes)


STATUS = {
    "New": "new",
    "Active": "open",
    "Awaiting User Info": "pending",
    "Awaiting Vendor": "on_hold",
    "Awaiting Problem": "on_hold",
    "Awaiting Evidence": "on_hold",
    "Resolved": "resolved",
    "Closed": "closed",
}


def walk(rows):
    """(status before, status after, row) for every row with a known state; a case is opened as new."""
    status = "new"
    for row in rows:
        after = STATUS.get(row["incident_state"], status)
        if row["incident_state"] in STATUS:
            yield status, after, row
        status = after


def test_every_row_is_one_observation(uci):
    (report, _), cases = uci
    steps = [step for rows in cases.values() for step in walk(rows)]
    moved = Counter((before, after) for before, after, _ in steps if before != after)
    assert {(one.source, one.target): one.count for one in report.transitions} == moved
    assert report.events["status_changed"] == moved.total()
    # A first row that is the opening itself begins the case; every other row is an observation.
    openings = sum(
        rows[0]["opened_at"] == rows[0]["sys_updated_at"] and rows[0]["incident_state"] == "New"
        for rows in cases.values()
    )
    assert openings > 0
    assert report.events["status_kept"] == sum(before == after for before, after, _ in steps) - openings
    assert report.events["ticket_adopted"] == 7_511


def test_what_a_command_would_have_been_refused(uci):
    (report, _), cases = uci
    allowed = {
        ("new", "open"), ("new", "pending"), ("new", "on_hold"), ("new", "resolved"),
        ("open", "pending"), ("open", "on_hold"), ("open", "resolved"),
        ("pending", "open"), ("pending", "on_hold"), ("pending", "resolved"),
        ("on_hold", "open"), ("on_hold", "pending"), ("on_hold", "resolved"),
        ("resolved", "open"), ("resolved", "closed"),
    }  # fmt: skip
    forced = {}
    for rows in cases.values():
        for before, after, row in walk(rows):
            if before != after and (before, after) not in allowed:
                forced.setdefault((before, after), []).append(row["line"])
    assert {(one.source, one.target): (one.count, one.line) for one in report.refusals} == {
        move: (len(lines), lines[0]) for move, lines in forced.items()
    }
    assert report.forced == 13
    assert Counter({one.reason: one.count for one in report.refusals if one.count > 1}) == {
        "no_transition": 5,
        "final": 5,
    }


def test_reopened(uci):
    (report, _), cases = uci
    ended = {"resolved", "closed"}
    back = [
        sum(before in ended and after not in ended for before, after, _ in walk(rows))
        for rows in cases.values()
    ]
    assert (report.reopens, report.reopened_cases) == (sum(back), sum(map(bool, back)))
    assert (report.reopens, report.reopened_cases) == (92, 75)


def when(text):
    day, month, rest = text.split("/")
    year, clock = rest.split(" ")
    hour, minute = clock.split(":")
    return datetime(int(year), int(month), int(day), int(hour), int(minute))  # the log has no zone


def test_bad_rows_are_said_with_their_lines(uci):
    (report, _), cases = uci
    unknown = tuple(
        row["line"] for rows in cases.values() for row in rows if row["incident_state"] not in STATUS
    )
    backwards = tuple(
        b["line"] for a, b in pairs(cases) if when(b["sys_updated_at"]) < when(a["sys_updated_at"])
    )
    assert {one.reason: one.lines for one in report.problems} == {
        "unknown_state": unknown,
        "time_backwards": backwards,
    }
    assert (len(unknown), len(backwards)) == (3, 1)
    assert all(one.example == "-100" for one in report.problems if one.reason == "unknown_state")


def test_verdicts_of_the_cases_whose_level_never_changes(uci):
    """Opened to resolved in calendar hours, without the time between a resolution and a reopening."""
    (_, verdicts), cases = uci
    hours = {"1": 4, "2": 24, "3": Fraction(913, 10), "4": Fraction(657, 2)}
    checked = 0
    for case, rows in cases.items():
        levels = {row["priority"][0] for row in rows}
        if len(levels) > 1:
            continue
        checked += 1
        spent, since, latest = timedelta(0), when(rows[0]["opened_at"]), when(rows[0]["opened_at"])
        for before, after, row in walk(rows):
            latest = max(latest, when(row["sys_updated_at"]))
            if after in {"resolved", "closed"}:
                if since is not None:
                    spent, since = spent + (latest - since), None
            elif before in {"resolved", "closed"}:
                since = latest
        assert since is None, case
        limit = hours[levels.pop()]
        met = Fraction(spent // timedelta(minutes=1), 60) <= limit
        assert verdicts[case].targets["resolution"].ended == ("met" if met else "missed"), case
    assert checked > 7_000


def test_agreement_with_the_logs_own_outcome(uci):
    """As measured, and no better: see the guide."""
    (report, verdicts), cases = uci
    log = {case: rows[-1]["made_sla"] == "true" for case, rows in cases.items()}
    for found in report.agreement:
        mine = {
            case: verdict.targets["resolution"].ended == "met"
            for case, verdict in verdicts.items()
            if found.level in {None, verdict.level}
        }
        cells = Counter((ours, log[case]) for case, ours in mine.items())
        assert (found.both_met, found.both_missed) == (cells[True, True], cells[False, False])
        assert (found.only_ours_missed, found.only_log_missed) == (cells[False, True], cells[True, False])
        assert (found.undecided, found.unknown) == (0, 0)
    shares = {
        found.level: (found.compared, round(found.share, 3), round(found.base, 3))
        for found in report.agreement
    }
    assert shares[3] == (7_067, 0.905, 0.640)
    assert shares[4] == (236, 0.932, 0.847)


def test_stored_events_fold_to_the_stored_snapshots(uci):
    (report, _), _ = uci
    assert report.verification.checked == 7_511 // 17
    assert report.verification.differing == ()


def test_in_words(uci):
    (report, _), _ = uci
    text = report_text(report)
    assert "rows                 42,852  2016-02-29 to 2017-02-16" in text
    assert "1  resolved -> pending: no_transition, line 6605, case INC0004721" in text
    assert "3  unknown_state (the rest taken in), line 37937, 37938, 37939: '-100'" in text


# --- the Italian help desk ---------------------------------------------------------------------


def test_the_help_desk_log(helpdesk):
    report, cases = helpdesk
    status = load_mapping("helpdesk_it").state.statuses
    assert (report.rows, report.cases) == (21_348, 4_580) == (sum(map(len, cases.values())), len(cases))
    changes = sum(a["Activity"] != b["Activity"] for a, b in pairs(cases))
    moved = Counter(
        (status[a["Activity"]], status[b["Activity"]])
        for a, b in pairs(cases)
        if status[a["Activity"]] != status[b["Activity"]]
    )
    assert (report.changes, report.repeats) == (changes, 21_348 - 4_580 - changes) == (15_824, 944)
    assert {(one.source, one.target): one.count for one in report.transitions} == moved
    assert (report.events["status_changed"], report.events["status_kept"]) == (15_689, 1_079)
    assert (report.reopens, report.forced, report.problems) == (161, 29, ())
    assert report.verification.differing == ()


def test_the_help_desk_log_reopens_late(helpdesk):
    report, cases = helpdesk
    late = 0
    for rows in cases.values():
        resolved = None
        for row in rows:
            at = datetime.strptime(row["Complete Timestamp"], "%Y/%m/%d %H:%M:%S.%f")  # noqa: DTZ007
            kind = {"Resolve ticket": "resolved", "RESOLVED": "resolved", "VERIFIED": "resolved"}.get(
                row["Activity"]
            )
            if kind and resolved is None:
                resolved = at
            elif not kind:
                working = row["Activity"] in {
                    "Take in charge ticket",
                    "Schedule intervention",
                    "Resolve SW anomaly",
                }
                late += working and resolved is not None and at - resolved > timedelta(days=14)
                resolved = None
    assert {one.count for one in report.refusals if one.reason == "guard"} == {late}

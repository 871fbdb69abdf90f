"""The ServiceNow log under three policies, against an independent count in plain `csv` and dictionaries."""

import csv
import gzip
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from supportflow.policy import read_policy
from supportflow.replay import load_mapping
from supportflow.whatif import compare_all

# Three replays of a whole log are minutes: run by `pytest -m exhaustive`, with the real logs at hand.
pytestmark = pytest.mark.exhaustive

POLICIES = Path(__file__).parents[2] / "examples" / "policies"
NAMES = ("servicenow_uci", "servicenow_uci_paused", "servicenow_uci_office")
HOURS = {"1": 4, "2": 24, "3": 91.3, "4": 328.5}
OFFICE_HOURS = {"1": 8, "2": 10, "3": 40, "4": 100}
OPENS, CLOSES = 8, 18
STATUS = {
    "New": "new", "Active": "open", "Awaiting User Info": "pending", "Awaiting Vendor": "on_hold",
    "Awaiting Problem": "on_hold", "Awaiting Evidence": "on_hold", "Resolved": "resolved", "Closed": "closed",
}  # fmt: skip
ENDED = {"resolved", "closed"}


def when(text):
    return datetime.strptime(text, "%d/%m/%Y %H:%M")  # noqa: DTZ007 - the log has no zone


def office(start, end):
    """Working time between two instants, Monday to Friday, by walking over the days."""
    total, day = timedelta(0), datetime(start.year, start.month, start.day)
    while day < end:
        if day.weekday() < 5:
            opens, closes = day + timedelta(hours=OPENS), day + timedelta(hours=CLOSES)
            total += max(min(end, closes) - max(start, opens), timedelta(0))
        day += timedelta(days=1)
    return total


@pytest.fixture(scope="module")
def uci(shared_data):
    path = shared_data / "uci_incident.csv.gz"
    differing = {1: {}, 2: {}}
    results = compare_all(
        path,
        load_mapping("servicenow_uci"),
        [read_policy(POLICIES / f"{name}.toml") for name in NAMES],
        sink=lambda place, one: differing[place].update({one.case: one}),
    )
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    cases = {}
    for row in rows:
        cases.setdefault(row["number"], []).append(row)
    for found in cases.values():
        found.sort(key=lambda row: int(row["sys_mod_count"]))
    return results, differing, cases


def spent(rows):
    """What counts until the last resolution, without the time from a resolution to a reopening, and when it last counted.

    Three pairs: all time, unpaused time, office hours.
    """
    latest = when(rows[0]["opened_at"])
    status, totals, stopped = "new", [timedelta(0)] * 3, latest
    last = [latest] * 3
    for row in rows:
        at = max(latest, when(row["sys_updated_at"]))
        if status not in ENDED:
            minute = timedelta(minutes=1)
            steps = (
                (at - latest, minute),
                (timedelta(0), timedelta(0)) if status == "pending" else (at - latest, minute),
                (office(latest, at), office(at - minute, at)),
            )
            totals = [total + step for total, (step, _) in zip(totals, steps, strict=True)]
            if at > latest:
                last = [at if counting else before for before, (_, counting) in zip(last, steps, strict=True)]
            stopped = at
        latest, status = at, STATUS.get(row["incident_state"], status)
    return [(total, at == stopped) for total, at in zip(totals, last, strict=True)]


def met(spending, hours):
    """Stopped no later than due: a time that is used up at closing was due then, and not at the next opening."""
    total, to_the_end = spending
    limit = timedelta(hours=hours)
    return total < limit or (total == limit and to_the_end)


def steady(cases):
    """Cases whose level never changes: the log says how long they were promised from the start."""
    for case, rows in cases.items():
        levels = {row["priority"][0] for row in rows}
        if len(levels) == 1:
            yield case, levels.pop(), rows


def test_verdicts_of_steady_cases(uci):
    _, differing, cases = uci
    checked, turned = 0, {1: Counter(), 2: Counter()}
    for case, level, rows in steady(cases):
        before, *after = outcomes(rows, level)
        checked += 1
        for place, held in enumerate(after, 1):
            one = differing[place].get(case)
            clocks = () if one is None else one.clocks
            turns = [(clock.cycle, clock.ended, clock.against) for clock in clocks]
            # The last cycle is what the whole case comes to.
            last = max(turns, default=None)
            if last is not None and last[1] != last[2]:
                turned[place][last[1:]] += 1
                assert last[1:] == ("met" if before else "missed", "met" if held else "missed"), case
            else:
                assert before == held, case
    assert checked > 7_000
    assert turned == {1: turned_by_the_log(cases, 1), 2: turned_by_the_log(cases, 2)}


def outcomes(rows, level):
    """Whether each policy's promise was held."""
    hours = (HOURS[level], HOURS[level], OFFICE_HOURS[level])
    return [met(spending, limit) for spending, limit in zip(spent(rows), hours, strict=True)]


def turned_by_the_log(cases, place):
    found = Counter()
    for _, level, rows in steady(cases):
        held = outcomes(rows, level)
        if held[0] != held[place]:
            found["met" if held[0] else "missed", "met" if held[place] else "missed"] += 1
    return found


def waits(rows):
    """When the log says that a ticket waited for its requester, for longer than no time."""
    return [
        when(a["sys_updated_at"])
        for a, b in pairwise(rows)
        if STATUS.get(a["incident_state"]) == "pending"
        and when(b["sys_updated_at"]) > when(a["sys_updated_at"])
    ]


def test_pauses_matter_to_who_waited_before_the_promise_was_broken(uci):
    (paused, _), differing, cases = uci
    assert paused.differing == len(differing[1])
    assert all(waits(cases[case]) for case in differing[1])
    for case, level, rows in steady(cases):
        due = when(rows[0]["opened_at"]) + timedelta(hours=HOURS[level])
        if waits(rows) and case not in differing[1]:
            # Reopened tickets have rested in between, and are due later than that.
            assert min(waits(rows)) >= due, case


def test_totals(uci):
    (paused, office_hours), differing, cases = uci
    for place, found in enumerate((paused, office_hours), 1):
        assert (found.rows, found.cases, found.left_out, found.unusable) == (42_852, len(cases), 0, 0)
        assert found.differing == len(differing[place])
        assert found.counts["verdict"] == sum(
            any(clock.ended != clock.against for clock in one.clocks) for one in differing[place].values()
        )
        assert len(found.telling) == 10
        assert all(one == differing[place][one.case] for one in found.telling)
        assert {(one.reason, one.count) for one in found.problems} == {
            ("unknown_state", 3),
            ("time_backwards", 1),
        }
    [before] = paused.targets
    # As a plain replay of the example policy counts them.
    assert before.ended == {"met": 5_166, "missed": 2_345}


def test_every_difference_has_its_reasons(uci):
    _, differing, _ = uci
    without = [
        (place, case)
        for place, found in differing.items()
        for case, one in found.items()
        for clock in one.clocks
        if not clock.reasons
    ]
    assert without == []


def test_the_guide_says_what_is_found(uci):
    (paused, office_hours), differing, _ = uci
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "what-if.md").read_text("utf-8")
    for found in (paused, office_hours):
        [total] = found.targets
        assert f"{found.differing:,} of {found.cases:,}" in guide
        assert f"{total.against['met']:,} met, {total.against['missed']:,} missed" in guide
        for verdict, count in found.verdicts.items():
            clocks = f"{count:,} clock{'' if count == 1 else 's'}"
            assert f"{clocks} {verdict.partition(': ')[2].replace('->', '→')}" in " ".join(guide.split())
    explained = {line.split("`")[1] for line in guide.splitlines() if line.startswith("| `INC")}
    assert len(explained) == 10
    assert explained <= differing[1].keys() | differing[2].keys()

"""Causes, pauses, hand-overs, rates and standardised attainment, against loops over the minutes of random logs."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from replay.conftest import MAPPING
from reports import naive
from reports.naive import Row
from supportflow.calendars import BusinessCalendar
from supportflow.exceptions import InvalidInput
from supportflow.policy import Policy
from supportflow.replay import LogMapping
from supportflow.reports import report
from supportflow.sla.policy import SlaPolicy, Target

START = datetime(2026, 3, 2, tzinfo=UTC)
MAP = LogMapping.model_validate(
    {
        **MAPPING,
        "order": "time",
        "group": "team",
        "requester": "person",
        "priority": {"column": "level", "levels": {str(n): n for n in (1, 2, 3, 4)}},
        "state": {
            "column": "state",
            "statuses": {
                "New": "new",
                "Work": "open",
                "Wait": "pending",
                "Hold": "on_hold",
                "Done": "resolved",
                "Shut": "closed",
            },
        },
    }
)
OFFICE = BusinessCalendar.weekdays("09:00", "17:00", tz="UTC")
MINUTES = 310
"""No sum of half hours, so that no row and no closing hour falls on a due time."""


@st.composite
def logs(draw):
    cases = []
    for number in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, 7 * 48)) * 30
        steps = draw(st.lists(st.integers(1, 40), max_size=6))
        requester, level = draw(st.sampled_from("pqr")), draw(st.integers(1, 2))
        rows, now = [], start
        for step in [0, *steps]:
            now += step * 30
            state = draw(st.sampled_from(["New", "Work", "Wait", "Hold", "Done", "Shut"]))
            # A log that begins with the end of a case says nothing of its course; and nothing is new twice.
            if not rows and state in naive.ENDED:
                state = "New"
            elif rows and state == "New":
                state = rows[-1].state
            agent = draw(st.sampled_from(["", "sam", "mei"]))
            rows.append(
                Row(f"c{number}", now, state, agent, draw(st.sampled_from(["", "x", "y"])), level, requester)
            )
        cases.append(rows)
    return cases


def reported(cases, calendar, pause, **options):
    policy = Policy(
        name="p",
        calendars={"office": OFFICE},
        sla=(
            SlaPolicy(
                name="all",
                calendar=calendar,
                targets=(
                    Target(
                        name="resolution",
                        metric="resolution",
                        minutes=MINUTES,
                        pause_on=["pending"] if pause else [],
                    ),
                ),
            ),
        ),
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        lines = ["id,at,state,who,team,level,person"]
        for rows in cases:
            for row in rows:
                at = (START + timedelta(minutes=row.at)).isoformat()
                lines.append(
                    f"{row.case},{at},{row.state},{row.agent},{row.group},{row.level},{row.requester}"
                )
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return report(path, MAP, policy, **options)


def percentile(values, percent):
    """The smallest value that so many do not exceed."""
    return next(v for v in sorted(values) if sum(w <= v for w in values) * 100 >= percent * len(values))


@settings(max_examples=20, report_multiple_bugs=False)
@given(logs(), st.sampled_from(["24x7", "office"]), st.booleans(), st.booleans())
@example(
    [
        [
            Row("c0", 0, "New", "", "x"),
            Row("c0", 900, "Work", "sam", "x"),
            Row("c0", 1_500, "Work", "mei", "y"),
        ]
    ],
    "24x7",
    False,
    False,
)
def test_figures_are_those_of_loops_over_minutes(cases, calendar, pause, staffed):
    end = max(row.at for rows in cases for row in rows)
    found = reported(cases, calendar, pause, hours="office" if staffed else None, adjust=["level"])

    assert found.handovers == dict(sorted(Counter(map(naive.handovers, cases)).items()))
    contacts = [naive.first_contact(rows) for rows in cases]
    resolved = [one for one in contacts if one is not None]
    assert (found.first_contact.of, found.first_contact.count) == (len(resolved), sum(resolved))
    openings = [(rows[0].requester, rows[0].at) for rows in cases]
    assert (found.repeating.of, found.repeating.count) == (len(cases), naive.repeats(openings, 7))
    held = [stint for rows in cases for stint in naive.stints(rows, end)]
    assert {(one.name, one.stints, one.taken, one.seconds) for one in found.ola} == {
        (
            group,
            sum(one[0] == group for one in held),
            sum(one[0] == group and one[2] is not None for one in held),
            60 * sum(one[1] for one in held if one[0] == group),
        )
        for group in {one[0] for one in held}
    }
    for one in found.ola:
        waits = [60 * wait for group, _, wait in held if group == one.name and wait is not None]
        assert one.percentiles == {p: percentile(waits, p) for p in (50, 75, 90, 95, 99) if waits}
    if pause:
        asked = [naive.pauses(rows, end) for rows in cases]
        assert sum(one.pauses for one in found.pauses) == sum(count for count, _ in asked)
        assert sum(one.seconds for one in found.pauses) == 60 * sum(length for _, length in asked)
    if not found.targets:
        return
    [target] = found.targets
    missed = [rows for rows in cases if naive.breach(rows, end, MINUTES, calendar, pause) is not None]
    assert target.ended.get("missed", 0) == len(missed)
    told = [naive.causes(rows, end, MINUTES, calendar, pause, staffed) for rows in missed]
    main = Counter(max(naive.HELD_UP, key=lambda cause, one=one: one[cause]) for one in told)
    assert {one.cause: one.clocks for one in target.causes if one.clocks} == dict(main)
    assert {one.cause: one.seconds for one in target.causes} == {
        cause: 60 * minutes for cause, minutes in sum(told, Counter()).items()
    }

    met = target.ended.get("met", 0)
    decided = [(rows, False) for rows in missed]
    decided += [(rows, True) for rows in cases if rows not in missed and rows[-1].state in naive.ENDED]
    assert met == len(decided) - len(missed)
    for one in target.standardised:
        clocks = [(HOLDER[one.by](rows), rows[0].level, was_met) for rows, was_met in decided]
        for share in one.shares:
            assert (share.standardised, share.covered) == naive.standardised(clocks, share.name)
            assert (share.met, share.missed) == (
                sum(was_met for who, _, was_met in clocks if who == share.name),
                sum(not was_met for who, _, was_met in clocks if who == share.name),
            )
        if one.by != "period":
            assert {share.name for share in one.shares} == {who for who, _, _ in clocks if who}


HOLDER = {
    "group": lambda rows: rows[-1].group,
    "agent": lambda rows: rows[-1].agent,
    "period": lambda rows: f"{START + timedelta(minutes=rows[0].at):%Y-%m-%d}",
}


def test_the_same_mix_takes_away_what_is_only_the_mix():
    """Both groups are as good on either level, and one gets the hard ones."""
    rows = []
    for number, (group, level, late) in enumerate(
        [("x", 1, True)] * 3
        + [("x", 1, False)]
        + [("x", 2, False)]
        + [("y", 1, True)] * 3
        + [("y", 1, False)]
        + [("y", 2, False)] * 5
    ):
        case = f"c{number}"
        rows.append(
            [
                Row(case, 0, "New", "sam", group, level),
                Row(case, 600 if late else 60, "Done", "sam", group, level),
            ]
        )
    [target] = reported(rows, "24x7", False, adjust=["level"]).targets
    shares = {share.name: share for one in target.standardised if one.by == "group" for share in one.shares}

    assert (shares["x"].share, shares["y"].share) == (2 / 5, 6 / 9)
    # A quarter of the eight of level 1 and all of the six of level 2, whoever has them.
    assert shares["x"].standardised == shares["y"].standardised == (8 / 4 + 6) / 14
    assert shares["x"].covered == 1


def test_what_a_group_does_not_have_is_told():
    rows = [
        [Row("a", 0, "New", "", "x", 1), Row("a", 60, "Done", "", "x", 1)],
        [Row("b", 0, "New", "", "y", 2), Row("b", 600, "Done", "", "y", 2)],
        [Row("c", 0, "New", "", "y", 2), Row("c", 60, "Done", "", "y", 2)],
    ]
    [target] = reported(rows, "24x7", False, adjust=["level"]).targets
    told = {share.name: (share.standardised, share.covered) for share in target.standardised[1].shares}
    assert told == {"x": (1.0, 1 / 3), "y": (0.5, 2 / 3)}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"adjust": ["levle"]}, "adjust: no ticket has a field 'levle'; did you mean 'level'"),
        ({"hours": "ofice"}, "hours: the policy has no calendar 'ofice'; did you mean 'office'"),
        ({"repeat_days": 0}, "repeat_days: is not between 1 and 3650"),
        ({"adjust": ["requester"]}, "adjust: 'requester' has more than 200 values"),
    ],
)
def test_what_cannot_be_asked(options, complaint):
    rows = [
        [Row(f"c{n}", 0, "New", requester=f"p{n}"), Row(f"c{n}", 60, "Done", requester=f"p{n}")]
        for n in range(201)
    ]
    with pytest.raises(InvalidInput, match=re.escape(complaint)):
        reported(rows, "24x7", False, **options)


def test_a_stranger_is_nobody_s_repeated_contact():
    rows = [[Row("a", 0, "New", requester="")], [Row("b", 60, "New", requester="")], [Row("c", 60, "New")]]
    found = reported(rows, "24x7", False)
    assert (found.repeating.count, found.repeating.of) == (0, 1)


def test_the_window_of_repeated_contacts_is_days_and_closes_with_its_last_instant():
    rows = [[Row("a", 0, "New")], [Row("b", naive.DAY, "New")], [Row("c", 2 * naive.DAY + 30, "New")]]
    assert reported(rows, "24x7", False, repeat_days=1).repeating.count == 1
    assert reported(rows, "24x7", False, repeat_days=2).repeating.count == 2

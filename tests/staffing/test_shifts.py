"""Which shifts give every hour its people: the fewest paid hours, against brute force and a solver of others."""

from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow.cli import main
from supportflow.exceptions import ScenarioError
from supportflow.staffing import (
    HourStaffing,
    ShiftPlan,
    StaffingPlan,
    StaffingTarget,
    TeamStaffing,
    load_shifts,
    plan_shifts,
    staffing_text,
)
from supportflow.staffing.cover import Stretch, covered

MONDAY = datetime.fromisoformat("2026-03-02T00:00:00+00:00")


def plan_of(*teams, start=MONDAY, known=True, why=""):
    """A plan of teams, each a name and the people that its hours need."""
    return StaffingPlan(
        scenario="s", target=StaffingTarget(), shrinkage=0.0, seed=0, known=known, why=why, chosen=None, tried=(),
        teams=tuple(
            TeamStaffing(
                name=name,
                hours=tuple(
                    HourStaffing(
                        start_at=start + timedelta(hours=n), tickets=1.0, agents=need, rostered=need, occupancy=None
                    )
                    for n, need in enumerate(needs)
                ),
            )
            for name, needs in teams
        ),
    )  # fmt: skip


def shifts_of(*shifts, tz="UTC"):
    lines = [f'tz = "{tz}"']
    for name, begins, ends, *more in shifts:
        lines += ["[[shifts]]", f'name = "{name}"', f'from = "{begins}"', f'to = "{ends}"', *more]
    return load_shifts("\n".join(lines), format="toml")


def duties(plan, team=0):
    return [(one.shift, f"{one.start_at:%d %H:%M}", one.people) for one in plan.teams[team].duties]


def stretches(hours, most_cost):
    return st.lists(
        st.tuples(st.integers(0, hours - 1), st.integers(1, hours), st.integers(1, most_cost)).map(
            lambda one: Stretch(one[0], min(one[0] + one[1], hours), one[2])
        ),
        min_size=1,
        max_size=4,
    )


def enough(needs, given, people):
    there = [0] * len(needs)
    for one, number in zip(given, people, strict=True):
        for hour in range(one.first, one.after):
            there[hour] += number
    return all(have >= need for have, need in zip(there, needs, strict=True))


@settings(max_examples=60)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=6), st.data())
def test_no_choice_is_cheaper(needs, data):
    """Against every choice there is; of equal costs, none has fewer people."""
    given = data.draw(stretches(len(needs), 5))
    possible = [any(one.first <= hour < one.after for one in given) for hour in range(len(needs))]
    needs = [need if there else 0 for need, there in zip(needs, possible, strict=True)]
    found = covered(needs, given)

    def weight(people):
        return sum(one.cost * n for one, n in zip(given, people, strict=True)), sum(people)

    assert enough(needs, given, found)
    choices = product(range(max(needs) + 1), repeat=len(given))
    assert weight(found) == min(weight(one) for one in choices if enough(needs, given, one))


def test_of_equal_costs_fewer_people():
    """Three who come after one another cost as much as two."""
    given = [Stretch(*one) for one in ((0, 1, 1), (1, 2, 1), (2, 4, 1), (0, 3, 2), (3, 4, 1))]
    assert covered([1, 1, 1, 1], given) == [0, 0, 0, 1, 1]


@settings(max_examples=15)
@given(st.lists(st.integers(0, 30), min_size=72, max_size=72))
def test_three_days_cost_what_a_solver_finds(needs):
    scipy = pytest.importorskip("scipy.optimize")
    lengths = {4: 250, 6: 350, 8: 480, 9: 500}
    given = [
        Stretch(at, min(at + long, 72), cost) for at in range(0, 72, 2) for long, cost in lengths.items()
    ]
    rows = [[one.first <= hour < one.after for one in given] for hour in range(72)]
    solved = scipy.milp(
        [one.cost for one in given],
        integrality=1,
        constraints=scipy.LinearConstraint(rows, lb=needs),
    )
    found = covered(needs, given)
    assert enough(needs, given, found)
    assert sum(one.cost * n for one, n in zip(given, found, strict=True)) == round(solved.fun)


def test_shifts_of_a_day():
    """Two shifts that overlap at noon, and a short one for the rush: by hand."""
    needs = [0] * 8 + [2, 2, 2, 2, 5, 5, 2, 2, 1, 1] + [0] * 6
    shifts = shifts_of(("early", "08:00", "14:00"), ("late", "12:00", "18:00"), ("rush", "12:00", "14:00"))
    found = plan_shifts(plan_of(("all", needs)), shifts)

    assert duties(found) == [("early", "02 08:00", 2), ("rush", "02 12:00", 1), ("late", "02 12:00", 2)]
    assert found.teams[0].paid_hours == 2 * 6 + 2 + 2 * 6
    assert (found.known, found.why) == (True, "")


def test_a_shift_over_midnight_that_began_the_day_before():
    found = plan_shifts(
        plan_of(("all", [1] * 8)), shifts_of(("night", "22:00", "06:00"), ("early", "06:00", "14:00"))
    )
    assert duties(found) == [("night", "01 22:00", 1), ("early", "02 06:00", 1)]


def test_an_hour_counts_that_lies_in_the_shift_as_a_whole():
    found = plan_shifts(plan_of(("all", [1, 1])), shifts_of(("half", "00:30", "02:00")))
    assert [(one.start_at, one.needed) for one in found.teams[0].uncovered] == [(MONDAY, 1)]
    assert duties(found) == [("half", "02 00:30", 1)]
    assert not found.known
    assert found.why == "nobody can be there in 1 hours that need somebody: no shift covers them"


def test_days_and_teams():
    needs = ("a", [1] * 72), ("b", [1] * 72)
    shifts = shifts_of(
        ("whole", "00:00", "00:00", 'days = ["mon", "wed"]'), ("bees", "00:00", "00:00", 'teams = ["b"]')
    )
    found = plan_shifts(plan_of(*needs), shifts)
    assert len(found.teams[0].uncovered) == 24
    assert {one.start_at.day for one in found.teams[0].uncovered} == {3}
    assert found.teams[1].uncovered == ()
    assert sum(one.people for one in found.teams[1].duties) == 3


def test_times_are_those_of_the_zone_also_when_the_clock_is_changed():
    """In Berlin the night to 29 March 2026 is an hour short: eight hours by the clock are seven that are paid."""
    start = datetime.fromisoformat("2026-03-28T21:00:00+00:00")
    found = plan_shifts(
        plan_of(("all", [1] * 7), start=start), shifts_of(("night", "22:00", "06:00"), tz="Europe/Berlin")
    )
    assert duties(found) == [("night", "28 21:00", 1)]
    assert found.teams[0].paid_hours == 7
    assert found.known


def test_a_plan_that_is_not_known_has_no_shifts():
    found = plan_shifts(plan_of(known=False, why="no plan is sure"), shifts_of(("early", "06:00", "14:00")))
    assert found == ShiftPlan(tz="UTC", known=False, why="no plan is sure", teams=())


@pytest.mark.parametrize(
    ("shifts", "complaint"),
    [
        ([("early", "6:00", "14:00")], "shifts"),
        ([("early", "06:00", "24:00")], "shifts"),
        ([("early", "06:00", "14:00"), ("early", "07:00", "15:00")], "two shifts have one name"),
        ([("early", "06:00", "14:00", 'days = ["holiday"]')], "days"),
        ([("early", "06:00", "14:00", "brake = 1")], "brake"),
        ([], "shifts"),
    ],
)
def test_shifts_that_cannot_be(shifts, complaint):
    with pytest.raises(ScenarioError, match=complaint):
        shifts_of(*shifts)


def test_a_zone_or_a_team_that_is_not_there():
    with pytest.raises(ScenarioError, match="tz: "):
        shifts_of(("early", "06:00", "14:00"), tz="Mars/Olympus")
    shifts = shifts_of(("early", "06:00", "14:00", 'teams = ["b"]'))
    with pytest.raises(ScenarioError, match=r"shifts\[0\].teams: 'b' is no team of the scenario"):
        plan_shifts(plan_of(("a", [1])), shifts)


def test_the_text_and_the_command_line(tmp_path, capsys):
    shifts = shifts_of(("early", "00:00", "08:00"), tz="Asia/Shanghai")
    plan = plan_of(("all", [2, 1]), start=datetime.fromisoformat("2026-03-02T22:00:00+00:00"))
    text = staffing_text(plan.model_copy(update={"shifts": plan_shifts(plan, shifts)}))
    assert "Shifts to staff (Asia/Shanghai), for the fewest paid hours\n  all: 16 paid hours\n" in text
    assert "    Tue 2026-03-03 00:00 to 08:00  early               2\n" in text

    path, scenario = tmp_path / "shifts.toml", tmp_path / "s.toml"
    path.write_text('[[shifts]]\nname = "late"\nfrom = "16:00"\nto = "20:00"\n', encoding="utf-8")
    scenario.write_text(
        'name = "s"\nlasts_for = "PT1H"\narrivals = { per_hour = 20 }\nservice = { mean = "PT1M" }\n'
        '[[team]]\nname = "all"\ncount = 1\n[policy.routing]\n[[policy.routing.routes]]\nname = "all"\n',
        encoding="utf-8",
    )
    options = [
        "--share",
        "0.5",
        "--within",
        "PT9M",
        "--replications",
        "2",
        "--most-replications",
        "2",
        "--json",
        "-",
    ]
    assert main(["staffing", str(scenario), *options]) == 0
    assert StaffingPlan.model_validate_json(capsys.readouterr().out).shifts is None
    assert main(["staffing", str(scenario), *options, "--shifts", str(path)]) == 1
    found = StaffingPlan.model_validate_json(capsys.readouterr().out).shifts
    assert [(one.start_at.hour, one.needed) for one in found.teams[0].uncovered] == [(0, 1)]

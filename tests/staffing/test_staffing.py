"""How many agents a simulated desk needs."""

from datetime import timedelta

import pytest

from supportflow._time import to_us
from supportflow.cli import main
from supportflow.exceptions import InvalidInput, ScenarioError
from supportflow.routing.roster import rostered
from supportflow.simulation import load_scenario
from supportflow.simulation.plan import Plan
from supportflow.staffing import StaffingPlan, StaffingTarget, agents_needed, staff, staffing_text
from supportflow.staffing.demand import demand_of
from supportflow.staffing.planning import _Search

PLAIN = """
name = "plain"
lasts_for = "PT4H"
[arrivals]
per_hour = 60
[service]
mean = "PT6M"
[[team]]
name = "all"
count = 1
[[policy.routing.routes]]
name = "all"
[policy.routing]
"""
SKILLS = """
name = "skills"
start = "2026-03-02T22:30:00Z"
lasts_for = "PT2H"
[arrivals]
rates = [{ per_hour = 40 }, { after = "PT1H", per_hour = 80 }]
[[kinds]]
weight = 3
language = "en"
[[kinds]]
language = "zh"
[service]
mean = "PT6M"
[[team]]
name = "english"
count = 1
languages = ["en"]
[[team]]
name = "both"
count = 1
languages = ["en", "zh"]
[policy.routing]
languages = ["en", "zh"]
[[policy.routing.routes]]
name = "all"
"""
TWO_MINUTES = StaffingTarget(share=0.8, within=timedelta(minutes=2))


def scenario(text=PLAIN, **changes):
    return load_scenario(text, format="toml").model_copy(update=changes)


@pytest.mark.no_cover
def test_a_plain_desk_needs_what_erlang_says():
    plan = staff(scenario(), TWO_MINUTES, replications=3, most_replications=3, seed=1)
    erlang = agents_needed(1, 6, 0.8, 2)

    [team] = plan.teams
    # One more where six runs do not say that as many are enough; then the plan says so.
    [agents] = {hour.agents for hour in team.hours}
    assert abs(agents - erlang.agents) <= 1
    assert plan.known or "not known" in plan.why
    [start] = [one for one in plan.tried if one.margin == 0]
    assert start.agent_hours == 4 * erlang.agents
    # Four hours that begin with nobody waiting are a little easier than a desk that has settled.
    assert abs(start.attained.mean - erlang.answered) < start.attained.half_width + 0.05
    assert len(team.hours) == 4
    assert plan.chosen.verdict == "met"
    assert plan.chosen.attained.mean - plan.chosen.attained.half_width >= 0.8
    assert all(one.agent_hours >= plan.chosen.agent_hours or one.verdict != "met" for one in plan.tried)
    assert [hour.tickets for hour in team.hours] == [60] * 4


def test_the_same_seed_gives_the_same_bytes():
    hour, half = (
        scenario(lasts_for=timedelta(hours=1)),
        StaffingTarget(share=0.5, within=timedelta(minutes=9)),
    )
    runs = [staff(hour, half, replications=2, most_replications=2, seed=seed) for seed in (3, 3, 4)]
    assert runs[0].model_dump_json() == runs[1].model_dump_json() != runs[2].model_dump_json()
    assert staffing_text(runs[0]) == staffing_text(
        StaffingPlan.model_validate_json(runs[0].model_dump_json())
    )


def test_tickets_go_to_who_can_do_the_least():
    plan = Plan(scenario(SKILLS))
    demand = demand_of(plan, 0)

    assert demand.hours == 2
    english, both = demand.loads["english"], demand.loads["both"]
    assert [round(a.per_hour + b.per_hour, 6) for a, b in zip(english, both, strict=True)] == [40, 80]
    assert 27 < english[0].per_hour < 33
    assert english[0].service_s == pytest.approx(360, rel=0.1)
    assert english[0].patience_s is None


def test_who_is_on_duty_when():
    """Agents of rank n are there in the hours that need n; over midnight; and the last ones stay for what is left."""
    search = _Search(scenario(SKILLS), TWO_MINUTES, 0.0, 0, 2, 2, None)
    with_agents = Plan(search._with({"english": (1, 3), "both": (2, 0)}))
    duty = {
        agent.id: [
            rostered(
                agent,
                (),
                with_agents.policy.shifts,
                to_us(with_agents.scenario.start) + minutes * 60_000_000,
            )
            for minutes in (-1, 0, 59, 60, 119, 120, 600)
        ]
        for agent in with_agents.agents
    }
    on, off = True, False
    assert duty == {
        "english-1": [off, on, on, on, on, on, on],
        "english-2": [off, off, off, on, on, on, on],
        "english-3": [off, off, off, on, on, on, on],
        "both-1": [off, on, on, off, off, off, off],
        "both-2": [off, on, on, off, off, off, off],
    }


@pytest.mark.parametrize(
    ("agents", "shrinkage", "rostered"), [(7, 0.3, 10), (5, 0.3, 8), (3, 0.0, 3), (1, 0.9, 10)]
)
def test_shrinkage_asks_for_more_who_are_paid(agents, shrinkage, rostered):
    search = _Search(scenario(SKILLS), TWO_MINUTES, shrinkage, 0, 2, 2, None)
    search._counts = lambda _: {"english": (agents, agents), "both": (1, 1)}
    english, _ = search._teams(0)
    assert [hour.rostered for hour in english.hours] == [rostered] * 2
    assert (english.agent_hours, english.rostered_hours) == (2 * agents, 2 * rostered)


def test_what_too_few_tickets_do_not_say():
    text = PLAIN.replace("per_hour = 60", "per_hour = 4").replace("PT4H", "PT1H")
    target = StaffingTarget(share=0.97, within=timedelta(0))
    plan = staff(load_scenario(text, format="toml"), target, replications=2, most_replications=2)
    assert plan.chosen is None or not plan.known
    assert plan.why
    assert "not known" in staffing_text(plan)


def test_a_capacity_of_two_halves_the_agents():
    single = _Search(scenario(), TWO_MINUTES, 0.0, 0, 2, 2, None)._counts(0)["all"]
    double = _Search(
        scenario(PLAIN.replace("count = 1", "count = 1\ncapacity = 2")), TWO_MINUTES, 0.0, 0, 2, 2, None
    )._counts(0)["all"]
    assert [(-(-a // 2)) for a in single] == list(double)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            ('language = "zh"', 'language = "de"'),
            "nobody can take a ticket that needs tier expert, language de",
        ),
        (("PT2H", "P32D"), "lasts_for: is longer than 31 days"),
        (("22:30:00Z", "22:30:07Z"), "start: is not at a full minute"),
    ],
)
def test_what_no_plan_can_be_made_of(change, complaint):
    text = SKILLS.replace(*change).replace(
        'languages = ["en", "zh"]\n[[policy', 'languages = ["en", "zh", "de"]\n[[policy'
    )
    with pytest.raises(ScenarioError, match=complaint):
        staff(load_scenario(text, format="toml"), TWO_MINUTES)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"shrinkage": 1.0}, "shrinkage: is not at least 0 and below 1"),
        ({"replications": 1}, "replications: are fewer than 2"),
        ({"replications": 50}, "replications: are fewer than 2, or more than the most"),
    ],
)
def test_numbers_that_are_not_possible(options, complaint):
    with pytest.raises(InvalidInput, match=complaint):
        staff(scenario(), TWO_MINUTES, **options)


def test_a_class_that_never_comes_is_said():
    with pytest.raises(ScenarioError, match="target: 'vip' is not a class"):
        staff(scenario(), StaffingTarget(priority_class="vip"))
    with pytest.raises(InvalidInput, match="target: no ticket of dispute class comes"):
        staff(scenario(), StaffingTarget(priority_class="dispute"), replications=2, most_replications=2)


def test_on_the_command_line(tmp_path, capsys):
    path = tmp_path / "s.toml"
    path.write_text(PLAIN.replace("PT4H", "PT1H"), encoding="utf-8")
    options = [str(path), "--within", "PT2M", "--replications", "2", "--most-replications", "2"]
    assert main(["staffing", *options, "--shrinkage", "0.3", "--json", "-"]) in {0, 1}
    found = StaffingPlan.model_validate_json(capsys.readouterr().out)
    assert (found.scenario, found.shrinkage, found.target) == ("plain", 0.3, TWO_MINUTES)
    assert all(hour.rostered >= hour.agents for team in found.teams for hour in team.hours)
    for wrong, complaint in (
        (["--share", "80"], "--share: Input should be less than 1"),
        (["--within", "soon"], "--within"),
        (["--shrinkage", "2"], "shrinkage: is not"),
    ):
        assert main(["staffing", str(path), *wrong]) == 2
        assert complaint in capsys.readouterr().err

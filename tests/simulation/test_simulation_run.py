"""What people do in a simulated desk, one behaviour at a time."""

import gc
import random
import weakref
from datetime import timedelta

import pytest

from simulation.worlds import ROUTING, scenario
from supportflow.exceptions import InvalidInput
from supportflow.simulation import parse_scenario, simulate, simulation_text
from supportflow.simulation.plan import Plan
from supportflow.simulation.scenario import Pending, RandomTime, Service
from supportflow.simulation.world import World

TARGETS = [
    {"metric": "first_response", "name": "first_response", "minutes": 5},
    {"metric": "resolution", "name": "resolution", "minutes": 30},
]
SLA = {"sla": [{"name": "all", "targets": TARGETS}]}
ASKING = {"acceptance": "offer", "offer_for": "PT1M"}


def everything(**fields):
    """A scenario in which everything happens."""
    return scenario(
        120,
        2,
        3,
        policy=SLA,
        routing=ASKING,
        first_reply="end",
        answers={"accept": 0.7, "ignore": 0.1, "delay": {"mean": "PT5S", "shape": "lognormal", "cv": 0.5}},
        pending={"share": 0.2, "answer": {"mean": "PT10M"}},
        reopen={"share": 0.1, "after": {"mean": "PT20M"}},
        patience={"mean": "PT20M"},
        kinds=[
            {"class": "security"},
            {"weight": 3, "category": {"a": 1, "b": 2}, "channel": {"web": 1, "chat": 1}},
        ],
        **fields,
    )


def test_the_same_seed_gives_the_same_report_to_the_last_byte():
    first, again, other = (simulate(everything(), seed=seed) for seed in (4, 4, 5))
    assert first.model_dump_json() == again.model_dump_json()
    assert simulation_text(first) == simulation_text(again)
    assert first.digest != other.digest


def test_the_global_generator_is_not_touched():
    random.seed(1)
    before = random.getstate()
    simulate(scenario(10, 2, 3), seed=1)
    assert random.getstate() == before


def test_replications_are_runs_of_their_own():
    one, two = (simulate(scenario(60, 2, 3), seed=1, replications=count) for count in (1, 2))
    assert two.replications == 2
    assert two.tickets > one.tickets
    assert two.digest != one.digest
    assert two.of_class("general").waits.mean.half_width is not None
    with pytest.raises(InvalidInput, match="replications"):
        simulate(scenario(60, 2, 3), replications=0)


def test_everything_happens():
    report = simulate(everything(), seed=4)
    everyone = report.of_class("all")
    assert [one.name for one in report.classes] == ["security", "general", "all"]
    assert everyone.arrived == sum(one.arrived for one in report.classes[:-1])
    assert (
        min(report.offers["made"], report.offers["declined"], report.offers["expired"], report.reopened) > 0
    )
    assert report.offers["refused"] == 0
    assert report.unserved == 0
    # Every wait ends, in an agent or in a withdrawal; what was not withdrawn is resolved.
    assert everyone.waits.count == everyone.arrived
    assert everyone.resolution.count == everyone.arrived - report.abandoned
    assert {one.name for one in report.targets} == {"all/first_response", "all/resolution"}
    text = simulation_text(report)
    for word in ("security", "all/resolution", "declined", "waiting", "expert", report.digest):
        assert word in text


def test_work_that_fits_is_never_waited_for():
    report = simulate(scenario(60, 1, 100, service=0.01), seed=1)
    assert report.of_class("general").waits.max == 0
    assert report.waiting_max == 0
    assert report.of_class("general").waited.mean == 0


def constant(minutes):
    """Each ticket takes a minute and a half, and there is always somebody."""
    return scenario(minutes, 1, 50).model_copy(
        update={"service": Service(mean=timedelta(seconds=90), shape="constant")}
    )


def test_constant_times_are_exact():
    times = simulate(constant(60), seed=1).of_class("general").resolution
    assert (times.p50, times.max) == (90.0, 90.0)


def test_a_word_of_the_requester_takes_its_time_and_no_capacity():
    pending = Pending(share=1.0, answer=RandomTime(mean=timedelta(minutes=10)))
    asking = constant(600).model_copy(update={"pending": pending})
    report, plain = simulate(asking, seed=1), simulate(constant(600), seed=1)
    assert report.of_class("general").resolution.mean.mean == pytest.approx(90 + 600, rel=0.15)
    assert report.tiers[0].occupancy.mean == pytest.approx(plain.tiers[0].occupancy.mean, rel=0.05)


def test_what_is_reopened_is_worked_on_again():
    share = {"share": 0.5, "after": {"mean": "PT1M"}}
    report, plain = (
        simulate(scenario(200, 1, 10, reopen=share), seed=1),
        simulate(scenario(200, 1, 10), seed=1),
    )
    # Each resolution fails with even odds, so a ticket takes two in the mean.
    assert report.reopened == pytest.approx(report.of_class("general").arrived, rel=0.3)
    assert report.tiers[0].occupancy.mean == pytest.approx(2 * plain.tiers[0].occupancy.mean, rel=0.3)


def test_shifts_are_kept():
    policy = {"calendars": {"noon": {"tz": "UTC", "weekly": {"mon": [("12:00", "13:00")]}}}}
    report = simulate(
        scenario(
            780, 0.1, policy=policy, team=[{"name": "a", "count": {"noon": 5}, "capacity": 2}], warm_up="PT0S"
        ),
        seed=3,
    )
    # The start is a Monday at midnight: whoever comes by night waits until noon.
    assert report.of_class("general").waits.max > 11 * 3600
    assert report.tiers[0].on_duty_hours == pytest.approx(10)
    assert report.unserved == 0
    night = [point for point in report.backlog if point.hours < 12]
    assert {point.working for point in night} == {0}
    assert [point.waiting for point in night] == sorted(point.waiting for point in night)


def test_nobody_who_can_take_it():
    kinds = [{"language": "zh"}]
    report = simulate(
        scenario(30, 1, policy={}, routing={"routes": [{"name": "all"}]}, kinds=kinds, overtime="PT1H"),
        seed=1,
    )
    assert report.unserved == report.of_class("general").arrived
    assert report.of_class("general").waits.mean.mean is None
    assert "never had an agent: 2" in simulation_text(report)


def test_skills_are_relaxed_when_their_time_has_come():
    routing = {
        "routes": [
            {
                "name": "all",
                "language": "any",
                "skills": {"c2c": 3},
                "relax": [{"after": "PT7M", "drop": ["c2c"]}],
            }
        ]
    }
    report = simulate(scenario(30, 1, 50, routing=routing), seed=1)
    waits = report.of_class("general").waits
    # A wake-up fires once its instant has passed.
    assert waits.p50 == waits.max == 7 * 60 + 1e-6


def test_those_who_do_not_answer_lose_the_offer_and_are_asked_again():
    ignored = scenario(
        20,
        0.2,
        routing={**ASKING, "ask_again_after": "PT3M"},
        answers={"accept": 0.0, "ignore": 1.0},
        overtime="PT1H",
    )
    report = simulate(ignored, seed=1)
    assert report.unserved == report.of_class("general").arrived
    assert report.offers["expired"] > report.unserved
    declined = scenario(20, 0.2, routing=ASKING, answers={"accept": 0.0}, overtime="PT10M")
    report = simulate(declined, seed=1)
    assert report.offers["declined"] == report.offers["made"] == report.of_class("general").arrived


def test_an_answer_that_comes_too_late_is_none():
    slow = {"accept": 1.0, "delay": {"mean": "PT2M", "shape": "constant"}}
    report = simulate(scenario(20, 0.2, routing=ASKING, answers=slow, overtime="PT10M"), seed=1)
    assert report.offers["expired"] == report.offers["made"] > 0
    assert report.unserved == report.of_class("general").arrived


def test_targets_are_judged_by_the_policy():
    # One agent for twice the work: the queue grows, and the targets go.
    slow, fast = (
        simulate(scenario(120, 1, many, 2, policy=SLA, first_reply="start"), seed=1) for many in (1, 20)
    )
    assert [one.attained.mean for one in fast.targets] == [1.0, 1.0]
    assert slow.targets[0].attained.mean < 0.3
    assert slow.waiting_at_end.mean > 30


def test_what_runs_out_and_never_ends_is_late():
    report = simulate(scenario(60, 1, 1, 100, policy=SLA, first_reply="start", overtime="PT1H"), seed=1)
    response = report.targets[0]
    assert response.late > 0
    assert response.met + response.missed + response.late == report.of_class("general").arrived


def test_compliance_is_ended_by_four_eyes():
    routing = {"routes": [{"name": "all", "language": "any", "tier": "compliance"}]}
    pair, alone = (
        simulate(
            scenario(
                30,
                0.2,
                routing=routing,
                team=[{"name": "a", "count": many, "tiers": ["compliance"]}],
                overtime="PT1H",
            ),
            seed=1,
        )
        for many in (2, 1)
    )
    assert pair.not_ended == 0
    assert pair.of_class("general").resolution.count == pair.of_class("general").arrived
    assert alone.not_ended > 0
    assert alone.of_class("general").resolution.count == 0
    assert "nobody there could end" in simulation_text(alone)


def test_steps_and_evidence_are_done_and_given():
    policy = {
        "procedures": {"c2c": {"steps": [{"name": "freeze"}]}},
        "intake": {"categories": {"c2c": {"evidence": [{"name": "order", "kind": "digits"}]}}},
    }
    kinds = [{"category": "c2c"}]
    waiting = {"answer": {"mean": "PT10M", "shape": "constant"}}
    report = simulate(scenario(60, 0.5, 10, policy=policy, kinds=kinds, pending=waiting), seed=1)
    everyone = report.of_class("general")
    assert everyone.resolution.count == everyone.arrived > 0
    assert everyone.waits.p50 == 600
    assert report.not_ended == 0


def test_bursts_and_rates():
    given = {
        "rates": [{"per_hour": 60}, {"after": "PT1H", "per_hour": 0}],
        "repeat": "PT2H",
        "bursts": [{"after": "PT2H", "lasts_for": "PT1H", "times": 10}],
    }
    report = simulate(scenario(240, 1, 1, 0.01, arrivals=given, sample_every="PT1H", warm_up="PT0S"), seed=1)
    assert report.tickets == pytest.approx(60 + 600, rel=0.15)
    assert [point.hours for point in report.backlog] == [0, 1, 2, 3, 4]


def test_a_log_says_when(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text(
        "at,topic,class\n2026-03-02 09:00:00,c2c,security\n2026-03-02 08:00:00,c2c,\n2026-03-03 09:00:00,c2c,\n",
        "utf-8",
    )
    arrivals = {
        "log": {"file": str(log), "time": "at", "tz": "Europe/Berlin", "category": "topic", "class": "class"}
    }
    day = scenario(1_440, 1, 2, arrivals=arrivals, warm_up="PT0S", service=0.5)
    by_category = day.service.model_copy(update={"by_category": {"c2c": everything().pending.answer}})
    report = simulate(day.model_copy(update={"service": by_category}), seed=1)
    assert report.tickets == 2
    assert [one.arrived for one in report.classes] == [1, 1, 2]
    assert simulate(day, seed=1).digest != report.digest


def test_listed_agents_work_too():
    document = {
        "lasts_for": "PT1H",
        "policy": {"routing": ROUTING},
        "arrivals": {"per_hour": 30},
        "service": {"mean": "PT1M", "by_channel": {"phone": {"mean": "PT2M"}}},
        "kinds": [
            {"channel": "phone", "service": {"mean": "PT3M"}},
            {"channel": "phone"},
            {"channel": "web"},
        ],
        "agents": [{"id": "sam", "capacity": 2}],
    }
    report = simulate(parse_scenario(document))
    assert report.tiers[0].agents == 1
    assert report.of_class("general").resolution.count == report.tickets


def test_progress_is_told_in_minutes():
    told = []
    simulate(scenario(60, 1, 5), replications=2, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (120, 120)


def test_work_that_is_taken_away_goes_on_where_it_was(tmp_path):
    (tmp_path / "log.csv").write_text("at\n2026-03-02T00:00:00Z\n", "utf-8")
    policy = {
        "calendars": {"later": {"tz": "UTC", "weekly": {"mon": [("00:07", "24:00")]}}},
        "groups": [{"name": "first"}, {"name": "second"}],
        "escalation": {
            "ladders": [
                {
                    "name": "up",
                    "until": "resolved",
                    "steps": [{"after": "PT5M", "kind": "functional", "group": "second"}],
                }
            ]
        },
    }
    desk = scenario(
        60,
        1,
        policy=policy,
        routing={"routes": [{"name": "all", "language": "any", "group": "first"}]},
        arrivals={"log": {"file": str(tmp_path / "log.csv"), "time": "at"}},
        team=[
            {"name": "a", "count": 1, "groups": ["first"]},
            {"name": "b", "count": {"later": 1}, "groups": ["second"]},
        ],
        warm_up="PT0S",
    )
    service = Service(mean=timedelta(minutes=10), shape="constant")
    report = simulate(desk.model_copy(update={"service": service}))
    # Five minutes with the first group, two without anybody, and the rest with the second.
    assert report.of_class("general").resolution.max == pytest.approx(12 * 60, abs=1)
    assert report.of_class("general").waits.count == 1


def test_what_is_due_hours_later_keeps_no_ticket_that_has_ended():
    """Patience for two days and a target of four, which stand in the heap as long, on tickets that end within minutes."""
    seen, alive = [], []

    def follow(number, ticket, _):
        seen.append(weakref.ref(ticket))
        if number == 250 and not alive:
            gc.collect()
            alive.append(sum(one() is not None for one in seen))

    days = {"name": "resolution", "metric": "resolution", "hours": 96}
    sla = {"sla": [{"name": "all", "targets": [days]}]}
    desk = scenario(150, 2, 3, policy=sla, patience={"mean": "P2D", "shape": "constant"})
    World(Plan(desk), random.Random(1), follower=follow).run()
    assert len(seen) > 750
    assert alive[0] < 40

"""Two policies over the tickets of one log, with agents by a roster: what must hold whatever the dice say."""

from datetime import UTC, datetime, timedelta

import pytest

from replay.conftest import MAPPING
from supportflow.cli import main
from supportflow.exceptions import InvalidInput, ScenarioError
from supportflow.model.people import Agent
from supportflow.policy import Policy
from supportflow.replay import CaseLog, LogMapping
from supportflow.simulation.scenario import RandomTime, Service
from supportflow.whatif import Resimulated, resimulate, whatif_text

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
MAP = LogMapping.model_validate(
    {
        **MAPPING,
        "order": "time",
        "priority_class": {"column": "class", "classes": {"g": "general", "s": "security"}},
        "priority": {"column": "level", "levels": {"1": 1, "3": 3}},
    }
)
TEAM = (Agent("sam", capacity=1), Agent("mei", capacity=1))
TEN = Service(mean=timedelta(minutes=10))


def policy(name="p", minutes=20, routes=({"name": "all"},), **fields):
    sla = {"name": "all", "targets": [{"name": "resolution", "metric": "resolution", "minutes": minutes}]}
    return Policy.model_validate({"name": name, "sla": [sla], "routing": {"routes": list(routes)}, **fields})


@pytest.fixture
def log(written):
    """Sixty tickets, six minutes apart, every fifth of them about security."""
    rows = []
    for number in range(60):
        at = (START + timedelta(minutes=6 * number)).isoformat()
        kind, level = ("s", "1") if number % 5 == 0 else ("g", "3")
        rows += [(f"t{number:02}", at, "New", "", kind, level)]
        rows += [(f"t{number:02}", (START + timedelta(hours=40)).isoformat(), "Done", "bob", kind, level)]
    with CaseLog(written(rows, header=("id", "at", "state", "who", "class", "level")), MAP) as read:
        yield read


def test_a_policy_against_itself_differs_nowhere(log):
    told = []
    found = resimulate(log, MAP, policy(), policy(), TEAM, service=TEN, seed=3, sink=told.append)

    assert (found.whatif.cases, found.whatif.differing, told) == (60, 0, [])
    assert found.before == found.after
    assert found.before.tickets == 60
    assert found.whatif.mode == "resimulated"
    assert whatif_text(found.whatif).startswith("What if: 'p' against 'p', re-simulated")


def test_a_longer_target_alone_adds_no_miss(log):
    told = []
    found = resimulate(log, MAP, policy(), policy("q", 40), TEAM, service=TEN, seed=3, sink=told.append)
    [total] = found.whatif.targets

    # What agents do does not depend on it: they meet the same tickets and take them in the same order.
    assert found.before.classes == found.after.classes
    assert total.against.get("missed", 0) < total.ended["missed"]
    turns = {clock.turn for one in told for clock in one.clocks}
    assert ("met", "missed") not in turns
    assert found.whatif.verdicts == {
        "resolution: missed -> met": total.ended["missed"] - total.against.get("missed", 0)
    }
    assert {reason.kind for one in told for clock in one.clocks for reason in clock.reasons} == {"duration"}


def test_the_floor_takes_the_urgent_first(log):
    found = resimulate(log, MAP, policy(), policy(), TEAM[:1], service=TEN, seed=1)
    urgent, other = (found.before.of_class(name).waits.mean.mean for name in ("security", "general"))
    assert urgent < other / 3


def test_more_agents_wait_less_and_miss_less(log):
    one, two = (resimulate(log, MAP, policy(), policy(), TEAM[:n], service=TEN, seed=1) for n in (1, 2))
    assert one.before.of_class("all").waits.mean.mean > two.before.of_class("all").waits.mean.mean
    assert one.whatif.targets[0].ended["missed"] > two.whatif.targets[0].ended["missed"]


def test_the_same_seed_gives_the_same_bytes_and_patience_is_the_log_s_too(log):
    patient = RandomTime(mean=timedelta(minutes=5))
    runs = [
        resimulate(log, MAP, policy(), policy("q", 40), TEAM[:1], service=TEN, patience=patient, seed=seed)
        for seed in (1, 1, 2)
    ]
    assert runs[0].model_dump_json() == runs[1].model_dump_json() != runs[2].model_dump_json()
    assert runs[0].before.abandoned > 5
    assert runs[0].whatif.targets[0].ended["cancelled"] == runs[0].before.abandoned


def test_tickets_come_when_they_were_opened(written):
    opened = LogMapping.model_validate({**MAPPING, "order": "time", "opened": {"column": "opened"}})
    rows = [
        ("b", "2026-03-02T12:00:00Z", "New", "", "2026-03-02T09:00:00Z"),
        ("a", "2026-03-02T12:00:00Z", "New", "", "2026-03-02T09:30:00Z"),
        ("c", "2026-03-02T09:10:00Z", "New", "", "later"),
        ("d", "2026-03-02T09:20:00Z", "New", "", "2026-03-03T00:00:00Z"),
    ]
    told = []
    with CaseLog(written(rows, header=("id", "at", "state", "who", "opened")), opened) as read:
        found = resimulate(read, opened, policy(), policy("q", 40), TEAM, service=TEN, sink=told.append)
    assert [one.case for one in told] == sorted((one.case for one in told), key="bcda".index)
    assert {one.case: f"{one.opened_at:%H:%M}" for one in told}.items() <= {
        "b": "09:00", "c": "09:10", "d": "09:20", "a": "09:30",
    }.items()  # fmt: skip
    assert found.before.start == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert found.whatif.cases == 4


def test_attributes_are_told_to_who_declares_them(written):
    given = LogMapping.model_validate(
        {**MAPPING, "order": "time", "attributes": {"plan": {"column": "plan"}}}
    )
    gold = policy("gold", fields={"plan": {"kind": "text", "nullable": True}})
    path = written(
        [("a", "2026-03-02T12:00:00Z", "New", "", "gold")], header=("id", "at", "state", "who", "plan")
    )
    with CaseLog(path, given) as read:
        found = resimulate(read, given, gold, policy("plain"), TEAM, service=TEN)
    assert found.whatif.cases == 1


def test_what_cannot_be_simulated(log, written):
    with pytest.raises(ScenarioError, match="routing: is missing"):
        resimulate(log, MAP, policy(), Policy(), TEAM, service=TEN)
    empty = LogMapping.model_validate(MAPPING)
    with CaseLog(written([]), empty) as read, pytest.raises(InvalidInput, match="log: has no ticket"):
        resimulate(read, empty, policy(), policy(), TEAM, service=TEN)


@pytest.mark.parametrize("asked", [("--service", "PT30M"), ("--patience", "PT5M"), ("--seed", "0")])
def test_what_only_a_resimulation_asks_for_is_not_passed_over(tmp_path, capsys, asked):
    (tmp_path / "p.toml").write_text('name = "p"\n', "utf-8")
    two = [f"--policy={tmp_path / 'p.toml'}"] * 2
    log = tmp_path / "log.csv"
    log.write_text("number,incident_state\n", "utf-8")

    assert main(["what-if", str(log), "--mapping", "servicenow_uci", *two, *asked]) == 2
    assert f"{asked[0]}: goes with --roster" in capsys.readouterr().err


def test_on_the_command_line(tmp_path, written, capsys):
    log = written([("a", "2026-03-02T09:00:00Z", "New", ""), ("b", "2026-03-02T09:01:00Z", "New", "")])
    (tmp_path / "m.toml").write_text(
        'name = "m"\ncase = "id"\ntime = { column = "at" }\n'
        'state = { column = "state", statuses = { New = "new" } }\n',
        "utf-8",
    )
    for name, minutes in (("a", 5), ("b", 500)):
        (tmp_path / f"{name}.toml").write_text(
            f'name = "{name}"\n[[sla]]\nname = "all"\n'
            f'targets = [{{ name = "resolution", metric = "resolution", minutes = {minutes} }}]\n'
            '[routing]\nroutes = [{ name = "all" }]\n',
            "utf-8",
        )
    (tmp_path / "r.toml").write_text('agents = [{ id = "sam" }]\n', "utf-8")
    options = ["what-if", str(log), "--mapping", str(tmp_path / "m.toml")]
    options += [f"--policy={tmp_path / 'a.toml'}", f"--policy={tmp_path / 'b.toml'}"]
    options += ["--roster", str(tmp_path / "r.toml")]
    assert main([*options, "--service", "PT30M", "--json", "-", "-o", str(tmp_path / "d.jsonl")]) == 0
    found = Resimulated.model_validate_json(capsys.readouterr().out)
    assert (found.whatif.cases, found.before.tickets) == (2, 2)
    assert len((tmp_path / "d.jsonl").read_text("utf-8").splitlines()) == found.whatif.differing == 2
    assert main([*options, "--service", "PT30M", "--quiet"]) == 0
    assert main([*options, "--service", "PT30M"]) == 0
    assert "re-simulated" in capsys.readouterr().out
    for wrong, complaint in (
        ([], "--service: is needed with --roster"),
        (["--service", "soon"], "--service: "),
        (["--service", "PT1M", "--patience", "-PT1M"], "--patience: "),
        (["--service", "PT1M", "--until", "2027-01-01T00:00Z"], "--until: goes without --roster"),
    ):
        assert main([*options, *wrong]) == 2
        assert complaint in capsys.readouterr().err

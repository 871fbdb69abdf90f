import csv

import pytest

from supportflow.exceptions import MappingError
from supportflow.lifecycle import LifecycleDefinition
from supportflow.policy import Policy
from supportflow.replay import load_mapping, parse_mapping, read_log, replay_log, shipped_mappings

GOOD = """
name = "x"
case = "id"
[time]
column = "at"
[state]
column = "state"
statuses = { New = "new" }
"""


def test_two_mappings_are_shipped():
    assert shipped_mappings() == ("helpdesk_it", "servicenow_uci")


@pytest.mark.parametrize("name", ["helpdesk_it", "servicenow_uci"])
def test_a_shipped_mapping_fits_the_default_lifecycle(name):
    mapping = load_mapping(name)
    assert mapping.name == name
    assert list(mapping.misfits(Policy(), {"new", "open", "pending", "on_hold", "resolved", "closed"})) == []


@pytest.mark.parametrize(("name", "log"), [("servicenow_uci", "uci"), ("helpdesk_it", "helpdesk_it")])
def test_a_shipped_mapping_says_what_the_published_table_says(name, log, shared_data):
    with (shared_data / "lifecycle_mapping.csv").open(newline="") as file:
        published = {
            row["source_state"]: row["generic_state"]
            for row in csv.DictReader(file)
            if row["log"] == log and row["generic_state"] != "?"
        }
    assert dict(load_mapping(name).state.statuses) == published


def test_a_mapping_can_be_a_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    assert load_mapping(str(path)) == parse_mapping(GOOD)


def test_a_name_that_is_neither():
    with pytest.raises(MappingError, match="servicenow_uci"):
        load_mapping("servicenow")
    with pytest.raises(FileNotFoundError):
        load_mapping("servicenow.toml")


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        ("colour = 1", "state.colour: Extra inputs are not permitted"),
        (
            "[priority]\ncolumn='p'\nlevels={a=5}",
            "priority.levels.a: Input should be less than or equal to 4",
        ),
        ("[outcome]\ncolumn='o'\nmet=[]\nmissed=['no']", "outcome.met: Tuple should have at least 1 item"),
        (
            "[opened]\ncolumn='o'\nformat='%d'",
            "opened: Value error, the format has no offset (%z), so a zone is needed",
        ),
        ("[actor]\ncolumn='o'\nkind='robot'", "actor.kind: Input should be"),
    ],
)
def test_a_mistake_is_named_with_its_path(extra, problem):
    with pytest.raises(MappingError) as caught:
        parse_mapping(GOOD + extra)
    assert caught.value.problems[0].startswith(problem)


@pytest.mark.parametrize("line", ['encoding = "klingon"', 'delimiter = ";;"', 'order = "random"'])
def test_a_mistake_at_the_top(line):
    with pytest.raises(MappingError) as caught:
        parse_mapping(line + GOOD)
    assert caught.value.problems[0].startswith(line.split()[0])


def test_statuses_and_classes_must_be_those_of_the_policy(mapping, written, rows_at):
    lifecycle = LifecycleDefinition.model_validate(
        {
            "statuses": {"new": "new", "done": "closed"},
            "initial": "new",
            "transitions": [{"trigger": "close", "from": ["new"], "to": "done"}],
        }
    )
    chosen = mapping(
        state={"column": "state", "statuses": {"New": "new", "Done": "resolved"}},
        opened={"column": "at", "status": "begun"},
        priority_class={"column": "who", "classes": {"sam": "security", "ana": "urgent"}},
    )
    log = read_log(written(rows_at(("09:00", "New"))), chosen)
    with pytest.raises(MappingError) as caught:
        replay_log(log, chosen, Policy(lifecycle=lifecycle))
    assert [problem.split(": ")[0] for problem in caught.value.problems] == [
        "state.statuses.Done",
        "opened.status",
        "priority_class.classes.ana",
    ]


def test_a_mapping_can_bring_its_own_policy(mapping, written, rows_at):
    chosen = mapping(policy={"name": "mine", "auto_close_after": "P1D"})
    log = read_log(written(rows_at(("09:00", "Done"), ("04T09:00", "Shut"))), chosen)
    assert replay_log(log, chosen).report.policy == "mine"
    assert replay_log(log, chosen).report.auto_closes.count == 1
    assert replay_log(log, chosen, Policy(name="other")).report.auto_closes is None

"""What holds of every system: hostile files, reports as data, zones."""

import json
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.cli import main
from supportflow.exceptions import InvalidInput, TakeoverError
from supportflow.policy import read_policy
from supportflow.takeover import SYSTEMS, take_over, zones
from supportflow.takeover.export import parse

# Names that the readers look for, so that what is drawn gets past the first look.
NAMES = [
    "sla_policies",
    "policy_metrics",
    "filter",
    "all",
    "name",
    "title",
    "sla_target",
    "priority_4",
    "respond_within",
    "condition",
    "calendar_id",
    "start_condition",
    "duration",
    "result",
    "timeMetrics",
    "config",
    "goals",
    "definition",
    "business_hours",
    "timezone",
    "time_zone",
    "intervals",
    "schedules",
    "workingTimes",
    "timeZone",
    "holidays",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=30,
)


@pytest.mark.parametrize("system", SYSTEMS)
@given(content=JSON)
def test_any_json_gives_a_policy_or_one_clear_error(system, content):
    try:
        taken = take_over(system, {"file.json": content})
    except TakeoverError:
        return  # any other error fails the test
    assert taken.report.system == system


def test_an_unknown_system_is_named_with_the_nearest():
    with pytest.raises(InvalidInput, match="did you mean 'zendesk'"):
        take_over("zendeks", {})


def test_every_zone_of_the_table_is_one():
    for name, zone in zones._RAILS.items():
        assert ZoneInfo(zone), name
        assert zones.zone_of(name) == zone
    assert zones.zone_of("Europe/Berlin") == "Europe/Berlin"
    assert zones.zone_of("Nowhere/City") is None


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_what_is_no_json_is_refused_with_the_file(text):
    with pytest.raises(TakeoverError, match=r"x\.json"):
        parse("x.json", text)


def test_the_command_writes_the_policy_once_and_reports(tmp_path, capsys):
    source, target = tmp_path / "p.json", tmp_path / "policy.json"
    metric = {"metric": "first_reply_time", "priority": "urgent", "target": 10, "business_hours": False}
    source.write_text(
        json.dumps({"sla_policies": [{"title": "Gold", "filter": {}, "policy_metrics": [metric]}]})
    )
    assert main(["import", "zendesk", str(source), "-o", str(target)]) == 0
    assert "Taken as it is" in capsys.readouterr().out
    assert read_policy(target).sla[0].name == "Gold"
    before = target.read_text()
    assert main(["import", "zendesk", str(source), "-o", str(target)]) == 2
    assert "exists" in capsys.readouterr().err
    assert target.read_text() == before
    assert main(["import", "zendesk", str(source), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["policy"]["sla"][0]["name"] == "Gold"
    assert told["report"]["findings"][0]["kind"] == "taken"
    assert main(["import", "zendesk", str(tmp_path / "none.json")]) == 2

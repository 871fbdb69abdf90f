"""The JSON Schema is one, and says of a document what reading it says, as far as a schema can."""

import copy
import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from supportflow.exceptions import PolicyError
from supportflow.policy import parse_policy
from supportflow.policy.document.json_schema import DIALECT, policy_schema

DOCUMENTS = Path(__file__).parent / "documents"
SCHEMA = policy_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def plain(path):
    """A TOML document as JSON has it: dates are texts there."""
    return json.loads(json.dumps(tomllib.loads(path.read_text("utf-8")), default=str))


def faults(document):
    return [error.json_path for error in VALIDATOR.iter_errors(document)]


def test_it_is_a_schema():
    assert SCHEMA["$schema"] == DIALECT == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(SCHEMA)


def test_shipped_and_own_documents_fit(root):
    shipped = sorted((root / "examples" / "policies").glob("*.toml"))
    assert shipped
    for path in [*shipped, DOCUMENTS / "full.toml"]:
        assert (path.name, faults(plain(path))) == (path.name, [])
        parse_policy(plain(path))


def test_what_is_published_fits():
    policy = parse_policy(plain(DOCUMENTS / "full.toml"))
    assert faults(json.loads(policy.canonical)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"slaa": []},
        {"name": ""},
        {"default_level": 5},
        {"edits": "later"},
        {"schema": 2},
        {"classes": []},
        {"sla": [{"name": "a", "calender": "office"}]},
        {"sla": [{"name": "a", "targets": [{"metric": "resolution", "minuts": 5}]}]},
        {"rules": [{"name": "a", "class": "general", "when": {"field": "channel"}}]},
        {"rules": [{"name": "a", "class": "general", "when": {"field": "a", "eq": 1, "ge": 2}}]},
        {"fields": {"a": {"kind": "txt"}}},
        {"calendars": {"a": {"tz": "UTC", "weekly": {"monday": []}}}},
        {"calendars": {"a": {"weekly": {"mon": [["09:00", "17:00"]]}}}},
        {"priority": {"levels": [{"name": "a", "when": {"field": "channel", "eq": "x"}, "level": 4}]}},
        {"priority": {"matrix": {"levels": {"high": {"high": 0}}}}},
        {"priority": {"head_start": {"security": []}}},
        {"auto_close_after": []},
        {"auto_close_after": 86_400},
        {"auto_close_after": "P1M"},
        {"auto_close_after": "P1Y2DT4H"},
        {"sla": [{"name": "a", "targets": [{"metric": "resolution", "hours": 8, "warn_at": [75]}]}]},
        {"sla": [{"name": "a", "targets": [{"metric": "resolution", "hours": 8, "warn_at": ["P1M"]}]}]},
    ],
)
def test_what_reading_refuses_does_not_fit(change):
    document = plain(DOCUMENTS / "full.toml") | change
    with pytest.raises(PolicyError):
        parse_policy(document)
    assert faults(document)


@pytest.mark.parametrize(
    "change",
    [
        {"calendars": {"a": {"tz": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}, "holidays": ["2026-01-01"]}}},
        {"calendars": {"a": {"tz": "UTC", "overrides": {"2026-01-01": {"name": "x", "hours": [["09:00", "17:00"]]}}}}},
        {"reopen_within": "PT1H"},
        {"sla": [{"name": "a", "targets": [{"metric": "resolution", "hours": 8, "warn_at": ["75%", 0.5, "PT5M"]}]}]},
        {"sla": [{"name": "a", "targets": [{"metric": "resolution", "days": 1, "hours": 2.5}]}]},
        {"priority": {"head_start": {"security": "PT4H", "dispute": "PT1M"}}},
        {"priority": {}},
    ],
)  # fmt: skip
def test_short_forms_fit(change):
    document = {"schema": 1} | copy.deepcopy(change)
    parse_policy(document)
    assert faults(document) == []

"""A policy means the same in every format, and what is wrong with one is said with its place and the word that was meant."""

import json
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.exceptions import MissingExtra, PolicyError
from supportflow.policy import Policy, load_policy, parse_policy, read_policy
from supportflow.policy.read.policies import MAX_CHARACTERS

FULL = Path(__file__).parent / "documents" / "full.toml"


def document():
    return tomllib.loads(FULL.read_text("utf-8"))


def problems(build, *arguments, **named):
    with pytest.raises(PolicyError) as refused:
        build(*arguments, **named)
    return refused.value.problems


def test_one_policy_in_every_format(tmp_path):
    as_json = json.dumps(document(), default=str, ensure_ascii=False)
    policies = [
        parse_policy(document()),
        load_policy(FULL.read_text("utf-8"), format="toml"),
        load_policy(as_json, format="json"),
        load_policy(as_json, format="yaml"),  # every JSON text is YAML 1.2
        read_policy(FULL),
    ]
    for ending in ("json", "yaml", "yml"):
        path = tmp_path / f"policy.{ending}"
        path.write_text(as_json, encoding="utf-8-sig")  # as some editors save it
        policies.append(read_policy(path))
    assert len({policy.fingerprint for policy in policies}) == 1
    assert all(policy == policies[0] for policy in policies)


# --- what a wrong document is told ------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"slaa": []}, "slaa: unknown field 'slaa'; did you mean 'sla'?"),
        ({"zzz": 1}, "zzz: unknown field 'zzz'"),
        (
            {"sla": [{"name": "a", "calender": "office"}]},
            "sla.0.calender: unknown field 'calender'; did you mean 'calendar'?",
        ),
        (
            {"sla": [{"name": "a", "targets": [{"metric": "resolution", "minuts": 5}]}]},
            "sla.0.targets.0.minuts: unknown field 'minuts'; did you mean 'minutes'?",
        ),
        (
            {"sla": [{"name": "a", "targets": [{"metric": "resolution", "hours": 1, "overdue": {"evry": 1}}]}]},
            "sla.0.targets.0.overdue.evry: unknown field 'evry'; did you mean 'every'?",
        ),
        (
            {"sla": [{"name": "a", "calendar": {"tz": "UTC", "wekly": {}}}]},
            "sla.0.calendar.wekly: unknown field 'wekly'; did you mean 'weekly'?",
        ),
        (
            {"calendars": {"c": {"tz": "UTC", "weekly": {"wedn": []}}}},
            "calendars.c.weekly.wedn: unknown field 'wedn'; did you mean 'wed'?",
        ),
        (
            {"lifecycle": {"statuses": {}, "initial": "new", "transitions": [{"triger": "x"}]}},
            "lifecycle.transitions.0.triger: unknown field 'triger'; did you mean 'trigger'?",
        ),
        (
            {"fields": {"a": {"kind": "text", "nulable": 1}}},
            "fields.a.nulable: unknown field 'nulable'; did you mean 'nullable'?",
        ),
        (
            {"groups": [{"name": "g", "calender": "c"}]},
            "groups.0.calender: unknown field 'calender'; did you mean 'calendar'?",
        ),
        ({"priority": {"matrx": {}}}, "priority.matrx: unknown field 'matrx'; did you mean 'matrix'?"),
        ({"metrics": [{"name": "m", "strt": []}]}, "metrics.0.strt: unknown field 'strt'; did you mean 'start'?"),
        (
            {"edits": "on_next_evnt"},
            "edits: Input should be 'never', 'on_next_event' or 'now'; did you mean 'on_next_event'?",
        ),
        (
            {"sla": [{"name": "a", "targets": [{"metric": "resolution", "minutes": -4}]}]},
            "sla.0.targets.0.duration: Input should be greater than 0 seconds",
        ),
        (
            {"auto_close_calendar": 5},
            ("auto_close_calendar: Input should be a valid dictionary or instance of BusinessCalendar; "
            "or: Input should be a valid string"),
        ),
        (
            {"rules": [{"name": "a", "class": "general", "when": {"feild": "channel", "eq": "x"}}]},
            "rules.0.when: unknown key 'feild'; did you mean 'field'?",
        ),
    ],
)  # fmt: skip
def test_a_wrong_part(change, expected):
    assert expected in problems(parse_policy, change)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"default_class": "securty"}, "default_class: unknown class 'securty'; did you mean 'security'?"),
        (
            {"rules": [{"name": "a", "class": "disput", "when": {"field": "channel", "eq": "x"}}]},
            "rules.0.class: unknown class 'disput'; did you mean 'dispute'?",
        ),
        (
            {"rules": [{"name": "a", "class": "dispute", "when": {"field": "chanel", "eq": "x"}}]},
            "rules.0.when.field: unknown field 'chanel'; did you mean 'channel'?",
        ),
        (
            {"sla": [{"name": "a", "targets": [{"metric": "first_respnse", "hours": 1}]}]},
            "sla.0.targets.0.metric: unknown metric 'first_respnse'; did you mean 'first_response'?",
        ),
        (
            {
                "calendars": {"office": {"tz": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}}},
                "auto_close_calendar": "ofice",
            },
            "auto_close_calendar: unknown calendar 'ofice'; did you mean 'office'?",
        ),
        ({"words": {"securty": ["x"]}}, "words.securty: unknown class; did you mean 'security'?"),
        (
            {"metrics": [{"name": "m", "start": ["opened"], "stop": [], "pause": {"when": {"field": "vp", "eq": 1}}}]},
            "metrics.0.pause.when.field: unknown field 'vp'",
        ),
    ],
)  # fmt: skip
def test_a_misspelt_name(change, expected):
    assert problems(parse_policy, change) == (expected,)


def test_of_a_union_only_what_was_meant_is_told():
    calendar = {"tz": "UTC", "wekly": {}, "holiday_scope": "shft"}
    assert problems(parse_policy, {"sla": [{"name": "a", "calendar": calendar}]}) == (
        "sla.0.calendar.holiday_scope: Input should be 'shift' or 'day'; did you mean 'shift'?",
        "sla.0.calendar.wekly: unknown field 'wekly'; did you mean 'weekly'?",
    )


def test_every_problem_is_told_at_once():
    wrong = {"slaa": [], "groups": [{"nme": "g"}], "default_level": 9}
    assert {problem.partition(":")[0] for problem in problems(parse_policy, wrong)} == {
        "slaa",
        "groups.0.name",
        "groups.0.nme",
        "default_level",
    }


def test_yaml_names_the_line():
    text = "name: x\nsla:\n  - name: gold\n    calender: x\n    targets:\n      - {metric: resolutoin, hours: 1}\n"
    assert problems(load_policy, text, format="yaml") == (
        "sla.0.calender: unknown field 'calender'; did you mean 'calendar'? (line 4)",
    )
    assert problems(load_policy, text.replace("    calender: x\n", ""), format="yaml") == (
        "sla.0.targets.0.metric: unknown metric 'resolutoin'; did you mean 'resolution'? (line 5)",
    )


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("a = [1 2]", "toml", "line 1"),
        ("\n\na = = 1", "toml", "line 3"),
        ("[a]\n[a]", "toml", "line 2"),
        ("{\n,}", "json", "line 2"),
        ("a: [\n", "yaml", "line 2"),
        ("a: 1\n\tb: 2", "yaml", "line 2"),
    ],
)
def test_text_that_cannot_be_read_names_the_line(text, kind, said):
    [problem] = problems(load_policy, text, format=kind)
    assert problem.startswith(f"not valid {kind.upper()}: ")
    assert said in problem


def test_a_file_is_named(tmp_path):
    path = tmp_path / "desk.yaml"
    path.write_text("name: x\nslaa: []\n")
    assert problems(read_policy, path) == (
        f"{path}: slaa: unknown field 'slaa'; did you mean 'sla'? (line 2)",
    )
    path = tmp_path / "desk.txt"
    path.write_text("")
    [problem] = problems(read_policy, path)
    assert problem.startswith(f"{path}: the file's name must end in .toml or .json")
    path = tmp_path / "desk.json"
    path.write_bytes(b'{\n"name": "\xff"}')
    assert problems(read_policy, path) == (f"{path}: policy: is not text in UTF-8 (line 2)",)


@pytest.mark.parametrize("kind", ["toml", "json", "yaml"])
def test_what_is_no_table(kind):
    text = {"toml": "", "json": "[1]", "yaml": "- 1"}[kind]
    if kind == "toml":
        assert load_policy(text, format=kind) == Policy()
    else:
        assert problems(load_policy, text, format=kind) == ("policy: is not a table of fields",)


def test_an_unknown_format():
    assert problems(load_policy, "", format="ini") == (
        "policy: cannot be read as 'ini'; give one of toml, json, yaml",
    )


# --- hostile documents ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a = " + "[" * 100_000, "toml"),
        ("a = " + "{a=" * 100_000, "toml"),
        ("a." * 300_000 + "a = 1", "toml"),
        ("x = {" + "'a' . " * 300_000 + "a = 1}", "toml"),
        ("a = " + "9" * 5_000, "toml"),
        ("[" * 100_000, "json"),
        ('{"a":' * 100_000, "json"),
        ("9" * 5_000, "json"),
        ('{"name": NaN}', "json"),
        ('{"name": "a", "name": "b"}', "json"),
        ("[" * 100_000, "yaml"),
        ("- " * 100_000, "yaml"),
        ("? " * 100_000, "yaml"),
        ("a: " + "9" * 5_000, "yaml"),
        ("\0", "yaml"),
    ],
)
def test_a_document_that_no_editor_would_write(text, kind):
    [problem] = problems(load_policy, text, format=kind)
    assert len(problem) < 300


def test_a_document_that_is_too_long(tmp_path):
    text = "#" * (MAX_CHARACTERS + 1)
    assert "longer than" in problems(load_policy, text, format="toml")[0]
    path = tmp_path / "long.toml"
    path.write_text("#" * (4 * MAX_CHARACTERS + 1))
    assert "longer than" in problems(read_policy, path)[0]


def test_dots_in_texts_are_no_long_key():
    words = ["a." * 49 + "a", *[f"{n}.5" for n in range(200)]]
    text = f"[words]\nsecurity = {json.dumps(words)}"
    assert load_policy(text, format="toml").words == {"security": tuple(words)}


@given(
    st.text(alphabet="[]{}:,-?&*!|>'\"%@` \n\tab1.=#", max_size=60), st.sampled_from(["toml", "json", "yaml"])
)
def test_any_text_is_a_policy_or_a_policy_error(text, kind):
    try:
        outcome = load_policy(text, format=kind)
    except PolicyError as error:
        outcome = error
    assert isinstance(outcome, Policy) or outcome.problems


@pytest.mark.parametrize("kind", ["json", "yaml"])
def test_half_a_character(kind):
    # A constant of a condition is kept as it comes; a name is refused by its type.
    rule = '{"name": "a", "class": "general", "when": {"field": "channel", "eq": "x\\ud800"}}'
    [problem] = problems(load_policy, f'{{"rules": [{rule}]}}', format=kind)
    assert "surrogate" in problem
    whole = rule.replace("d800", "d83d\\ude00")
    assert load_policy(f'{{"rules": [{whole}]}}', format=kind).rules[0].when.eq == "x\N{GRINNING FACE}"


def test_yaml_without_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "ruamel.yaml", None)
    with pytest.raises(MissingExtra) as missing:
        load_policy("name: x", format="yaml")
    assert missing.value.extra == "yaml"
    assert load_policy('{"name": "x"}', format="json").name == "x"

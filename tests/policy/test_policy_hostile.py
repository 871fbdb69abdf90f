"""Policies that nobody writes by mistake: one clear error each, soon, and nothing else."""

import json
import math
import warnings

import pytest

from supportflow.exceptions import PolicyError
from supportflow.policy import AmbiguousNameWarning, load_policy, parse_policy
from supportflow.policy.document.policy import MOST_RULES
from supportflow.policy.read.documents import MAX_PARTS
from supportflow.policy.verify.policy import verify


def nested(levels):
    condition = {"field": "channel", "eq": "x"}
    for _ in range(levels):
        condition = {"not": condition}
    return {"rules": [{"name": "a", "class": "security", "when": condition}]}


def matching(when):
    return {"rules": [{"name": "a", "class": "security", "when": when}]}


def target(**fields):
    return {"sla": [{"name": "a", "targets": [{"metric": "resolution", **fields}]}]}


ITSELF = {}
ITSELF["rules"] = [ITSELF]
THRICE = {}
THRICE["rules"] = [THRICE] * 3
RULE = {"name": "a", "class": "security", "when": {"field": "channel", "eq": "x"}}


ERRORS = {
        "nested deep": (nested(50), "rules.0.when: nests deeper than 16 levels"),
        "nested deeper": (nested(5_000), "policy: nests deeper than 64 levels"),
    "inside itself three times": (THRICE, f"policy: has more than {MAX_PARTS} values"),
    "inside itself": (ITSELF, "policy: nests deeper than 64 levels"),
        "many values": ({"words": {"security": ["x"] * (MAX_PARTS + 1)}}, f"policy: has more than {MAX_PARTS} values"),
        "a long name": ({"name": "x" * 10_000_000}, "name: String should have at most 100 characters"),
        "many rules": (
            {"rules": [RULE] * (MOST_RULES + 1)},
            f"rules: Tuple should have at most {MOST_RULES} items after validation, not {MOST_RULES + 1}",
        ),
        "a huge whole number": (
            target(hours=10**400),
            "sla.0.targets.0: hours cannot be counted: too much, or no number",
        ),
        "a huge number": (target(hours=1e308), "sla.0.targets.0: hours cannot be counted: too much, or no number"),
        "not a number": (target(hours=math.nan), "sla.0.targets.0: hours cannot be counted: too much, or no number"),
        "hours in quotes": (target(hours="8"), "sla.0.targets.0: hours cannot be counted: too much, or no number"),
        "yes for minutes": (target(minutes=True), "sla.0.targets.0: minutes cannot be counted: too much, or no number"),
        "no number in a duration": (
            target(duration=math.nan),
            "sla.0.targets.0.duration: is a number without a unit; write a duration such as 'PT15M', 'PT8H' or 'P1D'",
        ),
        "a target after all years": (
            target(duration="P99999D"),
            "sla.0.targets.0.duration: is longer than a hundred years",
        ),
        "closing after all years": (
            {"auto_close_after": "P999999999D"},
            "auto_close_after: is longer than a hundred years",
        ),
        "not a number in a condition": (
            {"fields": {"n": {"kind": "number"}}, **matching({"field": "n", "ge": math.nan})},
            "rules.0.when.ge: is too large a number",
        ),
        "classes twice": ({"classes": ["a", "a"]}, "classes: 'a' is listed twice"),
        "groups twice": ({"groups": [{"name": "g"}, {"name": "g"}]}, "groups: 'g' is listed twice"),
        "lexicons twice": ({"lexicons": ["common", "common"]}, "lexicons: 'common' is listed twice"),
        "metrics twice": (
            {"metrics": [{"name": "m", "start": ["opened"], "stop": ["public_reply"]}] * 2},
            "metrics: 'm' is listed twice",
        ),
        "no class": ({"classes": []}, "classes: Tuple should have at least 1 item after validation, not 0"),
        "an empty condition": (matching({"any": []}), "rules.0.when: 'any' is empty"),
        "no step": (
            {"procedures": {"x": {"steps": []}}},
            "procedures.x.steps: Tuple should have at least 1 item after validation, not 0",
        ),
        "a key that is a number": ({1: 2}, "policy: Keys should be strings"),
        "a zone that is a file": (
            {"calendars": {"c": {"tz": "../../etc/passwd", "weekly": {"mon": [["09:00", "10:00"]]}}}},
            "calendars.c: tz: is not a zone of tzdata (neither copy)",
        ),
    }  # fmt: skip


@pytest.mark.parametrize(("document", "problem"), ERRORS.values(), ids=list(ERRORS))
def test_one_clear_error(document, problem):
    with pytest.raises(PolicyError) as refused:
        parse_policy(document)
    assert refused.value.problems == (problem,)


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("#" + "x" * 10_000_000, "toml", "policy: is longer than 2000000 characters"),
        ("a = " + "[" * 5_000 + "]" * 5_000, "toml", "not valid TOML: nests too deep"),
        (json.dumps(nested(200)), "json", "policy: nests deeper than 64 levels"),
        ("a: " + "[" * 5_000, "yaml", "not valid YAML: nests deeper than 64 levels (line 1)"),
        ('{"default_level": NaN}', "json", "not valid JSON: NaN is not a number"),
        ("default_level: .nan", "yaml", "default_level: Input should be a finite number (line 1)"),
        (
            "a: &a [x]\nb: *a",
            "yaml",
            "not valid YAML: anchors and aliases are refused; write it out (line 1)",
        ),
    ],
    ids=["long", "deep toml", "deep json", "deep yaml", "nan json", "nan yaml", "alias"],
)
def test_one_clear_error_in_a_text(text, kind, said):
    with pytest.raises(PolicyError) as refused:
        load_policy(text, format=kind)
    assert refused.value.problems == (said,)


def found(document, kind):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AmbiguousNameWarning)
        policy = parse_policy(document)
    return [(one.path, one.message) for one in verify(policy).errors if one.kind == kind]


@pytest.mark.parametrize(
    "names",
    [
        ("security", "s\u0435curity"),  # a Cyrillic letter
        ("security", "Security"),
        ("caf\u00e9", "cafe\u0301"),
        ("security", "\uff53ecurity"),  # full width
        ("front desk", "frontdesk"),
        ("پشتیبان", "پشتی\u200cبان"),  # a joiner that Persian knows
    ],
    ids=ascii,
)
def test_names_that_look_the_same(names):
    for document, path in (
        ({"classes": list(names)}, "classes.1"),
        ({"groups": [{"name": name} for name in names]}, "groups.1"),
        ({"authority": {"levels": list(names)}}, "authority.levels.1"),
        ({"procedures": {name: {"steps": [{"name": "x"}]} for name in names}}, f"procedures.{names[1]}"),
    ):
        twins = [message for at, message in found(document, "twin_name") if at == path]
        assert len([message for message in twins if "looks like" in message]) == 1


@pytest.mark.parametrize("name", [" security", "security ", "\u3000security"])
def test_names_with_something_in_them_that_nobody_sees(name):
    [(path, message)] = found({"classes": ["a", name]}, "twin_name")
    assert path == "classes.1"
    assert "nobody sees" in message


@pytest.mark.parametrize(
    "name",
    ["securi\u200bty", "\u202esecurity", "se\u00adcurity", "   ", "a\u2028b", "a\u0085b", "a\x1b[2Jb",
     "a\U000e0041", "\ue000"],
    ids=ascii,
)  # fmt: skip
def test_names_that_cannot_be_read_are_refused(name):
    """Wherever a name can stand; they were names once, and are found by `twin_name` in what is stored."""
    for document in (
        {"name": name},
        {"classes": ["a", name]},
        {"groups": [{"name": name}]},
        {"authority": {"levels": [name]}},
        {"procedures": {name: {"steps": [{"name": "x"}]}}},
        {"escalation": {"ladders": [{"name": name, "steps": [{"minutes": 1, "notify": ["assignee"]}]}]}},
        {"escalation": {"ladders": [{"name": "l", "steps": [{"minutes": 1, "notify": [f"group:{name}x"]}]}]}},
        {"routing": {"routes": [{"name": name}]}},
        {"rules": [{**RULE, "name": name}]},
        {"rotations": [{"name": "r", "tz": "UTC", "layers": [{"people": [name], "start": "2026-01-05"}]}]},
    ):
        if name.isspace() and "group:" in str(document):
            continue
        with pytest.raises(PolicyError) as refused:
            parse_policy(document)
        assert any("people can read" in problem for problem in refused.value.problems)


def test_two_rules_of_one_name():
    assert found({"rules": [RULE, {**RULE, "when": {"field": "channel", "eq": "y"}}]}, "twin_name") == [
        ("rules.1", "has the name of rules.0; rules are told apart by it")
    ]


@pytest.mark.parametrize(
    "names",
    [("security", "dispute", "general"), ("l1", "li"), ("安全", "安全组"), ("a b", "a c"), ("rn", "m")],
)
def test_names_that_do_not(names):
    assert found({"classes": list(names)}, "twin_name") == []


@pytest.mark.parametrize(
    ("official", "path"),
    [
        ({"domains": ["example.com", "https://example.com/a"]}, "official.domains.1"),
        ({"domains": ["..."]}, "official.domains.0"),
        ({"emails": ["example.com"]}, "official.emails.0"),
        ({"emails": ["@example.com"]}, "official.emails.0"),
        ({"phones": ["call us"]}, "official.phones.0"),
    ],
)
def test_addresses_that_nothing_ever_equals(official, path):
    assert [at for at, _ in found({"official": official}, "never_equal")] == [path]
    fine = {
        "domains": ["example.com", "a.example.co.uk"],
        "emails": ["a@b.test", "*@b.test"],
        "phones": ["95017"],
    }
    assert found({"official": fine}, "never_equal") == []

"""`supportflow check` and `supportflow schema`, as a shell sees them."""

import json
from pathlib import Path

import pytest

from supportflow.cli import main
from supportflow.policy.document.json_schema import policy_schema

FULL = Path(__file__).parent / "documents" / "full.toml"

SHADOWED = """
name: desk
rules:
  - {name: a, class: security, when: {field: channel, in: [app, phone]}}
  - {name: b, class: dispute, when: {field: channel, eq: phone}}
sla:
  - {name: mail, when: {field: channel, eq: mail}, targets: [{metric: resolution, hours: 4}]}
"""


@pytest.fixture
def check(capsys):
    def run(*arguments):
        status = main(["check", *map(str, arguments)])
        return status, capsys.readouterr().out

    return run


def test_a_good_policy(check):
    status, out = check(FULL)
    lines = out.splitlines()
    assert status == 0
    assert lines[0].startswith(
        f"{FULL}: policy 'full' is good: 3 classes, 2 rules, 2 SLA policies with 4 targets"
    )
    assert lines[1].startswith("fingerprint ")
    assert len(lines) == 2


def test_errors(check, tmp_path):
    path = tmp_path / "desk.yaml"
    path.write_text(SHADOWED)
    status, out = check(path)
    assert status == 1
    assert out.splitlines()[:3] == [
        f"{path}: error: rules.1: never applies; rules.0 takes all its tickets before it",
        f"{path}: warning: sla: some tickets get no SLA policy; for example a ticket with channel = 'other'",
        f"{path}: policy 'desk' has errors: 1",
    ]


def test_warnings_alone_are_good(check, tmp_path):
    path = tmp_path / "desk.yaml"
    path.write_text(SHADOWED.replace("eq: phone", "eq: chat"))
    status, out = check(path)
    assert status == 0
    assert [line.split(": ")[1] for line in out.splitlines()[:2]] == ["warning", "policy 'desk' is good"]


def test_a_document_that_cannot_be_used(check, tmp_path):
    path = tmp_path / "desk.yaml"
    path.write_text(SHADOWED.replace("rules:", "ruls:"))
    status, out = check(path)
    assert (status, out) == (1, f"{path}: ruls: unknown field 'ruls'; did you mean 'rules'? (line 3)\n")


def test_as_json(check, tmp_path):
    path = tmp_path / "desk.yaml"
    path.write_text(SHADOWED)
    status, out = check("--json", path)
    document = json.loads(out)
    assert status == 1
    assert (document["policy"], document["name"]) == (str(path), "desk")
    assert (document["errors"], document["warnings"], len(document["fingerprint"])) == (1, 1, 64)
    first, second = document["findings"]
    assert first == {
        "severity": "error",
        "kind": "shadowed",
        "path": "rules.1",
        "message": "never applies; rules.0 takes all its tickets before it",
        "by": ["rules.0"],
        "witness": None,
        "at": None,
    }
    assert (second["kind"], second["witness"]) == ("uncovered", {"channel": "other"})


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("name: [", "policy", "not valid YAML: "),
        ("ruls: []", "ruls", "unknown field 'ruls'; did you mean 'rules'? (line 1)"),
        ("- 1", "policy", "is not a table of fields"),
    ],
)
def test_as_json_when_it_cannot_be_used(check, tmp_path, text, path, message):
    file = tmp_path / "desk.yml"
    file.write_text(text)
    status, out = check(file, "--json")
    document = json.loads(out)
    assert status == 1
    assert (document["name"], document["fingerprint"], document["errors"]) == (None, None, 1)
    [finding] = document["findings"]
    assert (finding["kind"], finding["path"]) == ("invalid", path)
    assert finding["message"].startswith(message)


def test_an_instant_in_json(check, tmp_path):
    path = tmp_path / "desk.yaml"
    targets = "[{metric: first_response, hours: 9}, {metric: resolution, hours: 4}]"
    path.write_text(f"sla: [{{name: a, targets: {targets}}}]")
    status, out = check(path, "--json")
    [finding] = json.loads(out)["findings"]
    assert status == 1
    assert finding["at"].endswith("-01-01T00:00:00.000000Z")
    assert finding["witness"] == {"private": False}


def test_a_file_that_is_not_there(capsys):
    assert main(["check", "no.toml"]) == 2
    assert capsys.readouterr().err == "supportflow: no.toml: No such file or directory\n"


def test_schema(capsys):
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == policy_schema()

"""`supportflow triage`: messages in, classes and redacted texts out."""

import json

import pytest

from supportflow.cli import main

ROWS = [
    {"id": 1, "text": "My account was hacked and someone changed my password"},
    {"id": 2, "subject": "C2C", "body": "已付款但卖家不放币"},
    {"id": 3, "text": "How do I change my avatar?", "channel": "chat"},
    {"id": 4, "text": "my card is 4111 1111 1111 1111"},
]


def triaged(tmp_path, rows, *more):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    status = main(["triage", "--in", str(source), "--out", str(target), *more])
    return status, [json.loads(line) for line in target.read_text("utf-8").splitlines()]


def test_classes_in_two_languages(tmp_path):
    status, results = triaged(tmp_path, ROWS)

    assert 0 == status
    assert ["security", "dispute", "general", "general"] == [row["class"] for row in results]
    assert ["en", "zh", "en", "en"] == [row["language"] for row in results]
    assert all(one["entry"] for row in results[:2] for one in row["evidence"])


def test_secrets_are_gone_and_placed(tmp_path):
    _, results = triaged(tmp_path, ROWS)

    assert "4111" not in json.dumps(results)
    (finding,) = results[3]["findings"]
    assert "4111 1111 1111 1111" == ROWS[3]["text"][finding["start"] : finding["end"]]
    assert "card_number" == finding["kind"]


@pytest.mark.parametrize("bad", ["{", "[]", '{"text": "no id"}', '{"id": 1, "text": 5}', "[" * 100_000])
def test_a_bad_line_is_answered_and_the_others_go_on(tmp_path, bad):
    status, results = triaged(tmp_path, [ROWS[0], bad, ROWS[2]])

    assert 1 == status
    assert 2 == results[1]["line"]
    assert "security" == results[0]["class"]
    assert "general" == results[2]["class"]


def test_a_policy_of_ones_own(tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text('[words]\nsecurity = ["avatar"]\n', "utf-8")
    _, results = triaged(tmp_path, ROWS, "--policy", str(policy))

    assert "security" == results[2]["class"]


def test_standard_output(tmp_path, capsys):
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps(ROWS[0]), "utf-8")

    assert 0 == main(["triage", "--in", str(source)])
    assert "security" == json.loads(capsys.readouterr().out)["class"]

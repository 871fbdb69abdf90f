"""`supportflow triage train`, `drift`, `next`, and `evaluate` of labelled tickets."""

import json

import pytest

from learn.texts import examples
from supportflow.cli import main


def line(one, **more):
    return json.dumps(
        {"id": one.id, "text": one.text, "class": one.priority_class, **more}, ensure_ascii=False
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Labelled tickets to learn from, and others of things that those do not name."""
    place = tmp_path_factory.mktemp("learning")
    texts = examples()
    (place / "labelled.jsonl").write_text("\n".join(map(line, texts)) + "\n", "utf-8")
    others = [line(one).replace("wallet", "suitcase") for one in texts if "wallet" in one.text]
    others += [line(one).replace("laptop", "bicycle") for one in texts if "laptop" in one.text]
    (place / "others.jsonl").write_text("\n".join(others) + "\n", "utf-8")
    (place / "policy.toml").write_text('lexicons = ["common"]\n', "utf-8")
    return place


@pytest.fixture(scope="module")
def model(folder):
    path = folder / "model.json"
    words = ["triage", "train", folder / "labelled.jsonl", "-o", path, "--policy", folder / "policy.toml"]
    assert main([*map(str, words), "--recall", "security=0.95"]) == 0
    return path


def asked(folder, *words):
    return main(["triage", *map(str, words), "--policy", str(folder / "policy.toml")])


def test_training_tells_what_was_measured_and_gives_the_same_file_again(folder, model, capsys):
    again = folder / "again.json"
    status = asked(folder, "train", folder / "labelled.jsonl", "-o", again, "--recall", "security=0.95")
    printed = capsys.readouterr()
    assert status == 0
    assert again.read_bytes() == model.read_bytes()
    assert printed.out.splitlines()[0].split("|")[1:3] == [" class    ", " texts "]
    assert "reading" in printed.err
    assert "learning security" in printed.err


def test_rules_alone_are_held_against_a_model(folder, model, capsys):
    assert asked(folder, "evaluate", folder / "others.jsonl", "--json") == 0
    alone = json.loads(capsys.readouterr().out)
    assert asked(folder, "evaluate", folder / "others.jsonl", "--model", model, "--json") == 0
    joined = json.loads(capsys.readouterr().out)
    for name in ("security", "dispute"):
        assert alone["classes"][name]["recall"] < joined["classes"][name]["recall"] > 0.9
    assert alone["changes"] == []
    assert len(joined["changes"]) == sum(one["better"] for one in joined["changes"]) > 0
    assert alone["calibration"] == {}
    assert set(joined["calibration"]) == {"security", "dispute"}


def test_the_report_is_a_table_with_what_changed(folder, model, capsys):
    assert asked(folder, "evaluate", folder / "others.jsonl", "--model", model, "--against", model) == 0
    printed = capsys.readouterr().out
    assert [row.split("|")[1].strip() for row in printed.splitlines()[2:5]] == [
        "security",
        "dispute",
        "general",
    ]
    assert printed.splitlines()[-1] == "0 answers changed, 0 of them for the better"


def test_drift_is_small_on_the_like_and_large_on_others(folder, model, capsys):
    assert asked(folder, "drift", folder / "labelled.jsonl", "--model", model, "--json") == 0
    like = json.loads(capsys.readouterr().out)["drift"]
    (folder / "strange.jsonl").write_text(
        "\n".join(json.dumps({"text": f"somebody unravelled number {n}"}) for n in range(60)), "utf-8"
    )
    assert asked(folder, "drift", folder / "strange.jsonl", "--model", model, "--json") == 0
    strange = json.loads(capsys.readouterr().out)["drift"]
    assert strange["security"] > 0.25 > like["security"]
    assert asked(folder, "drift", folder / "strange.jsonl", "--model", model) == 0
    assert "label and train again" in capsys.readouterr().out


def test_the_next_to_label_are_named_without_secrets(folder, model, capsys):
    card = "4111 1111 1111 1111"
    (folder / "unlabelled.jsonl").write_text(
        "\n".join(
            json.dumps({"id": name, "text": text})
            for name, text in [
                ("a", f"somebody unravelled my suitcase last night, card {card}"),
                ("b", f"somebody unravelled my suitcase last night!, card {card}"),
                ("c", "which fee do you take for the wallet"),
            ]
        ),
        "utf-8",
    )
    assert asked(folder, "next", folder / "unlabelled.jsonl", "--model", model, "--limit", "1") == 0
    [first] = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["why"] == "rules and model disagree on security"
    assert card not in first["text"]
    assert asked(folder, "next", folder / "unlabelled.jsonl", "--model", model) == 0
    named = [json.loads(row)["id"] for row in capsys.readouterr().out.splitlines()]
    assert named[0] == first["id"]
    assert len({"a", "b"} & set(named)) == 1  # twins teach the same


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["train", "no-class.jsonl", "-o", "m"],
            "no-class.jsonl:1: class '' is none of security, dispute, general",
        ),
        (["train", "empty.jsonl", "-o", "m"], "empty.jsonl: holds no tickets"),
        (["train", "bytes.jsonl", "-o", "m"], "bytes.jsonl: is not UTF-8"),
        (["train", "few.jsonl", "-o", "m"], "no class but the last has 20 texts"),
        (["train", "few.jsonl", "-o", "m", "--recall", "spam=0.9"], "--recall: class 'spam' is none of"),
        (
            ["train", "few.jsonl", "-o", "m", "--recall", "security=9"],
            "is not CLASS=SHARE with a share between 0 and 1",
        ),
        (["evaluate", "few.jsonl", "--model", "few.jsonl"], "is not JSON"),
        (["evaluate", "few.toml", "--model", "m"], "are for labelled tickets, in files that end in .jsonl"),
        (["drift", "few.jsonl", "--model", "missing.json"], "missing.json: No such file"),
        (["next", "few.jsonl", "--model", "few.jsonl", "--limit", "0"], "is not a whole number from 1"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_line(folder, monkeypatch, words, told, capsys):
    monkeypatch.chdir(folder)
    (folder / "no-class.jsonl").write_text('{"text": "x"}\n', "utf-8")
    (folder / "empty.jsonl").write_text("\n", "utf-8")
    (folder / "bytes.jsonl").write_bytes(b"\xff\xfe\n")
    (folder / "few.jsonl").write_text(
        '{"text": "x", "class": "security"}\n{"text": "y", "class": "general"}', "utf-8"
    )
    assert main(["triage", *words]) == 2
    assert told in capsys.readouterr().err
    assert not (folder / "m").exists()

"""Files as other programs save them, and names as people type them: read, or one clear line."""

import io
import sys
from importlib.resources import files

import pytest

from supportflow.cli import main

MARK = "\ufeff"
"""What Windows puts before UTF-8."""
MAPPING = (files("supportflow.replay") / "mappings" / "helpdesk_it.toml").read_text("utf-8")
TICKET = '{"id": "1", "text": "Where is my withdrawal?", "class": "general"}\n'


def run(capsys, *arguments):
    status = main([*map(str, arguments)])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize("way", ["file", "standard input"])
@pytest.mark.parametrize(
    ("name", "text", "command", "ended"),
    [
        ("policy.toml", 'name = "x"', ("check",), (0, "policy 'x' is good")),
        ("mapping.toml", MAPPING, ("check",), (0, "mapping 'helpdesk_it' is good")),
        ("mapping.toml", MAPPING, ("replay", "missing.csv", "--mapping"), (2, "missing.csv: No such file")),
        (
            "tickets.jsonl",
            TICKET,
            ("triage", "train", "-o", "m.json"),
            (2, "no class but the last has 20 texts"),
        ),
    ],
)
def test_a_mark_before_the_text_is_no_part_of_it(
    capsys, tmp_path, monkeypatch, way, name, text, command, ended
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(MARK + text, "utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO(MARK + text))
    status, out, err = run(capsys, *command, name if way == "file" else "-")
    assert (status, ended[1] in out + err) == (ended[0], True), out + err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("triage", "evaluate", "utf16.toml"), "utf16.toml: is not text in UTF-8\n"),
        (("import", "jira", "utf16.toml", "--dry-run"), "supportflow: utf16.toml: is not text in UTF-8\n"),
        (
            ("status", "--store", "desk.db"),
            "supportflow: --store: is neither a URL such as sqlite:///desk.db nor ",
        ),
        (
            ("status", "--store", "postgresql://host:port/desk"),
            "supportflow: database: is not a URL such as ",
        ),
        (("migrate", "postgresql://[::1/desk"), "supportflow: database: is not a URL such as "),
    ],
)
def test_what_cannot_be_read_is_one_line(capsys, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "utf16.toml").write_text("name = 'x'", "utf-16")
    status, out, err = run(capsys, *arguments)
    assert status != 0
    assert (out + err).startswith(said)
    assert (out + err).count("\n") == 1


PHRASES = 'incident = ["somebody got into my account"]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TICKET, "| general "),
        (PHRASES, "| standard input "),
        (f"\n  {TICKET}", "| general "),
    ],
)
def test_labelled_tickets_and_phrases_are_told_apart_on_standard_input(capsys, monkeypatch, text, said):
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    status, out, err = run(capsys, "triage", "evaluate", "-")
    assert (status, err) == (0, "")
    assert said in out


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("", 2, "supportflow: -: standard input is empty, or was read already\n"),
        ("incident =", 1, "standard input: "),
    ],
)
def test_what_cannot_be_evaluated_from_standard_input_is_told(capsys, monkeypatch, text, status, said):
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    ended, out, err = run(capsys, "triage", "evaluate", "-")
    assert (ended, said in out + err) == (status, True), out + err


def test_tickets_on_standard_input_go_with_tickets_in_files_and_not_with_phrases(
    capsys, monkeypatch, tmp_path
):
    (tmp_path / "more.jsonl").write_text(TICKET.replace('"1"', '"2"'), "utf-8")
    (tmp_path / "en.toml").write_text(PHRASES, "utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO(TICKET))
    status, out, _ = run(capsys, "triage", "evaluate", "--json", "-", tmp_path / "more.jsonl")
    assert status == 0
    assert '"texts": 2' in out
    monkeypatch.setattr(sys, "stdin", io.StringIO(TICKET))
    status, _, err = run(capsys, "triage", "evaluate", "-", tmp_path / "en.toml")
    assert (status, err) == (
        2,
        "supportflow: phrases: labelled tickets and phrases cannot be read together\n",
    )


@pytest.mark.parametrize("name", ["empty.csv", "empty.jsonl", "empty.xes", "empty.parquet"])
@pytest.mark.parametrize(
    "command",
    [
        ("replay",),
        ("report", "-o", "report.html"),
        ("what-if", "--policy", "exchange", "--policy", "other.toml"),
        ("log", "convert", "-o", "out.csv"),
        ("replay", "--suggest"),
    ],
)
def test_a_log_that_cannot_be_read_is_named(capsys, monkeypatch, tmp_path, name, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).touch()
    (tmp_path / "other.toml").write_text('name = "other"', "utf-8")
    mapping = () if "--suggest" in command else ("--mapping", "servicenow_uci")
    status, out, err = run(capsys, *command, name, *mapping)
    assert (status, out) == (2, "")
    assert err.startswith(f"supportflow: {name}: is ")

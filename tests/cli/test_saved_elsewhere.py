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

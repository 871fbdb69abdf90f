"""The guide "change your SLA without fear": its files and commands, run in their order on a desk's database."""

import re
import shlex
from pathlib import Path

import pytest

from supportflow import Desk
from supportflow.cli import main
from supportflow.stores.sql import SqlStore
from supportflow.testing import CountingIds, ManualClock

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "change-your-sla.md"
BLOCK = re.compile(r"^```(toml|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clock = ManualClock("2026-03-06T19:00:00Z")  # a Friday evening
    # One process and one store, as the test for the SQLite bug asks.
    with Desk(
        store=SqlStore("sqlite:///desk.db?journal_mode=delete"), clock=clock, ids=CountingIds()
    ) as desk:
        for ref in ("1", "2"):
            desk.open(subject="No invoice", requester="ana", ref=ref)
        clock.advance(minutes=10)
        desk.reply(ref="1", body="Which one?", by="sam")
        clock.advance(hours=12)
        desk.reply(ref="2", body="Which one?", by="sam")
        for ref in ("1", "2"):
            desk.resolve(ref=ref, by="sam")
    return tmp_path


def test_every_command_of_the_guide(folder, capsys):
    blocks = BLOCK.findall(GUIDE.read_text("utf-8"))
    commands = [line for kind, text in blocks if kind == "sh" for line in text.splitlines()]
    outputs = {}
    for kind, text in blocks:
        if kind == "toml":
            name = text.partition("\n")[0].removeprefix("# file: ")
            (folder / name).write_text(text, encoding="utf-8")
            continue
        for line in text.splitlines():
            program, *arguments = shlex.split(line)
            assert program == "supportflow"
            assert main(arguments) == 0, line
            outputs[line] = capsys.readouterr().out

    assert len(commands) == 6
    # Friday evening to Saturday morning: sixty minutes of office time are left, and four hours were promised.
    asked = outputs[next(line for line in commands if "-o differing.csv" in line)]
    assert "2 of 2 tickets differ" in asked
    assert "2  resolution: missed -> met" in asked
    assert (folder / "differing.csv").read_text("utf-8").count("missed") >= 2
    assert "<svg" in (folder / "report.html").read_text("utf-8")
    assert "calendars.office" in outputs[commands[-1]]

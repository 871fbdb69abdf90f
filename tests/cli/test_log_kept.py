"""Commands that write logs: none overwrites the log that it reads, and none leaves a ticket out in silence."""

import os
import sqlite3
from contextlib import closing

import pytest

from supportflow import Desk
from supportflow.cli import main
from supportflow.stores.sql import SqlStore

LOG = "id,at,state\n1,2026-03-02T09:00:00Z,New\n1,2026-03-02T15:00:00Z,Done\n"
MAPPING = """
name = "m"
case = "id"
time = { column = "at" }
state = { column = "state", statuses = { New = "new", Done = "resolved" } }
"""
POLICY = 'name = "p"\n'
POLICIES = ("--policy", "p.toml", "--policy", "p.toml")


@pytest.mark.parametrize("name", ["log.csv", "./log.csv", "other.csv"])
@pytest.mark.parametrize(
    ("command", "more", "option"),
    [
        (("log", "convert"), (), "-o"),
        (("what-if",), POLICIES, "-o"),
        (("what-if",), POLICIES, "--json"),
        (("report",), (), "-o"),
        (("report",), (), "--json"),
        (("replay",), (), "--json"),
    ],
)
def test_the_log_is_not_overwritten(tmp_path, monkeypatch, capsys, command, more, option, name):
    monkeypatch.chdir(tmp_path)
    for file, text in (("log.csv", LOG), ("m.toml", MAPPING), ("p.toml", POLICY)):
        (tmp_path / file).write_text(text, encoding="utf-8")
    os.link("log.csv", "other.csv")

    assert main([*command, "log.csv", "--mapping", "m.toml", *more, option, name]) == 2
    assert "is the log itself" in capsys.readouterr().err
    assert (tmp_path / "log.csv").read_text("utf-8") == LOG


def test_the_mapping_beside_a_converted_log_is_not_the_log(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out.csv.toml").write_text(LOG, encoding="utf-8")
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")

    assert main(["log", "convert", "out.csv.toml", "--mapping", "m.toml", "-o", "out.csv"]) == 2
    assert "is the log itself" in capsys.readouterr().err
    assert (tmp_path / "out.csv.toml").read_text("utf-8") == LOG
    assert not (tmp_path / "out.csv").exists()


def test_an_export_says_which_tickets_it_cannot_read(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with Desk(store=SqlStore("sqlite:///desk.db?journal_mode=delete")) as desk:
        good, bad = (
            desk.open(subject="No invoice", requester="ana", ref=ref).ticket.id for ref in ("1", "2")
        )
        desk.resolve(ref="1", by="sam")
        desk.resolve(ref="2", by="sam")
    with closing(sqlite3.connect("desk.db")) as database, database:
        changed = database.execute(
            "UPDATE supportflow_event SET min_reader = 1000000 WHERE stream = ? AND kind = 'status_changed'",
            (f"ticket:{bad}",),
        ).rowcount
    assert changed == 1

    assert main(["log", "export", "--store", "sqlite:///desk.db", "-o", "history.csv"]) == 1
    out, err = capsys.readouterr()
    assert "1 tickets -> history.csv" in out
    assert "1 could not be read" in out
    assert f"could not be read: {bad}" in err
    written = (tmp_path / "history.csv").read_text("utf-8")
    assert len(written.splitlines()) == 3
    assert good not in err

"""A mapping that is proposed is one: it parses, it replays, and says where it guesses."""

import json
import tomllib

import pytest

from supportflow.cli import main
from supportflow.exceptions import InvalidInput
from supportflow.replay import load_mapping, parse_mapping, read_log, suggest_mapping
from supportflow.replay.state_words import status_of


def proposed(path):
    found = suggest_mapping(path)
    return parse_mapping(found.text), found


def test_a_german_export(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(
        "Ticket;Geändert;Status;Bearbeiter;Team\n"
        "17;02.03.2026 09:00;Neu;;Eins\n"
        "17;02.03.2026 09:20;In Bearbeitung;sam;Eins\n"
        "17;02.03.2026 10:00;Wartet auf Kunde;sam;Eins\n"
        "17;02.03.2026 15:00;Gelöst;sam;Eins\n"
        "18;13.03.2026 09:00;Neu;;Zwei\n"
        "18;14.03.2026 09:00;Geschlossen;mei;Zwei\n",
        encoding="utf-8",
    )
    mapping, found = proposed(path)

    assert (mapping.delimiter, mapping.case, mapping.order, mapping.group) == (";", "Ticket", "time", "Team")
    assert (mapping.time.column, mapping.time.format, mapping.time.zone) == (
        "Geändert",
        "%d.%m.%Y %H:%M",
        "UTC",
    )
    assert dict(mapping.state.statuses) == {
        "Neu": "new",
        "In Bearbeitung": "open",
        "Wartet auf Kunde": "pending",
        "Gelöst": "resolved",
        "Geschlossen": "closed",
    }
    assert mapping.actor.column == "Bearbeiter"
    assert any("no zone" in doubt for doubt in found.doubts)
    assert read_log(path, mapping).problems == []


def test_a_chinese_export_in_json_lines(tmp_path):
    path = tmp_path / "导出.jsonl"
    rows = [("A1", "2026-03-02T09:00:00+08:00", "新建"), ("A1", "2026-03-02T10:00:00+08:00", "处理中"),
            ("A1", "2026-03-02T11:00:00+08:00", "已解决"), ("A2", "2026-03-02T09:30:00+08:00", "新建"),
            ("A2", "2026-03-02T09:40:00+08:00", "等待用户")]  # fmt: skip
    path.write_text(
        "\n".join(json.dumps(dict(zip(("工单", "更新时间", "状态"), row, strict=True))) for row in rows),
        encoding="utf-8",
    )
    mapping, found = proposed(path)

    assert (mapping.case, mapping.time.column, mapping.time.zone) == ("工单", "更新时间", None)
    assert dict(mapping.state.statuses) == {
        "新建": "new",
        "处理中": "open",
        "已解决": "resolved",
        "等待用户": "pending",
    }
    assert found.doubts == ()
    assert read_log(path, mapping).problems == []


def test_an_ambiguous_date_is_said(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(
        "case id,time,status\n1,01/02/2026 09:00,New\n1,03/02/2026 09:00,Closed\n2,04/02/2026 09:00,New\n",
        encoding="utf-8",
    )
    mapping, found = proposed(path)

    assert mapping.time.format == "%d/%m/%Y %H:%M"
    assert any("'%d/%m/%Y %H:%M' and '%m/%d/%Y %H:%M'; say which" in doubt for doubt in found.doubts)
    path.write_text(path.read_text("utf-8").replace("04/02", "04/22"), encoding="utf-8")
    mapping, found = proposed(path)
    assert mapping.time.format == "%m/%d/%Y %H:%M"
    assert not any("say which" in doubt for doubt in found.doubts)


def test_an_opening_is_the_same_on_every_row_and_no_later(tmp_path):
    path = tmp_path / "log.csv"
    rows = [
        (
            "1",
            "2026-03-02T09:00:00Z",
            "New",
            "2026-03-02T08:00:00Z",
            "2026-03-02T08:00:00Z",
            "2026-03-09T09:00:00Z",
        ),
        (
            "1",
            "2026-03-02T10:00:00Z",
            "Closed",
            "2026-03-02T09:30:00Z",
            "2026-03-02T08:00:00Z",
            "2026-03-09T09:00:00Z",
        ),
        (
            "2",
            "2026-03-02T11:00:00Z",
            "New",
            "2026-03-02T10:30:00Z",
            "2026-03-02T10:00:00Z",
            "2026-03-09T09:00:00Z",
        ),
    ]
    header = "id,updated,status,last_opened,opened,opened_again"
    path.write_text("\n".join([header, *map(",".join, rows)]), encoding="utf-8")
    mapping, found = proposed(path)

    assert mapping.opened.column == "opened"
    assert "may know the future: opened_again" in found.text


def test_states_that_nobody_knows_and_hostile_names(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(
        'id,changed,status\n1,2026-03-02T09:00:00Z,"Xyz\n[evil]"\n1,2026-03-02T10:00:00Z,Open\n'
        '1,2026-03-02T11:00:00Z,"a"" = 1"\n'
        "2,2026-03-02T11:00:00Z,\x1b[2J\u202e\n",
        encoding="utf-8",
    )
    mapping, found = proposed(path)

    assert dict(mapping.state.statuses) == {"Open": "open"}
    assert len([doubt for doubt in found.doubts if "nobody knows" in doubt]) == 3
    assert "\x1b" not in found.text
    assert "\u202e" not in found.text
    assert tomllib.loads(found.text).keys() == {"schema", "name", "case", "order", "rows", "time", "state"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty"),
        ("a,b\n", "no rows"),
        ("id,state\n1,New\n1,Done\n2,New\n", "no column of times"),
        (
            "id,at\n1,2026-03-02T09:00:00Z\n1,2026-03-02T09:10:00Z\n2,2026-03-02T09:10:00Z\n",
            "no column of states",
        ),
        (
            "at,state\n2026-03-02T09:00:00Z,New\n2026-03-02T09:10:00Z,Done\n",
            "no column that tells its cases apart",
        ),
    ],
)
def test_what_is_no_log(tmp_path, text, complaint):
    path = tmp_path / "log.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=complaint):
        suggest_mapping(path)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("New", "new"), ("Renewed", None), ("Re-opened", "open"), ("In progress", "open"), ("On Hold", "on_hold"),
        ("Awaiting Vendor", "on_hold"), ("Awaiting User Info", "pending"), ("Waiting for customer", "pending"),
        ("Closed - Resolved by Caller", "closed"), ("Solved", "resolved"), ("Cancelled", "cancelled"),
        ("Canceled", "cancelled"),
        ("En attente", "pending"), ("Résolu", "resolved"), ("Fermé", "closed"), ("En curso", "open"),
        ("Cerrado", "closed"),
        ("Chiuso", "closed"), ("已关闭", "closed"), ("重新打开", "open"), ("-100", None), ("", None),
    ],
)  # fmt: skip
def test_words_of_states(state, status):
    assert status_of(state) == status


def test_on_the_command_line(tmp_path, capsys):
    path = tmp_path / "log.csv"
    path.write_text(
        "ticket,updated,status\n1,2026-03-02T09:00:00Z,New\n1,2026-03-02T10:00:00Z,Closed\n2,2026-03-02T11:00:00Z,New\n",
        encoding="utf-8",
    )
    assert main(["replay", "--suggest", str(path)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# Proposed from log.csv, 3 rows: look at every line before you use it.\n")
    (tmp_path / "m.toml").write_text(out, encoding="utf-8")
    assert main(["replay", str(path), "--mapping", str(tmp_path / "m.toml"), "--quiet"]) == 0
    assert main(["replay", str(path)]) == 2
    assert "--mapping: is needed; --suggest proposes one" in capsys.readouterr().err


def test_the_servicenow_log(shared_data):
    """Against the mapping that people wrote."""
    mine, found = proposed(shared_data / "uci_incident.csv.gz")
    theirs = load_mapping("servicenow_uci")

    for part in (
        "case",
        "order",
        "agent",
        "group",
        "requester",
        "time",
        "actor",
        "priority",
        "outcome",
        "empty",
    ):
        one, other = getattr(mine, part), getattr(theirs, part)
        assert set(one) == set(other) if part == "empty" else one == other, part
    assert mine.opened.column == theirs.opened.column
    assert mine.state == theirs.state
    assert "may know the future: sys_created_at, resolved_at, closed_at" in found.text
    assert [doubt for doubt in found.doubts if "-100" in doubt] == [
        "state: nobody knows what '-100' means (3 rows)"
    ]


def test_the_help_desk_log(shared_data):
    mine, _ = proposed(shared_data / "helpdesk_it.csv.gz")
    theirs = load_mapping("helpdesk_it")

    assert (mine.case, mine.requester, mine.actor, mine.time.column, mine.time.format, mine.state.column) == (
        theirs.case,
        theirs.requester,
        theirs.actor,
        theirs.time.column,
        theirs.time.format,
        theirs.state.column,
    )
    wrong = {
        state for state, status in theirs.state.statuses.items() if mine.state.statuses.get(state) != status
    }
    # Words alone do not tell that these are a triage, the making of a fault report, and work that goes on.
    assert wrong == {"Assign seriousness", "Create SW anomaly", "Resolve SW anomaly"}

"""A log in every format: what one says, all say; and what is broken is said in one line."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow import Desk, Policy
from supportflow.cli import main
from supportflow.exceptions import (
    DamagedRow,
    InvalidInput,
    MappingError,
    MissingExtra,
    NewerSchemaError,
    StoreUnavailable,
)
from supportflow.model.casework import Party
from supportflow.model.people import Actor
from supportflow.replay import (
    CaseLog,
    convert_log,
    export_history,
    load_mapping,
    mapping_document,
    parse_mapping,
    read_log,
    replay_log,
    tables,
)
from supportflow.replay.xes import XesWriter, read_xes
from supportflow.sla.policy import SlaPolicy, Target
from supportflow.testing import CountingIds, ManualClock

HEADER = ("id", "at", "state", "who", "team", "asker", "prio", "kind", "size", "made", "opened")
FULL = {
    "order": "time",
    "group": "team",
    "requester": "asker",
    "actor": {"column": "who"},
    "priority": {"column": "prio", "levels": {"high": 1, "low": 4}},
    "priority_class": {"column": "kind", "classes": {"money": "dispute", "": "general"}},
    "attributes": {"size": {"column": "size", "kind": "integer"}},
    "outcome": {"column": "made", "met": ["y"], "missed": ["n"]},
    "opened": {"column": "opened", "status": "open"},
    "empty": ["", "?"],
}
ROWS = [
    ("=1+1", "2026-03-02T09:00:00Z", "New", "sam", "=cmd", "ana", "high", "money", "3", "y", "2026-03-02T08:00:00Z"),
    ("=1+1", "2026-03-02T12:00:00+02:00", "Wait", "", "?", "ana", "low", "", "", "n", "2026-03-02T08:00:00Z"),
    ("-7", "2026-03-02T09:30:00Z", "New", "梅", "'@two", "tom", "", "", "-5", "", ""),
    ("-7", "2026-03-02T09:30:00Z", "Work", "梅", "two & <three>", "tom", "odd", "", "-6", "y", ""),
    ("=1+1", "2026-03-02T11:00:00.123456Z", "Done", "sam", "", "ana", "low", "", "9", "y", "2026-03-02T08:00:00Z"),
    ("-7", "2026-03-03T09:30:00Z", "Odd", "梅", "\t=x", "tom", "low", "money", "x", "y", ""),
]  # fmt: skip
POLICY = Policy(
    name="p",
    fields={"size": {"kind": "integer"}},
    sla=(SlaPolicy(name="all", targets=(Target.resolution(hours=2), Target.first_response(hours=1))),),
)
BOT = Actor(kind="bot", id="bot")
NAMES = ["log.csv", "log.csv.gz", "log.jsonl", "log.jsonl.gz", "log.parquet", "log.xes", "log.xes.gz"]


def told(path, mapping):
    found = replay_log(read_log(path, mapping), mapping, POLICY)
    report = found.report.model_dump(exclude={"cpu_s", "problems", "rows", "left_out", "begins", "mapping"})
    refusals = [{key: one[key] for key in one if key != "line"} for one in report.pop("refusals")]
    # Cases stand in another order, and so do kinds of equal counts.
    report["transitions"] = sorted(map(str, report["transitions"]))
    return found.verdicts, report, refusals


@pytest.fixture
def converted(written, mapping, tmp_path):
    def make(name, rows=ROWS, header=HEADER, **changes):
        source, used = written(rows, header=header, name="source.csv"), mapping(**(changes or FULL))
        with CaseLog(source, used) as log:
            found = convert_log(log, tmp_path / name)
        return source, used, tmp_path / name, parse_mapping(mapping_document(found))

    return make


@pytest.mark.parametrize("name", NAMES)
def test_a_log_that_was_converted_says_the_same(converted, name):
    source, used, path, found = converted(name)
    verdicts, report, refusals = told(path, found)
    expected = told(source, used)

    assert verdicts.keys() == {"=1+1", "-7"}
    # A row that stands for the opening changes the counts of rows and states, and nothing else.
    for one in (report, expected[1]):
        for key in ("changes", "repeats", "first_at"):
            one.pop(key)
    assert (verdicts, report, refusals) == expected


@pytest.mark.parametrize("name", NAMES)
def test_the_policy_of_a_mapping_is_kept(converted, name):
    source, used, path, found = converted(name, **FULL, policy=POLICY)
    mine, theirs = (
        replay_log(read_log(log, mapping), mapping, policy=None)
        for log, mapping in ((source, used), (path, found))
    )

    assert found.policy == POLICY
    assert theirs.report.policy == mine.report.policy == "p"
    assert theirs.verdicts == mine.verdicts
    assert theirs.verdicts["=1+1"].targets.keys() == {"resolution", "first_response"}
    assert converted(name)[3].policy is None


@pytest.mark.parametrize("name", NAMES)
def test_twice_is_the_same_to_the_last_byte(converted, name):
    _, _, path, found = converted(name)
    again = path.with_name(f"again-{name}")
    with CaseLog(path, found) as log:
        twice = convert_log(log, again)

    once = path.read_bytes()
    assert converted(name)[2].read_bytes() == once
    # What was converted already is written as it stands, but for the requesters' numbers, which are new.
    assert (twice.case, twice.state) == (found.case, found.state)
    assert told(again, twice)[0] == told(path, found)[0]


def test_the_command_tells_in_json_what_it_wrote(written, rows_at, tmp_path, capsys):
    log = written([*rows_at(("09:00", "New"), ("10:00", "Done")), ("1", "soon", "New", "")])
    (tmp_path / "m.toml").write_text(
        'name = "m"\ncase = "id"\ntime = { column = "at" }\n'
        'state = { column = "state", statuses = { New = "new", Done = "resolved" } }\n',
        encoding="utf-8",
    )
    out = tmp_path / "日志.jsonl"
    assert (
        main(["log", "convert", str(log), "--mapping", str(tmp_path / "m.toml"), "-o", str(out), "--json"])
        == 0
    )
    told = json.loads(capsys.readouterr().out)
    document = {"document": "log convert", "schema": 1}
    files = {"output": str(out), "mapping": f"{out}.toml"}
    assert told == {**document, **files, "rows": 3, "left_out": 1, "cases": 1}
    assert len(out.read_text("utf-8").splitlines()) == 2


def test_no_cell_of_a_csv_file_is_a_formula(converted):
    _, _, path, found = converted("log.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]

    assert found.apostrophes
    assert not [cell for cell in cells if cell.strip()[:1] in {"=", "@", "+"}]
    assert "'=1+1" in cells
    assert "ana" not in cells
    assert {"requester 1", "requester 2"} <= set(cells)


@pytest.mark.parametrize("name", ["log.xls", "log", "log.parquet.gz", "log.csv.zip"])
def test_a_name_says_the_format(converted, name):
    with pytest.raises(InvalidInput, match="must end in one of"):
        converted(name)


def test_parquet_needs_its_extra(converted, monkeypatch):
    _, _, path, found = converted("log.parquet")
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r"supportflow\[parquet\]"):
        read_log(path, found)


# --- JSON Lines ----------------------------------------------------------------------------------


def test_json_lines_of_other_programs(tmp_path, mapping):
    lines = [
        '{"id": 7, "at": "2026-03-02T09:00:00Z", "state": "New", "who": null}',
        "",
        '{"at": "2026-03-02T10:00:00Z", "id": 7, "state": "Work", "who": "sam", "late": {"a": [1]}}',
        "not json",
        "[1]",
        "1" * 5_000,
        "[" * 100_000,
        '{"id": 7, "at": "2026-03-02T11:00:00Z", "state": "Done"}',
    ]
    path = tmp_path / "log.ndjson"
    path.write_text("\n".join(lines), encoding="utf-8")
    log = read_log(path, mapping())

    assert [(row.line, row.case, row.state, row.agent) for row in log.cases["7"]] == [
        (1, "7", "New", ""),
        (3, "7", "Work", "sam"),
        (8, "7", "Done", ""),
    ]
    assert [(one.line, one.reason) for one in log.problems] == [(n, "unreadable") for n in (4, 5, 6, 7)]
    assert log.rows == 7


def test_a_column_that_only_late_records_have_is_none(tmp_path, mapping, monkeypatch):
    monkeypatch.setattr(tables, "LOOK_AHEAD", 2)
    row = {"id": "7", "at": "2026-03-02T09:00:00Z", "state": "New"}
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(map(json.dumps, [row, row, {**row, "who": "sam"}])), encoding="utf-8")
    with pytest.raises(MappingError, match="no column 'who'"):
        read_log(path, mapping())


@pytest.mark.parametrize("text", ["", "\n\n", "nonsense\n", "[]\n"])
def test_json_lines_without_a_record(tmp_path, mapping, text):
    path = tmp_path / "log.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"is empty|no record"):
        read_log(path, mapping())


# --- Parquet -------------------------------------------------------------------------------------


def test_parquet_of_other_programs(tmp_path, mapping):
    at = [datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, 0, 0, 5, tzinfo=UTC), None]
    table = pa.table(
        {
            "id": pa.array([7, 7, 8]),
            "at": pa.array(at, pa.timestamp("ns", tz="Europe/Berlin")),
            "state": pa.array(["New", "Done", "New"]).dictionary_encode(),
            "who": pa.array([None, "sam", "mei"]),
            "ok": pa.array([True, False, None]),
        }
    )
    pq.write_table(table, tmp_path / "whatever.name")
    used = mapping(outcome={"column": "ok", "met": ["true"], "missed": ["false"]})
    log = read_log(tmp_path / "whatever.name", used)

    assert [(row.line, row.agent, row.outcome) for row in log.cases["7"]] == [
        (1, "", "true"),
        (2, "sam", "false"),
    ]
    assert log.cases["7"][1].at_us - log.cases["7"][0].at_us == 3_600_000_005
    assert [(one.line, one.reason) for one in log.problems] == [(3, "unreadable_time")]


def test_damaged_parquet(tmp_path, mapping, converted):
    _, _, path, _ = converted("log.parquet")
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InvalidInput, match="damaged Parquet"):
        read_log(damaged, mapping())


# --- XES -----------------------------------------------------------------------------------------

XES = """<?xml version='1.0' encoding='UTF-8'?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="UNKNOWN"/></global>
  <classifier name="Activity" keys="concept:name"/>
  <string key="concept:name" value="the log"/>
  <trace>
    <string key="concept:name" value="7"/>
    <int key="size" value="3"><string key="inner" value="hidden"/></int>
    <event>
      <date key="time:timestamp" value="2026-03-02T09:00:00.000+00:00"/>
      <string key="concept:name" value="New &amp; shiny"><string key="inner" value="hidden"/></string>
      <list key="many"><values><string key="of" value="them"/></values></list>
    </event>
    <event>
      <string key="concept:name" value="Done"/>
      <date key="time:timestamp" value="2026-03-02T10:00:00.000+01:00"/>
      <boolean key="paid" value="true"/>
    </event>
  </trace>
  <trace><string key="concept:name" value="8"/></trace>
</log>
"""


def events(text):
    return list(read_xes(io.BytesIO(text if isinstance(text, bytes) else text.encode())))


def test_xes_of_other_programs():
    assert [cells for _, cells, _ in events(XES)] == [
        {
            "case:concept:name": "7",
            "case:size": "3",
            "time:timestamp": "2026-03-02T09:00:00.000+00:00",
            "concept:name": "New & shiny",
        },
        {
            "case:concept:name": "7",
            "case:size": "3",
            "concept:name": "Done",
            "time:timestamp": "2026-03-02T10:00:00.000+01:00",
            "paid": "true",
        },
    ]
    assert [line for line, _, _ in events(XES)] == [14, 19]
    assert [cells for _, cells, _ in events(XES.replace("UTF-8", "UTF-16").encode("utf-16"))] == [
        cells for _, cells, _ in events(XES)
    ]
    prefixed = (
        XES.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace("xmlns=", "xmlns:x=")
    )
    assert [cells for _, cells, _ in events(prefixed)] == [cells for _, cells, _ in events(XES)]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "not well-formed XML: no element found"),
        (XES[:-20], "not well-formed XML"),
        ("<log><trace></log>", "not well-formed XML: mismatched tag"),
        ("<html/>", "is XML, but not XES: it begins with 'html'"),
        ('<!DOCTYPE log [<!ENTITY a "aaaa">]><log/>', "declares a document type"),
        ('<!DOCTYPE log SYSTEM "file:///etc/passwd"><log/>', "declares a document type"),
    ],
)
def test_what_is_no_xes(text, complaint):
    with pytest.raises(InvalidInput, match=complaint):
        events(text)


def test_a_file_without_elements_is_given_up(monkeypatch):
    monkeypatch.setattr("supportflow.replay.xes._LONGEST", 200_000)
    with pytest.raises(InvalidInput, match="bytes without an element"):
        events(f"<log>{' ' * 1_000_000}</log>")


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b"]), st.text(max_size=12), st.text(max_size=12)),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_xml_can_hold_comes_back(rows):
    rows.sort(key=lambda row: row[0])
    stream = io.StringIO()
    writer = XesWriter(stream, {"concept:name": "case"}, {"concept:name": "state", "x": "more"}, set())
    for case, state, more in rows:
        writer.row({"case": case, "state": state, "more": more})
    writer.close()
    found = [cells for _, cells, _ in events(stream.getvalue().encode())]

    def held(text):
        return "".join(
            "\ufffd" if (c < " " and c not in "\t\n\r") or c in "\ufffe\uffff" else c for c in text
        )

    for place, ((case, state, more), cells) in enumerate(zip(rows, found, strict=True)):
        expected = {"case:concept:name": case, "concept:name": held(state), "x": held(more)}
        # The first names every column.
        assert cells == {key: value for key, value in expected.items() if value or not place}


# --- whatever the format -------------------------------------------------------------------------


def test_gzip_is_told_by_its_content(tmp_path, mapping, written, rows_at):
    plain = written(rows_at(("09:00", "New"), ("10:00", "Done")))
    packed = tmp_path / "log.data"
    packed.write_bytes(gzip.compress(plain.read_bytes()))

    assert read_log(packed, mapping()).cases == read_log(plain, mapping()).cases
    packed.write_bytes(gzip.compress(plain.read_bytes())[:-6])
    with pytest.raises(InvalidInput, match="damaged or ends too early"):
        read_log(packed, mapping())


@pytest.mark.no_cover
@pytest.mark.parametrize("name", ["uci_incident", "helpdesk_it"])
@pytest.mark.parametrize("ending", [".xes.gz", ".parquet"])
def test_both_public_logs_survive_every_format(shared_data, tmp_path, name, ending):
    mapping = load_mapping({"uci_incident": "servicenow_uci", "helpdesk_it": "helpdesk_it"}[name])
    path = tmp_path / f"log{ending}"
    with CaseLog(shared_data / f"{name}.csv.gz", mapping) as log:
        found = convert_log(log, path)
        before = {
            rows[0].case: [(row.at_us, row.state, row.agent, row.level) for row in rows]
            for rows in log.each()
        }
    with CaseLog(path, found) as log:
        after = {
            rows[0].case: [
                (row.at_us, row.state, row.agent, row.level) for row in rows if row.state != "(opened)"
            ]
            for rows in log.each()
        }
        assert (log.cases, log.last_us) == (
            len(before),
            max(row[0] for rows in before.values() for row in rows),
        )

    assert after == before


# --- the desk's own history ----------------------------------------------------------------------


@pytest.fixture
def desk():
    clock = ManualClock("2026-03-02T09:00:00Z")
    policy = POLICY.model_copy(update={"auto_close_after": timedelta(days=2)})
    desk = Desk(policy, clock=clock, ids=CountingIds())
    desk.open(subject="No invoice", requester="ana", ref="7")
    clock.advance(minutes=20)
    desk.assign(ref="7", agent="sam", by="sam")
    clock.advance(minutes=20)
    desk.reply(ref="7", body="Which one?", by="sam")
    desk.wait_for_requester(ref="7", by="sam")
    clock.advance(hours=3)
    desk.receive(ref="7", body="The last one.", by="ana")
    clock.advance(minutes=5)
    desk.open(subject="Hello", requester="tom", ref="=8")
    # None of these answers tom, or is tom's: a bot, a reply to a party, and a machine that answers in tom's name.
    clock.advance(minutes=5)
    desk.reply(ref="=8", body="We have it.", by=BOT)
    desk.add_party(ref="=8", party=Party(role="counterparty", id="kim"), by="sam")
    desk.reply(ref="=8", body="Did it arrive?", by="sam", to="kim")
    desk.receive(ref="=8", body="I am away.", by="tom", automatic="auto_reply")
    clock.advance(hours=2)
    desk.resolve(ref="7", by="sam")
    clock.advance(days=4)
    desk.run_due()
    return desk


@pytest.mark.parametrize("name", NAMES)
def test_a_history_replays_to_the_verdicts_that_the_desk_gave(desk, tmp_path, name):
    path = tmp_path / name
    mapping = parse_mapping(mapping_document(export_history(desk, path).mapping))
    assert desk.get(ref="7").status == "closed"
    again = replay_log(read_log(path, mapping), mapping, POLICY)

    assert again.report.problems == ()
    assert again.verdicts.keys() == {"7", "=8"}
    for target in ("resolution", "first_response"):
        mine, theirs = desk.get(ref="7").clock(target).verdict, again.verdicts["7"].targets[target]
        assert (mine.met, mine.due_us, mine.stopped_us, mine.elapsed_us) == (
            theirs.ended == "met",
            theirs.due_us,
            theirs.stopped_us,
            theirs.elapsed_us,
        )
    unanswered = again.verdicts["=8"].targets["first_response"]
    assert (unanswered.ended, unanswered.stopped_us) == ("missed", None)
    assert desk.get(ref="=8").first_replied_at is None
    # The closing was the policy's own doing: one that closes nothing leaves it resolved.
    assert again.report.transitions[-1].cause == "observation"
    assert not any(one.target == "closed" for one in again.report.transitions)
    assert b"ana" not in gzip.decompress(
        path.read_bytes() if name.endswith(".gz") else gzip.compress(path.read_bytes())
    )


@pytest.mark.parametrize("broken", [0, 1, -1])
def test_a_ticket_that_cannot_be_read_is_left_out_whole_and_counted(desk, tmp_path, monkeypatch, broken):
    """One event of ticket 7 belongs elsewhere: none of its rows is written, not even those before it."""
    name = desk.get(ref="7").id
    whole = desk.history
    stray = whole(ref="=8")[0]

    def history(ticket):
        events = list(whole(ticket))
        if ticket == name:
            events.insert(broken if broken >= 0 else len(events), stray if broken else events[1])
        return tuple(events)

    monkeypatch.setattr(desk, "history", history)
    found = export_history(desk, tmp_path / "log.csv")

    assert (found.tickets, found.left_out) == (1, (name,))
    assert read_log(tmp_path / "log.csv", found.mapping).cases.keys() == {"=8"}


@pytest.mark.parametrize("error", [DamagedRow, NewerSchemaError, StoreUnavailable])
def test_a_ticket_of_a_newer_release_is_left_out_and_a_store_that_is_away_is_said(
    desk, tmp_path, monkeypatch, error
):
    name = desk.get(ref="7").id
    whole = desk.history
    raised = error.__new__(error)

    def history(ticket):
        if ticket == name:
            raise raised
        return whole(ticket)

    monkeypatch.setattr(desk, "history", history)
    if error is StoreUnavailable:
        with pytest.raises(StoreUnavailable):
            export_history(desk, tmp_path / "log.csv")
    else:
        assert export_history(desk, tmp_path / "log.csv").left_out == (name,)

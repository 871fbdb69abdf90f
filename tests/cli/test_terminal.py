"""Names from other people's files, on every command: none drives a terminal, turns a line around or forges one.

The commands are read off the parser itself: one that is added is walked, and must be given its hostile files here.
"""

import argparse
import ast
import io
import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import supportflow.cli
from cli.commands import COMMANDS
from supportflow import Desk, MemoryStore
from supportflow._legible import (
    as_json,
    columns,
    escaped,
    first_illegible,
    legible_json,
    padded,
    without_layout,
)
from supportflow.cli import main, terminal
from supportflow.events import MessageReceived
from supportflow.flows.due.deliveries import ATTEMPTS
from supportflow.takeover.report import Finding, Report
from supportflow.testing import CountingIds, ManualClock

FORGED = "policy ok: no problems"
HOSTILE = f"\x1b]0;t\x07\x1b[2J\x9b31m\u202e\u2066\u200b\ufeff\u2028\u0085\U000e0041\ue000\r\n{FORGED}"
Q = json.dumps(HOSTILE)  # also good as a basic string of TOML, but for what is beyond the first plane
T = Q.replace("\\udb40\\udc41", "\\U000E0041")
SCENARIO = (
    'lasts_for = "PT1H"\npolicy_file = "policy.toml"\n[arrivals]\nper_hour = 20\n[service]\nmean = "PT1M"\n'
)
TEAM = '[[team]]\nname = "a"\ncount = 2\n'
MAPPING = 'case = "T"\norder = "time"\n[time]\ncolumn = "C"\nformat = "iso"\n[state]\ncolumn = "S"\n'
STATES = '[state.statuses]\n"n" = "new"\n"d" = "resolved"\n'
TIMED = '[[sla]]\nname = "all"\ntargets = [{ metric = "resolution", name = "resolution", hours = 1 }]\n'


def forbidden(text: str) -> list[str]:
    """What must not be in an output: by the interpreter's own table of characters, not by ours."""
    bad = [
        one
        for one in text
        if one != "\n" and unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp", "Cs", "Co"}
    ]
    return [*map(ascii, bad), *(line for line in text.split("\n") if line.startswith(FORGED))]


# Files by name, and what is run on them. Every place of a file where a name or a text can stand is tried.
POLICIES = {
    "key.toml": f"{T} = 1\n",
    "name.json": f'{{"name": {Q}}}',
    "deep.json": f'{{"greetings": {{{Q}: "x"}}, "fields": {{{Q}: {{"kind": "text"}}}}}}',
    "rule.json": f'{{"rules": [{{"name": {Q}, "class": {Q}, "when": {{"field": {Q}, "eq": {Q}}}}}]}}',
    "value.json": f'{{"name": "p", "fields": {{"x": {{"kind": "choice", "values": ["a", {Q}]}}}}, "sla": [{{"name": "s", '
    f'"when": {{"field": "x", "eq": {Q}}}, "targets": [{{"metric": {Q}, "hours": 1}}]}}]}}',
    "calendar.json": f'{{"calendars": {{"c": {{"tz": {Q}, "hours": {Q}}}}}}}',
    "holiday.toml": '[calendars.c]\ntz = "UTC"\nweekly = { mon = [["08:00", "16:00"]] }\nholidays = { "2026-03-02" = '
    f"{T} }}\n",
    "words.yaml": f"name: {Q}\nfoo: [{Q}\n",
    "twice.json": f"{{{Q}: 1, {Q}: 2}}",
    "cut.toml": f"{T} = [",
    "raw.toml": "name = '\x1b[2J\u202e'\n",
    "greeting.json": f'{{"greetings": {{"en": {Q}}}, "surges": {{"s": {{"greetings": {{"en": {Q}}}}}}}}}',
    "status.json": f'{{"lifecycle": {{"initial": {Q}, "statuses": {{{Q}: "new"}}, "transitions": []}}}}',
}
FILES = {
    **POLICIES,
    "policy.toml": '[[routing.routes]]\nname = "all"\nlanguage = "any"\n',
    "plain.toml": TIMED,
    "other.toml": TIMED.replace("hours = 1", "hours = 2"),
    "log.csv": f'T,C,S\n"1{HOSTILE}",2026-03-01T09:00:00Z,n\n"1{HOSTILE}",2026-03-01T10:30:00Z,d\n'
    f'2,"{HOSTILE}","{HOSTILE}"\n3,2026-03-01T09:00:00Z,"{HOSTILE}"\n',
    "columns.csv": f'T,C,"S{HOSTILE}"\n1,2026-03-01T09:00:00Z,n\n',
    "mapping.toml": f"name = {T}\n{MAPPING}{STATES}",
    "plainly.toml": f'name = "m"\n{MAPPING}{STATES}',
    "key-mapping.toml": f'{T} = 1\nname = "m"\n{MAPPING}{STATES}',
    "status-mapping.toml": f'name = "m"\n{MAPPING}[state.statuses]\n{T} = "new"\n"n" = {T}\n',
    "scenario.toml": f"name = {T}\n{SCENARIO}{TEAM}",
    "key-scenario.toml": f"{T} = 1\n{SCENARIO}{TEAM}",
    "team.toml": f"{SCENARIO}[[team]]\nname = {T}\ncount = 2\n",
    "kind.toml": f"{SCENARIO}{TEAM}[[kinds]]\nname = {T}\nclass = {T}\n",
    "messages.jsonl": f'{{"id": {Q}, "text": {Q}, "channel": {Q}}}\n{{"id": {Q}, "text": {Q}}}\nnot {Q}\n',
    "phrases.toml": f"incident = [{T}]\ndispute = [{T}]\n",
    "labelled.jsonl": f'{{"id": {Q}, "text": {Q}, "class": {Q}}}\n',
    "plain.jsonl": f'{{"id": {Q}, "text": {Q}, "class": "security", "language": {Q}}}\n',
    "bad-phrases.toml": f"{T} = {T}\n",
    "zendesk.json": f'{{"sla_policies": [{{"id": 1, "title": {Q}, "position": 1, "filter": {{"all": [{{"field": {Q}, '
    f'"operator": {Q}, "value": {Q}}}], "any": []}}, "policy_metrics": [{{"metric": {Q}, "priority": {Q}, "target": 5, '
    f'"business_hours": false}}]}}], {Q}: {Q}}}',
    "titled.json": f'{{"sla_policies": [{{"id": 1, "title": {Q}, "position": 1, "filter": {{"all": [], "any": []}}, '
    '"policy_metrics": [{"metric": "first_reply_time", "priority": "high", "target": 5, "business_hours": false}]}]}',
    "schedules.json": f'{{"schedules": [{{"id": 7, "name": {Q}, "time_zone": {Q}, "intervals": '
    '[{"start_time": 540, "end_time": 1020}]}]}',
    "nothing.json": f"{{{Q}: {Q}}}",
    "roster.toml": f'[[agents]]\nid = "a"\nname = {T}\nlanguages = ["en"]\n[[promises]]\nname = "p"\nlanguage = "en"\n',
    "key-roster.toml": f'{T} = 1\n[[agents]]\nid = "a"\n',
    "id-roster.toml": f"name = {T}\n[[agents]]\nid = {T}\nlanguages = [{T}]\nshifts = [{T}]\n[[promises]]\nname = {T}\n"
    f"language = {T}\n",
}  # fmt: skip
ON_POLICIES = [("--policy", name) for name in POLICIES]
LOG_OF_STORE = ("--log", "log", "--store", "hostile:store")

HOSTILE_FILES = {
    ("demo",): [],
    ("replay",): [
        *(("log.csv", "--mapping", "plainly.toml", *more) for more in ((), ("--json", "-"), ("--policy", "plain.toml"))),
        ("log.csv", "--mapping", "plainly.toml", "--policy", "plain.toml", "--against", "other.toml"),
        *(("log.csv", "--mapping", name) for name in ("mapping.toml", "key-mapping.toml", "status-mapping.toml")),
        ("columns.csv", "--mapping", "plainly.toml"),
        *((name, "--suggest") for name in ("log.csv", "columns.csv", "mapping.toml", HOSTILE)),
        *(("log.csv", "--mapping", "plainly.toml", *more) for more in ON_POLICIES),
    ],
    ("log", "convert"): [
        ("log.csv", "--mapping", "plainly.toml", "-o", HOSTILE),
        *(("log.csv", "--mapping", "plainly.toml", "-o", f"out.{kind}") for kind in ("csv", "jsonl", "parquet", "xes.gz")),
        ("log.csv", "--mapping", "plainly.toml", "-o", HOSTILE, "--json"),
        *((name, "--mapping", "plainly.toml", "-o", "out.csv") for name in ("mapping.toml", HOSTILE)),
        *(("log.csv", "--mapping", name, "-o", "out.csv") for name in ("mapping.toml", "key-mapping.toml")),
    ],
    ("log", "export"): [
        *(("--store", "hostile:store", "-o", f"history.{kind}") for kind in ("csv", "xes", HOSTILE)),
        ("--store", "hostile:store", "-o", "history.csv", "--json"),
        *(("--store", "hostile:store", "-o", "history.csv", *more) for more in ON_POLICIES),
    ],
    ("report",): [
        *(
            ("log.csv", "--mapping", "plainly.toml", "--policy", name, *more)
            for name in POLICIES
            for more in (("--json", "-"), ("-o", "out.html"), ("-o", HOSTILE), ("-o", "x", "--tz", HOSTILE))
        ),
        *(("log.csv", "--mapping", name, "--json", "-") for name in ("mapping.toml", "key-mapping.toml")),
    ],
    ("what-if",): [
        *(
            ("log.csv", "--mapping", "plainly.toml", "--policy", "plain.toml", "--policy", name, *more)
            for name in ("other.toml", *POLICIES)
            for more in ((), ("--json", "-"), ("-o", "out.csv"), ("-o", HOSTILE), ("--until", HOSTILE))
        ),
        *(("log.csv", "--mapping", name, *ON_POLICIES[0]) for name in ("mapping.toml", "key-mapping.toml")),
        ("log.csv", "--mapping", "plainly.toml", "--policy", "plain.toml", "--calendar", f"{HOSTILE}=plain.toml"),
        ("log.csv", "--mapping", "plainly.toml", "--policy", "plain.toml", "--calendar", f"{HOSTILE}={HOSTILE}"),
    ],
    ("simulate",): [
        *((name, "--quiet", "--json", "-") for name in ("scenario.toml", "team.toml")),
        *((name, "--quiet", "-o", out) for name in ("team.toml", "kind.toml") for out in ("out.html", HOSTILE)),
        *((name,) for name in ("scenario.toml", "key-scenario.toml", "team.toml", "kind.toml")),
    ],
    ("staffing",): [
        (name, "--replications", "2", "--most-replications", "2", *more)
        for name in ("scenario.toml", "key-scenario.toml", "team.toml", "kind.toml")
        for more in ((), ("--class", HOSTILE))
    ],
    ("triage",): [("--in", "messages.jsonl"), *(("--in", "messages.jsonl", *more) for more in ON_POLICIES)],
    ("triage", "packs"): ON_POLICIES,
    ("triage", "evaluate"): [
        *(("phrases.toml", "--missed"), ("bad-phrases.toml",), ("phrases.toml", *ON_POLICIES[0])),
        *(("labelled.jsonl",), ("plain.jsonl",), ("plain.jsonl", "--json"), ("phrases.toml", "--model", HOSTILE)),
    ],
    ("triage", "train"): [("labelled.jsonl", "-o", "model.json"), ("plain.jsonl", "-o", "model.json", *ON_POLICIES[0])],
    ("triage", "drift"): [("labelled.jsonl", "--model", HOSTILE), ("plain.jsonl", "--model", "labelled.jsonl")],
    ("triage", "next"): [("labelled.jsonl", "--model", HOSTILE), ("plain.jsonl", "--model", "labelled.jsonl")],
    ("diagram",): ON_POLICIES,
    ("check",): [
        *((name, *more) for name in POLICIES for more in ((), ("--json",))),
        *(("plain.toml", "--roster", name) for name in ("roster.toml", "key-roster.toml", "id-roster.toml")),
        ("plain.toml", "--roster", "roster.toml", "--json"),
    ],
    ("diff",): [
        *(("plain.toml", name, *more) for name in POLICIES for more in ((), ("--json",))),
        ("greeting.json", "--surge", "s"), ("greeting.json", "--surge", "s", "--json"),
    ],
    ("import",): [
        ("zendesk", *names, *more)
        for names in (("zendesk.json",), ("titled.json",), ("titled.json", "schedules.json"), ("nothing.json",))
        for more in ((), ("--json",))
    ],
    ("schema",): [()],
    ("calendar", "show"): ON_POLICIES,
    ("roster",): [(name,) for name in ("roster.toml", "key-roster.toml", "id-roster.toml")],
    ("worker",): [("--until-idle", "--store", "hostile:store", *more) for more in [(), ("--log", "text"), *ON_POLICIES]],
    ("outbox", "list"): [("--store", "hostile:store"), ("--store", "hostile:store", "--json")],
    ("outbox", "retry"): [("--store", "hostile:store", HOSTILE)],
    ("outbox", "drop"): [("--store", "hostile:store", HOSTILE)],
    ("outbox", "topics"): [("--store", "hostile:store")],
    ("outbox", "unsubscribe"): [("--store", "hostile:store", f"channel:{HOSTILE}")],
    ("status",): [
        ("--store", "hostile:store"), ("--store", f"sqlite:///{HOSTILE}.db"),
        ("--store", "sqlite:///desk.db", "--worker", f"http://127.0.0.1:1/{HOSTILE}"),
    ],
    ("completion",): [("bash",), ("zsh",), (HOSTILE,)],
    ("doctor",): [(), ("--store", "hostile:store"), ("--store", f"sqlite:///{HOSTILE}.db", "--json")],
    ("recompute",): [("--store", "hostile:store", *more) for more in [(), *ON_POLICIES]],
    ("archive",): [("--store", "hostile:store", "--days", "1")],
    ("erase",): [("--store", "hostile:store", "--yes", HOSTILE)],
    ("retain",): [
        ("--store", "hostile:store", "--yes", *more) for more in [(), ("--cursor", HOSTILE), *ON_POLICIES[:3]]
    ],
    ("migrate",): [(f"sqlite:///{HOSTILE}/x.db",)],
    ("records", "key"): [(HOSTILE, "--out", "key.txt"), ("desk.example", "--out", HOSTILE)],
    ("records", "checkpoint"): [(*LOG_OF_STORE, "--key", name) for name in ("plain.toml", HOSTILE)],
    ("records", "prove"): [(HOSTILE, *LOG_OF_STORE, "--out", "proof.txt")],
    ("records", "verify"): [(name, "--key", HOSTILE) for name in ("plain.jsonl", HOSTILE)],
    ("records", "audit"): [(*LOG_OF_STORE, "--key", HOSTILE)],
    ("records", "cosign"): [
        ("--log", HOSTILE, "--key", HOSTILE, "--witness-key", "plain.toml", "--state", "state", "--out", "out.txt")
    ],
    ("records", "witnessed"): [("plain.jsonl", *LOG_OF_STORE, "--witness", HOSTILE)],
    ("records", "export"): [(*LOG_OF_STORE, "--quarter", "2026Q1", "--key", HOSTILE, "--out", "records.zip")],
}  # fmt: skip


def test_no_command_is_forgotten():
    assert set(HOSTILE_FILES) == set(COMMANDS)


class Loud(Exception):
    """An error that says what a stranger said."""


class Hostile:
    """A store with foreign words in whatever a store can give back."""

    def __init__(self) -> None:
        clock = ManualClock("2026-03-02T09:00:00Z")
        self.store = MemoryStore()

        def refuse(_event):
            raise Loud(HOSTILE)

        class Channel:
            def send(self, _message, /):
                raise Loud(HOSTILE)

        desk = Desk(
            store=self.store,
            clock=clock,
            ids=CountingIds(),
            on={MessageReceived: refuse},
            channels={"web": Channel()},
        )
        desk.open(subject=HOSTILE, requester="ana", ref="7", body=HOSTILE)
        desk.reply(ref="7", body="yes", by="sam")
        for _ in range(ATTEMPTS):
            clock.advance(hours=2)
            desk.run_due()
        assert desk.dead_letters()
        self.store.dead_letters = self.loudly(self.store.dead_letters)

    @staticmethod
    def loudly(asked):
        """What other programs can have written into the tables."""

        def answer(*arguments):
            return [
                one._replace(
                    error=HOSTILE, row=one.row._replace(topic=HOSTILE, key=HOSTILE, ticket_id=HOSTILE)
                )
                if hasattr(one, "_replace")
                else one
                for one in asked(*arguments)
            ]

        return answer


@pytest.fixture
def here(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setitem(sys.modules, "hostile", Hostile())
    for name, text in FILES.items():
        Path(name).write_text(text, "utf-8", newline="")

    def call(*arguments):
        status = main(arguments)
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return call


@pytest.mark.parametrize("command", HOSTILE_FILES, ids=" ".join)
def test_foreign_files(here, command):
    for arguments in HOSTILE_FILES[command]:
        status, shown = here(*command, *arguments)
        assert status in {0, 1, 2}
        assert forbidden(shown) == [], arguments


def arguments_of(parser, text):
    """The command line with a text in the place of every name and of each option in turn."""
    needed, optional = [], []
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
            continue
        values = [] if action.nargs == 0 else [text]
        if not action.option_strings:
            needed += values
        elif action.required:
            needed += [f"{action.option_strings[-1]}={text}"]
        else:
            optional.append(
                [f"{action.option_strings[-1]}={text}"] if values else [action.option_strings[-1]]
            )
    return [needed, *([*needed, *option] for option in optional), [*needed, text, f"--{text}"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    "text", [HOSTILE, "a\udcff\x1b[0m", f"m:{HOSTILE}"], ids=["hostile", "no text", "module"]
)
def test_a_foreign_command_line(here, command, text):
    """A shell completes names of files, and a script takes names from lists."""
    if command == ("demo",):
        return  # no name is in it; `--store` is read as by all the others
    for arguments in arguments_of(COMMANDS[command], text):
        _, shown = here(*command, *arguments)
        assert forbidden(shown) == [], arguments


@pytest.mark.parametrize("name", [f"p{HOSTILE}.toml", "p\udcff.toml"], ids=["hostile", "no text"])
def test_the_name_of_a_file(here, name):
    try:
        Path(name).write_text(TIMED)
    except OSError:
        pytest.skip("this file system has no such names")
    for command in (
        ("check",),
        ("check", "--json"),
        ("diff", "other.toml"),
        ("diagram", "--policy"),
        ("roster",),
    ):
        _, shown = here(*command, name)
        assert forbidden(shown) == []


def test_json_says_what_was_there(here):
    _, shown = here("check", "key.toml", "--json")
    assert "unknown field" in json.loads(shown)["findings"][0]["message"]
    assert forbidden(shown) == []
    _, shown = here("triage", "--in", "messages.jsonl")
    read = json.loads(shown.splitlines()[1])
    assert (read["id"], read["redacted"]) == (HOSTILE, HOSTILE)
    _, shown = here("outbox", "list", "--store", "hostile:store", "--json")
    assert json.loads(shown)["letters"][0]["error"] == HOSTILE


def test_what_can_be_read_is_shown_as_it_is(here):
    """Persian is not spelt without a joiner, nor Hindi; Chinese, Arabic and Hebrew are letters like others."""
    names = ["پشتیبان‌ها", "क्‍षमा", "退款 · 客服", "الدعم", "תמיכה", "👩‍💻 ⚠️"]
    for name in names:
        Path("named.json").write_text(json.dumps({"name": name}), "utf-8")
        status, shown = here("check", "named.json")
        assert (status, f"policy '{name}' is good" in shown or escaped(repr(name)) in shown) == (0, True)


def test_the_line_of_a_key_that_cannot_be_seen(here):
    Path("late.toml").write_text(f'name = "a"\nedits = "now"\n{T} = 1\n', "utf-8")
    _, shown = here("check", "late.toml")
    assert shown.rstrip().endswith("(line 3)")


def test_an_error_that_nobody_foresaw_is_guarded_too(tmp_path):
    """Its message is the interpreter's to print: after the command, to the standard error that the command leaves."""
    (tmp_path / "loud.py").write_text(f"def store():\n    raise RuntimeError({HOSTILE!r})\n")
    source = str(Path(supportflow.cli.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-m", "supportflow.cli", "outbox", "list", "--store", "loud:store"],
        capture_output=True, cwd=tmp_path, check=False, env={**os.environ, "PYTHONPATH": source},
    )  # fmt: skip
    assert done.returncode == 1
    assert b"RuntimeError" in done.stderr
    assert odd(done.stderr.decode().replace("\n", "")) == []


def test_a_terminal_without_these_letters(tmp_path):
    """Standard output in Latin-1 or ASCII: a name is shown by escapes, and nothing breaks off."""
    (tmp_path / "p.json").write_text(json.dumps({"name": "退款"}), "utf-8")
    source = str(Path(supportflow.cli.__file__).parents[2])
    for encoding in ("ascii", "latin-1", "cp1252"):
        done = subprocess.run(
            [sys.executable, "-m", "supportflow.cli", "calendar", "show", "--policy", "p.json"],
            capture_output=True, cwd=tmp_path, check=False,
            env={**os.environ, "PYTHONPATH": source, "PYTHONIOENCODING": encoding},
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"\\u2588" in done.stdout  # the bar of an open hour


def test_nothing_is_printed_past_the_one_way():
    """`print` and the streams themselves are used in one module. Progress and the version have no names."""
    folder = Path(supportflow.cli.__file__).parent
    past = []
    for path in sorted(folder.rglob("*.py")):
        if path.name in {"terminal.py", "progress.py"}:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if ast.unparse(node).startswith("print(f'supportflow {VERSION}',"):
                    continue
                if called in {"print", "sys.stdout.write", "sys.stderr.write", "warnings.warn"}:
                    past.append((path.name, node.lineno, called))
    assert past == []


# --- the function itself -----------------------------------------------------------------------

ODD = st.sampled_from(
    [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in {"Cc", "Cf", "Zl", "Zp"}]
)
FOREIGN = st.text(
    st.one_of(st.characters(), ODD, st.sampled_from("a\n\r\t\u200c\u200d\ufe0f✔👩پक्\ud800")), max_size=30
)


def odd(text):
    return [one for one in text if unicodedata.category(one) in {"Cc", "Zl", "Zp", "Cs", "Co"}]


@given(FOREIGN)
def test_an_escaped_text_is_one_line_that_drives_nothing(text):
    shown = escaped(text)
    assert odd(shown) == []
    assert len(shown.splitlines()) <= 1
    assert escaped(shown) == shown
    assert not set(shown) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\ufeff\u2060"
    )


@given(FOREIGN)
def test_it_is_as_it_was_where_everything_can_be_read(text):
    blank = text.replace("\u2800", " ").strip() == ""
    assert first_illegible(text) is None or blank or escaped(text) != text
    assert first_illegible(text) is not None or escaped(text) == text
    assert first_illegible(escaped(text)) is None or blank


@given(
    st.recursive(FOREIGN, lambda inside: st.lists(inside) | st.dictionaries(FOREIGN, inside), max_leaves=5)
)
def test_json_keeps_its_value(value):
    for indent in (None, 2):
        written = as_json(value, indent=indent)
        assert json.loads(written) == value
        assert odd(written.replace("\n", "")) == []
        assert json.loads(legible_json(json.dumps(value, ensure_ascii=False, indent=indent))) == value


@given(FOREIGN)
def test_the_guard_leaves_line_feeds_alone(text):
    stream = io.StringIO()
    terminal._Guarded(stream).write(text)
    assert stream.getvalue() == without_layout(text)
    assert stream.getvalue().count("\n") == text.count("\n")


def test_columns_of_wide_letters_and_of_marks():
    assert [columns(text) for text in ("abc", "客服", "é", "e\u0301", "पा", "")] == [3, 4, 1, 1, 2, 0]
    assert [columns(padded(text, 6)) for text in ("abc", "客服", "e\u0301")] == [6, 6, 6]


def test_a_table_with_wide_names_has_straight_columns(here):
    Path("wide.toml").write_text(f"{SCENARIO}{TEAM}", "utf-8")
    Path("policy.toml").write_text(
        'classes = ["退款"]\n[[routing.routes]]\nname = "all"\nlanguage = "any"\n', "utf-8"
    )
    _, shown = here("simulate", "wide.toml")
    lines = shown.splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith("  class"))
    assert len({columns(line) for line in lines[at : at + 2]}) == 1
    assert lines[at + 1].startswith("  退款 ")


def test_the_guard_is_taken_off():
    before = sys.stdout, sys.stderr
    main(["diagram"])
    assert (sys.stdout, sys.stderr) == before


NEVER_SHOWN = [
    0x00, 0x07, 0x1B, 0x7F, 0x85, 0x9B, 0xAD, 0x34F, 0x61C, 0x115F, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A,
    0x202B, 0x202C, 0x202D, 0x202E, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0x206F, 0x3164, 0xD800, 0xE000, 0xFEFF, 0xFFA0,
    0xFFF9, 0xFFFF, 0x1D173, 0xE0001, 0xE0041, 0xE0100, 0xF0000, 0x10FFFD,
]  # fmt: skip


@pytest.mark.parametrize("code", NEVER_SHOWN, ids=hex)
def test_each_of_these_is_escaped_wherever_it_stands(code):
    for text in (chr(code), f"a{chr(code)}b", f"پ{chr(code)}ش", f"👩{chr(code)}💻", f"退{chr(code)}"):
        assert chr(code) not in escaped(text)
        assert first_illegible(text) is not None


def test_a_report_for_hosts_is_lines_too():
    """It is printed by programs that have no guard of ours."""
    shown = str(Report("zendesk", (Finding("missing", f'sla_policies[0] "{HOSTILE}"', HOSTILE),)))
    assert forbidden(shown) == []
    assert len(shown.split("\n")) == 4

"""What holds of every command, read off the parser: a new command fails here until it has it, too."""

import argparse
import io
import json
import os
import re
import shlex
import shutil
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from cli.commands import COMMANDS
from learn.texts import examples
from supportflow import Agent, Desk, Policy, SlaPolicy, SqlStore, Target
from supportflow.cli import main
from supportflow.cli.app import _parser
from supportflow.cli.terminal import EXIT_STATUSES, WRONG
from supportflow.learn.training import train
from supportflow.policy.document.retention import Retention
from supportflow.testing import CountingIds, ManualClock

REFERENCE = (Path(__file__).parents[2] / "docs/reference/commands.md").read_text("utf-8")
LOG = "id,at,state\n" + "".join(
    f"{n},2026-03-02T{9 + n % 9:02}:00:00Z,New\n{n},2026-03-03T09:00:00Z,Done\n" for n in range(4)
)
MAPPING = """
name = "small"
case = "id"
[time]
column = "at"
[state]
column = "state"
statuses = { New = "new", Done = "resolved" }
"""
POLICY = """
name = "{}"
edits = "now"
[[sla]]
name = "all"
targets = [{{ metric = "resolution", name = "resolution", hours = {} }}]
[[routing.routes]]
name = "all"
language = "any"
"""
SCENARIO = """
start = "2026-03-02T08:00:00Z"
lasts_for = "PT2H"
[arrivals]
rates = [{ per_hour = 4 }]
[service]
mean = "PT5M"
[[team]]
name = "desk"
count = { office = 2 }
languages = ["en"]
[policy.calendars.office]
tz = "UTC"
weekly.mon = [["07:00", "17:00"]]
[[policy.routing.routes]]
name = "all"
language = "any"
"""
ROSTER = '[[agents]]\nid = "sam"\n'
TICKETS = '{"id": "1", "text": "my wallet was emptied", "class": "security"}\n'
SHIFTS = 'tz = "UTC"\n[[shifts]]\nname = "day"\nfrom = "06:00"\nto = "{}"\n'
FILES = {
    "shifts.toml": SHIFTS.format("18:00"),
    "gap.toml": SHIFTS.format("07:00"),
    "log.csv": LOG,
    "mapping.toml": MAPPING,
    "four.toml": POLICY.format("four", 4),
    "two.toml": POLICY.format("two", 2),
    "bad.toml": "classes = 1\n",
    "kept.toml": '[retention]\ncontent_for = "P30D"\nkeys_for = "P30D"\narchive_after = "P5D"\n',
    "classes.toml": 'classes = ["security", "general"]\n',
    "roster.toml": ROSTER,
    "messages.jsonl": '{"id": 1, "text": "my account was hacked"}\n',
    "broken.jsonl": "no JSON\n",
    "tickets.jsonl": TICKETS,
    "phrases.toml": 'incident = ["my account was hacked"]\n',
    "zendesk.json": json.dumps(
        {
            "sla_policies": [
                {
                    "id": 1,
                    "title": "VIP",
                    "filter": {"all": [], "any": []},
                    "policy_metrics": [
                        {
                            "priority": "high",
                            "metric": "first_reply_time",
                            "target": 30,
                            "business_hours": False,
                        }
                    ],
                }
            ]
        }
    ),
}
STORE = ("--store", "sqlite:///desk.db")
LOG_OF_IT = (*STORE, "--log", "records")
TRUST = ("--key", "secret.pub")
REPLAYED = ("log.csv", "--mapping", "mapping.toml", "--quiet")
LEARNT = ("tickets.jsonl", "--model", "model.json", "--policy", "classes.toml")
GOOD = {
    "demo": ("--tickets", "2", "--store", "memory"),
    "replay": (*REPLAYED, "--policy", "four.toml"),
    "log convert": (*REPLAYED, "-o", "out.jsonl"),
    "log export": (*STORE, "-o", "out.jsonl", "--quiet"),
    "what-if": (*REPLAYED, "--policy", "four.toml", "--policy", "two.toml"),
    "report": (*REPLAYED, "--policy", "four.toml", "-o", "page.html"),
    "simulate": ("scenario.toml", "--quiet"),
    "staffing": (
        "scenario.toml",
        "--quiet",
        "--replications",
        "2",
        "--most-replications",
        "2",
        "--within",
        "PT1H",
    ),
    "triage": ("--in", "messages.jsonl"),
    "triage packs": (),
    "triage evaluate": ("phrases.toml",),
    "triage train": ("labelled.jsonl", "-o", "trained.json", "--policy", "classes.toml"),
    "triage drift": LEARNT,
    "triage next": LEARNT,
    "diagram": ("--policy", "four.toml"),
    "check": ("four.toml", "--roster", "roster.toml", "--from", "2026-03-02"),
    "diff": ("four.toml", "two.toml"),
    "import": ("zendesk", "zendesk.json", "-o", "new.json"),
    "schema": (),
    "calendar show": ("--policy", "four.toml", "--date", "2026-03-29"),
    "roster": ("roster.toml", "--from", "2026-03-02", "--policy", "four.toml"),
    "worker": (*STORE, "--until-idle", "--log", "off"),
    "outbox list": STORE,
    "outbox retry": (*STORE, "--all"),
    "outbox drop": (*STORE, "--all", "--yes"),
    "outbox topics": STORE,
    "outbox unsubscribe": (*STORE, "channel:mail", "--drop-waiting"),
    "recompute": (*STORE, "--policy", "two.toml", "--quiet"),
    "archive": (*STORE, "--days", "30", "--keys-days", "30", "--quiet"),
    "erase": (*STORE, "ana", "--yes"),
    "retain": (*STORE, "--policy", "kept.toml", "--yes", "--quiet"),
    "records key": ("desk.example", "--out", "new.key"),
    "records checkpoint": (*LOG_OF_IT, "--key", "secret.key"),
    "records prove": (*LOG_OF_IT, "0", "--out", "new.txt"),
    "records verify": ("proof.txt", *TRUST),
    "records audit": (*LOG_OF_IT, *TRUST),
    "records cosign": (
        *("--log", "records", *TRUST, "--witness-key", "witness.key", "--state", "state", "--out", "new.txt"),
    ),
    "records witnessed": ("cosigned.txt", *LOG_OF_IT, "--witness", "witness.pub"),
    "records export": (*LOG_OF_IT, *TRUST, "--quarter", "2026Q1", "--out", "new.zip"),
    "migrate": ("sqlite:///new.db",),
    "status": STORE,
    "completion": ("bash",),
    "doctor": STORE,
}
"""Of each command, a command line that does what it is for."""

BAD = {
    "check": ("bad.toml",),
    "doctor": ("--store", "sqlite:///none.db"),
    "erase": (*STORE, "ana", "nobody", "--yes"),
    "outbox drop": (*STORE, "nothing"),
    "outbox retry": (*STORE, "nothing"),
    "outbox unsubscribe": (*STORE, "channel:fax"),
    "records audit": (*LOG_OF_IT, "--key", "other.pub"),
    "records verify": ("proof.txt", "--key", "other.pub"),
    "staffing": (*GOOD["staffing"], "--shifts", "gap.toml"),
    "status": (*STORE, "--worker", "http://127.0.0.1:1"),
    "triage": ("--in", "broken.jsonl"),
    "triage evaluate": ("bad.toml",),
}
"""Of each command that can end with status 1, a command line that does."""

WITHOUT_BAD = {
    "replay": "a case that does not fold to its snapshot is a fault of ours",
    "log export": "needs a ticket that cannot be read",
    "recompute": "needs a ticket that cannot be read",
    "retain": "needs a ticket that cannot be read",
    "records checkpoint": "needs an anchor that cannot publish",
}
"""Those of which only tests of their own can bring it about."""

CHANGES = {
    "worker": "it is there to change the store; `status` says what is due",
}
"""Commands that change a store and have no `--dry-run`, each with the reason."""


def words(command):
    return tuple(command.split())


def at_store(days, **ports):
    clock = ManualClock(datetime.now(UTC) - timedelta(days=days))
    sla = SlaPolicy(name="all", targets=[Target.resolution(hours=1)])
    policy = Policy(sla=[sla], retention=Retention(content_for="P30D"))
    return Desk(policy, store=SqlStore("sqlite:///desk.db?journal_mode=delete"), clock=clock, **ports), clock


class Broken:
    def send(self, _message):
        raise OSError("no line")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A folder with a file of each kind, and a desk with something of everything that a command looks after."""
    folder = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, text in FILES.items():
            Path(name).write_text(text, "utf-8")
        Path("scenario.toml").write_text(SCENARIO, "utf-8")
        both = [
            [one for one in examples() if one.priority_class == name][:20] for name in ("security", "general")
        ]
        lines = [
            {"id": one.id, "text": one.text, "class": one.priority_class} for some in both for one in some
        ]
        Path("labelled.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
        main(["migrate", "sqlite:///desk.db"])
        desk, clock = at_store(100, ids=CountingIds(), channels={"mail": Broken()})
        with desk:
            desk.enrol(Agent("sam"), by="boss")
            for number in range(3):
                desk.open(
                    subject="s", requester="ana", ref=str(number), channel="mail", body="b", key=f"k{number}"
                )
            desk.reply(ref="0", body="b", by="sam")
            for _ in range(40):
                clock.advance(hours=7)
                desk.run_due()
            assert desk.dead_letters()
            desk.reply(ref="1", body="b", by="sam")
            for ref in ("3", "4", "2"):
                desk.open(subject="s", requester="bo", ref=ref) if ref != "2" else None
                desk.cancel(ref=ref, by="sam")
                if ref == "3":  # put away already
                    clock.advance(hours=1)
                    assert desk.archive(before=clock.now()) == 1
        with closing(sqlite3.connect("desk.db")) as database, database:
            database.execute(
                "UPDATE supportflow_ticket SET wakeup_us = 5 WHERE wakeup_us IS NOT NULL OR ref = '4'"
            )
        for name, more in (("secret", ()), ("other", ()), ("witness", ("--witness",))):
            out = io.StringIO()
            patch.setattr(sys, "stdout", out)
            assert main(["records", "key", name, "--out", f"{name}.key", *more]) == 0
            Path(f"{name}.pub").write_text(out.getvalue(), "utf-8")
        patch.setitem(
            train.__kwdefaults__, "bits", 12
        )  # a model of full size says nothing more of the command
        for line in (
            f"records checkpoint {shlex.join(GOOD['records checkpoint'])}",
            f"records prove 0 {shlex.join(LOG_OF_IT)} --out proof.txt",
            "records cosign --log records --key secret.pub --witness-key witness.key --state s --out cosigned.txt",
            f"triage train {shlex.join(GOOD['triage train'])} -o model.json --json",
        ):
            patch.setattr(sys, "stdout", out := io.StringIO())
            assert main(shlex.split(line)) == 0, line
        Path("trained").write_text(out.getvalue(), "utf-8")  # training takes its time: once is enough
    return folder


@pytest.fixture
def run(template, tmp_path, monkeypatch, capsys):
    """Runs a command in a folder of its own; gives the status, what was printed and what was complained of."""
    number = 0

    def call(command, *arguments, typed=None, folder=None):
        nonlocal number
        number += 1
        place = folder or tmp_path / str(number)
        if folder is None:
            copied(template, place)
        monkeypatch.chdir(place)
        if typed is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), "utf-8"))
        status = main([*words(command), *arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return call


def copied(template, place):
    """A folder like the template: what commands only read is the same file, what they change is a copy."""
    kept = {"desk.db", "state", "checkpoint"}

    def copy(source, target):
        name = Path(source)
        (shutil.copy2 if name.name in kept or name.parent != template else os.link)(source, target)

    shutil.copytree(template, place, copy_function=copy)


def dump(folder):
    """What is in a store, and which files there are."""
    with closing(sqlite3.connect(folder / "desk.db")) as database:
        tables = "\n".join(database.iterdump())
    return tables, {path.name for path in folder.iterdir() if "desk.db" not in path.name}


def test_no_command_is_forgotten():
    assert {words(one) for one in GOOD} == set(COMMANDS)
    assert set(BAD) | set(WITHOUT_BAD) | set(CHANGES) <= set(GOOD)


@pytest.mark.parametrize("command", GOOD)
def test_json_is_the_same_versioned_document_and_changes_no_status(run, template, command):
    if command == "triage train":
        assert json.loads((template / "trained").read_text())["document"] == command
        return
    out_file = COMMANDS[words(command)]._option_string_actions["--json"].nargs is None
    as_json = ("--json", "-") if out_file else ("--json",)
    for arguments in (GOOD[command], BAD.get(command)):
        if arguments is None:
            continue
        status = 0 if command == "demo" else run(command, *arguments)[0]
        again, out, err = run(command, *arguments, *as_json)
        document = json.loads(out)
        assert (again, err if again == 0 else "") == (status, "")
        assert list(document)[:2] == ["document", "schema"]
        assert (document["document"], document["schema"]) == (command, 1)
        assert len(document) > 2
        assert status == (0 if arguments is GOOD[command] else WRONG)


@pytest.mark.parametrize("command", GOOD)
def test_help_says_what_every_argument_is_for_and_gives_an_example_that_is_read(command):
    parser = COMMANDS[words(command)]
    actions = [one for one in parser._actions if not isinstance(one, argparse._SubParsersAction)]
    assert [one.dest for one in actions if not one.help] == []
    assert parser.description
    examples_of = re.findall(r"^  supportflow ((?:.*\\\n)*.*)", parser.epilog or "", re.MULTILINE)
    assert examples_of, "an example"
    for example in examples_of:
        given = example.replace("\\\n", " ").partition(" > ")[0]
        assert given.startswith(command)
        found = _parser(words(command)[0]).parse_args(shlex.split(given))
        assert found.document == command
    options = {one for action in actions for one in action.option_strings if one.startswith("--")} - {
        "--help"
    }
    section = REFERENCE.partition(f"\n## supportflow {command}\n")[2].partition("\n## ")[0]
    assert {one for one in options if f"`{one}" not in section and f", `{one}" not in section} == set()


def test_status_one_is_said_by_those_that_end_with_it():
    said = {
        " ".join(path)
        for path, one in COMMANDS.items()
        if re.search(r"exit status (is )?1|Exit status 1", one.description)
    }
    assert said == set(BAD) | set(WITHOUT_BAD)
    assert {0, WRONG} <= set(EXIT_STATUSES)


@pytest.mark.parametrize(
    "command", [one for one in GOOD if "--store" in GOOD[one] or one in ("migrate", "import")]
)
def test_what_changes_a_store_can_be_tried_without_changing_it(run, template, tmp_path, command):
    if command == "demo":
        return  # it takes an empty store alone, and is there to fill it
    parser, before = COMMANDS[words(command)], dump(template)
    changed = tmp_path / "changed"
    copied(template, changed)
    status, did, _ = run(
        command, *GOOD[command], "--json", *(["-"] if command == "report" else []), folder=changed
    )
    assert status == 0
    changes = dump(changed)[0] != before[0] or command in ("migrate", "import")
    has = "--dry-run" in parser._option_string_actions
    assert has == (changes and command not in CHANGES)
    if has:
        tried = tmp_path / "tried"
        copied(template, tried)
        status, out, _ = run(command, *GOOD[command], "--dry-run", "--json", folder=tried)
        assert (status, dump(tried)) == (0, before)
        would, did = json.loads(out), json.loads(did)
        assert (would.pop("dry_run"), did.pop("dry_run")) == (True, False)
        if command == "migrate":
            assert (would["revision"], would["to"]) == (None, did["revision"])
        elif command == "import":
            assert (would.pop("output"), did.pop("output")) == (None, "new.json")
            assert would == did
        else:
            assert would == did, "a trial counts what is done"
            assert any(did.values())


INPUTS = {
    "POLICY", "OTHER", "ROSTER", "SCENARIO", "SHIFTS", "LOG", "MAPPING", "MESSAGES.jsonl", "LABELLED.jsonl",
    "TICKETS.jsonl", "PROOF",
}  # fmt: skip
"""What stands for a file that is read, in usages."""
READ = [
    (command, action.dest)
    for command in GOOD
    for action in COMMANDS[words(command)]._actions
    if {str(action.metavar), *(["FILE"] if command == "import" and action.dest == "files" else [])}
    & {*INPUTS, "FILE"}
    and not (str(action.metavar) == "FILE" and command != "import")
    and command not in ("outbox unsubscribe", "worker", "triage train")
]


@pytest.mark.parametrize(("command", "dest"), READ, ids=lambda one: one)
def test_a_dash_is_standard_input_wherever_a_file_is_read(run, template, command, dest):
    (action,) = (one for one in COMMANDS[words(command)]._actions if one.dest == dest)
    given = list(GOOD[command])
    option = action.option_strings[-1:]
    if option and option[0] in given:
        at = given.index(option[0]) + 1
        name, given[at] = given[at], "-"
    elif option:
        name = {"roster": "roster.toml", "shifts": "shifts.toml"}.get(dest, "four.toml")
        given += [*(("--service", "PT20M") if (command, dest) == ("what-if", "roster") else ()), *option, "-"]
    else:
        name = "two.toml" if dest == "new" else next(one for one in given if (template / one).is_file())
        given[given.index(name)] = "-"
    status, _, err = run(command, *given, typed=(template / name).read_bytes())
    assert (status, err) == (0, "")
    status, _, err = run(command, *given, typed=b"")
    if command != "triage" or dest != "source":  # no messages are no error
        assert (status, "standard input" in err or "holds no tickets" in err) == (2, True)


def test_progress_can_be_switched_off_wherever_it_is_shown():
    shown = {
        path.stem
        for path in files("supportflow.cli").iterdir()
        if path.suffix == ".py" and "Bar(" in path.read_text()
    }
    for path, parser in COMMANDS.items():
        home = parser.get_default("run").__module__.rpartition(".")[2]
        if home in shown and path != ("erase",):
            assert "--quiet" in parser._option_string_actions, path

"""`supportflow outbox` and `supportflow recompute`: a store looked after from a command line."""

import io
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import pytest

from cli.commands import COMMANDS
from supportflow import Desk, MemoryStore, Policy, SlaPolicy, Target
from supportflow.cli import main
from supportflow.cli.progress import Bar
from supportflow.events import MessageReceived
from supportflow.flows.due.deliveries import ATTEMPTS
from supportflow.records.notes import SIGNED, SigningKey
from supportflow.stores.sql import SqlStore
from supportflow.stores.sql.revisions import KNOWN, REVISION
from supportflow.testing import CountingIds, ManualClock

START = "2026-03-02T09:00:00Z"
TIMED = Policy(name="timed", sla=[SlaPolicy(name="g", targets=[Target.first_response(minutes=30)])])


class Refusing:
    """A channel that takes nothing until it is opened."""

    opened = False

    def __init__(self) -> None:
        self.sent = []

    def send(self, message, /):
        if not self.opened:
            raise ConnectionError("ana@example.org is not at home")
        self.sent.append(message)


class Backoffice:
    """A store under a name that a command line can say, and the desk behind it."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.clock = ManualClock(START)
        self.mail = Refusing()
        self.desk = Desk(
            TIMED,
            store=self.store,
            channels={"web": self.mail},
            on={MessageReceived: self.refuse},
            clock=self.clock,
            ids=CountingIds(),
        )

    def refuse(self, _event):
        raise TimeoutError

    def give_up(self, *refs):
        for ref in refs:
            self.desk.open(subject="s", requester="ana", ref=ref)
            self.desk.reply(ref=ref, body=f"to {ref}", by="sam")
        for _ in range(ATTEMPTS):
            self.clock.advance(hours=2)
            self.desk.run_due()


@pytest.fixture
def office(monkeypatch):
    found = Backoffice()
    monkeypatch.setitem(sys.modules, "backoffice", found)
    return found


@pytest.fixture
def run_here(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def call(*arguments):
        status = main(arguments)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def run(run_here):
    return lambda *arguments: run_here(*arguments, "--store", "backoffice:store")


def keys_of(office):
    return [letter.row.key for letter in office.desk.dead_letters()]


def test_an_empty_outbox_says_so(office, run):
    office.desk.open(subject="s", requester="ana")
    assert run("outbox", "list") == (0, "nothing was given up\n", "")
    assert json.loads(run("outbox", "list", "--json")[1]) == {
        "document": "outbox list",
        "schema": 1,
        "letters": [],
    }


def test_what_was_given_up_is_listed_oldest_first(office, run):
    office.give_up("1", "2")
    status, out, err = run("outbox", "list")
    lines = out.splitlines()
    assert (status, err) == (0, "")
    assert lines[0].split() == ["KEY", "TOPIC", "TICKET", "ATTEMPTS", "ERROR"]
    assert [line.split()[0] for line in lines[1:]] == keys_of(office)
    assert all(line.split()[3:] == [str(ATTEMPTS), "ConnectionError"] for line in lines[1:])
    assert "ana" not in out
    status, out, _ = run("outbox", "list", "--json", "--limit", "1")
    [line] = json.loads(out)["letters"]
    assert line == {
        "key": keys_of(office)[0], "topic": "channel:web", "ticket": office.desk.get(ref="1").id,
        "attempts": ATTEMPTS, "error": "ConnectionError",
    }  # fmt: skip


def test_asking_publishes_no_policy(office, run):
    run("outbox", "list")
    run("outbox", "topics")
    assert office.store.events("default", "desk") == ()


def test_one_is_tried_again(office, run):
    office.give_up("1", "2")
    key = keys_of(office)[1]
    assert run("outbox", "retry", key) == (0, "1 will be tried again\n", "")
    office.mail.opened = True
    office.clock.set("2100-01-01T00:00:00Z")  # the command line goes by the real clock
    office.desk.run_due()
    assert [message.body for message in office.mail.sent] == ["to 2"]


def test_all_of_a_topic_are_tried_again(office, run):
    office.give_up("1", "2")
    office.desk.receive(ref="1", body="b", by="ana")
    office.give_up()
    assert len(keys_of(office)) == 3
    assert run("outbox", "retry", "--all", "--topic", "event:message_received")[:2] == (
        0,
        "1 will be tried again\n",
    )
    assert run("outbox", "retry", "--all")[:2] == (0, "2 will be tried again\n")
    assert run("outbox", "retry", "--all")[:2] == (0, "0 will be tried again\n")


def test_a_trial_of_dropping_drops_nothing_and_reads_the_list_a_fixed_number_of_times(
    office, run, monkeypatch
):
    office.give_up("1", "2", "3")
    keys = keys_of(office)
    read = Desk.dead_letters
    reads = []
    monkeypatch.setattr(Desk, "dead_letters", lambda desk, **given: reads.append(1) or read(desk, **given))
    for words, told in ((("--all",), keys), (tuple(keys), keys), (keys[:1], keys[:1])):
        reads.clear()
        status, out, err = run("outbox", "drop", *words, "--dry-run")
        assert (status, err, out.splitlines()) == (0, "", [*told, f"{len(told)} would be forgotten"])
        assert len(reads) <= 2
    status, out, err = run("outbox", "drop", keys[0], "nothing", "--dry-run")
    assert (status, out.splitlines()[-1], "nothing" in err) == (1, "1 would be forgotten", True)
    assert keys_of(office) == keys


def test_dropping_all_has_to_be_meant(office, run):
    office.give_up("1", "2")
    status, out, err = run("outbox", "drop", "--all")
    assert (status, out) == (2, "")
    assert "--yes" in err
    assert len(keys_of(office)) == 2
    assert run("outbox", "drop", keys_of(office)[0]) == (0, "1 forgotten\n", "")
    assert run("outbox", "drop", "--all", "--yes") == (0, "1 forgotten\n", "")
    assert keys_of(office) == []


def test_an_unknown_key_does_not_keep_the_others(office, run):
    office.give_up("1")
    status, out, err = run("outbox", "drop", "nothing", keys_of(office)[0])
    assert (status, out) == (1, "1 forgotten\n")
    assert err == "supportflow: no dead letter 'nothing'\n"


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    "wrong",
    [("retry",), ("retry", "k", "--all"), ("retry", "k", "--topic", "t"), ("unsubscribe", "web"),
     ("unsubscribe", "event:nothing"), ("unsubscribe", "channel:"), ("list", "--limit", "0"), ("unsubscribe", "channel:x")],
)  # fmt: skip
def test_a_wrong_command_line_is_one_line(run, wrong):
    status, out, err = run("outbox", *wrong)
    assert (status, out, err.count("\n")) == (2, "", 1)


def test_topics_and_unsubscribing(office, run):
    office.give_up("1")
    assert run("outbox", "topics")[1] == "channel:web\nevent:message_received\n"
    office.desk.reply(ref="1", body="waits", by="sam")
    status, out, _ = run("outbox", "unsubscribe", "channel:web", "event:message_received", "--drop-waiting")
    assert (status, out) == (
        0,
        "channel:web, event:message_received: delivered no longer; 1 that waited forgotten\n",
    )
    assert run("outbox", "topics")[1] == ""
    assert office.desk.policy.name == "timed"
    kinds = [row.kind for row in office.store.events("default", "desk")]
    assert kinds == ["policy_published", "topics_subscribed", "topics_unsubscribed"]


def test_what_is_of_the_past_is_a_topic_of_its_own(office, run):
    office.desk.subscribe(past=[MessageReceived])
    assert "past:message_received\n" in run("outbox", "topics")[1]
    assert run("outbox", "unsubscribe", "past:message_received")[0] == 0
    assert "past:message_received" not in run("outbox", "topics")[1]
    assert run("outbox", "unsubscribe", "past:nothing")[0] == 2


def without(module, *words):
    """A command in a process of its own, where a module is not to be had: in this one it may be loaded."""
    script = (
        "import sys; sys.modules[sys.argv.pop(1)] = None; from supportflow.cli import main; sys.exit(main())"
    )
    command = [sys.executable, "-W", "ignore::RuntimeWarning", "-c", script, module, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_database_without_its_driver_says_how_to_get_it():
    status, out, err = without("sqlalchemy", "outbox", "list", "--store", "postgresql://host/desk")
    assert (status, out) == (2, "")
    assert "pip install 'supportflow[postgres]'" in err


def test_a_file_needs_no_extra_but_for_tables_of_an_older_version(tmp_path):
    store = f"sqlite:///{tmp_path}/desk.db?journal_mode=delete"
    assert without("sqlalchemy", "migrate", store) == (0, f"at revision {REVISION}\n", "")
    with Desk(store=SqlStore(store)) as desk:
        desk.open(subject="s", requester="ana")
    assert without("sqlalchemy", "outbox", "list", "--store", store) == (0, "nothing was given up\n", "")
    with closing(sqlite3.connect(tmp_path / "desk.db")) as raw, raw:
        raw.execute("UPDATE supportflow_schema SET version_num = ?", KNOWN[:1])
    for module in ("sqlalchemy", "alembic"):
        status, out, err = without(module, "migrate", store)
        assert (status, out) == (2, "")
        assert "pip install 'supportflow[sql]'" in err


def test_a_database_is_named_by_its_url(run_here, tmp_path):
    store = f"sqlite:///{tmp_path}/desk.db"
    mail = Refusing()
    with Desk(TIMED, store=SqlStore(store), channels={"web": mail}, clock=ManualClock(START)) as desk:
        ticket = desk.open(subject="s", requester="ana").ticket
        desk.reply(ticket, body="b", by="sam")
        for _ in range(ATTEMPTS):
            desk._ports["clock"].advance(hours=2)
            desk.run_due()
        [key] = [letter.row.key for letter in desk.dead_letters()]
    assert key in run_here("outbox", "list", "--store", store)[1]
    assert run_here("outbox", "topics", "--store", store) == (0, "channel:web\n", "")
    assert run_here("outbox", "retry", key, "--store", store)[0] == 0
    assert run_here("recompute", "--store", store)[1].startswith("1 tickets looked at")
    assert run_here("worker", "--until-idle", "--log", "off", "--store", store) == (0, "", "")
    assert run_here("outbox", "list", "--store", store)[1] == "nothing was given up\n"


@pytest.mark.parametrize(
    ("store", "words"),
    [("oracle://x/y", "sqlite or postgresql"), ("sqlite:////no/such/folder/desk.db", "there is no file")],
)
def test_a_database_that_is_not_to_be_had_is_one_line(run_here, store, words):
    status, out, err = run_here("outbox", "list", "--store", store)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert words in err


# --- recompute ---------------------------------------------------------------------------------


def misplace(office, *refs):
    for ref in refs:
        row = office.store.load("default", office.store.find_ref("default", ref))
        assert office.store.reschedule("default", row.id, row.version, None)


@pytest.fixture
def ten(office):
    for number in range(10):
        office.desk.open(subject="s", requester="ana", ref=str(number))
        office.clock.advance(seconds=1)
    misplace(office, "1", "4", "8")
    return office


@pytest.mark.usefixtures("ten")
def test_wake_ups_are_set_anew(run):
    assert run("recompute") == (0, "10 tickets looked at, 3 wake-ups set anew, 0 could not be read\n", "")
    assert run("recompute", "--batch", "3")[1].startswith("10 tickets looked at, 0 wake-ups")


def test_it_goes_on_where_it_was_broken_off(ten, run, tmp_path, monkeypatch):
    whole, calls = Desk.recompute, []

    def broken(desk, **named):
        calls.append(named)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return whole(desk, **named)

    monkeypatch.setattr(Desk, "recompute", broken)
    status, out, err = run("recompute", "--batch", "3", "--keep", "cursor")
    assert (status, out) == (130, "")
    cursor = (tmp_path / "cursor").read_text().strip()
    assert f"--cursor {cursor}" in err
    monkeypatch.setattr(Desk, "recompute", whole)
    assert run("recompute", "--cursor", cursor)[1].startswith("4 tickets looked at, 1 wake-ups")
    misplace(ten, "8")
    assert run("recompute", "--keep", "cursor")[1].startswith("4 tickets looked at, 1 wake-ups")
    assert not (tmp_path / "cursor").exists()


@pytest.mark.parametrize("kept", [False, True])
def test_a_trial_leaves_the_file_of_the_cursor_alone(ten, run, tmp_path, kept):
    """What goes on there would begin behind tickets that nobody has set anew."""
    if kept:
        (tmp_path / "cursor").write_text(f"{ten.desk.recompute(limit=3).cursor}\n")
    before = (tmp_path / "cursor").read_text() if kept else None

    status, out, _ = run("recompute", "--dry-run", "--batch", "3", "--keep", "cursor")

    assert status == 0
    assert out.startswith("7 tickets" if kept else "10 tickets")
    assert (tmp_path / "cursor").exists() == kept
    assert not kept or (tmp_path / "cursor").read_text() == before


def test_another_policy_is_taken_into_use_first(ten, run, tmp_path):
    (tmp_path / "policy.toml").write_text(
        'name = "tight"\nedits = "now"\n[[sla]]\nname = "g"\n'
        'targets = [{ metric = "first_response", name = "first_response", minutes = 10 }]\n'
    )
    status, out, _ = run("recompute", "--policy", "policy.toml")
    assert status == 0
    assert out.splitlines()[0] == "policy 'tight' is in use; 10 open tickets moved to it"
    assert ten.desk.get(ref="3").policy != TIMED.fingerprint
    assert ten.desk.get(ref="3").clocks[0].target == "first_response"


def test_tickets_that_cannot_be_read_are_named(ten, run):
    tenant = ten.store._tenants["default"]
    broken = ten.desk.get(ref="2").id
    tenant.rows[broken] = replace(tenant.rows[broken], snapshot=b"{", version=99)
    status, out, err = run("recompute")
    assert status == 1
    assert "1 could not be read" in out
    assert err == f"could not be read: {broken}\n"


@pytest.mark.usefixtures("ten")
def test_a_cursor_of_something_else_is_refused(run):
    status, _, err = run("recompute", "--cursor", "x")
    assert status == 2
    assert "cursor" in err


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_without_a_total_is_a_number():
    terminal = Terminal()
    with Bar(terminal, "recomputing", unit="tickets") as bar:
        bar(1_234)
    assert terminal.getvalue() == "\rrecomputing 1,234 tickets\r\x1b[K"


# --- a store that is not there ----------------------------------------------------------------

SIGNING = SigningKey("desk.example/log", SIGNED, bytes(32))
RECORDS = ("--log", "log", "--key", SIGNING.verifying.written)
KEPT = [
    ("outbox", "list"), ("outbox", "retry", "k"), ("outbox", "drop", "k"), ("outbox", "topics"),
    ("outbox", "unsubscribe", "channel:web"), ("status",), ("recompute",), ("archive", "--days", "3"), ("retain", "--yes"),
    ("erase", "ana", "--yes"),
    ("worker", "--until-idle"), ("worker", "--until-idle", "--policy", "policy.toml"),
    ("recompute", "--policy", "policy.toml"), ("log", "export", "-o", "history.csv"), ("report", "-o", "report.html"),
    ("records", "checkpoint", "--log", "log", "--key", "key.txt"), ("records", "audit", *RECORDS),
    ("records", "prove", "7", "--log", "log", "--out", "proof.txt"),
    ("records", "witnessed", "note.txt", "--log", "log", "--witness", RECORDS[-1]),
    ("records", "export", *RECORDS, "--quarter", "2026Q1", "--out", "records.zip"),
]  # fmt: skip


def test_every_command_with_a_store_is_among_them():
    """`demo` is not: it says that it wants an empty database, and makes one. `doctor` makes a finding of it."""
    with_store = {words for words, parser in COMMANDS.items() if "--store" in parser._option_string_actions}
    assert with_store - {("demo",), ("doctor",)} == {
        (c[:2] if c[0] in {"log", "outbox", "records"} else c[:1]) for c in KEPT
    }


@pytest.mark.parametrize(
    "words",
    [("outbox", "list"), ("outbox", "topics"), ("archive", "--days", "3"), ("erase", "ana", "--yes")],
)
def test_a_tenant_that_never_used_the_store_is_refused(office, run, words):
    office.desk.open(subject="s", requester="ana")
    status, out, err = run(*words, "--tenant", "tpyo")
    assert (status, out) == (2, "")
    assert err == "supportflow: --tenant: no desk of 'tpyo' has ever used this store\n"
    assert office.store.feed_end("tpyo") == 0


@pytest.fixture
def files(tmp_path):
    """A folder with what a slip of the pen can name."""
    (tmp_path / "policy.toml").write_text('name = "p"\n')
    (tmp_path / "key.txt").write_text(SIGNING.written)
    (tmp_path / "note.txt").write_text("no note\n")
    (tmp_path / "empty.db").touch()
    (tmp_path / "notes.txt").write_text("not a database, whatever its name says\n" * 40)
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.execute("CREATE TABLE orders (id)")
        connection.commit()
    (tmp_path / "folder").mkdir()
    return tmp_path


@pytest.mark.parametrize("command", KEPT, ids=" ".join)
@pytest.mark.parametrize(
    ("store", "words"),
    [
        ("sqlite:///typo.db", "there is no file 'typo.db'"),
        ("sqlite:///no/such/folder/desk.db", "there is no file"),
        ("sqlite:///file:typo.db?uri=true", "there is no file 'typo.db'"),
        ("sqlite:///folder", "there is no file 'folder'"),
        ("sqlite:///empty.db", "has no tables of supportflow"),
        ("sqlite:///shop.db", "has no tables of supportflow"),
        ("sqlite+pysqlite:///shop.db", "has no tables of supportflow"),
        ("sqlite:///notes.txt", "cannot be read as a database"),
        ("sqlite://", "in memory"),
    ],
)
def test_a_slip_in_the_store_is_one_line_and_makes_nothing(run_here, files, command, store, words):
    before = {path.name: path.read_bytes() for path in files.iterdir() if path.is_file()}
    status, out, err = run_here(*command, "--store", store)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert words in err
    assert {path.name: path.read_bytes() for path in files.iterdir() if path.is_file()} == before


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("command", KEPT, ids=" ".join)
def test_a_server_without_tables_is_one_line(run_here, postgresql, command):
    status, out, err = run_here(*command, "--store", postgresql)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "run `supportflow migrate URL`" in err


@pytest.mark.parametrize("url", ["sqlite:///{}/a b%20#.db", "sqlite:///file:{}/b%20c.db?uri=true"])
def test_a_file_that_is_there_is_found_whatever_its_name(run_here, tmp_path, url):
    store = url.format(tmp_path)
    assert run_here("migrate", store)[0] == 0
    unused = "supportflow: --tenant: no desk of 'default' has ever used this store\n"
    assert run_here("outbox", "list", "--store", store) == (2, "", unused)

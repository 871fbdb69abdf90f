"""The commands of the guide, run as they stand there."""

import json
import re
import shlex
import shutil
import sqlite3
import subprocess
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from supportflow import Desk, SqlStore
from supportflow.cli import main
from supportflow.exceptions import InvalidInput, RecordsError
from supportflow.notary import FileAnchor, GitAnchor, WebAnchor, anchor_named, check_archive
from supportflow.records import Proof, Trust, VerifyingKey
from supportflow.testing import ManualClock

GUIDE = (Path(__file__).parents[2] / "docs/guides/prove-what-happened.md").read_text("utf-8")
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("supportflow records")
]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a desk of the third quarter in `desk.db`."""
    monkeypatch.chdir(tmp_path)
    with Desk(
        store=SqlStore("sqlite:///desk.db?journal_mode=delete"), clock=ManualClock("2026-07-15T10:00:00Z")
    ) as desk:
        desk.open(subject="Account locked", body="I cannot log in.", requester="ana", ref="4711")
        desk.reply(ref="4711", body="It is open again.", by="sam")
        desk.link_requester("ana", "anna", by="sam")
    return tmp_path


def run(line, capsys):
    """Run a command line, with what it prints in the file that it is sent to."""
    words, _, out = line.partition(" > ")
    status = main(shlex.split(words)[1:])
    said = capsys.readouterr().out
    if out:
        Path(out).write_text(said, "utf-8")
    return status, said


@pytest.mark.usefixtures("here")
def test_every_command_of_the_guide_does_what_it_says(capsys):
    assert len(COMMANDS) == 13
    said = {}
    for line in COMMANDS:
        status, said[line] = run(line, capsys)
        assert status == 0, (line, said[line])
    everything = "".join(said.values())
    assert "3 events, as they were written" in everything
    assert "3 texts not shown" in everything
    assert "nothing is wrong" in everything
    assert "1 witnesses have cosigned" in everything
    assert "4 streams, 4 events of 2026Q3: proved" in everything
    assert oct(Path("log.key").stat().st_mode)[-3:] == "600"


def made(capsys, *more):
    for line in (COMMANDS[0], COMMANDS[1], *more):
        assert run(line, capsys)[0] == 0
    return Trust((VerifyingKey.read(Path("log.pub").read_text("utf-8")),))


@pytest.mark.usefixtures("here")
def test_a_proof_that_does_not_hold_is_status_1(capsys):
    made(capsys, COMMANDS[2])
    written = Path("4711.tlog-proof").read_text("utf-8")
    for changed in (written.replace("index 1", "index 0"), "nonsense", written[:-9]):
        Path("4711.tlog-proof").write_text(changed, "utf-8")
        status, said = run(COMMANDS[3], capsys)
        assert (status, said.startswith("NOT PROVED")) == (1, True)
    Path("4711.tlog-proof").write_bytes(b"\xff")
    assert run(COMMANDS[3], capsys)[0] == 2


@pytest.mark.usefixtures("here")
def test_an_audit_that_finds_something_is_status_1(capsys):
    made(capsys)
    audit = "supportflow records audit --log log --store sqlite:///desk.db --key log.pub"
    assert run(audit, capsys)[0] == 0
    with sqlite3.connect("desk.db") as connection:
        connection.execute("UPDATE supportflow_content SET value = 'other' WHERE value LIKE '%locked'")
    connection.close()
    status, said = run(audit, capsys)
    assert status == 1
    assert "is not what was written" in said
    assert "1 findings" in said
    Path("log/checkpoint").write_text("nonsense", "utf-8")
    assert run(audit, capsys) == (1, "WRONG: note: is not a text, an empty line and signatures\n")


@pytest.mark.usefixtures("here")
def test_every_checkpoint_that_an_anchor_has_published_is_seen(capsys):
    made(capsys)
    for number in range(2):
        with Desk(store=SqlStore("sqlite:///desk.db")) as desk:
            desk.note(ref="4711", body=f"later {number}", by="sam")
        assert run(COMMANDS[1], capsys)[0] == 0
    audit = "supportflow records audit --log log --key log.pub --seen published.txt"
    assert run(audit, capsys)[0] == 0
    written = Path("published.txt").read_text("utf-8")
    assert written.count("example.com/records\n") == 3
    Path("published.txt").write_text(written[:-20], "utf-8")
    status, said = run(audit, capsys)
    assert (status, said.count("ALTERED")) == (1, 1), "the last was cut off"
    assert "seen checkpoint 3" in said
    Path("published.txt").write_text(written, "utf-8")
    shutil.rmtree("log")
    assert run(COMMANDS[1].partition(" --anchor")[0], capsys)[0] == 0  # made anew, by whoever has the key
    status, said = run(audit, capsys)
    assert (status, said.count("FORKED seen checkpoint")) == (1, 3)


@pytest.mark.usefixtures("here")
def test_what_is_shown_of_texts(capsys):
    made(capsys, f"{COMMANDS[2]} --texts")
    assert "3 texts shown" in run(COMMANDS[3], capsys)[1]
    with Desk(store=SqlStore("sqlite:///desk.db")) as desk:
        desk.erase("ana")
    run(f"{COMMANDS[2]} --texts", capsys)
    said = run(COMMANDS[3], capsys)[1]
    assert "1 texts shown" in said
    assert "2 texts erased" in said
    run(f"{COMMANDS[2]} --digests", capsys)
    assert "texts" not in run(COMMANDS[3], capsys)[1]


@pytest.mark.usefixtures("here")
def test_a_backup_that_is_put_back_is_found_and_brings_texts_back(capsys):
    made(capsys)
    backup = Path("desk.db").read_bytes()
    with Desk(store=SqlStore("sqlite:///desk.db")) as desk:
        desk.note(ref="4711", body="later", by="sam")
        desk.erase("ana")
    assert run(COMMANDS[1], capsys)[0] == 0
    Path("desk.db").write_bytes(backup)
    status, said = run("supportflow records audit --log log --store sqlite:///desk.db --key log.pub", capsys)
    assert status == 1
    assert "events after 3 are not there; the log has 4" in said
    assert "3 texts as they were written, 0 erased" in said, "they are back: erase again"
    with Desk(store=SqlStore("sqlite:///desk.db")) as desk:
        assert desk.erase("ana") == 2
    assert run(COMMANDS[1], capsys)[0] == 2, "the log knows more than the store"
    with Desk(store=SqlStore("sqlite:///desk.db")) as desk:
        for number in range(3):
            desk.note(ref="4711", body=f"instead {number}", by="sam")
            assert run(COMMANDS[1], capsys)[0] == 2, "what is written now is not what the log knows"


@pytest.mark.usefixtures("here")
def test_a_tenant_that_never_was_is_not_a_desk_without_faults(capsys):
    made(capsys)
    for line in (COMMANDS[1], "supportflow records audit --log log --store sqlite:///desk.db --key log.pub"):
        assert run(f"{line} --tenant defualt", capsys)[0] == 2


@pytest.mark.usefixtures("here")
def test_a_key_is_never_written_over(capsys):
    made(capsys)
    assert run(COMMANDS[0].replace("> log.pub", "> other.pub"), capsys)[0] == 2


@pytest.mark.usefixtures("here")
def test_a_witness_does_not_cosign_a_log_that_became_smaller(capsys):
    made(capsys)
    lines = [line for line in COMMANDS if "witness" in line or "cosign" in line]
    assert run(lines[0], capsys)[0] == 0
    earlier = {path: path.read_bytes() for path in Path("log").rglob("*") if path.is_file()}
    with Desk(store=SqlStore("sqlite:///desk.db")) as desk:
        desk.note(ref="4711", body="later", by="sam")
    assert run(COMMANDS[1], capsys)[0] == 0
    assert run(lines[1], capsys)[0] == 0
    for path, data in earlier.items():
        path.write_bytes(data)
    assert run(lines[1], capsys)[0] == 2
    state = Path("seen.note").read_text("utf-8")
    Path("seen.note").write_text(state.replace("example.com/records\n", "example.org/records\n", 1), "utf-8")
    assert run(lines[1], capsys)[0] == 2


# --- archives --------------------------------------------------------------------------------------

EXPORT, VERIFY = COMMANDS[-2:]


@pytest.mark.usefixtures("here")
def test_an_archive_has_no_text_and_no_names_of_people(capsys):
    trust = made(capsys, EXPORT)
    with zipfile.ZipFile("2026Q3.zip") as archive:
        names = archive.namelist()
        whole = {name: archive.read(name).decode() for name in names}
    assert sorted(names)[:2] == ["README.txt", "checkpoint"]
    summary = json.loads(whole["summary.json"])
    assert summary["events_by_kind"]["reply_sent"] == 1
    assert summary["streams"] == {"desk": 1, "requester": 2, "ticket": 1}
    assert "ana" not in whole["summary.json"]
    shown = [Proof.read(text) for name, text in whole.items() if name.startswith("proofs")]
    assert [one.events is None for one in shown if one.stream.startswith("requester")] == [True, True]
    first = Path("2026Q3.zip").read_bytes()
    assert run(EXPORT, capsys)[0] == 0
    assert Path("2026Q3.zip").read_bytes() == first
    assert check_archive("2026Q3.zip", trust).events == summary["events"]


def rewritten(change):
    with zipfile.ZipFile("2026Q3.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile("changed.zip", "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)


@pytest.mark.usefixtures("here")
def test_an_archive_that_was_changed_does_not_verify(capsys):
    trust = made(capsys, EXPORT)
    first, second = "proofs/00000000.tlog-proof", "proofs/00000001.tlog-proof"
    changes = [
        lambda files: files.pop(first),
        lambda files: files.pop("checkpoint"),
        lambda files: files.update({"more.txt": b""}),
        lambda files: files.update({first: files[second]}),
        lambda files: files.update({first: b"\xff"}),
        lambda files: files.update({first: files[first].replace(b"index ", b"index 1")}),
        lambda files: files.update(
            {"summary.json": files["summary.json"].replace(b'"events": ', b'"events": 1')}
        ),
        lambda files: files.update({"summary.json": b"{}"}),
        lambda files: files.update({"summary.json": b""}),
        lambda files: files.update({"checkpoint": files["checkpoint"][:-4]}),
    ]
    for number, change in enumerate(changes):
        rewritten(change)
        with pytest.raises(RecordsError):
            print(number, check_archive("changed.zip", trust))  # noqa: T201 - which of them passed
    Path("changed.zip").write_bytes(Path("2026Q3.zip").read_bytes()[:-40])
    with pytest.raises(RecordsError):
        check_archive("changed.zip", trust)


@pytest.mark.usefixtures("here")
def test_a_quarter_without_events_is_an_archive_too(capsys):
    made(capsys)
    assert run(EXPORT.replace("2026Q3", "2026Q4"), capsys)[0] == 0
    assert "0 streams, 0 events" in run(VERIFY.replace("2026Q3", "2026Q4"), capsys)[1]
    for wrong in ("2026Q5", "26Q1", "2026q3", "0999Q1"):
        assert run(EXPORT.replace("2026Q3", wrong), capsys)[0] == 2


# --- anchors ---------------------------------------------------------------------------------------


def git(folder, *arguments):
    return subprocess.run(
        ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_a_file_has_every_checkpoint_once(tmp_path):
    anchor = FileAnchor(tmp_path / "published.txt")
    for note in ("one\n", "one\n", "two\n", "one\n"):
        anchor.publish(note)
    assert (tmp_path / "published.txt").read_text() == "one\n\ntwo\n\none\n\n"


def test_a_repository_has_a_commit_for_every_checkpoint(tmp_path, monkeypatch):
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "desk")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "desk@example.com")
    remote, folder = tmp_path / "remote", tmp_path / "here"
    git(tmp_path, "init", "--quiet", "--bare", str(remote))
    git(tmp_path, "clone", "--quiet", str(remote), str(folder))
    git(folder, "config", "push.default", "current")
    anchor = GitAnchor(folder)
    for note in ("log\n5\na\n", "log\n5\na\n", "log\n7\nb\n"):
        anchor.publish(note)
    assert git(remote, "log", "--format=%s", "--all").split("\n") == [
        "Checkpoint of 7 entries",
        "Checkpoint of 5 entries",
        "",
    ]
    with pytest.raises(RecordsError, match="git"):
        GitAnchor(tmp_path / "remote" / "objects").publish("log\n8\nc\n")


def test_an_address_is_told_every_checkpoint():
    told = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            told.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(500 if told[-1] == b"bad\n" else 204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        anchor = WebAnchor(f"http://127.0.0.1:{server.server_port}/")
        anchor.publish("one\n")
        with pytest.raises(OSError, match="500"):
            anchor.publish("bad\n")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert told == [b"one\n", b"bad\n"]


def test_an_anchor_is_named_by_a_word(tmp_path):
    assert isinstance(anchor_named(f"file:{tmp_path}"), FileAnchor)
    assert isinstance(anchor_named(f"git:{tmp_path}"), GitAnchor)
    assert isinstance(anchor_named("https://example.com/"), WebAnchor)
    for wrong in ("", "file:", "ftp://example.com", "http://example.com/", "paper"):
        with pytest.raises(InvalidInput):
            anchor_named(wrong)

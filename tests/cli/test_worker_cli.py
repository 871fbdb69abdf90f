"""`supportflow worker`: what it is given, how it starts, how it ends."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from supportflow.cli import main

ROOT = Path(__file__).parents[2]
APP = """
from supportflow import AsyncDesk, Desk, MemoryChannel, MemoryStore

store = MemoryStore()
mail = MemoryChannel()
desk = Desk(store=store, channels={"web": mail})
ticket = desk.open(subject="a subject", requester="ana").ticket
desk.reply(ticket, body="a reply", by="sam")
number = 7


def make():
    return Desk(store=store, channels={"web": mail})


def make_async():
    return AsyncDesk(store=store, channels={"web": mail})


async def make_later():
    return make_async()


class Desks:
    awaited = AsyncDesk(store=store, channels={"web": mail})


def broken():
    raise RuntimeError("the host's own mistake")
"""


@pytest.fixture
def app(tmp_path, monkeypatch):
    """The name of a module with desks; of another one for each test, as modules are loaded once."""
    name = f"helpdesk_{tmp_path.name}".replace("-", "_").replace("[", "_").replace("]", "_")
    (tmp_path / f"{name}.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield name
    sys.modules.pop(name, None)


@pytest.fixture
def run(capsys):
    def call(*arguments):
        status = main(("worker", *arguments))
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.mark.parametrize("name", ["desk", "make", "make_async", "make_later", "Desks.awaited"])
def test_it_takes_a_desk_or_what_makes_one(app, run, name):
    status, out, err = run(f"{app}:{name}", "--until-idle")
    assert (status, out) == (0, "")
    lines = [json.loads(line) for line in err.splitlines()]
    assert [line["event"] for line in lines] == ["started", "round", "stopped"]
    assert lines[-1]["delivered"] == 1
    [message] = sys.modules[app].mail.sent
    assert message.body == "a reply"
    assert "reply" not in err


def test_the_desk_is_closed_in_the_end(app, run):
    run(f"{app}:desk", "--until-idle")
    with pytest.raises(Exception, match="closed"):
        sys.modules[app].desk.run_due()


WRONG = {
    "nothing": ((), "APP"),
    "two": (("x:y", "--store", "x:y"), "APP"),
    "no colon": (("helpdesk",), "APP: is not module:attribute"),
    "no name": (("helpdesk:",), "APP: is not module:attribute"),
    "a path": (("./helpdesk.py:desk",), "APP: is not module:attribute"),
    "no module": (("no_such_module:desk",), "APP: no module 'no_such_module'"),
    "no such attribute": (("{app}:nothing",), "has no 'nothing'"),
    "no desk": (("{app}:number",), "is of type int, and no desk: name a Desk"),
    "a store": (("{app}:store",), "is of type MemoryStore, and no desk: name a Desk"),
    "a policy of its own": (("{app}:desk", "--policy", "x.toml"), "--policy"),
    "a page nowhere": (("{app}:desk", "--metrics", "prometheus"), "--health-port"),
    "a store without a policy": (("--store", "supportflow:MemoryStore"), "--policy"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_command_line_is_one_line(app, run, case):
    arguments, message = WRONG[case]
    status, out, err = run(*(argument.format(app=app) for argument in arguments))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("supportflow: ")
    assert message in err


@pytest.mark.parametrize(
    "wrong",
    [("--limit", "0"), ("--limit", "many"), ("--idle-max", "0"), ("--idle-max", "nan"), ("--health-port", "70000"),
     ("--stall-after", "1e9"), ("--metrics", "graphite"), ("--log", "xml")],
)  # fmt: skip
def test_options_are_checked_before_anything_starts(run, wrong):
    status, _, err = run("x:y", *wrong)
    assert status == 2
    assert wrong[0] in err


def test_a_mistake_inside_the_module_is_shown_as_it_is(app):
    with pytest.raises(RuntimeError, match="own mistake"):
        main(("worker", f"{app}:broken"))


def test_a_missing_import_of_the_module_is_not_blamed_on_the_command_line(tmp_path, monkeypatch):
    (tmp_path / "needy_desks.py").write_text("import no_such_dependency\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_dependency"):
        main(("worker", "needy_desks:desk"))


def test_a_port_that_is_taken_is_one_line(app, run):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, _, err = run(f"{app}:desk", "--health-port", str(port), "--log", "off")
    assert (status, err.count("\n")) == (2, 1)
    assert "in use" in err


def test_a_store_needs_no_module(app, run, tmp_path):
    (tmp_path / "policy.toml").write_text('name = "four"\n')
    status, _, err = run("--store", f"{app}:store", "--until-idle", "--log", "text")
    assert status == 0
    assert "stopped" in err
    status, _, _ = run("--store", "supportflow:MemoryStore", "--policy", "policy.toml", "--until-idle")
    assert status == 0


def test_a_store_s_latest_policy_is_the_one_in_use(app, run):
    run("--store", f"{app}:store", "--until-idle")
    events = sys.modules[app].store.events("default", "desk")
    assert [row.kind for row in events] == ["policy_published", "topics_subscribed"]


def test_the_log_can_be_off(app, run):
    assert run(f"{app}:desk", "--until-idle", "--log", "off") == (0, "", "")


# --- as a process ------------------------------------------------------------------------------

SERVICE = """
import time
from supportflow import {kind} as Kind, Desk, MemoryStore
from supportflow.events import TicketOpened

store = MemoryStore()


{plain}def slow(event):
    print("begun", event.ticket_id, flush=True)
    time.sleep(0.2)
    print("ended", event.ticket_id, flush=True)


def make():
    desk = Desk(store=store)
    desk.subscribe(TicketOpened)
    for number in range(50):
        desk.open(subject="s", requester="ana")
    return Kind(store=store, on={{TicketOpened: slow}})
"""


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "supportflow.cli", "worker", *arguments],
        cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}"},
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["Desk", "AsyncDesk"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_it_finish_what_it_holds(tmp_path, kind, number):
    plain = "" if kind == "Desk" else "async "
    (tmp_path / "service.py").write_text(SERVICE.format(kind=kind, plain=plain))
    process = start(tmp_path, "service:make")
    first = process.stdout.readline()
    process.send_signal(number)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    told = [line.split() for line in (first + out).splitlines()]
    begun = [ticket for word, ticket in told if word == "begun"]
    ended = [ticket for word, ticket in told if word == "ended"]
    assert begun == ended
    assert 1 <= len(begun) < 50
    events = [json.loads(line)["event"] for line in err.splitlines()]
    assert events[-2:] == ["stopping", "stopped"]


def test_probes_and_metrics_of_a_running_worker(tmp_path, app):
    process = start(
        tmp_path, f"{app}:desk", "--health-port", "0", "--metrics", "prometheus", "--idle-max", "0.05"
    )
    try:
        lines = iter(process.stderr.readline, "")
        port = next(line["port"] for line in map(json.loads, lines) if line["event"] == "listening")

        def ask(path):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

        while ask("/ready")[0] != 200:
            time.sleep(0.02)
        assert ask("/live")[0] == 200
        assert 'supportflow_deliveries_total{outcome="delivered"} 1.0' in ask("/metrics")[1]
        process.terminate()
        process.communicate(timeout=300)
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()

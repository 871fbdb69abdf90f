"""`supportflow doctor` and `supportflow status`; what is said of a misspelt command line."""

import io
import json
import re
import sys
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from importlib import metadata

import pytest

from cli.commands import COMMANDS
from supportflow import Agent, Desk, Policy, RoutingPolicy, SlaPolicy, SqlStore, Target
from supportflow._time import to_us
from supportflow.calendars import tzdata
from supportflow.cli import inputs, main
from supportflow.cli.app import suggestion
from supportflow.cli.contents import coloured
from supportflow.testing import CountingIds, ManualClock
from supportflow.worker.probes import Probes
from supportflow.worker.status import Status


def run(capsys, *arguments):
    status = main([*map(str, arguments)])
    out, err = capsys.readouterr()
    return status, out, err


class _Broken:
    def send(self, _message):
        raise OSError("no line")


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'desk.db'}?journal_mode=delete"


@contextmanager
def worked(url, at, *, dispatch=True):
    policy = Policy(
        routing=RoutingPolicy(routes=[{"name": "all", "language": "any"}]),
        sla=[SlaPolicy(name="all", targets=[Target.first_response(hours=1)])],
    )
    with closing(SqlStore(url)) as store:
        desk = Desk(
            policy, store=store, clock=ManualClock(at), ids=CountingIds(), channels={"mail": _Broken()}
        )
        desk.enrol(Agent("sam", capacity=0), by="boss")
        for number in range(3):
            desk.open(subject="s", requester="ana", ref=str(number), channel="mail")
        if dispatch:
            desk.dispatch()
        yield desk


def checks(capsys, *arguments):
    status, out, _ = run(capsys, "doctor", *arguments, "--json")
    document = json.loads(out)
    assert (document["document"], document["schema"]) == ("doctor", 1)
    found = {one["name"]: one for one in document["checks"]}
    assert document["errors"] == sum(one["state"] == "error" for one in found.values())
    assert status == (1 if document["errors"] else 0)
    return found


def test_a_good_desk_has_nothing_wrong(capsys, url):
    with worked(url, datetime.now(UTC)):
        found = checks(capsys, "--store", url)
    wrong = {name for name, one in found.items() if one["state"] != "ok"}
    assert wrong <= {"time zone data"}, "what copies this machine has is not the test's"
    assert found["tables"]["found"] == "revision 0005, the newest"


def test_an_extra_that_the_doctor_names_is_one_that_supportflow_asks_for(capsys):
    """Another package that reads YAML is no sign that policies in YAML can be read."""
    asked = {canonical(re.match(r"[\w.-]+", line)[0]) for line in metadata.requires("supportflow")}
    found = checks(capsys)["extras"]["found"]
    named = {canonical(one.split()[0]) for one in found.split(", ")}
    assert named <= asked
    assert "ruamel-yaml" in named


def canonical(name):
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_is_late_stuck_or_ahead_is_a_warning_with_what_to_do(capsys, url):
    now = datetime.now(UTC)
    with worked(url, now - timedelta(days=40)) as desk:
        desk.reply(ref="0", body="b", by="sam")
        desk._ports["clock"].set(now - timedelta(hours=3))
        desk.run_due()
        late = checks(capsys, "--store", url)
        for _ in range(60):
            desk._ports["clock"].advance(hours=7)
            desk.run_due()
        desk.note(ref="1", body="from the future", by="sam")
    stuck = checks(capsys, "--store", url)
    assert late["stuck deliveries"]["found"] == "0 given up, 1 failing"
    assert stuck["stuck deliveries"]["found"] == "1 given up, 0 failing"
    assert "outbox list" in stuck["stuck deliveries"]["next"]
    assert "still to come" in stuck["clock"]["found"]
    with worked(url.replace("desk", "other"), now - timedelta(hours=5)):
        due = checks(capsys, "--store", url.replace("desk", "other"))
    assert due["due tickets"]["state"] == "warning"
    assert "worker" in due["due tickets"]["next"]


def test_copies_of_zone_data_that_differ_are_a_warning(capsys, monkeypatch):
    for system, state in (("2025a", "warning"), ("2026f", "ok"), (None, "ok")):
        monkeypatch.setattr(tzdata, "copies_on_disk", lambda system=system: tzdata.Copies(system, "2026f"))
        assert checks(capsys)["time zone data"]["state"] == state


@pytest.mark.parametrize(
    ("store", "said"),
    [
        ("sqlite:///no/such.db", "there is no file"),
        ("postgresql://desk:secret@127.0.0.1:1/x", "postgresql://desk:***@127.0.0.1:1/x"),
        ("mysql://u@h/x", "must be sqlite or postgresql"),
        ("os:path", "path"),
    ],
)
def test_a_store_that_cannot_be_reached_is_an_error_and_says_where(capsys, store, said):
    found = checks(capsys, "--store", store)["store"]
    assert found["state"] == "error"
    assert said in found["found"]
    assert found["next"]
    assert ("by its URL" in found["next"]) == ("://" not in store or store.startswith("mysql"))
    status, _, err = run(capsys, "status", "--store", store)
    assert (status, err.count("\n")) == (2, 1)
    assert said in err
    assert "secret" not in str(found) + err


def test_a_status_says_what_waits_and_who_leads(capsys, url):
    now = datetime.now(UTC)
    with worked(url, now - timedelta(minutes=90)) as desk:
        desk.reply(ref="0", body="b", by="sam")
        status, out, _ = run(capsys, "status", "--store", url, "--json")
        found = json.loads(out)
        assert (status, found["document"], found["schema"]) == (0, "status", 1)
        assert (found["open"], found["queue"]["waiting"], found["due"]["tickets"]) == (3, 3, 2)
        since = f"{now - timedelta(minutes=90):%Y-%m-%dT%H:%M:%SZ}"
        numbers = {"waiting": 1, "due": 1, "since": since, "failing": 0, "given_up": 0}
        assert found["deliveries"] == numbers
        [leader] = found["leaders"]
        assert (leader["role"], leader["leads"]) == ("dispatcher", False)
        desk._ports["clock"].set(now + timedelta(hours=1))
        desk.dispatch()
    status, out, _ = run(capsys, "status", "--store", url)
    assert "3 wait for an agent, the first for 1 h 30 min" in out
    assert "leads until" in out


def test_a_tenant_that_nobody_has_used_is_no_quiet_desk(capsys, url):
    with worked(url, datetime.now(UTC)):
        assert run(capsys, "status", "--store", url)[0] == 0
        for tenant in ("typo", "Default", "defaul"):
            status, out, err = run(capsys, "status", "--store", url, "--tenant", tenant)
            assert (status, out) == (2, "")
            assert err == f"supportflow: --tenant: no desk of {tenant!r} has ever used this store\n"
            found = checks(capsys, "--store", url, "--tenant", tenant)["tenant"]
            assert (found["state"], tenant in found["found"]) == ("warning", True)
        assert checks(capsys, "--store", url)["tenant"]["state"] == "ok"


def test_clocks_are_compared_once_the_database_has_answered(capsys, url, monkeypatch):
    """What a slow server takes to connect is no difference between two clocks."""
    with worked(url, datetime.now(UTC)):
        pass
    order = []
    told, kept = SqlStore.told, inputs.kept_at
    monkeypatch.setattr(inputs, "kept_at", lambda name: order.append("opened") or kept(name))
    monkeypatch.setattr(inputs, "to_us", lambda at: order.append("clock") or to_us(at))
    monkeypatch.setattr(SqlStore, "told", lambda *given: order.append("asked") or told(*given))
    for command in ("doctor", "status"):
        order.clear()
        run(capsys, command, "--store", url)
        assert order == ["opened", "asked", "clock"], command


def test_a_status_asks_workers(capsys, url):
    with worked(url, datetime.now(UTC)):
        pass
    working = Status()
    with Probes(working, "127.0.0.1", 0) as probes:
        address = f"http://127.0.0.1:{probes.port}"
        for state, expected in (("starting", 1), ("working", 0), ("failing", 1)):
            working.enter(state)
            status, out, _ = run(capsys, "status", "--store", url, "--worker", address, "--json")
            [worker] = json.loads(out)["workers"]
            assert (status, worker["ready"], worker["state"]) == (expected, not expected, state)
    status, out, _ = run(capsys, "status", "--store", url, "--worker", address)
    assert status == 1
    assert "not ready" in out
    assert run(capsys, "status", "--store", url, "--worker", "file:///etc/passwd")[0] == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("simulte x", "did you mean simulate?"),
        ("check p.toml --jsn", "did you mean --json?"),
        ("outbox lst --store x", "did you mean list?"),
        ("records verfy x", "did you mean verify?"),
        ("migrate u --sqll", "did you mean --sql?"),
        ("outbox list --store x --tennant y", "did you mean --tenant?"),
        ("report x -o y --language fr", "choose from en, zh, zh-Hant"),
        ("zzzzzz", "choose from demo"),
        ("diff a b --qqqqqq", "unknown option --qqqqqq"),
    ],
)
def test_a_misspelt_word_is_answered_with_the_nearest(capsys, line, said):
    status, out, err = run(capsys, *line.split())
    assert (status, out) == (2, "")
    assert said in err.splitlines()[-1]


def test_nothing_is_suggested_that_is_not_near():
    assert suggestion("--xyz", ["--json", "--store"]) == ""
    assert suggestion("x" * 10_000, ["--json"]) == ""
    assert suggestion("--stroe", ["--json", "--store"]) == ": did you mean --store?"


# --- help, and what is made of the parsers ---------------------------------------------------------


def test_a_shell_gets_commands_options_and_files(capsys):
    pytest.importorskip("shtab", reason="the extra `completion` is not installed")
    status, out, _ = run(capsys, "completion", "bash")
    assert status == 0
    for word in ("what-if", "--dry-run", "witnessed", "--store", "_shtab_compgen_files"):
        assert word in out
    of_files = {line.partition("=")[0] for line in out.splitlines() if line.endswith("=_shtab_compgen_files")}
    for name in ("check_pos_0", "check___roster", "records_checkpoint___key", "records_verify_pos_0"):
        assert f"_shtab_supportflow_{name}_COMPGEN" in of_files
    for name in ("outbox_drop_pos_0", "outbox_retry_pos_0", "erase_pos_0"):
        assert f"_shtab_supportflow_{name}_COMPGEN" not in of_files
    assert "#compdef supportflow" in run(capsys, "completion", "zsh")[1]
    assert run(capsys, "completion", "fish")[0] == 2


class _Stream(io.StringIO):
    def __init__(self, *, terminal):
        super().__init__()
        self.terminal = terminal

    def isatty(self):
        return self.terminal


@pytest.mark.parametrize(
    ("terminal", "environment", "expected"),
    [
        (True, {"TERM": "xterm"}, True),
        (False, {"TERM": "xterm"}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {}, False),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (True, {"TERM": "xterm", "NO_COLOR": ""}, True),
    ],
)
def test_help_has_colours_where_they_are_wanted(terminal, environment, expected, monkeypatch):
    pytest.importorskip("rich_argparse", reason="the extra `terminal` is not installed")
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert coloured(_Stream(terminal=terminal)) is expected
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert coloured(_Stream(terminal=terminal)) is False


@pytest.mark.parametrize("width", [60, 120])
def test_help_fits_on_a_terminal(width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    for words in COMMANDS:
        assert main([*words, "--help"]) == 0
        lines = capsys.readouterr().out.splitlines()
        # An example is to be typed: it stays in one line.
        assert max(len(one) for one in lines if not one.startswith("  supportflow")) <= width, words


ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def help_of(monkeypatch, words, *, terminal=True):
    stream = _Stream(terminal=terminal)
    monkeypatch.setattr(sys, "stdout", stream)
    assert main([*words, "--help"]) == 0
    return stream.getvalue()


@pytest.mark.parametrize("width", [60, 120])
def test_help_in_colours_says_the_same_and_fits_too(width, monkeypatch):
    pytest.importorskip("rich_argparse", reason="the extra `terminal` is not installed")
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for words in [(), ("outbox",), *COMMANDS]:
        coloured_help = help_of(monkeypatch, words)
        shown = ESCAPE.sub("", coloured_help)
        plain = help_of(monkeypatch, words, terminal=False)
        assert coloured_help.count("\x1b[") > 5
        assert "\x1b" not in shown + plain
        # Whether an argument stands behind the short form of its option, too, differs between versions of both.
        said = [re.sub(r"(-\w) [A-Za-z.]+,(\s+--)", r"\1,\2", one) for one in (shown, plain)]
        assert "".join(said[0].split()) == "".join(said[1].split()), words
        assert max(len(one) for one in shown.splitlines() if not one.startswith("  supportflow")) <= width, (
            words
        )


@pytest.mark.parametrize(
    ("terminal", "environment"),
    [(False, {}), (True, {"TERM": "dumb"}), (True, {"NO_COLOR": "1"}), (True, {"TERM": ""})],
)
def test_help_has_no_escapes_where_nobody_wants_them(terminal, environment, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for words in ((), ("check",), ("outbox", "drop")):
        assert "\x1b" not in help_of(monkeypatch, words, terminal=terminal)


def test_help_needs_no_colours(monkeypatch):
    """Without the extra: plain, on the best of terminals."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    shown = help_of(monkeypatch, ("check",))
    assert (shown.startswith("usage: supportflow check"), "\x1b" in shown) == (True, False)

import argparse
import io
import json
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import supportflow
from supportflow.cli import main, progress
from supportflow.cli.app import _parser, every_command
from supportflow.cli.progress import Bar
from supportflow.lifecycle import default_lifecycle, mermaid
from supportflow.replay import counting

EXAMPLES = Path(__file__).parents[2] / "examples" / "policies"
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
name = "{name}"
[[sla]]
name = "all"
targets = [{{ metric = "resolution", name = "resolution", hours = {hours} }}]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "log.csv").write_text(
        "id,at,state\n1,2026-03-02T09:00:00Z,New\n1,2026-03-02T12:00:00Z,Done\n1,2026-03-02T13:00:00Z,Lost\n"
    )
    (tmp_path / "mapping.toml").write_text(MAPPING)
    (tmp_path / "four.toml").write_text(POLICY.format(name="four", hours=4))
    (tmp_path / "two.toml").write_text(POLICY.format(name="two", hours=2))
    return tmp_path


@pytest.fixture
def run(capsys, folder, monkeypatch):
    """Runs a command in the folder; gives status, standard output and standard error."""
    monkeypatch.chdir(folder)

    def call(*arguments):
        status = main(arguments)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


REPLAY = ("replay", "log.csv", "--mapping", "mapping.toml")


# --- the command line itself -------------------------------------------------------------------


def test_version(run):
    status, out, _ = run("--version")
    assert status == 0
    assert out == f"supportflow {metadata.version('supportflow')}\n"


def test_commands_are_listed_as_they_are_when_they_are_loaded():
    """A command is loaded when it is run: until then only its name and help are there."""
    (listed,) = (one for one in _parser()._actions if isinstance(one, argparse._SubParsersAction))
    (loaded,) = (one for one in _parser(every=True)._actions if isinstance(one, argparse._SubParsersAction))
    assert [(one.dest, one.help) for one in listed._choices_actions] == [
        (one.dest, one.help) for one in loaded._choices_actions
    ]
    assert not any(one.get_default("run") for one in listed.choices.values())
    for name in loaded.choices:
        (one,) = (one for one in _parser(name)._actions if isinstance(one, argparse._SubParsersAction))
        assert one.choices[name].format_help() == loaded.choices[name].format_help()


@pytest.mark.parametrize("words", [["--version"], ["--help"], []])
def test_what_needs_no_command_loads_none(words):
    program = "import sys; from supportflow.cli import main; main(sys.argv[1:]); sys.exit('pydantic' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", program, *words], capture_output=True, check=False).returncode
        == 0
    )


def loads(*arguments, columns=""):
    """What a command prints, and which modules that take long to load it has loaded."""
    program = (
        "import sys; from supportflow.cli import main; main(sys.argv[1:]); "
        "print(*{'argparse', 'pathlib', 're', 'shutil', 'textwrap', 'contextlib'} & {*sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {program}", *arguments],
        env={**os.environ, "COLUMNS": columns},
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout, set(done.stderr.split())


def test_version_and_the_help_of_everything_need_no_parser_and_help_no_archives():
    assert loads("--version") == (f"supportflow {metadata.version('supportflow')}\n", set())
    said, loaded = loads("--help")
    assert (said.splitlines()[0], loaded) == (
        "usage: supportflow [-h] [--version] [--verbose] COMMAND ...",
        set(),
    )
    assert loads("-h") == (said, set())
    assert loads("--help", columns="58")[1] >= {"argparse"}, (
        "whose lines of usage are broken as it breaks them"
    )
    assert loads("--verbose", "--help")[1] & {"argparse", "shutil"} == {"argparse"}


@pytest.mark.parametrize("columns", [61, 62, 66, 72, 79, 80, 100, 141, 400])
def test_the_help_of_everything_is_what_its_parsers_say(columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(columns))
    parsers = every_command()
    for word in ("--help", "-h"):
        assert main([word]) == 0
        assert capsys.readouterr().out == parsers.format_help()


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_whoever_cannot_be_told_is_refused_as_the_parser_refuses(word):
    told = []
    for home in ("cli", "cli.app"):
        program = f"import sys; from supportflow.{home} import main; sys.exit(main([{word!r}]))"
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-c", program], stdout=full, stderr=subprocess.PIPE, check=False, text=True
            )
        told.append((done.returncode, done.stderr))
    assert told[0] == told[1]


@pytest.mark.parametrize("columns", ["", "0", "-5", "x", "40", "60", "120", "300", "٣٠"])
def test_help_is_as_wide_as_the_terminal_as_argparse_finds_it(columns):
    told = [
        subprocess.run(
            [
                sys.executable,
                "-c",
                f"import sys; from supportflow.cli import app; {change}app.main(['--help'])",
            ],
            env={**os.environ, "COLUMNS": columns, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for change in ("", "app.width = lambda: None; ")
    ]
    assert told[0] == told[1]


def test_a_command_that_is_not_read_is_a_parser_to_whoever_looks_into_it():
    (listed,) = (one for one in _parser()._actions if isinstance(one, argparse._SubParsersAction))
    demo = listed.choices["demo"]
    assert demo.format_usage() == "usage: supportflow demo [-h]\n"
    with pytest.raises(AttributeError):
        demo.nonsense  # noqa: B018


@pytest.mark.parametrize(
    "command", [(), ("replay",), ("demo",), ("diagram",), ("check",), ("schema",), ("calendar", "show")]
)
def test_help(run, command):
    status, out, err = run(*command, "--help")
    assert (status, err) == (0, "")
    assert out.startswith("usage: supportflow")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("dance",),
        ("replay",),
        (*REPLAY, "--verify", "0"),
        (*REPLAY, "--verify", "x"),
        ("calendar",),
        ("demo", "x"),
    ],
)
def test_a_wrong_command_line(run, arguments):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert "supportflow" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("replay", "no.csv", "--mapping", "mapping.toml"), "no.csv: No such file or directory"),
        (("replay", ".", "--mapping", "mapping.toml"), ".: Is a directory"),
        (("replay", "log.csv", "--mapping", "no.toml"), "no.toml: No such file or directory"),
        (("replay", "log.csv", "--mapping", "uci"), "uci: is neither a .toml file nor a shipped mapping"),
        (("replay", "four.toml", "--mapping", "mapping.toml"), "case: the log has no column 'id'"),
        (
            ("replay", "log.csv", "--mapping", "four.toml"),
            "case: Field required (and 3 more: --verbose says them)",
        ),
        (
            (*REPLAY, "--policy", "mapping.toml"),
            "mapping.toml: case: unknown field 'case'; did you mean 'classes'? (line 3) (and 2 more: --verbose says them)",
        ),
        (
            (*REPLAY, "--policy", "log.csv"),
            "log.csv: the file's name must end in .toml or .json, or in .yaml or .yml",
        ),
        ((*REPLAY, "--against", "no.toml"), "no.toml: No such file or directory"),
        ((*REPLAY, "--quiet", "--json", "no/such/folder"), "no/such/folder: No such file or directory"),
        (("diagram", "--policy", "no.toml"), "no.toml: No such file or directory"),
        (("check", "no.toml"), "no.toml: No such file or directory"),
        (("calendar", "show", "nights"), "NAME: is not a calendar of this policy: 24x7"),
        (("calendar", "show", "--hours", "9 to 5"), "--hours: is not HH:MM-HH:MM"),
        (("calendar", "show", "--hours", "17:00-09:00", "--tz", "Europe/Atlantis"), "tz"),
        (("calendar", "show", "--tz", "UTC"), "--tz: needs --hours"),
        (("calendar", "show", "24x7", "--hours", "09:00-17:00"), "--hours: cannot stand beside"),
        (
            ("calendar", "show", "--hours", "09:00-17:00", "--subdivision", "BE"),
            "--subdivision: needs --country",
        ),
        (("calendar", "show", "--date", "tomorrow"), "--date: is not YYYY-MM-DD"),
    ],
)
def test_what_cannot_be_used_is_one_line(run, arguments, message):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("supportflow: ")
    assert message in err
    assert err.count("\n") == 1


def test_ctrl_c(run, monkeypatch):
    def interrupted(*_arguments, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr(counting.Cases, "case", interrupted)
    assert run(*REPLAY) == (130, "", "supportflow: interrupted\n")


def started(*command):
    """A process of its own, which finds the same supportflow."""
    source = str(Path(supportflow.__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": source},
    )


def test_a_reader_that_goes_away():
    with started("-m", "supportflow.cli", "schema") as process:
        process.stdout.close()
        errors = process.stderr.read()
        assert (process.wait(60), errors) == (141, b"")


def test_a_reader_that_went_away_before(monkeypatch):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w", encoding="utf-8") as gone:
        monkeypatch.setattr(sys, "stdout", gone)
        assert main(["diagram"]) == 141


INTERRUPTED = """
import os, signal, sys
from supportflow.cli import main
from supportflow.replay import tally
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs start with it ignored
tally.Tally.ended = lambda *_: os.kill(os.getpid(), signal.SIGINT)
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of a POSIX shell")
def test_a_real_ctrl_c_in_the_middle(folder, monkeypatch):
    monkeypatch.chdir(folder)
    with started("-c", INTERRUPTED, *REPLAY) as process:
        out, errors = process.communicate(timeout=300)
    assert (process.returncode, out, errors) == (130, b"", b"supportflow: interrupted\n")


# --- replay ------------------------------------------------------------------------------------


def test_replay(run):
    status, out, err = run(*REPLAY)
    assert (status, err) == (0, "")
    assert re.search(r"rows +3  2026-03-02", out)
    assert re.search(r"new -> resolved +1  resolve\n", out)
    assert "1  unknown_state (the rest taken in), line 4: 'Lost'" in out


def test_replay_against_another_policy(run, folder):
    status, out, _ = run(*REPLAY, "--policy", "four.toml", "--against", "two.toml", "--json", "out.json")
    assert status == 0
    assert "four against two: 1 of 1 verdicts differ" in out
    document = json.loads((folder / "out.json").read_text())
    assert document["report"]["policy"] == "four"
    assert document["against"]["policy"] == "two"
    (difference,) = document["comparison"]["differences"]
    assert (difference["case"], difference["ended"], difference["against"]) == ("1", "met", "missed")
    assert (difference["why"], difference["due_at"]) == ("duration", "2026-03-02T13:00:00.000000Z")


def test_replay_to_json_alone(run):
    status, out, _ = run(*REPLAY, "--json", "-")
    assert status == 0
    assert json.loads(out)["report"]["rows"] == 3


def test_replay_quietly(run):
    assert run(*REPLAY, "--quiet") == (0, "", "")


def test_replay_verifies(run, monkeypatch):
    status, out, _ = run(*REPLAY, "--verify")
    assert status == 0
    assert "1 cases folded again from their stored events: each is its stored snapshot" in out
    monkeypatch.setattr(counting, "fold", lambda _events, **_named: None)
    status, out, _ = run(*REPLAY, "--verify", "1")
    assert status == 1
    assert "1 DIFFER, the first is 1" in out


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_on_a_terminal_is_gone_in_the_end(monkeypatch):
    clock = iter([0.0, 0.05, 0.2])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    terminal = Terminal()
    with Bar(terminal, "replaying") as bar:
        bar(1, 4)
        bar(2, 4)
        bar(4, 4)
    drawn = terminal.getvalue().split("\r")
    assert [line[-16:] for line in drawn[1:-1]] == [" 25% 1 of 4 rows", "100% 4 of 4 rows"]
    assert drawn[-1] == "\x1b[K"


@pytest.mark.parametrize(("stream", "shown"), [(io.StringIO, True), (Terminal, False)])
def test_no_bar_elsewhere(stream, shown):
    out = stream()
    with Bar(out, "replaying", shown=shown) as bar:
        bar(1, 4)
    assert out.getvalue() == ""


# --- the others --------------------------------------------------------------------------------


def test_diagram(run, folder):
    assert run("diagram") == (0, mermaid(default_lifecycle()), "")
    (folder / "own.toml").write_text(
        'lifecycle = { initial = "in", statuses = { in = "new", out = "closed" }, '
        'transitions = [{ trigger = "close", from = ["in"], to = "out" }] }'
    )
    status, out, _ = run("diagram", "--policy", "own.toml")
    assert status == 0
    assert "  in --> out: close" in out.splitlines()


def test_check(run, folder):
    status, out, err = run("check", "four.toml")
    assert (status, err) == (0, "")
    assert "policy 'four' is good" in out
    assert "1 SLA policies with 1 targets" in out
    (folder / "bad.toml").write_text('default_class = "urgent"\nclasses = ["a", "a"]')
    status, out, err = run("check", "bad.toml")
    assert (status, err) == (1, "")
    assert out.splitlines() == [
        "bad.toml: classes: 'a' is listed twice (line 2)",
        "bad.toml: default_class: unknown class 'urgent' (line 1)",
    ]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_example_policies_are_good(run, path):
    assert run("check", str(path))[0] == 0


def test_schema(run):
    status, out, _ = run("schema")
    assert status == 0
    schema = json.loads(out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False
    assert {"schema", "sla", "lifecycle", "rules"} <= set(schema["properties"])


def test_calendar_of_given_hours(run):
    status, out, _ = run(
        "calendar", "show", "--hours", "09:00-18:00", "--tz", "Europe/Berlin", "--date", "2026-05-01"
    )
    assert status == 0
    assert "Europe/Berlin · week of 2026-04-27" in out
    assert "working time this week: 45 h" in out


def test_calendar_with_the_holidays_of_a_country(run):
    pytest.importorskip("holidays")
    status, out, _ = run(
        "calendar",
        "show",
        "--hours",
        "09:00-18:00",
        "--tz",
        "Asia/Shanghai",
        "--country",
        "CN",
        "--date",
        "2026-02-14",
    )
    assert status == 0
    (saturday,) = [line for line in out.splitlines() if "Sat 02-14" in line]
    assert "09:00-18:00" in saturday


def test_calendars_of_a_policy(run, folder):
    (folder / "hours.toml").write_text(
        '[calendars.office]\ntz = "UTC"\nweekly = { mon = [["09:00", "17:00"]] }\n'
    )
    status, out, _ = run("calendar", "show", "--policy", "hours.toml", "--date", "2026-05-01")
    assert status == 0
    assert [line.split(" · ")[0] for line in out.splitlines() if "week of" in line] == ["24x7", "office"]
    status, out, _ = run("calendar", "show", "office", "--policy", "hours.toml")
    assert status == 0
    assert "office · UTC" in out

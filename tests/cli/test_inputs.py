"""What a command line names: files, shipped names, standard input; what is said of a document; trials of what deletes."""

import io
import json
import sys
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest

from supportflow import Desk, Policy, SqlStore
from supportflow.cli import main
from supportflow.cli.progress import Bar
from supportflow.cli.terminal import EXIT_STATUSES, listed
from supportflow.policy.document.policy import FieldSpec
from supportflow.policy.document.retention import Retention

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ROSTER = '[[agents]]\nid = "sam"\n'
MAPPING = (files("supportflow.replay") / "mappings" / "helpdesk_it.toml").read_text("utf-8")
SCENARIO = (EXAMPLES / "crash_day.toml").read_text("utf-8")


def run(capsys, *arguments):
    status = main([*map(str, arguments)])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.fixture
def typed(monkeypatch):
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.mark.parametrize("text", ['{"default_level": 2}', "default_level = 2", "\n  default_level = 2\n"])
def test_a_policy_comes_on_standard_input(capsys, typed, text):
    typed(text)
    status, out, _ = run(capsys, "check", "-", "--json")
    document = json.loads(out)
    assert (status, document["document"], document["schema"], document["policy"]) == (0, "check", 1, "-")
    typed(text)
    assert run(capsys, "diff", "exchange", "-")[0] == 0


def test_what_is_wrong_on_standard_input_says_so(capsys, typed):
    typed("classes = 1")
    status, out, _ = run(capsys, "check", "-")
    assert (status, out.startswith("-: classes")) == (1, True)
    typed("classes = 1")
    status, _, err = run(capsys, "diagram", "--policy", "-")
    assert (status, err.startswith("supportflow: standard input: classes")) == (2, True)


def test_a_shipped_policy_stands_wherever_a_file_does(capsys, tmp_path, monkeypatch):
    assert "stateDiagram" in run(capsys, "diagram", "--policy", "exchange")[1]
    assert run(capsys, "check", "exchange")[0] == 0
    assert run(capsys, "calendar", "show", "--policy", "exchange")[0] == 0
    assert run(capsys, "diff", "exchange", "exchange")[1] == "0 differences\n"
    monkeypatch.chdir(tmp_path)
    Path("exchange").write_text("name = 'mine'")
    status, _, err = run(capsys, "diagram", "--policy", "exchange")
    assert (status, "must end in .toml" in err) == (2, True), "a file of that name goes before"


@pytest.mark.parametrize(
    ("kind", "text", "wrong"),
    [
        ("roster", ROSTER, ROSTER + 'shfts = ["night"]\n'),
        ("mapping", MAPPING, MAPPING + "[nonsense]\nx = 1\n"),
        ("scenario", SCENARIO, SCENARIO.replace("lasts_for", "last_for")),
    ],
    ids=["roster", "mapping", "scenario"],
)
def test_check_recognises_what_is_no_policy(capsys, tmp_path, kind, text, wrong):
    path = tmp_path / "document.toml"
    path.write_text(text, "utf-8")
    status, out, _ = run(capsys, "check", path)
    assert (status, out.startswith(f"{path}: {kind} '")) == (0, True)
    path.write_text(wrong, "utf-8")
    status, out, _ = run(capsys, "check", path, "--json")
    document = json.loads(out)
    assert (status, document[kind], document["errors"] >= 1) == (1, str(path), True)
    assert run(capsys, "check", path, "--roster", path)[0] == 2


def test_every_problem_is_said_if_somebody_wants_to_know(capsys, tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text("x = 1\ny = 2\nz = 3\n")
    status, _, err = run(capsys, "diagram", "--policy", path)
    assert (status, err.count("\n")) == (2, 1)
    assert "(and 2 more: --verbose says them)" in err
    for arguments in (("--verbose", "diagram", "--policy", path), ("diagram", "--policy", path, "--verbose")):
        status, _, err = run(capsys, *arguments)
        assert status == 2
        assert [f"field {name!r}" in line for name, line in zip("xyz", err.splitlines(), strict=True)] == [
            True
        ] * 3


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a_dict", "is of type dict"),
        ("awaited_dict", "is of type dict"),
        ("nothing", "is of type NoneType"),
        ("wants_more", "needs arguments"),
        ("AClass", "needs arguments"),
        ("missing", "has no 'missing'"),
    ],
)
def test_a_worker_that_is_given_no_desk_says_so(capsys, tmp_path, monkeypatch, name, said):
    (tmp_path / "no_desk_at_all.py").write_text(
        "a_dict = {}\nasync def awaited_dict():\n    return {}\ndef nothing():\n    return None\n"
        "def wants_more(store):\n    return store\nclass AClass:\n    def __init__(self, store):\n        pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    status, _, err = run(capsys, "worker", f"no_desk_at_all:{name}", "--until-idle")
    assert (status, err.count("\n"), said in err) == (2, 1, True)


def test_a_trial_of_what_deletes_deletes_nothing_and_a_hold_holds(capsys, tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}?journal_mode=delete"
    policy = Policy(
        fields={"lawsuit": FieldSpec.boolean(nullable=True)},
        retention=Retention(hold={"field": "lawsuit", "eq": True}),
    )
    with closing(SqlStore(url)) as store:
        desk = Desk(policy, store=store)
        desk.open(subject="s", body="words", requester="ana", ref="1")
        desk.open(subject="s", body="words", requester="bo", ref="2", attributes={"lawsuit": True})
        status, out, err = run(capsys, "erase", "ana", "eve", "--dry-run", "--store", url)
        assert (status, out.startswith("2 texts would be erased"), "'eve' has no texts" in err) == (
            1,
            True,
            True,
        )
        assert desk.messages(ref="1")[0].body == "words"
        for said in ("--dry-run", "--yes"):
            status, out, err = run(capsys, "erase", "bo", said, "--store", url)
            assert (status, out, "lawsuit" in err, desk.messages(ref="2")[0].body) == (2, "", True, "words")
        status, out, err = run(capsys, "erase", "ana", "bo", "--dry-run", "--store", url)
        assert (status, out, err.count("\n"), desk.messages(ref="1")[0].body) == (2, "", 1, "words")
        assert run(capsys, "erase", "ana", "--dry-run", "--store", url)[:2] == (
            0,
            "2 texts would be erased\n",
        )
        status, out, err = run(capsys, "erase", "ana", "bo", "--yes", "--store", url)
        assert (status, out) == (2, "")
        assert err.splitlines()[0] == "supportflow: broken off; texts erased before that: 'ana' 2"
        assert desk.messages(ref="1")[0].body is None
    assert run(capsys, "erase", "ana", "--store", url)[0] == 2


# --- how a command ends ----------------------------------------------------------------------------

SMALL = """
lasts_for = "PT1H"
[arrivals]
per_hour = 30
[service]
mean = "PT1M"
[[team]]
name = "a"
count = 1
[policy.routing]
routes = [{ name = "all", language = "any" }]
"""


def test_each_exit_status_of_the_table_is_met(capsys, tmp_path, monkeypatch):
    path = tmp_path / "wrong.toml"
    path.write_text("x = 1")
    met = {
        run(capsys, "--version")[0],
        run(capsys, "check", path)[0],
        run(capsys, "check", tmp_path / "missing.toml")[0],
    }
    for error in (KeyboardInterrupt(), BrokenPipeError()):
        with monkeypatch.context() as patch:
            patch.setattr("supportflow.cli.schema.policy_schema", lambda error=error: raised(error))
            patch.setattr(
                sys.stdout.stream if hasattr(sys.stdout, "stream") else sys.stdout,
                "fileno",
                lambda: 1,
                raising=False,
            )
            patch.setattr("supportflow.cli.app.os.dup2", lambda *_: None)
            met.add(run(capsys, "schema")[0])
    assert met == EXIT_STATUSES.keys()


def raised(error):
    raise error


@pytest.mark.parametrize("call", [1, 2, 5])
def test_an_interrupt_inside_a_callback_is_an_interrupt(capsys, tmp_path, monkeypatch, call):
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    calls = []

    def interrupted(_bar, *_):
        calls.append(1)
        if len(calls) == call:
            raise KeyboardInterrupt

    monkeypatch.setattr(Bar, "__call__", interrupted)
    status, out, err = run(capsys, "simulate", path)
    assert (status, out, err.splitlines()[-1], len(calls)) == (130, "", "supportflow: interrupted", call)
    assert "Traceback" not in err


def test_a_line_of_a_log_says_what_it_is(capsys, tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}?journal_mode=delete"
    with closing(SqlStore(url)) as store:
        Desk(store=store).open(subject="s", requester="ana")
    out = tmp_path / "out.csv"
    written = run(capsys, "log", "export", "--store", url, "-o", out, "--json")[1]
    mapping = ("--mapping", f"{out}.toml")
    again = run(capsys, "log", "convert", out, *mapping, "-o", tmp_path / "out.jsonl", "--json")[1]
    for line, name in ((written, "log export"), (again, "log convert")):
        assert (line.count("\n"), list(json.loads(line).items())[:2]) == (
            1,
            [("document", name), ("schema", 1)],
        )


def test_every_document_says_what_it_is(capsys, tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    for arguments in (
        ("simulate", path, "--quiet", "--json", "-"),
        ("check", path, "--json"),
        ("diff", "exchange", "exchange", "--json"),
        ("doctor", "--json"),
        (
            "staffing",
            path,
            "--share",
            "0.5",
            "--within",
            "PT30M",
            "--json",
            "-",
            "--quiet",
            "--replications",
            "2",
        ),
    ):
        document = json.loads(run(capsys, *arguments)[1])
        assert [*document][:2] == ["document", "schema"], arguments
        assert (document["document"], document["schema"]) == (arguments[0], 1)


SHIFTS = 'tz = "UTC"\n[[shifts]]\nname = "day"\nfrom = "06:00"\nto = "18:00"\n'
KINDS = [
    ("roster", ROSTER, 0),
    ("roster", "[[agents]]\nid = 1\n", 1),
    ("mapping", MAPPING, 0),
    ("shifts", SHIFTS, 0),
    ("shifts", SHIFTS.replace("06:00", "6"), 1),
    ("scenario", SCENARIO, 0),
    ("scenario", SCENARIO.replace("PT12H", "soon"), 1),
]


@pytest.mark.parametrize(("kind", "text", "expected"), KINDS)
def test_check_recognises_a_document_on_standard_input_and_in_a_file(
    capsys, typed, tmp_path, kind, text, expected
):
    (tmp_path / "document.toml").write_text(text, "utf-8")
    typed(text)
    there = sys.stdin
    for name in ("-", tmp_path / "document.toml"):
        status, out, _ = run(capsys, "check", name, "--json")
        found = json.loads(out)
        assert (status, found[kind], found["errors"] > 0) == (expected, str(name), expected > 0)
        assert not any("standard input" in one["message"] for one in found["findings"])
    assert sys.stdin is there


def test_check_takes_shipped_names_of_both_kinds(capsys):
    for name, kind in (("exchange", "policy"), ("helpdesk_it", "mapping"), ("servicenow_uci", "mapping")):
        status, out, _ = run(capsys, "check", name)
        assert (status, f"{name}: {kind} {name!r} is good" in out) == (0, True)


def test_an_error_of_a_mapping_says_in_which_file(capsys, typed, tmp_path):
    (tmp_path / "log.csv").write_text("id\n1\n")
    (tmp_path / "mapping.toml").write_text("nix = 1\n")
    typed("nix = 1\n")
    for name, said in ((tmp_path / "mapping.toml", tmp_path / "mapping.toml"), ("-", "standard input")):
        status, _, err = run(capsys, "replay", tmp_path / "log.csv", "--mapping", name)
        assert (status, err.startswith(f"supportflow: {said}: ")) == (2, True)


@pytest.mark.parametrize(("number", "more"), [(1, ""), (10, ""), (11, " and 1 more: --json names them")])
def test_of_many_names_the_first_are_shown_and_how_to_see_the_others(number, more):
    names = [str(one) for one in range(number)]
    assert listed(names) == ", ".join(names[:10]) + more

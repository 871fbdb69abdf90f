"""Shells complete commands and options, and every command shows how it is typed."""

import shlex
import shutil
import subprocess

import pytest

from supportflow.cli import main
from supportflow.cli.app import parser_of_all
from supportflow.cli.completion import SHELLS, script
from supportflow.cli.examples import EXAMPLES, leaves


@pytest.fixture(scope="module")
def parser():
    return parser_of_all()


def completed(parser, *words):
    """What bash offers for the last of some words."""
    bash = shutil.which("bash") or pytest.skip("needs bash")
    typed = " ".join(map(shlex.quote, ("supportflow", *words)))
    asked = f'COMP_WORDS=({typed}); COMP_CWORD={len(words)}; _supportflow; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(
        [bash, "-c", f"{script(parser, 'bash')}\n{asked}"], capture_output=True, text=True, check=False
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("rep",), ["replay", "report"]),
        (("replay", "log.csv", "--ag"), ["--against"]),
        (("replay", "--"), None),
        (("outbox", ""), ["list", "retry", "drop", "topics", "unsubscribe"]),
        (("outbox", "l"), ["list"]),
        (("outbox", "list", "--js"), ["--json"]),
        (("triage", "--ou"), ["--out"]),
        (("nothing", "x"), []),
    ],
)
def test_bash(parser, words, offered):
    found = completed(parser, *words)
    if offered is None:
        offered = [option for option in found if option.startswith("--")]
        assert {"--policy", "--against", "--json", "--suggest", "--help"} <= set(offered)
    assert sorted(found) == sorted(offered)


def test_every_shell_has_every_command_and_option(parser, capsys):
    for shell in SHELLS:
        text = script(parser, shell)
        for name, leaf in leaves(parser):
            assert all(word in text for word in name.split())
            for action in leaf._actions:
                for option in action.option_strings:
                    assert option.removeprefix("--") in text or not option.startswith("--")
        assert main(["completion", shell]) == 0
        assert capsys.readouterr().out == text


def test_every_command_has_examples_that_can_be_typed(parser):
    """Each line is one that the parser takes; and no example is of a command that is gone."""
    known = dict(leaves(parser))
    assert EXAMPLES.keys() <= known.keys()
    for name, leaf in known.items():
        assert leaf.epilog, name
        lines = [
            line.strip() for line in leaf.epilog.replace("\\\n", " ").splitlines() if "supportflow " in line
        ]
        assert lines, name
        for line in lines:
            program, *arguments = shlex.split(line[line.index("supportflow ") :].partition(" > ")[0])
            assert program == "supportflow"
            assert parser.parse_args(arguments).run, line

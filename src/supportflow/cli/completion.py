"""`supportflow completion`: a script by which a shell completes commands and their options."""

import argparse
from collections.abc import Iterator
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.examples import leaves

__all__ = ["SHELLS", "add_to", "run", "script"]

SHELLS = ("bash", "zsh", "fish")
_BASH = """\
_supportflow() {{
    local before=("${{COMP_WORDS[@]:1:COMP_CWORD-1}}") words
    case "${{before[0]-}} ${{before[1]-}}" in
{cases}
        *) words="{commands}" ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _supportflow supportflow
"""
_ZSH = "autoload -U +X bashcompinit && bashcompinit\n"


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "completion",
        help="print a script for the shell that completes commands and options",
        description=(
            "Print a script for the shell: sourced, or laid where the shell looks for such, it completes the names of "
            "commands and of their options; what else is typed is completed as a file."
        ),
    )
    parser.add_argument("shell", choices=SHELLS, help="the shell")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the script."""
    from supportflow.cli.app import parser_of_all  # noqa: PLC0415 - it loads every command, this one too

    terminal.lines(script(parser_of_all(), arguments.shell))
    return 0


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script of a shell for a parser."""
    known = dict(leaves(parser))
    if shell == "fish":
        return "".join(f"{line}\n" for line in _fish(known))
    groups: dict[str, list[str]] = {}
    for name in known:
        first, _, second = name.partition(" ")
        if second:
            groups.setdefault(first, []).append(second)
    words = {name if " " in name else f"{name} ": [*_options(leaf)] for name, leaf in known.items()}
    for first, seconds in groups.items():
        words[f"{first} "] = [*seconds, *words.get(f"{first} ", ())]
    cases = [
        f'        "{name}"*) words="{" ".join(words[name])}" ;;'
        for name in sorted(words, key=lambda name: -len(name.split()))
    ]
    commands = " ".join(dict.fromkeys(name.partition(" ")[0] for name in known))
    text = _BASH.format(cases="\n".join(cases), commands=commands)
    return _ZSH + text if shell == "zsh" else text


def _options(leaf: argparse.ArgumentParser) -> Iterator[str]:
    for action in leaf._actions:  # noqa: SLF001 - argparse has no other way to ask
        yield from (option for option in action.option_strings if option.startswith("--"))


def _fish(known: dict[str, argparse.ArgumentParser]) -> Iterator[str]:
    firsts = " ".join(dict.fromkeys(name.partition(" ")[0] for name in known))
    yield f"complete -c supportflow -n __fish_use_subcommand -f -a '{firsts}'"
    for name, leaf in known.items():
        first, _, second = name.partition(" ")
        seen = f"__fish_seen_subcommand_from {first}"
        if second:
            yield f"complete -c supportflow -n '{seen}' -f -a {second}"
            seen = f"{seen}; and __fish_seen_subcommand_from {second}"
        for option in _options(leaf):
            yield f"complete -c supportflow -n '{seen}' -l {option.removeprefix('--')}"

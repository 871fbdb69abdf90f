"""`supportflow replay`: a log through the real kernel, and what happened."""

import argparse
import json
import sys
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.answers import add_json_file
from supportflow.cli.documents import mapping_named, on_log
from supportflow.cli.inputs import add_log, not_the_log, policy_at
from supportflow.cli.progress import Bar
from supportflow.cli.terminal import WRONG
from supportflow.exceptions import InvalidInput
from supportflow.model.base import Value
from supportflow.policy import Policy
from supportflow.replay import (
    CaseLog,
    Comparison,
    LogMapping,
    Replayed,
    Report,
    compare,
    comparison_text,
    replay_log,
    report_text,
    suggest_mapping,
)

__all__ = ["add_to", "run"]


_DIGITS = 9


class _Document(Value):
    """What `--json` writes.

    Attributes:
        report: Under `--policy`.
        against: Under `--against`.
        comparison: Of the two.
    """

    report: Report
    against: Report | None = None
    comparison: Comparison | None = None


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "replay",
        help="run a real log through the lifecycle and the SLA clocks",
        description=(
            "Run a log through the lifecycle and the SLA clocks, at its own instants, "
            "and print what happened. The log is the authority: nothing is refused, but what a command would have been "
            "refused is counted. Exit status 1 if a case differs with --verify."
        ),
        epilog="examples:\n  supportflow replay changes.csv --suggest > mapping.toml\n"
        "  supportflow replay changes.csv --mapping mapping.toml --policy policy.toml --json report.json",
    )
    add_log(parser, needs_mapping=False)
    parser.add_argument(
        "--suggest",
        action="store_true",
        help="replay nothing: propose a mapping from the log's columns, for you to correct",
    )
    parser.add_argument("--policy", metavar="POLICY", help="a policy in TOML or JSON")
    parser.add_argument(
        "--against", metavar="POLICY", help="a second policy; prints each verdict that differs"
    )
    add_json_file(parser, "everything")
    parser.add_argument(
        "--verify",
        nargs="?",
        type=_positive,
        const=1,
        default=0,
        metavar="N",
        help="fold every N-th case (default: every case) again from its stored events and compare",
    )
    parser.add_argument(
        "--processes",
        type=_positive,
        default=1,
        metavar="N",
        help="replay the cases in so many processes; what is found is the same (default: 1)",
    )
    parser.add_argument("--quiet", action="store_true", help="print neither the report nor a progress bar")
    parser.set_defaults(run=on_log(run))


def _positive(text: str) -> int:
    if not text.isdecimal() or len(text) > _DIGITS or int(text) == 0:
        raise argparse.ArgumentTypeError("is not a whole number from 1")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Replay the log, or propose a mapping for it."""
    if arguments.suggest:
        suggestion = suggest_mapping(arguments.log)
        if arguments.json is None:
            terminal.lines(suggestion.text)
        else:
            terminal.answer(arguments.document, {"suggestion": suggestion.text}, out=arguments.json)
        return 0
    not_the_log(arguments.json, arguments.log, "--json")
    if arguments.mapping is None:
        raise InvalidInput("--mapping", "is needed; --suggest proposes one")
    mapping = mapping_named(arguments.mapping)
    # Both policies before the log: a mistake in one should not cost a long reading first.
    policy = None if arguments.policy is None else policy_at(arguments.policy)
    other = None if arguments.against is None else policy_at(arguments.against)
    with Bar(sys.stderr, "reading", shown=not arguments.quiet) as bar:
        log = CaseLog(arguments.log, mapping, progress=bar)
    with log:
        first = _replay(arguments, log, mapping, policy)
        second = None if other is None else _replay(arguments, log, mapping, other)
    comparison = None
    if second is not None:
        comparison = compare(first.report.policy, first.verdicts, second.report.policy, second.verdicts)
    document = _Document(
        report=first.report, against=None if second is None else second.report, comparison=comparison
    )
    _write(arguments, document)
    checks = [one.verification for one in (document.report, document.against) if one is not None]
    return WRONG if any(check is not None and check.differing for check in checks) else 0


def _replay(
    arguments: argparse.Namespace, log: CaseLog, mapping: LogMapping, policy: Policy | None
) -> Replayed:
    with Bar(sys.stderr, "replaying", shown=not arguments.quiet) as bar:
        return replay_log(
            log,
            mapping,
            policy,
            verify_every=arguments.verify,
            processes=arguments.processes,
            verdicts=arguments.against is not None,
            progress=bar,
        )


def _write(arguments: argparse.Namespace, document: _Document) -> None:
    if not arguments.quiet and arguments.json != "-":
        texts = [report_text(document.report)]
        if document.against is not None and document.comparison is not None:
            texts += [report_text(document.against), comparison_text(document.comparison)]
        terminal.lines("\n".join(texts))
    if arguments.json is None:
        return
    terminal.answer(arguments.document, json.loads(document.model_dump_json()), out=arguments.json)

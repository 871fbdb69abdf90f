"""`supportflow triage`: messages in, what a desk makes of each out, one JSON object a line."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from supportflow._legible import as_json
from supportflow._time import Instant, from_us
from supportflow.cli import terminal
from supportflow.cli.answers import add_json
from supportflow.cli.documents import lines_at
from supportflow.cli.inputs import policy_at
from supportflow.cli.terminal import WRONG
from supportflow.cli.triage import learn, packs
from supportflow.exceptions import SupportflowError
from supportflow.flows.desk.verbs import build
from supportflow.kernel import Facts, decide
from supportflow.model.commands import OpenTicket
from supportflow.model.events import TicketOpened
from supportflow.model.people import Actor
from supportflow.policy import CompiledPolicy, Policy, PolicyBook
from supportflow.triage.redaction import redact

__all__ = ["add_to", "run", "triage"]

_SENDER = Actor(kind="requester", id="sender")
_AT: Instant = from_us(0)  # a class does not depend on the time


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "triage",
        help="redact and classify messages",
        description=(
            'Read messages ({"id", "text" or "subject" and "body", "channel"?}, one JSON object a line); write what a desk '
            "makes of each: class, category, language, confidence, evidence, flags, the redacted text, and what was found. "
            "A line that cannot be read is answered with its number and an error, and the exit status is 1. Answers are one "
            "JSON object a line, in the order of the messages; with --json one document of all of them."
        ),
        epilog="example:\n  supportflow triage --in messages.jsonl --out results.jsonl --policy policy.toml",
    )
    parser.add_argument(
        "--in", dest="source", metavar="MESSAGES.jsonl", help="the messages; - for standard input"
    )
    parser.add_argument("--out", dest="target", metavar="RESULTS.jsonl", help="standard output, if not given")
    parser.add_argument(
        "--policy",
        metavar="POLICY",
        help="a policy file; the shipped lexicons for an exchange and a bank, if not given",
    )
    add_json(parser, "all results")
    parser.set_defaults(run=run, usage=parser.error)
    besides = parser.add_subparsers(title="besides", metavar="COMMAND")
    packs.add_to(besides)
    learn.add_to(besides)


def run(arguments: argparse.Namespace) -> int:
    """Triage a file."""
    if arguments.source is None:
        arguments.usage("the following arguments are required: --in")
    policy = CompiledPolicy(
        Policy(lexicons=("common", "exchange", "banking"))
        if arguments.policy is None
        else policy_at(arguments.policy)
    )
    with lines_at(arguments.source) as source:
        if arguments.json:
            return _whole(arguments, source, policy)
        if arguments.target is None:
            return _write(source, policy, sys.stdout)
        with Path(arguments.target).open("w", encoding="utf-8") as target:
            return _write(source, policy, target)


def _whole(arguments: argparse.Namespace, source: TextIO, policy: CompiledPolicy) -> int:
    results = list(_results(source, policy))
    bad = sum("error" in one for one in results)
    fields = {"messages": len(results), "unreadable": bad, "results": results}
    terminal.answer(arguments.document, fields, out=arguments.target or "-", indent=None)
    return WRONG if bad else 0


def _write(source: TextIO, policy: CompiledPolicy, target: TextIO) -> int:
    bad = 0
    for result in _results(source, policy):
        bad += "error" in result
        target.write(as_json(result) + "\n")
    return WRONG if bad else 0


def _results(source: TextIO, policy: CompiledPolicy) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        try:
            yield triage(_message(line), policy)
        except (ValueError, RecursionError, SupportflowError) as error:
            yield {"line": number, "error": type(error).__name__}


def _message(line: str) -> Mapping[str, Any]:
    message = json.loads(line)
    if not isinstance(message, dict) or "id" not in message:
        raise ValueError("is not an object with an id")
    texts = [message.get(name, "") for name in ("text", "subject", "body")]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("has a text that is not one")
    return message


def triage(message: Mapping[str, Any], policy: CompiledPolicy) -> dict[str, Any]:
    """What a desk under this policy makes of a message.

    Args:
        message: `text`, or `subject` and `body`; `channel` if known. Subject and body are read as one text, on two lines.
        policy: The policy.

    Returns:
        The result; positions are in characters of the text as given.
    """
    given = message.get("text") or "\n".join(
        part for part in (message.get("subject", ""), message.get("body", "")) if part
    )
    found = redact(given, policy.redaction)
    signals = policy.classifier.classify(found.text)
    command = build(
        OpenTicket,
        {"by": _SENDER, "requester": _SENDER.id, "channel": message.get("channel") or "web"},
    )
    opened = decide(PolicyBook(policy), None, command, Facts(ticket_id="message", signals=signals), _AT)[0]
    assert isinstance(opened, TicketOpened)
    return {
        "id": message["id"],
        "class": opened.priority_class,
        "level": opened.level,
        "category": opened.topic,
        "product": opened.product,
        "language": opened.language,
        "confidence": signals.confidence,
        "evidence": [{"entry": one.entry, "start": one.start, "end": one.end} for one in signals.evidence],
        "flags": list(opened.flags),
        "review": opened.review,
        "redacted": found.text,
        "findings": [
            {"kind": one.kind.value, "start": one.start, "end": one.end, "masked": one.masked}
            for one in found.findings
        ],
    }

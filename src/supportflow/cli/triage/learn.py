"""`supportflow triage train`, `drift` and `next`, and `evaluate` of labelled tickets: what learns from a host's own."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from supportflow._legible import escaped
from supportflow.cli import terminal
from supportflow.cli.answers import add_json, say
from supportflow.cli.documents import lines_at
from supportflow.cli.inputs import policy_at
from supportflow.cli.terminal import table
from supportflow.exceptions import ModelError
from supportflow.learn import Example, TextModel, load_model, read_examples
from supportflow.policy import CompiledPolicy, Policy
from supportflow.triage.lexicon.classify import combine

__all__ = ["LABELLED", "add_to", "measure"]

_POLICY = "a policy file: its classes and what its rules read; the shipped lexicons for an exchange and a bank, if not given"
LABELLED = (
    'Labelled tickets are one JSON object a line: "text" (or "subject" and "body") and "class"; "accepted", "id" and '
    '"language" if known. Secrets are removed before anything looks at a text.'
)


def add_to(commands: Any) -> None:
    """Add the commands to those of `triage`."""
    train = commands.add_parser(
        "train",
        help="learn from labelled tickets (extra learn)",
        description=f"Learn from labelled tickets, and write a model that cannot run code. {LABELLED}",
        epilog="example:\n  supportflow triage train labelled.jsonl -o model.json --recall security=0.98",
    )
    train.add_argument("labelled", metavar="LABELLED.jsonl", help="labelled tickets")
    train.add_argument("-o", "--out", required=True, metavar="MODEL", help="where the model goes")
    train.add_argument(
        "--recall",
        action="append",
        default=[],
        type=_recall,
        metavar="CLASS=SHARE",
        help="the share of a class that must be found: 0.97 of the first, 0.90 of others, if not given",
    )
    train.set_defaults(run=_train)

    drift = commands.add_parser(
        "drift",
        help="tell how far today's tickets are from those that a model learned from",
        description=(
            "Print the population stability index of each class: below 0.1 little has moved, above 0.25 it is time to "
            "label and train again."
        ),
        epilog="example:\n  supportflow triage drift today.jsonl --model model.json",
    )
    drift.add_argument("tickets", metavar="TICKETS.jsonl", help="tickets of today; they need no class")
    add_json(drift)
    drift.set_defaults(run=_drift)

    following = commands.add_parser(
        "next",
        help="name the tickets worth labelling next",
        description=(
            "Print the tickets that would teach most, without secrets: those on which rules and model disagree, then those "
            "of which the model is least sure, each kind once. One JSON object a line; with --json one document."
        ),
        epilog="example:\n  supportflow triage next today.jsonl --model model.json --limit 50",
    )
    following.add_argument("tickets", metavar="TICKETS.jsonl", help="tickets that nobody has labelled yet")
    following.add_argument("--limit", type=_count, default=100, metavar="N", help="100, if not given")
    following.set_defaults(run=_next)

    for command in (drift, following):
        command.add_argument(
            "--model", required=True, metavar="MODEL", help="what `triage train` has written"
        )
    for command in (train, drift, following):
        command.add_argument("--policy", metavar="POLICY", help=_POLICY)
    for command in (train, following):
        add_json(command)


def _recall(text: str) -> tuple[str, float]:
    name, equals, share = text.partition("=")
    try:
        value = float(share)
    except ValueError:
        value = 0.0
    if not equals or not 0 < value < 1:
        raise argparse.ArgumentTypeError(
            "is not CLASS=SHARE with a share between 0 and 1, like security=0.98"
        )
    return name, value


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError("is not a whole number from 1")
    return int(text)


def _policy(arguments: argparse.Namespace) -> CompiledPolicy:
    if arguments.policy is None:
        return CompiledPolicy(Policy(lexicons=("common", "exchange", "banking")))
    return CompiledPolicy(policy_at(arguments.policy))


def _examples(path: str, classes: Sequence[str], *, labelled: bool = True) -> list[Example]:
    with lines_at(path) as lines:
        try:
            found = list(read_examples(lines, classes, name=path, labelled=labelled))
        except UnicodeDecodeError:
            raise ModelError([f"{path}: is not UTF-8"]) from None
    if not found:
        raise ModelError([f"{path}: holds no tickets"])
    return found


def _train(arguments: argparse.Namespace) -> int:
    policy = _policy(arguments)
    classes = policy.document.classes
    unknown = [name for name, _ in arguments.recall if name not in classes]
    if unknown:
        raise ModelError([f"--recall: class {unknown[0]!r} is none of {', '.join(classes)}"])
    examples = _examples(arguments.labelled, classes)
    from supportflow.learn.training import train  # noqa: PLC0415 - needs the extra

    model, content = train(
        examples,
        classes,
        rules=policy.classifier.classify,
        recall=dict(arguments.recall),
        say=lambda step: terminal.line(step, to=sys.stderr),
    )
    Path(arguments.out).write_bytes(content)
    say(arguments, _trained(arguments.out, model), _rows(arguments.out, model))
    return 0


def _trained(out: str, model: TextModel) -> dict[str, Any]:
    classes = {one.priority_class: {"threshold": one.threshold, **dict(one.measured)} for one in model.models}
    return {"output": out, "fingerprint": model.fingerprint, "classes": classes}


def _rows(out: str, model: TextModel) -> Iterator[str]:
    rows = [("class", "texts", "threshold", "recall", "its interval", "precision")]
    for one in model.models:
        figures = one.measured
        rows.append(
            (
                one.priority_class,
                f"{figures['texts']:.0f}",
                f"{one.threshold:.3f}",
                f"{figures['recall']:.3f}",
                f"{figures['recall_low']:.3f} to {figures['recall_high']:.3f}",
                f"{figures['precision']:.3f}",
            )
        )
    yield from table(rows).split("\n")
    yield f"measured on texts that were held back; {out}: {model.fingerprint}"


Answer = Callable[[str], str]


def _answers(policy: CompiledPolicy, path: str | None) -> tuple[Answer, TextModel | None]:
    """What a desk answers under a policy, with a model if one is named."""
    rules = policy.classifier.classify
    if path is None:
        return lambda text: rules(text).priority_class, None
    model = load_model(path, rules)
    classes = policy.document.classes
    return lambda text: combine(rules(text), model.classify(text), classes).priority_class, model


def measure(arguments: argparse.Namespace) -> int:
    """Hold labelled tickets against rules and model, and print how well they are told apart."""
    from supportflow.learn.evaluation import compare, evaluate  # noqa: PLC0415 - costs what others do not need

    policy = _policy(arguments)
    classes = policy.document.classes
    examples = [one for path in arguments.phrases for one in _examples(path, classes)]
    answer, model = _answers(policy, arguments.model)
    before, _ = _answers(policy, arguments.against)
    found = evaluate(examples, answer, classes, model)
    changes = compare(examples, before, answer)
    if arguments.json:
        data = found.as_data() | {
            "changes": [
                {
                    "id": one.id,
                    "class": one.priority_class,
                    "before": one.before,
                    "after": one.after,
                    "better": one.better,
                }
                for one in changes
            ],
        }
        terminal.answer(arguments.document, data)
        return 0
    rows = [("class", "texts", "recall", "its interval", "called", "precision")]
    for name, one in found.figures.items():
        low, high = one.recall_interval
        rows.append(
            (
                name,
                str(one.texts),
                f"{one.recall:.3f}",
                f"{low:.3f} to {high:.3f}",
                str(one.called),
                f"{one.precision:.3f}",
            )
        )
    terminal.lines(table(rows))
    for (was, called), count in sorted(found.confusion.items()):
        if was != called:
            terminal.line(f"{count} of {was} called {called}")
    for name, bins in found.calibration.items():
        for texts, said, true in bins:
            terminal.line(f"{name}: said {said:.2f}, was {true:.2f} ({texts} texts)")
    better = sum(one.better for one in changes)
    terminal.line(f"{len(changes)} answers changed, {better} of them for the better")
    for change in changes:
        mark = "+" if change.better else "-"
        terminal.line(
            f"{mark} {escaped(change.id)}: {change.priority_class}, was called {change.before}, now {change.after}"
        )
    return 0


def _drift(arguments: argparse.Namespace) -> int:
    from supportflow.learn.evaluation import drift  # noqa: PLC0415 - costs what others do not need

    policy = _policy(arguments)
    model = load_model(arguments.model, policy.classifier.classify)
    tickets = _examples(arguments.tickets, policy.document.classes, labelled=False)
    moved = drift([one.text for one in tickets], model)
    if arguments.json:
        moves = {name: round(value, 4) for name, value in moved.items()}
        terminal.answer(arguments.document, {"texts": len(tickets), "drift": moves})
        return 0
    terminal.lines(
        table(
            [
                ("class", "index", ""),
                *((name, f"{value:.3f}", _reading(value)) for name, value in moved.items()),
            ]
        )
    )
    return 0


def _reading(value: float) -> str:
    if value < 0.1:  # noqa: PLR2004 - the usual reading of the index
        return "little has moved"
    return "moving" if value <= 0.25 else "label and train again"  # noqa: PLR2004


def _next(arguments: argparse.Namespace) -> int:
    from supportflow.learn.labelling import worth_labelling  # noqa: PLC0415 - costs what others do not need

    policy = _policy(arguments)
    rules = policy.classifier.classify
    model = load_model(arguments.model, rules)
    tickets = _examples(arguments.tickets, policy.document.classes, labelled=False)
    chosen = _wanted(
        worth_labelling(tickets, model, lambda text: rules(text).priority_class, limit=arguments.limit)
    )
    if arguments.json:
        say(arguments, {"tickets": list(chosen)}, ())
        return 0
    for one in chosen:
        terminal.document(one, indent=None)
    return 0


def _wanted(chosen: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for one in chosen:
        yield {"id": one.id, "text": one.text, "why": one.why, "probability": one.probability}

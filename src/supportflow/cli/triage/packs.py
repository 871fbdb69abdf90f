"""`supportflow triage packs` and `supportflow triage evaluate`: what texts are read with, and how well."""

import argparse
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from supportflow.cli import terminal
from supportflow.cli.inputs import policy_at
from supportflow.cli.terminal import WRONG, table
from supportflow.cli.triage.learn import LABELLED, measure
from supportflow.exceptions import ModelError
from supportflow.policy import CompiledPolicy, Policy
from supportflow.triage.reading import SHIPPED_PACKS, Pack, shipped_packs
from supportflow.triage.reading.evaluating import KINDS, Measured, Share, measured
from supportflow.triage.reading.phrases import listed

__all__ = ["add_to", "measured_shipped"]

_HEAD = (
    "language",
    "texts",
    "incidents",
    "disputes",
    "questions told",
    "questions alarmed",
    "frightened",
    "false",
)


def add_to(commands: Any) -> None:
    """Add the commands to those of `triage`."""
    packs = commands.add_parser("packs", help="list the packs of languages, with their measured recall")
    packs.add_argument("--policy", metavar="POLICY", help="a policy file: with the packs of its own")
    packs.set_defaults(run=_packs)
    evaluate = commands.add_parser(
        "evaluate",
        help="read phrases whose meaning is known, and print how well",
        description=(
            "Read phrases in TOML files, one file for each language, with arrays of texts under "
            f"{', '.join(KINDS)}; print a table, language by language. Or labelled tickets in files that end in .jsonl: "
            "recall with its interval, precision, confusion and calibration of rules and model together, and what has "
            f"changed against the rules alone or the model before. {LABELLED}"
        ),
    )
    evaluate.add_argument("phrases", metavar="PHRASES", nargs="+", help="files, or folders of them")
    evaluate.add_argument(
        "--policy", metavar="POLICY", help="a policy file; the shipped lexicons for an exchange, if not given"
    )
    evaluate.add_argument("--missed", action="store_true", help="print the texts that were read wrongly, too")
    evaluate.add_argument(
        "--model", metavar="MODEL", help="for labelled tickets; the rules alone, if not given"
    )
    evaluate.add_argument(
        "--against",
        metavar="MODEL",
        help="for labelled tickets: the model before; the rules alone, if not given",
    )
    evaluate.add_argument("--json", action="store_true", help="for labelled tickets: print one JSON document")
    evaluate.set_defaults(run=_evaluate)


def _packs(arguments: argparse.Namespace) -> int:
    reading = None if arguments.policy is None else policy_at(arguments.policy).reading
    known = measured_shipped()
    own: Sequence[Pack] = () if reading is None else reading.packs
    languages = None if reading is None else reading.languages
    shipped = [one.load() for one in shipped_packs() if languages is None or one.tag in languages]
    replaced = {pack.tag for pack in own}
    rows: list[tuple[str, ...]] = [
        ("tag", "language", "phrases", "from", "incidents", "disputes", "frightened", "measured on")
    ]
    for pack in [*(one for one in shipped if one.tag not in replaced), *own]:
        figures = known.get(pack.tag) if pack.tag in SHIPPED_PACKS and pack.tag not in replaced else None
        phrases = sum(len(listed(written)) for written in pack.roles.values())
        rows.append(
            (
                pack.tag,
                pack.name,
                str(phrases),
                "policy" if pack in own else "shipped",
                *(
                    ("-", "-", "-", "-")
                    if figures is None
                    else (
                        *(f"{figures[name]:.0%}" for name in ("incidents", "disputes", "frightened")),
                        f"{figures['texts']} texts",
                    )
                ),
            )
        )
    terminal.lines(table(rows))
    return 0


def measured_shipped() -> Mapping[str, Mapping[str, Any]]:
    """What was measured of the shipped packs: tag → figures."""
    text = files("supportflow.triage").joinpath("packs/measured.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _evaluate(arguments: argparse.Namespace) -> int:
    if all(path.endswith(".jsonl") for path in arguments.phrases):
        return measure(arguments)
    if arguments.model is not None or arguments.against is not None or arguments.json:
        raise ModelError(
            ["--model, --against and --json are for labelled tickets, in files that end in .jsonl"]
        )
    policy = CompiledPolicy(
        Policy(lexicons=("common", "exchange")) if arguments.policy is None else policy_at(arguments.policy)
    )
    rows: list[Sequence[str]] = [_HEAD]
    together: Measured | None = None
    bad = 0
    for path in _files(arguments.phrases):
        try:
            phrases = _phrases(path)
        except (OSError, ValueError) as error:
            bad += 1
            terminal.line(f"{path}: {error}")
            continue
        found = measured(policy.classifier.classify, phrases)
        together = found if together is None else together.joined(found)
        rows.append(_row(path.stem, found))
        if arguments.missed:
            _print_missed(path.stem, phrases, policy)
    if together is not None and len(rows) > 2:  # noqa: PLR2004 - the head and one language
        rows.append(_row("all", together))
    if together is not None:
        terminal.lines(table(rows))
    return WRONG if bad or together is None else 0


def _files(paths: Iterable[str]) -> list[Path]:
    found: list[Path] = []
    for one in map(Path, paths):
        found += sorted(one.glob("*.toml")) if one.is_dir() else [one]
    return found


def _phrases(path: Path) -> dict[str, list[str]]:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    phrases = {kind: document.get(kind, []) for kind in KINDS}
    for kind, texts in phrases.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise ValueError(f"{kind} is not an array of texts")
    if not any(phrases.values()):
        raise ValueError(f"has no texts under any of {', '.join(KINDS)}")
    return phrases


def _print_missed(name: str, phrases: Mapping[str, Sequence[str]], policy: CompiledPolicy) -> None:
    wanted = {"incident": {"incident"}, "dispute": {"dispute"}, "security_question": {"question"}}
    for kind, texts in phrases.items():
        for text in texts:
            signals = policy.classifier.classify(text)
            called = "question" if signals.informational else signals.priority_class
            called = "incident" if called == "security" else called
            if called not in wanted.get(kind, {"general", "dispute", "question"}):
                terminal.line(f"{name} {kind} called {called}: {text}")


def _row(name: str, found: Measured) -> tuple[str, ...]:
    return (name, str(found.texts), *map(_percent, found))


def _percent(share: Share) -> str:
    value = share.value
    return "-" if value is None else f"{value:.0%}"

"""`supportflow triage packs` and `supportflow triage evaluate`: what texts are read with, and how well."""

import argparse
import io
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from supportflow.cli.answers import add_json, say
from supportflow.cli.documents import STANDARD_INPUT, format_of, text_of_input
from supportflow.cli.inputs import policy_at
from supportflow.cli.terminal import WRONG, table
from supportflow.cli.triage.learn import LABELLED, measure
from supportflow.exceptions import InvalidInput, ModelError
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
    packs = commands.add_parser(
        "packs",
        help="list the packs of languages, with their measured recall",
        description="List the packs of languages that texts are read with, with their measured recall.",
        epilog="example:\n  supportflow triage packs --policy policy.toml",
    )
    packs.add_argument("--policy", metavar="POLICY", help="a policy file: with the packs of its own")
    add_json(packs, "the packs")
    packs.set_defaults(run=_packs)
    evaluate = commands.add_parser(
        "evaluate",
        help="read phrases whose meaning is known, and print how well",
        description=(
            "Read phrases in TOML files, one file for each language, with arrays of texts under "
            f"{', '.join(KINDS)}; print a table, language by language. Or labelled tickets in files that end in .jsonl: "
            "recall with its interval, precision, confusion and calibration of rules and model together, and what has "
            f"changed against the rules alone or the model before. {LABELLED} Exit status 1 if a file of phrases cannot be "
            "read."
        ),
        epilog="examples:\n  supportflow triage evaluate phrases/ --missed\n"
        "  supportflow triage evaluate labelled.jsonl --model model.json",
    )
    evaluate.add_argument(
        "phrases", metavar="PHRASES", nargs="+", help="files, or folders of them; - for standard input"
    )
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
    add_json(evaluate)
    evaluate.set_defaults(run=_evaluate)


def _packs(arguments: argparse.Namespace) -> int:
    reading = None if arguments.policy is None else policy_at(arguments.policy).reading
    known = measured_shipped()
    own: Sequence[Pack] = () if reading is None else reading.packs
    languages = None if reading is None else reading.languages
    shipped = [one.load() for one in shipped_packs() if languages is None or one.tag in languages]
    replaced = {pack.tag for pack in own}
    packs: list[dict[str, Any]] = []
    for pack in [*(one for one in shipped if one.tag not in replaced), *own]:
        figures = known.get(pack.tag) if pack.tag in SHIPPED_PACKS and pack.tag not in replaced else None
        packs.append(
            {
                "tag": pack.tag,
                "language": pack.name,
                "phrases": sum(len(listed(written)) for written in pack.roles.values()),
                "from": "policy" if pack in own else "shipped",
                "measured": None if figures is None else dict(figures),
            }
        )
    say(arguments, {"packs": packs}, _lines(packs))
    return 0


def _lines(packs: Iterable[Mapping[str, Any]]) -> Sequence[str]:
    rows: list[tuple[str, ...]] = [
        ("tag", "language", "phrases", "from", "incidents", "disputes", "frightened", "measured on")
    ]
    for pack in packs:
        figures = pack["measured"]
        shares = [
            "-" if figures is None else f"{figures[name]:.0%}"
            for name in ("incidents", "disputes", "frightened")
        ]
        texts = "-" if figures is None else f"{figures['texts']} texts"
        rows.append((pack["tag"], pack["language"], str(pack["phrases"]), pack["from"], *shares, texts))
    return table(rows).split("\n")


def measured_shipped() -> Mapping[str, Mapping[str, Any]]:
    """What was measured of the shipped packs: tag → figures."""
    text = files("supportflow.triage").joinpath("packs/measured.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _evaluate(arguments: argparse.Namespace) -> int:
    labelled = [_is_labelled(path) for path in arguments.phrases]
    if all(labelled):
        return measure(arguments)
    if any(labelled):
        raise InvalidInput("phrases", "labelled tickets and phrases cannot be read together")
    if arguments.model is not None or arguments.against is not None:
        raise ModelError(["--model and --against are for labelled tickets, in files that end in .jsonl"])
    policy = CompiledPolicy(
        Policy(lexicons=("common", "exchange")) if arguments.policy is None else policy_at(arguments.policy)
    )
    read: dict[str, Measured] = {}
    missed: list[dict[str, str]] = []
    bad: list[dict[str, str]] = []
    for path in _files(arguments.phrases):
        on_input = str(path) == STANDARD_INPUT
        name = "standard input" if on_input else path.stem
        try:
            phrases = _phrases(text_of_input() if on_input else _text(path))
        except (OSError, ValueError) as error:
            bad.append({"file": name if on_input else str(path), "error": str(error)})
            continue
        read[name] = measured(policy.classifier.classify, phrases)
        if arguments.missed:
            missed += _missed(name, phrases, policy)
    together = list(read.values())[:1]
    for one in list(read.values())[1:]:
        together = [together[0].joined(one)]
    fields = {
        "languages": {name: _shares(one) for name, one in read.items()},
        "all": _shares(together[0]) if together else None,
        "missed": missed,
        "unreadable": bad,
    }
    say(arguments, fields, _table(read, together, missed, bad))
    return WRONG if bad or not read else 0


def _table(
    read: Mapping[str, Measured],
    together: Sequence[Measured],
    missed: Iterable[Mapping[str, str]],
    bad: Iterable[Mapping[str, str]],
) -> Iterator[str]:
    for one in bad:
        yield f"{one['file']}: {one['error']}"
    for one in missed:
        yield f"{one['language']} {one['kind']} called {one['called']}: {one['text']}"
    rows: list[Sequence[str]] = [_HEAD, *(_row(name, one) for name, one in read.items())]
    if len(read) > 1:
        rows += [_row("all", one) for one in together]
    if read:
        yield from table(rows).split("\n")


def _shares(found: Measured) -> dict[str, Any]:
    return {"texts": found.texts, **{name: share.value for name, share in found._asdict().items()}}


def _files(paths: Iterable[str]) -> list[Path]:
    found: list[Path] = []
    for one in map(Path, paths):
        found += sorted(one.glob("*.toml")) if one.is_dir() else [one]
    return found


def _is_labelled(path: str) -> bool:
    """Whether there are labelled tickets in a file, by its name; on standard input, by its first character."""
    if path != STANDARD_INPUT:
        return path.endswith(".jsonl")
    text = text_of_input(-1)
    sys.stdin = io.StringIO(text)  # to be read again
    return format_of(text) == "json"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("is not text in UTF-8") from None


def _phrases(text: str) -> dict[str, list[str]]:
    document = tomllib.loads(text)
    phrases = {kind: document.get(kind, []) for kind in KINDS}
    for kind, texts in phrases.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise ValueError(f"{kind} is not an array of texts")
    if not any(phrases.values()):
        raise ValueError(f"has no texts under any of {', '.join(KINDS)}")
    return phrases


def _missed(
    name: str, phrases: Mapping[str, Sequence[str]], policy: CompiledPolicy
) -> Iterator[dict[str, str]]:
    wanted = {"incident": {"incident"}, "dispute": {"dispute"}, "security_question": {"question"}}
    for kind, texts in phrases.items():
        for text in texts:
            signals = policy.classifier.classify(text)
            called = "question" if signals.informational else signals.priority_class
            called = "incident" if called == "security" else called
            if called not in wanted.get(kind, {"general", "dispute", "question"}):
                yield {"language": name, "kind": kind, "called": called, "text": text}


def _row(name: str, found: Measured) -> tuple[str, ...]:
    return (name, str(found.texts), *map(_percent, found))


def _percent(share: Share) -> str:
    value = share.value
    return "-" if value is None else f"{value:.0%}"

"""What `--help` of each command ends with: lines that can be typed."""

import argparse
from collections.abc import Iterator

__all__ = ["EXAMPLES", "leaves", "with_examples"]

EXAMPLES = {
    "demo": ("supportflow demo", "supportflow demo --tickets 50 --store sqlite:///demo.db"),
    "replay": (
        "supportflow replay --suggest changes.csv",
        "supportflow replay changes.csv --mapping mapping.toml --policy policy.toml --processes 2",
    ),
    "simulate": (
        "supportflow simulate examples/crash_day.toml --seed 7",
        "supportflow simulate examples/crash_day.toml --replications 10 --json report.json -o day.html --language zh",
    ),
    "triage packs": ("supportflow triage packs",),
    "triage evaluate": ("supportflow triage evaluate labelled.jsonl",),
    "triage train": ("supportflow triage train labelled.jsonl -o model.json",),
    "triage drift": ("supportflow triage drift tickets.jsonl --model model.json",),
    "triage next": ("supportflow triage next tickets.jsonl --model model.json",),
    "diagram": ("supportflow diagram",),
    "check": ("supportflow check policy.toml",),
    "diff": ("supportflow diff today.toml tomorrow.toml",),
    "schema": ("supportflow schema",),
    "calendar show": ("supportflow calendar show office.toml",),
    "roster": ("supportflow roster roster.toml --policy policy.toml",),
    "worker": ("supportflow worker --store sqlite:///desk.db --policy policy.toml",),
    "outbox list": ("supportflow outbox list --store sqlite:///desk.db",),
    "outbox retry": ("supportflow outbox retry --store sqlite:///desk.db --topic email",),
    "outbox drop": ("supportflow outbox drop --store sqlite:///desk.db --topic email --all --yes",),
    "outbox topics": ("supportflow outbox topics --store sqlite:///desk.db",),
    "outbox unsubscribe": ("supportflow outbox unsubscribe --store sqlite:///desk.db crm --drop-waiting",),
    "archive": ("supportflow archive --store sqlite:///desk.db --days 365",),
    "erase": ("supportflow erase --store sqlite:///desk.db ana@example.org --yes",),
    "retain": (
        "supportflow retain --store sqlite:///desk.db --dry-run",
        "supportflow retain --store sqlite:///desk.db --kind message --yes",
    ),
    "records key": ("supportflow records key --out desk.key desk.example.org",),
    "records checkpoint": (
        "supportflow records checkpoint --log log --store sqlite:///desk.db --key desk.key",
    ),
    "records prove": ("supportflow records prove --log log --store sqlite:///desk.db --out proof.json 7",),
    "records verify": ("supportflow records verify --key desk.pub proof.json",),
    "records audit": ("supportflow records audit --log log --store sqlite:///desk.db --key desk.pub",),
    "records cosign": (
        "supportflow records cosign --log log --key desk.pub --witness-key witness.key --state state.json --out cosigned",
    ),
    "records witnessed": (
        "supportflow records witnessed --log log --store sqlite:///desk.db --witness witness.pub cosigned",
    ),
    "records export": (
        "supportflow records export --quarter 2026Q1 --log log --store sqlite:///desk.db --key desk.pub --out q1.zip",
    ),
    "triage": ("supportflow triage --in messages.jsonl --out results.jsonl",),
    "completion": ("supportflow completion bash > ~/.local/share/bash-completion/completions/supportflow",),
    "recompute": ("supportflow recompute --store sqlite:///desk.db --policy tomorrow.toml",),
    "migrate": ("supportflow migrate sqlite:///desk.db",),
}
"""Command → its examples; those that say theirs themselves are not here."""


def leaves(
    parser: argparse.ArgumentParser, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that can be run, by its name, with its parser."""
    # argparse has no public way to ask a parser for what it was given.
    kind = argparse._SubParsersAction  # noqa: SLF001
    below = [action for action in parser._actions if isinstance(action, kind)]  # noqa: SLF001
    if path and (not below or parser.get_default("run")):
        yield " ".join(path), parser
    for action in below:
        for name, child in action.choices.items():
            yield from leaves(child, (*path, name))


def with_examples(parser: argparse.ArgumentParser) -> None:
    """Put its examples under the help of every command."""
    for name, leaf in leaves(parser):
        lines = EXAMPLES.get(name)
        if lines and not leaf.epilog:
            title = "example:" if len(lines) == 1 else "examples:"
            leaf.epilog = "\n".join([title, *(f"  {line}" for line in lines)])
            leaf.formatter_class = argparse.RawDescriptionHelpFormatter

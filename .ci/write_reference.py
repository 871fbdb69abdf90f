"""Write what the documentation can take from the code: the reference, the list of events, the tree of errors.

Usage: write_reference.py            writes the files
       write_reference.py --check    1 if a file is not what would be written
"""

import argparse
import ast
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import supportflow
from supportflow import exceptions, ports, testing
from supportflow.channels import email
from supportflow.cli import terminal
from supportflow.cli.app import every_command
from supportflow.contrib import django
from supportflow.model.events import EVENT_TYPES, EventBase

ROOT = Path(__file__).resolve().parent.parent

AREAS = {
    "Desks": ["Desk", "AsyncDesk", "Outcome", "Page", "Row", "Rows", "Feed", "FeedItem", "Tick", "WithPast"],
    "Tickets and messages": ["Ticket", "TicketType", "StatusCategory", "Message", "Attachment"],
    "People": ["Agent", "Skill", "Requester", "Group", "Actor", "Party"],
    "Policies": ["Policy", "PolicyBook", "load_policy", "PriorityRule", "Condition", "FieldSpec"],
    "Cases": [
        "Intake",
        "IntakeRule",
        "EvidenceSpec",
        "Evidence",
        "Procedure",
        "Step",
        "Authority",
        "HostAction",
        "ActionSignal",
        "Identity",
        "Ratings",
        "PhonePolicy",
        "Figures",
        "CasePapers",
        "PersonFile",
        "LowRating",
        "Difficulty",
        "Official",
        "AddressCheck",
    ],
    "Escalation": ["Escalation", "Ladder", "LadderStep"],
    "Lifecycle": ["LifecycleDefinition", "Transition"],
    "Service levels and business time": ["SlaPolicy", "Target", "Metric", "BusinessCalendar"],
    "Routing": [
        "RoutingPolicy",
        "Route",
        "Relaxation",
        "Overflow",
        "AgentState",
        "Dispatched",
        "ShiftChange",
        "Overview",
        "ExpectedWait",
    ],
    "Surge": ["Announcements", "Surge", "Arrivals", "ActiveSurge", "OrderRule", "policy_diff", "Difference"],
    "Bot and screen": [
        "BotPolicy",
        "GuidedFlow",
        "GuideStep",
        "GuideBranch",
        "GuideEnd",
        "Responder",
        "Turn",
        "Said",
        "Answer",
        "Ask",
        "Guide",
        "HandOver",
        "Act",
        "KnowledgeResponder",
        "KnowledgeSource",
        "MemoryKnowledge",
        "Article",
        "Found",
        "ContextProvider",
        "MemoryContext",
        "Suggester",
        "KnowledgeSuggester",
        "SimilarSuggester",
        "LocalTicketIndex",
        "SimilarTicket",
        "Suggestion",
        "Screen",
        "TranslatedTicket",
        "TranslatedMessage",
        "Translation",
    ],
    "Rosters and rotations": [
        "Roster",
        "load_roster",
        "Promise",
        "ShiftOverride",
        "Rotation",
        "RotationLayer",
    ],
    "Simulation": ["Scenario", "read_scenario", "simulate", "SimulationReport"],
    "Stores and channels": ["MemoryStore", "SqlStore", "AsyncSqlStore", "MemoryChannel", "MemoryActions"],
    "The pure core": ["decide", "evolve", "fold", "wakeup"],
    "Errors": ["SupportflowError"],
}
"""Area → public names of `supportflow`, in the order of the reference and of the changelog."""

MODULES = {
    "Ports": (ports, "From `supportflow.ports`: what a host can plug in."),
    "E-mail": (
        email,
        "From `supportflow.channels.email` (extra `email`): mails into a desk, and answers as mails.",
    ),
    "For tests": (testing, "From `supportflow.testing`: what hosts use in their own tests."),
    "In a Django project": (django, "From `supportflow.contrib.django`, with the extra `django`."),
}
"""Title → a module with public names of its own, and what stands above them."""

_USAGE = 100
"""How wide a usage is."""

ALIKE = {"AsyncDesk", "AsyncSqlStore"}
"""Names with the methods of a name before them: shown without a table."""


def first_line(thing: object) -> str:
    """The first line of a docstring; every public thing has one."""
    text = inspect.getdoc(thing)
    if not text:
        raise SystemExit(f"{thing!r} has no docstring")
    return text.partition("\n")[0]


def methods(cls: type) -> Iterator[tuple[str, str]]:
    """Public methods and properties that supportflow itself documents, with their first lines."""
    for name in dir(cls):
        member = inspect.getattr_static(cls, name)
        owner = next((base for base in cls.__mro__ if name in vars(base)), cls)
        if name.startswith("_") or not owner.__module__.startswith("supportflow"):
            continue
        bare = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if (inspect.isfunction(bare) or isinstance(bare, property)) and inspect.getdoc(bare):
            call = name if isinstance(bare, property) else f"{name}()"
            yield call, first_line(bare)


def described(name: str, thing: object) -> Iterator[str]:
    """The lines on one public name."""
    yield f"### {name}"
    yield ""
    yield first_line(thing)
    yield ""
    shown = inspect.isclass(thing) and not issubclass(thing, Exception) and name not in ALIKE
    rows = list(methods(thing)) if inspect.isclass(thing) and shown else []
    if rows:
        yield "| | |"
        yield "|---|---|"
        yield from (f"| `{call}` | {text} |" for call, text in rows)
        yield ""


def reference() -> Iterator[str]:
    """The page of public names."""
    yield "# Reference"
    yield ""
    yield "Every public name with the first line of its documentation; `help(name)` in Python shows all of it."
    yield "A name that is not listed here can change at any time."
    yield ""
    for area, names in AREAS.items():
        yield f"## {area}"
        yield ""
        yield "From `supportflow`."
        yield ""
        for name in names:
            yield from described(name, getattr(supportflow, name))
    for title, (module, note) in MODULES.items():
        yield f"## {title}"
        yield ""
        yield note
        yield ""
        for name in sorted({*module.__all__} - {name for names in AREAS.values() for name in names}):
            thing = getattr(module, name)
            if inspect.isclass(thing) or inspect.isfunction(
                thing
            ):  # names of types have no documentation of their own
                yield from described(name, thing)
    yield from contributed()
    yield "## Events and errors"
    yield ""
    yield "`supportflow.events` and `supportflow.exceptions` have pages of their own: [events](../concepts/events.md),"
    yield "[errors](../concepts/errors.md)."


def contributed() -> Iterator[str]:
    """The public names of rooms for one framework each, read from their source: the framework need not be there."""
    for room in sorted((ROOT / "src" / "supportflow" / "contrib").glob("*/__init__.py")):
        trees = [ast.parse(path.read_text("utf-8")) for path in sorted(room.parent.rglob("*.py"))]
        defined = {
            node.name: node
            for tree in trees
            for node in tree.body
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        }
        names = sorted(exported(ast.parse(room.read_text("utf-8"))))
        if not names:
            continue  # a room that is named in a host's settings, and imported by nobody
        yield f"## {TITLES.get(room.parent.name, room.parent.name)}"
        yield ""
        yield f"From `supportflow.contrib.{room.parent.name}`."
        yield ""
        for name in names:
            yield from (f"### {room.parent.name}.{name}", "", first_sentence(name, defined[name]), "")


TITLES = {"django": "Django", "django_helpdesk": "django-helpdesk", "fastapi": "FastAPI"}
"""Room of `contrib` → heading, where that is not its name."""


def exported(tree: ast.Module) -> list[str]:
    """What `__all__` of a module names."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return [str(name) for name in ast.literal_eval(node.value)]
    return []


def first_sentence(name: str, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The first line of a docstring in a source."""
    text = ast.get_docstring(node)
    if not text:
        raise SystemExit(f"{name} has no docstring")
    return text.partition("\n")[0]


def event_table() -> Iterator[str]:
    """Every kind of event."""
    yield "| `kind` | class | what happened | version |"
    yield "|---|---|---|---|"
    for kind, cls in EVENT_TYPES.items():
        yield f"| `{kind}` | `{cls.__name__}` | {first_line(cls)} | {cls.VERSION} |"
    yield ""
    yield "Besides what all events have, each says:"
    yield ""
    for cls in EVENT_TYPES.values():
        common = {*EventBase.model_fields, "kind", "ticket_id"}
        own = [f"`{name}`" for name in cls.model_fields if name not in common]
        yield f"- `{cls.__name__}`: {', '.join(own) or 'nothing more'}"


def error_tree() -> Iterator[str]:
    """The tree of errors, as the module draws it."""
    yield "```text"
    yield from (exceptions.__doc__ or "").split("```")[1].strip().splitlines()
    yield "```"


def error_table() -> Iterator[str]:
    """Every error with its meaning and what it carries."""
    yield "| error | meaning | attributes |"
    yield "|---|---|---|"
    for name in exceptions.__all__:
        cls = getattr(exceptions, name)
        yield f"| `{name}` | {first_line(cls)} | {', '.join(f'`{a}`' for a in attributes(cls))} |"


def attributes(cls: type) -> list[str]:
    """The attributes that an error's docstring declares, its own first, then those of what it is a kind of."""
    found: list[str] = []
    for base in cls.__mro__:
        _, _, listed = (inspect.cleandoc(base.__dict__.get("__doc__") or "")).partition("Attributes:\n")
        lines = [line for line in listed.splitlines() if line.startswith("    ") and line[4] != " "]
        found += [name for line in lines if (name := line.strip().partition(":")[0]) not in found]
    return found


def filled(path: Path, **parts: Iterator[str]) -> str:
    """A document with the text between its markers replaced."""
    text = path.read_text("utf-8")
    for name, lines in parts.items():
        start, end = f"<!-- {name}: written by .ci/write_reference.py -->\n", f"<!-- end of {name} -->"
        before, found, rest = text.partition(start)
        _, closed, after = rest.partition(end)
        if not found or not closed:
            raise SystemExit(f"{path}: no marker for {name}")
        text = f"{before}{start}" + "\n".join(lines) + f"\n{end}{after}"
    return text


def pages() -> dict[Path, str]:
    """Every page that is written from the code, whole or in part."""
    concepts = ROOT / "docs" / "concepts"
    return {
        ROOT / "docs" / "reference" / "api.md": "\n".join(reference()).rstrip() + "\n",
        ROOT / "docs" / "reference" / "commands.md": "\n".join(command_page()).rstrip() + "\n",
        concepts / "events.md": filled(concepts / "events.md", events=event_table()),
        concepts / "errors.md": filled(concepts / "errors.md", tree=error_tree(), errors=error_table()),
    }


# argparse says what a parser has in attributes of its own alone.
# ruff: noqa: SLF001


def command_page() -> Iterator[str]:
    """Every command with its arguments, read off its parser, and the exit statuses."""
    yield "# Commands\n\nWritten from the program: what `--help` says. [Command line](cli.md) says more.\n"
    yield "## Exit status\n\n| status | meaning |\n|---|---|"
    yield from (f"| {status} | {cell(meaning)} |" for status, meaning in terminal.EXIT_STATUSES.items())
    for words, parser in leaves(every_command()):
        yield f"\n## supportflow {words}\n\n{parser.description}\n"
        yield f"```text\n{plain_usage(parser)}\n```"
        rows = [action for action in parser._actions if not isinstance(action, argparse._HelpAction)]
        rows = [action for action in rows if action.help is not argparse.SUPPRESS]
        if rows:
            yield "\n| argument | meaning |\n|---|---|"
        for action in rows:
            said = (action.help or "") % {"default": action.default, "prog": parser.prog}
            choices = (
                f" ({', '.join(map(str, action.choices))})"
                if action.choices and action.metavar is None
                else ""
            )
            yield f"| {written(action)} | {cell(said)}{choices} |"
        if parser.epilog:
            yield f"\n```text\n{parser.epilog}\n```"


def leaves(parser: argparse.ArgumentParser, words: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command and action that can be run, by its words."""
    if parser.get_default("run") is not None:
        yield words, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, one in action.choices.items():
                yield from leaves(one, f"{words} {name}".strip())


def plain_usage(parser: argparse.ArgumentParser) -> str:
    """How a command is called, the same on every terminal and by every Python: each breaks lines in its own way."""
    usage = argparse.HelpFormatter(parser.prog, width=10_000)
    usage.add_usage(parser.usage, parser._actions, parser._mutually_exclusive_groups)
    head = f"usage: {parser.prog}"
    words = usage.format_help().strip().removeprefix(head).split()
    lines, depth, part = [head], 0, ""
    for word, after in zip(words, [*words[1:], ""], strict=True):
        part = f"{part} {word}".strip()
        depth += word.count("[") + word.count("(") - word.count("]") - word.count(")")
        # An option stays with what it takes.
        if depth or (part.startswith("-") and " " not in part and after and after[0] not in "[-("):
            continue
        if len(f"{lines[-1]} {part}") > _USAGE:
            lines.append(" " * len(head))
        lines[-1], part = f"{lines[-1]} {part}", ""
    return "\n".join(lines)


def written(action: argparse.Action) -> str:
    """An argument as it is written."""
    name = str(action.metavar or action.dest.upper())
    if not action.option_strings:
        return f"`{name}`"
    takes = (
        ""
        if action.nargs == 0
        else f" {action.metavar or ('{' + ','.join(action.choices) + '}' if action.choices else action.dest.upper())}"
    )
    return ", ".join(f"`{option}{takes}`" for option in action.option_strings)


def cell(text: str) -> str:
    """A text in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Write or check the pages."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in arguments:
        print("\n".join(f"{path.relative_to(ROOT)} is stale" for path in stale) or "all pages are current")
        return int(bool(stale))
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pages()[path], "utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The public names are pinned; loading them loads nothing that is optional."""

import ast
import re
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest

import supportflow
from supportflow import events, exceptions
from supportflow.model.events import EVENT_TYPES, AgentEvent, DeskEvent, RequesterEvent, TicketEvent

# What an extra brings, and what only a command line or a store of a later release needs.
OPTIONAL = [
    "anyio",
    "apprise",
    "cryptography",
    "django",
    "fastapi",
    "holidays",
    "httpcore",
    "icalendar",
    "numpy",
    "pandas",
    "psycopg",
    "rich",
    "sqlalchemy",
    "yaml",
]
TEST_ONLY = ["hypothesis", "pytest"]

PUBLIC = [
    "Act",
    "ActionSignal",
    "ActiveSurge",
    "Actor",
    "AddressCheck",
    "Agent",
    "AgentState",
    "Announcements",
    "Answer",
    "Arrivals",
    "Article",
    "Ask",
    "AsyncDesk",
    "AsyncSqlStore",
    "Attachment",
    "Authority",
    "BotPolicy",
    "BusinessCalendar",
    "CasePapers",
    "Condition",
    "ContextProvider",
    "Desk",
    "Difference",
    "Difficulty",
    "Dispatched",
    "Escalation",
    "Evidence",
    "EvidenceSpec",
    "ExpectedWait",
    "Feed",
    "FeedItem",
    "FieldSpec",
    "Figures",
    "Found",
    "Group",
    "Guide",
    "GuideBranch",
    "GuideEnd",
    "GuideStep",
    "GuidedFlow",
    "HandOver",
    "HostAction",
    "Identity",
    "Intake",
    "IntakeRule",
    "KnowledgeResponder",
    "KnowledgeSource",
    "KnowledgeSuggester",
    "Ladder",
    "LadderStep",
    "LifecycleDefinition",
    "LocalTicketIndex",
    "LowRating",
    "MemoryActions",
    "MemoryChannel",
    "MemoryContext",
    "MemoryKnowledge",
    "MemoryStore",
    "Message",
    "Metric",
    "Official",
    "OrderRule",
    "Outcome",
    "Overflow",
    "Overview",
    "Page",
    "Party",
    "PersonFile",
    "PhonePolicy",
    "Policy",
    "PolicyBook",
    "PriorityRule",
    "Procedure",
    "Promise",
    "Ratings",
    "Relaxation",
    "Requester",
    "Responder",
    "Roster",
    "Rotation",
    "RotationLayer",
    "Route",
    "RoutingPolicy",
    "Row",
    "Rows",
    "Said",
    "Scenario",
    "Screen",
    "ShiftChange",
    "ShiftOverride",
    "SimilarSuggester",
    "SimilarTicket",
    "SimulationReport",
    "Skill",
    "SlaPolicy",
    "SqlStore",
    "StatusCategory",
    "Step",
    "Suggester",
    "Suggestion",
    "SupportflowError",
    "Surge",
    "Target",
    "Tick",
    "Ticket",
    "TicketType",
    "Transition",
    "TranslatedMessage",
    "TranslatedTicket",
    "Translation",
    "Turn",
    "WithPast",
    "decide",
    "evolve",
    "fold",
    "load_policy",
    "load_roster",
    "policy_diff",
    "read_scenario",
    "simulate",
    "wakeup",
]


def typed_names(source: Path) -> dict[str, str]:
    """Public name → module, as type checkers read it from the `TYPE_CHECKING` block."""
    tree = ast.parse(source.read_text("utf-8"))
    [block] = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    ]
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    assert imports == block.body
    return {alias.name: node.module or "" for node in imports for alias in node.names}


def test_public_names_are_pinned():
    assert supportflow.__all__ == PUBLIC
    assert sorted(PUBLIC) == PUBLIC


def test_type_checkers_and_the_interpreter_see_the_same_names():
    homes = {name: f"supportflow.{module}" for name, module in supportflow._HOME.items()}

    assert typed_names(Path(supportflow.__file__)) == homes
    assert list(homes) == supportflow.__all__


@pytest.mark.parametrize("name", PUBLIC)
def test_every_name_is_what_its_home_declares_public(name: str):
    home = import_module(f"supportflow.{supportflow._HOME[name]}")

    assert getattr(supportflow, name) is getattr(home, name)
    assert name in home.__all__


def test_an_unknown_name_is_an_attribute_error_that_says_it():
    with pytest.raises(AttributeError, match="'supportflow' has no attribute 'Dest'"):
        supportflow.Dest  # noqa: B018 - the access is the test


SOURCES = Path(supportflow.__file__).parent
LATE = [path for path in sorted(SOURCES.rglob("*.py")) if " = late(" in path.read_text("utf-8")]


@pytest.mark.parametrize("source", LATE, ids=lambda path: path.relative_to(SOURCES).as_posix())
def test_what_type_checkers_see_of_a_module_is_loaded_when_asked_for(source: Path):
    parts = source.relative_to(SOURCES).with_suffix("").parts
    name = ".".join(("supportflow", *(part for part in parts if part != "__init__")))
    module, typed = import_module(name), typed_names(source)

    assert typed.keys() <= set(module.__all__)
    for one, home in typed.items():
        for where in (module.__getattr__(one), vars(module)[one]):
            assert where is getattr(import_module(home), one)
    with pytest.raises(AttributeError, match=f"'{name}' has no attribute 'nope'"):
        module.__getattr__("nope")


def test_dir_lists_names_that_are_not_loaded_yet():
    assert set(PUBLIC) <= set(dir(supportflow))


@pytest.mark.parametrize("module", [events, exceptions], ids=["events", "exceptions"])
def test_public_modules_list_their_names(module):
    assert len(set(module.__all__)) == len(module.__all__)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_every_event_is_public():
    expected = {cls.__name__ for cls in EVENT_TYPES.values()}

    assert set(events.__all__) == expected | {
        "Event",
        "TicketEvent",
        "DeskEvent",
        "RequesterEvent",
        "AgentEvent",
        "event_adapter",
    }
    assert all(
        issubclass(cls, TicketEvent | DeskEvent | RequesterEvent | AgentEvent) for cls in EVENT_TYPES.values()
    )


def test_every_error_is_public_and_in_the_tree():
    raised = {
        name
        for name, value in vars(exceptions).items()
        if isinstance(value, type) and issubclass(value, exceptions.SupportflowError)
    }

    assert set(exceptions.__all__) == raised
    assert {name for name in raised if f" {name}" not in f" {exceptions.__doc__}".replace("\n", " ")} == set()


WORKING = """
from supportflow import BusinessCalendar, Desk
BusinessCalendar.weekdays("09:00", "17:00", tz="Asia/Shanghai")
Desk().open(subject="Hello", requester="ana")
"""


def loaded_after(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after some code, besides those that it starts with."""
    script = f"import sys\nbefore = set(sys.modules)\n{code}\nprint(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_the_package_alone_loads_none_of_its_dependencies():
    loaded = loaded_after("import supportflow")

    assert "supportflow" in loaded
    assert loaded & {"pydantic", "pendulum", "transitions", *OPTIONAL, *TEST_ONLY} == set()


@pytest.mark.parametrize(
    "code",
    [
        "from supportflow import Desk; Desk()",
        "from supportflow import *",
        "import supportflow.testing",
        WORKING,
    ],
    ids=["desk", "all", "testing", "working"],
)
def test_no_optional_dependency_is_loaded(code: str):
    loaded = loaded_after(code)

    assert {"supportflow", "pydantic"} <= loaded
    assert loaded & {*OPTIONAL, *TEST_ONLY} == set()


def test_expressions_that_find_secrets_are_compiled_for_the_first_text_only():
    script = """
import sys
from supportflow import Desk, Policy
engine = "supportflow.triage.redaction.engine"
assert engine not in sys.modules
Desk(Policy()).open(subject="My password is hunter2-hunter2", requester="ana")
assert engine in sys.modules
from supportflow.triage.redaction import SEPARATOR, Finding, Redaction, redact
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_version_is_that_of_what_is_installed():
    assert supportflow.__version__ == version("supportflow")
    assert "__version__" in dir(supportflow)


def test_no_module_takes_the_place_of_a_public_name():
    """`from supportflow.records import links` was a function, and a module once somebody had imported it."""
    package = Path(supportflow.__file__).parent
    both = []
    for init in sorted(package.rglob("__init__.py")):
        inside = {path.stem for path in init.parent.iterdir() if path.suffix == ".py" or path.is_dir()}
        name = ".".join(("supportflow", *init.parent.relative_to(package).parts))
        exported = re.search(r"^__all__ = (\[.*?\])", init.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        both += [(name, one) for one in ast.literal_eval(exported[1]) if one in inside] if exported else []

    assert both
    for name, one in both:
        import_module(f"{name}.{one}")
        assert not isinstance(getattr(import_module(name), one), ModuleType), (name, one)

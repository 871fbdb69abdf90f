"""What a process loads when it starts, and that whatever is left out comes when it is first used."""

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import supportflow
from supportflow.kernel.fold import evolve as folding
from supportflow.kernel.handlers import handler_of
from supportflow.model import commands, events

VALUES = "from supportflow import Agent, BusinessCalendar, Policy, SlaPolicy, Target"
LIFE = """
from supportflow import Desk
desk = Desk()
desk.open(subject="The printer does not work", requester="ana", ref="7")
desk.reply(ref="7", body="We are looking at it.", by="sam")
desk.resolve(ref="7", by="sam")
"""
ROOMS = (
    "desk",
    "aio",
    "driving",
    "flows",
    "kernel",
    "stores",
    "policy.compiled",
    "policy.check",
    "policy.sections",
)
RARE = (
    *(
        f"kernel.handlers.{noun}"
        for noun in ["access", "actions", "announcements", "bot", "escalation", "merge", "phone", "ratings"]
    ),
    *(f"kernel.fold.{noun}" for noun in ["access", "actions", "escalation", "ratings", "sla"]),
    "model.events.union",
    "model.commands.union",
)


def _runs(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def _loaded(program: str) -> set[str]:
    text = _runs(
        program + "\nimport sys\nprint(*(name for name in sys.modules if name.startswith('supportflow.')))"
    )
    return {name.removeprefix("supportflow.") for name in text.split()}


def test_a_policys_names_load_nothing_that_a_desk_is_made_of():
    loaded = _loaded(VALUES)
    assert "policy.document.policy" in loaded
    assert not [name for name in loaded for room in ROOMS if name == room or name.startswith(f"{room}.")]


def test_a_ticket_that_is_opened_answered_and_resolved_loads_no_rare_family():
    loaded = _loaded(LIFE)
    assert {"kernel.handlers.tickets", "kernel.handlers.work", "kernel.fold.messages"} <= loaded
    assert loaded.isdisjoint(RARE), loaded & set(RARE)
    for name in RARE:  # a module that was renamed would be missing for another reason
        importlib.import_module(f"supportflow.{name}")


@pytest.mark.parametrize("package", [events, commands], ids=["events", "commands"])
def test_the_families_of_a_package_are_what_its_modules_have(package):
    names = {}
    for found in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        names |= dict.fromkeys(set(module.__all__) & set(package.__all__), found.name)
    there = {name: module for module, told in package._FAMILIES.items() for name in told.split()}
    eager = {"EVENT_TYPES"} if package is events else set()
    assert set(there) == set(package.__all__) - eager
    assert {name: names[name] for name in there} == there


def test_every_kind_of_event_has_its_class_in_the_order_of_the_union():
    of_union = get_args(get_args(events.Event)[0])
    kinds = {get_args(cls.__annotations__["kind"])[0]: cls for cls in of_union}
    assert list(events.EVENT_TYPES.items()) == list(kinds.items())
    assert len(events.EVENT_TYPES) == len(kinds)
    assert events.EVENT_TYPES.get("no_such_kind") is None


def test_every_command_on_a_ticket_has_a_handler_and_nothing_else_has():
    union = get_args(get_args(commands.Command)[0])
    begins = {commands.OpenTicket, commands.Adopt}
    with_handler = {kind for kind in union if handler_of(kind) is not None}
    assert with_handler == {
        kind for kind in union if issubclass(kind, commands.TicketCommand) and kind not in begins
    } | {commands.Advance}

    class Resolve(commands.Resolve):
        """A host's own, which is called like ours."""

    assert handler_of(Resolve) is None


def test_every_family_that_is_folded_is_known():
    begin = {events.TicketOpened, events.TicketAdopted}
    folds = {}
    for found in pkgutil.iter_modules(sys.modules["supportflow.kernel.fold"].__path__):
        module = importlib.import_module(f"supportflow.kernel.fold.{found.name}")
        folds |= getattr(module, "CHANGES", {})
    for kind in events.EVENT_TYPES.values():
        if kind in begin or not issubclass(kind, events.TicketEvent):
            continue
        change = folding._loaded(kind)
        assert change is folds.get(kind, change if kind.__name__ in folding._REMEMBERED else None), kind


@pytest.mark.parametrize("room", ["conditions", "escalation", "ports", "routing", "sla"])
def test_a_rooms_names_are_where_it_says(room):
    module = importlib.import_module(f"supportflow.{room}")
    for name, home in module._HOMES.items():
        assert getattr(module, name) is getattr(importlib.import_module(f"{module.__name__}.{home}"), name)
        assert name in module.__all__


def test_names_that_are_not_loaded_yet_are_listed():
    """`help()`, completion and `inspect.getmembers` see what `dir` says."""
    source = Path(supportflow.__file__).parent
    inits = [path for path in source.rglob("__init__.py") if "__getattr__" in path.read_text("utf-8")]
    rooms = [".".join(path.parent.relative_to(source.parent).parts) for path in inits]
    assert {"supportflow", "supportflow.learn", "supportflow.model.events"} < set(rooms)
    _runs(f"""
import importlib
for room in {rooms}:
    module = importlib.import_module(room)
    missing = set(module.__all__) - set(dir(module))
    assert not missing, (room, missing)
    assert "__name__" in dir(module)
""")


@pytest.mark.parametrize("name", ["Desk", "AsyncDesk"])
def test_a_hosts_own_desk_may_have_a_metaclass_though_nothing_asked_for_a_desk_before(name):
    """A protocol has one, and a class that keeps it may say so."""
    _runs(f"""
import abc
from typing import Protocol
from supportflow import {name}
class Opens(Protocol):
    def open(self, *, subject: str, requester: str) -> object: ...
class Registered(abc.ABCMeta):
    names = []
    def __init__(cls, name, bases, namespace):
        super().__init__(name, bases, namespace)
        Registered.names.append(name)
class Keeps({name}, Opens): ...
class Own({name}, metaclass=Registered): ...
assert Registered.names == ["Own"] and type(Keeps) is type(Opens)
""")


def test_one_desks_module_is_loaded_while_the_others_is_half_way():
    """Another thread's import may not wait for it: the two would wait for each other."""
    _runs("""
import sys, threading
from supportflow import driving
write, done = driving.write_methods, []

def meanwhile(cls):
    if cls.__name__ == "Desk":
        assert "supportflow.aio" not in sys.modules
        other = threading.Thread(target=lambda: done.append(__import__("supportflow.aio")), daemon=True)
        other.start()
        other.join(60)
    return write(cls)

driving.write_methods = meanwhile
from supportflow import Desk
Desk.open
assert done
""")


def test_many_threads_can_be_the_first():
    """Some import a desk's module, some its name; those that have a desk give it rare commands."""
    _runs("""
import sys, threading
sys.setswitchinterval(1e-6)
begin, wrong = threading.Barrier(6), []

def first(number):
    begin.wait()
    try:
        if number == 0:
            import supportflow.desk
            supportflow.desk.Desk.merge
        elif number == 1:
            from supportflow import AsyncDesk
            assert "body" in AsyncDesk.open.__annotations__
        else:
            from supportflow import Desk
            desk = Desk()
            desk.open(subject="a", requester="ana", ref="1")
            desk.open(subject="b", requester="ana", ref="2")
            desk.merge(ref="1", into_ref="2", by="sam")
            desk.escalate(ref="2", by="sam", group="a") if number % 2 else desk.split(ref="2", subject="c", by="sam")
    except BaseException as error:
        wrong.append(repr(error))

threads = [threading.Thread(target=first, args=(n,)) for n in range(6)]
[one.start() for one in threads]
[one.join() for one in threads]
assert not wrong, wrong
import supportflow.desk
assert supportflow.desk.Desk is supportflow.Desk
""")


def test_a_name_that_is_not_there_is_said_so():
    with pytest.raises(AttributeError, match="has no attribute 'NoSuchCommand'"):
        _ = commands.NoSuchCommand
    with pytest.raises(AttributeError, match="NoSuch"):
        _ = supportflow.NoSuch

"""A model that is finished late is the model that pydantic makes at once."""

import json
import pickle
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any, ClassVar, get_type_hints

import pytest
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    computed_field,
    field_validator,
    model_validator,
)

from supportflow.model import late
from supportflow.model.base import Value
from supportflow.model.commands import OpenTicket
from supportflow.model.events import EVENT_TYPES
from supportflow.model.late import LateModel
from supportflow.model.upcast import read_event

GOLDEN = Path(__file__).parent / "golden" / "sla_excluded.json"
PARTS = """
from supportflow.model import late

def unfinished():
    return {cls.__name__ for cls in late._FINISHING.namespaces}
"""
A_DESK = """
from supportflow import BusinessCalendar, Desk, Policy, SlaPolicy, Target
hours = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin")
desk = Desk(Policy(sla=[SlaPolicy(name="all", calendar=hours, targets=[Target.first_response(hours=1)])]))
"""
ITS_WORK = """
desk.open(subject="No invoice", requester="ana", ref="7")
desk.assign(ref="7", agent="sam", by="sam")
desk.reply(ref="7", body="Here it is.", by="sam")
desk.resolve(ref="7", by="sam")
desk.run_due()
"""


def printed(program: str, *arguments: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments], check=True, capture_output=True, text=True
    )
    return run.stdout.strip()


def defined(base: type[BaseModel], module: str) -> Any:
    """A model with all that a class of ours has, defined as if it stood in a module."""

    class Above(base):
        __module__ = module
        KINDS: ClassVar[tuple[str, ...]] = ("plain",)
        model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")

        name: str

        @field_validator("name")
        @classmethod
        def _is_short(cls, value: str) -> str:
            if len(value) > 9:
                raise ValueError("is too long")
            return value.strip()

    class Thing(Above):
        """Says what it is."""

        __module__ = module
        __qualname__ = "Thing"
        model_config = ConfigDict(title="A thing")

        number: int = Field(default=1, ge=0, alias="count")
        others: tuple["str", ...] = ()
        tags: list[str] = Field(default_factory=list)
        _kept: int = PrivateAttr(default=7)

        def __init__(self, **fields: Any) -> None:
            super().__init__(**fields)

        @computed_field
        @property
        def twice(self) -> int:
            return 2 * self.number

        @cached_property
        def length(self) -> int:
            return len(self.name)

        @model_validator(mode="after")
        def _is_whole(self) -> Any:
            if self.name == "none":
                raise ValueError("is nothing")
            return self

    return Thing


def late_one() -> Any:
    return defined(LateModel, "supportflow.model.made_up")


def is_unfinished(cls: type) -> bool:
    return cls in late._FINISHING.namespaces


def shown(cls: Any) -> list[object]:
    """All that a class and its instances say."""
    one, other = cls(name=" a ", count=3, others=["b"]), cls.model_validate({"name": "a"})
    said: list[object] = [
        {name: repr(field) for name, field in cls.model_fields.items()},
        list(cls.model_computed_fields),
        cls.model_json_schema(),
        cls.model_config,
        cls.KINDS,
        cls.__doc__,
        cls.__hash__ is not object.__hash__,
        sorted(cls.__private_attributes__),
        sorted(cls.__class_vars__),
        str(cls.__signature__),
        [one.model_dump_json(), repr(one), one._kept, one.length, one.twice, one.number],
        [other.model_dump(exclude_defaults=True), other == cls(name="a"), one == other],
        one.model_copy(update={"name": "c"}).model_dump(),
        [name for name in ("name", "number", "tags") if name in vars(cls)],
    ]
    for wrong in (
        {"name": "much too long"},
        {"name": "none"},
        {"name": "a", "more": 1},
        {"name": "a", "count": -1},
    ):
        with pytest.raises(ValueError) as raised:
            cls(**wrong)
        said.append(str(raised.value).splitlines()[1:])
    with pytest.raises(ValueError, match="frozen"):
        one.name = "d"
    return said


def test_it_says_and_does_what_pydantic_makes_of_the_same_statement():
    cls = late_one()
    assert is_unfinished(cls)
    assert shown(cls) == shown(defined(BaseModel, "elsewhere"))
    assert not is_unfinished(cls)


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda cls: cls.model_fields, id="fields"),
        pytest.param(lambda cls: cls(name="a"), id="call"),
        pytest.param(lambda cls: cls.model_construct(name="a"), id="construct"),
        pytest.param(lambda cls: cls.__pydantic_decorators__.field_validators["_is_short"], id="decorators"),
        pytest.param(vars, id="vars"),
        pytest.param(get_type_hints, id="hints"),
        pytest.param(lambda cls: setattr(cls, "more", 1), id="set"),
        pytest.param(lambda cls: delattr(cls, "length"), id="delete"),
        pytest.param(lambda cls: type(cls)("Below", (cls,), {"__module__": "elsewhere"}), id="subclass"),
    ],
)
def test_whoever_asks_has_it_finished(ask):
    cls = late_one()
    ask(cls)
    assert not is_unfinished(cls)


def test_what_python_asks_leaves_it_unfinished():
    cls = late_one()
    assert (cls.__name__, cls.__doc__, cls.__mro__[0]) == ("Thing", "Says what it is.", cls)
    assert (cls | None, tuple[cls, ...], {cls: 1}[cls], isinstance(1, cls)) == (
        cls | None,
        tuple[cls, ...],
        1,
        False,
    )
    assert is_unfinished(cls)


def test_what_is_set_from_outside_stays():
    cls = late_one()
    cls.KINDS = ("set",)
    assert cls(name="a").KINDS == ("set",)


def test_who_was_interrupted_begins_anew():
    class Interrupted(LateModel):
        __module__ = "supportflow.model.made_up"
        asked: ClassVar[list[int]] = []
        number: int
        _kept: int = PrivateAttr(default=7)

        @field_validator("number")
        @classmethod
        def _counts(cls, value: int) -> int:
            return value + 1

        @classmethod
        def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
            pass

    class Below(Interrupted):
        __module__ = "supportflow.model.made_up"
        more: int = 2

        @field_validator("more")
        @classmethod
        def _counts_more(cls, value: int) -> int:
            return value + 1

    asked = []

    def once(cls: type, **_: Any) -> None:
        asked.append(cls)
        if len(asked) == 1:
            raise KeyboardInterrupt

    Interrupted.__pydantic_init_subclass__ = classmethod(once)
    with pytest.raises(KeyboardInterrupt):
        Below(number=1, more=1)
    assert is_unfinished(Below)
    assert Below(number=1, more=1).model_dump() == {"number": 2, "more": 2}
    assert (len(asked), Below(number=1)._kept) == (2, 7)


class _Named:
    """A value that is told its name: by Python as the statement runs, and by pydantic in the middle of finishing."""

    def __init__(self) -> None:
        self.told: list[type] = []
        self.found: list[set[str]] = []

    def __set_name__(self, owner: Any, name: str) -> None:
        self.told.append(owner)
        if len(self.told) == 2:
            asking = Thread(target=lambda: self.found.append(set(owner.model_fields)))
            asking.start()
            asking.join(0.2)  # it waits for this thread


def test_who_asks_while_another_thread_finishes_it_waits_for_the_whole_class():
    named = _Named()

    class Thing(LateModel):
        __module__ = "supportflow.model.made_up"
        number: int = 1
        _named: Any = PrivateAttr(default=named)

    assert Thing.model_fields.keys() == {"number"}
    while not named.found:
        sleep(0.001)
    assert (named.told, named.found) == ([Thing, Thing], [{"number"}])


def test_a_class_of_a_host_is_finished_at_once_and_so_are_those_above_it():
    class Mine(OpenTicket):
        extra_note: str = "none"

    assert not is_unfinished(Mine)
    assert not is_unfinished(OpenTicket)
    assert {"subject", "extra_note"} <= Mine.model_fields.keys()
    with pytest.raises(Exception, match="non-annotated"):

        class _Wrong(Value):
            number = 1


def test_an_instance_that_is_unpickled_first_is_whole():
    """A process that is handed an event may never have asked its class anything."""
    row = json.loads(GOLDEN.read_text())
    event = read_event(row["kind"], row["version"], row["min_reader"], row["data"].encode())
    program = PARTS + (
        "import pickle, sys, supportflow.model.events.sla\n"
        "assert 'SlaExcluded' in unfinished()\n"
        "event = pickle.loads(bytes.fromhex(sys.argv[1]))\n"
        "said, number = event.model_dump_json(), hash(event)\n"
        "twin = type(event).model_validate_json(said)\n"
        "print(said, event == twin, number == hash(twin), sep='\\n')"
    )
    assert printed(program, pickle.dumps(event).hex()).splitlines() == [
        event.model_dump_json(),
        "True",
        "True",
    ]


def test_a_desk_at_its_daily_work_finishes_no_model_of_a_rare_kind():
    rare = [
        kind.__name__
        for kind in EVENT_TYPES.values()
        if kind.__module__.endswith(("announcements", "phone", "ratings", "bot", "access"))
    ]
    assert len(rare) > 20
    assert set(rare) <= set(printed(PARTS + A_DESK + ITS_WORK + "print(*unfinished())").split())


def test_importing_the_usual_names_finishes_hardly_any():
    count = "from pydantic import BaseModel\nprint(len(unfinished()))"
    assert int(printed(PARTS + "import supportflow.desk, supportflow.policy\n" + count)) > 240

"""Our `dataclass` makes what the standard library's makes."""

import copy
import dataclasses
import inspect
import pickle
from dataclasses import KW_ONLY, FrozenInstanceError, InitVar, field
from pathlib import Path
from typing import Any, ClassVar

import pytest

from supportflow import Outcome, _dataclass


class Nothing:
    """No field at all."""


class One:
    """One field."""

    only: int


class Many:
    """Every kind of field."""

    self: int
    text: str = "a"
    several: list[int] = field(default_factory=list)
    unseen: int = field(default=1, repr=False)
    unlike: int = field(default=2, compare=False)
    unhashed: int = field(default=3, hash=False)
    counted: int = field(default=4, init=False)
    made: list[int] = field(default_factory=lambda: [7], init=False, compare=False)
    named: int = field(default=5, kw_only=True)
    needed: int = field(kw_only=True)

    def text_twice(self) -> str:
        """A method."""
        return self.text * 2


class After:
    """Something happens afterwards."""

    number: int
    seen: list[int] = field(default_factory=list, compare=False)

    def __post_init__(self) -> None:
        self.seen.append(self.number)


class Own:
    """It shows itself in its own way."""

    number: int

    def __repr__(self) -> str:
        return f"<{self.number}>"


class Equal:
    """It compares in its own way."""

    number: int

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 1


class Variables:
    """Variables of the class, and of `__init__` alone."""

    number: int
    shared: ClassVar[int] = 3
    given: InitVar[int] = 4

    def __post_init__(self, given: int) -> None:
        assert given


class Written:
    """Kinds as texts."""

    number: "int"
    shared: "ClassVar[int]" = 3


class KeywordsOnly:
    """Keywords from some field on."""

    number: int
    _: KW_ONLY
    text: str = "b"


class Undescribed:
    number: int
    text: str = "c"


class Below(One):
    """It inherits."""

    more: int = 2


BOTH = (_dataclass.dataclass, dataclasses.dataclass)
CASES: list[tuple[type, list[tuple[tuple[object, ...], dict[str, object]]]]] = [
    (Nothing, [((), {}), ((1,), {})]),
    (One, [((1,), {}), ((1,), {}), ((2,), {}), ((), {"only": 1}), ((), {}), ((float("nan"),), {})]),
    (
        Many,
        [
            ((1,), {"needed": 2}),
            ((1, "b", [3], 4, 5, 6), {"needed": 2, "named": 9}),
            ((1, "b", [3], 4, 6, 7), {"needed": 2, "named": 9}),
            ((1, "b", (3,)), {"needed": 2, "text": "c"}),
            ((1,), {"needed": 2, "counted": 3}),
            ((1,), {}),
        ],
    ),
    (After, [((1,), {}), ((2,), {})]),
    (Own, [((1,), {}), ((2,), {})]),
    (Equal, [((1,), {}), ((2,), {})]),
    (Variables, [((1,), {}), ((1, 5), {})]),
    (Written, [((1,), {}), ((2,), {})]),
    (KeywordsOnly, [((1,), {}), ((1,), {"text": "d"}), ((1, "d"), {})]),
    (Undescribed, [((1,), {}), ((1, "d"), {})]),
    (Below, [((1,), {}), ((1, 3), {})]),
]


def _made(cls: type, by: Any) -> type:
    """The class, and what it inherits, by one of the two."""
    bases = tuple(object if base is object else _made(base, by) for base in cls.__bases__)
    kept = {
        name: copy.copy(value) for name, value in vars(cls).items() if name not in {"__dict__", "__weakref__"}
    }
    made: type = by(frozen=True, slots=True)(type(cls.__name__, bases, kept))
    return made


def _tried(call: Any, *given: object, **named: object) -> Any:
    try:
        return repr(call(*given, **named))
    except (TypeError, AttributeError, ValueError) as error:
        return type(error), str(error).replace("_self", "self")


def _told(cls: type, calls: list[tuple[tuple[object, ...], dict[str, object]]]) -> list[object]:
    """All that can be seen of a class and of what it makes."""
    seen: list[object] = [
        cls.__doc__,
        str(inspect.signature(cls)),
        cls.__match_args__,  # type: ignore[attr-defined]
        cls.__slots__,  # type: ignore[attr-defined]
        repr(cls.__dataclass_params__),  # type: ignore[attr-defined]
        [(one.name, one.type) for one in dataclasses.fields(cls)],
    ]
    made: list[Any] = []
    for given, named in calls:
        seen.append(_tried(cls, *given, **named))
        if isinstance(seen[-1], str):
            made.append(cls(*given, **named))
    for one in made:
        names = [each.name for each in dataclasses.fields(one)]
        seen += [_tried(hash, one), _tried(dataclasses.asdict, one), hasattr(one, "__dict__")]
        seen += [[getattr(copy.copy(one), name) for name in names] == [getattr(one, name) for name in names]]
        seen += [_tried(setattr, one, name, 0) for name in names]
        seen += [_tried(delattr, one, name) for name in names]
        seen += [one.__reduce_ex__(4)[2:], one == 1, one != one]  # noqa: PLR0124  # what the class says of it
        seen += [one == each for each in made]
        seen += [_tried(dataclasses.replace, one, **{name: 8}) for name in names]
    return seen


@pytest.mark.parametrize(("cls", "calls"), CASES, ids=[cls.__name__ for cls, _ in CASES])
def test_all_that_can_be_seen_is_as_the_standard_library_makes_it(cls, calls):
    ours, standard = (_made(cls, by) for by in BOTH)

    assert _told(ours, calls) == _told(standard, calls)


@pytest.mark.parametrize("how", [{}, {"frozen": True}, {"slots": True}, {"order": True, "kw_only": True}])
def test_whatever_else_is_asked_for_is_the_standard_librarys(how):
    ours, standard = (by(**how)(type("One", (), {"__annotations__": {"only": int}})) for by in BOTH)

    assert repr(ours.__dataclass_params__) == repr(standard.__dataclass_params__)
    assert hasattr(ours, "__lt__") == hasattr(standard, "__lt__")


@_dataclass.dataclass(frozen=True, slots=True)
class Pair:
    """Two things that may hold each other."""

    first: object
    second: list[object]


def test_an_instance_survives_pickle_and_deep_copies():
    pair = Pair(1, [2])

    assert pickle.loads(pickle.dumps(pair)) == copy.deepcopy(pair) == pair


@dataclasses.dataclass(frozen=True)
class Triple(Pair):
    """A host's class below, without slots: it inherits how its base is pickled."""

    third: int = 3
    fourth: list[int] = field(default_factory=list)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
@pytest.mark.parametrize("triple", [Triple(1, []), Triple(1, [2], third=4), Triple("a", [], 5, [6])])
def test_what_a_class_below_adds_survives_copies(again, triple):
    assert again(triple) == triple


def test_no_variable_is_added_to_an_instance():
    # The standard one says "super(type, obj): obj must be an instance or subtype of type" here, from 3.11 on.
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'third'"):
        Pair(1, []).third = 3
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'third'"):
        del Pair(1, []).third


def test_what_holds_itself_can_be_shown():
    pair = Pair(1, [])
    pair.second.append(pair)

    assert repr(pair) == "Pair(first=1, second=[...])"


def test_the_methods_say_where_they_are_from():
    assert Pair.__init__.__qualname__ == "Pair.__init__"
    assert Pair.__eq__.__module__ == __name__


def test_a_subclass_that_is_no_dataclass_may_have_variables_of_its_own_but_keeps_the_fields():
    class Loose(Pair):
        pass

    loose = Loose(1, [])
    loose.other = 3

    assert loose.other == 3
    with pytest.raises(FrozenInstanceError):
        loose.first = 2
    del loose.other
    with pytest.raises(FrozenInstanceError):
        del loose.first


def test_all_frozen_ones_with_slots_are_defined_so():
    # Or else start-up is slow again, and nobody notices.
    package = Path(_dataclass.__file__).parent
    slow = [
        path.name
        for path in package.rglob("*.py")
        if "@dataclass(frozen=True, slots=True)\n" in (text := path.read_text("utf-8"))
        and "from supportflow._dataclass import dataclass" not in text
    ]

    assert slow == []
    assert Outcome.__setattr__.__code__ is Pair.__setattr__.__code__


class Plain:
    """Several fields, of which some stay."""

    number: int
    text: str = "a"
    kept: tuple[int, ...] = ()


@pytest.mark.parametrize("changes", [{}, {"text": "b"}, {"number": 2, "kept": (1,)}, {"text": None}])
def test_replacing_gives_what_the_standard_one_gives(changes):
    made = _made(Plain, _dataclass.dataclass)(1, kept=(3,))
    changed = _dataclass.replace(made, **changes)
    assert type(changed) is type(made)
    assert changed is not made
    assert repr(changed) == repr(dataclasses.replace(made, **changes))
    assert repr(made) == "Plain(number=1, text='a', kept=(3,))"  # and it is as it was


@pytest.mark.parametrize(("cls", "given"), [(After, (1,)), (Below, (1, 3)), (One, (1,)), (Nothing, ())])
def test_replacing_whatever_there_is(cls, given):
    made = _made(cls, _dataclass.dataclass)
    assert repr(_dataclass.replace(made(*given))) == repr(dataclasses.replace(made(*given)))


@pytest.mark.parametrize("changes", [{"unknown": 1}, {"number": 1, "unknown": 1}])
def test_replacing_a_field_that_is_not_there(changes):
    made = _made(Plain, _dataclass.dataclass)(1)
    with pytest.raises(TypeError, match="unknown"):
        _dataclass.replace(made, **changes)

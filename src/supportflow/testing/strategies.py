"""Hypothesis strategies for values, commands and events, made from the models' own annotations.

Needs hypothesis (`pip install 'supportflow[test]'`). What they draw is accepted by the model that it is drawn for, and
uses its whole range: any Unicode that can be kept, any instant that UTC has, numbers at the edges.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt
from hypothesis import strategies as st
from pydantic import BaseModel, BeforeValidator, StringConstraints
from pydantic.fields import FieldInfo

from supportflow._legible import first_illegible
from supportflow._time import Instant, Moment, instant
from supportflow.model.base import (
    MAX_BODY,
    MAX_SUBJECT,
    AgentId,
    Body,
    Id,
    KeptName,
    Key,
    Known,
    Name,
    Subject,
    legible,
    one_line,
)
from supportflow.model.commands import MAX_VALIDITY, By, Command, CommandBase, Validity
from supportflow.model.commands.announcements import LONGEST, Lasting, Texts
from supportflow.model.content import MediaType
from supportflow.model.events import EVENT_TYPES, EventBase
from supportflow.model.people import Actor, RequesterId
from supportflow.model.records import AttributeValue
from supportflow.model.tags import Tag

__all__ = ["attribute_values", "commands", "events", "ids", "instants", "names", "texts", "values"]

T = TypeVar("T")
_LARGEST = 2**63 - 1
_KEPT = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
# Nothing legible is left out: what a joiner or a selector needs around it, only the whole text shows.
_LEGIBLE = st.characters(exclude_categories=["Cs", "Cc", "Co", "Zl", "Zp"])
_TAGS = ("en", "zh-Hans", "zh_CN", "sr@latin", "de_DE.UTF-8", "I-Klingon", "sl-rozaj-biske-1994", "ZH-yue-hk")


def texts(max_size: int = 40) -> st.SearchStrategy[str]:
    """Any text that can be kept: no NUL, no lone surrogates."""
    return st.text(_KEPT, max_size=max_size)


def ids(*, opaque: bool = False, max_size: int = 20) -> st.SearchStrategy[str]:
    """Any id: printable, not empty; `opaque` ones do not look like an address."""
    characters = st.characters(
        exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="@" if opaque else ""
    )
    return st.text(characters, min_size=1, max_size=max_size)


def names(max_size: int = 20) -> st.SearchStrategy[str]:
    """Any name that a policy or a host can give: people can read it."""
    return st.text(_LEGIBLE, min_size=1, max_size=max_size).filter(_is_legible)


def _is_legible(text: str) -> bool:
    return first_illegible(text) is None


def instants(
    least: datetime = datetime(1, 1, 1, tzinfo=UTC),
    most: datetime = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
) -> st.SearchStrategy[Any]:
    """Any instant between two, to the microsecond."""
    naive = (least.replace(tzinfo=None), most.replace(tzinfo=None))
    return st.datetimes(*naive, timezones=st.just(UTC)).map(instant)


def attribute_values() -> st.SearchStrategy[Any]:
    """Anything that a declared attribute can hold."""
    return st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-_LARGEST, _LARGEST),
        st.floats(allow_nan=False, allow_infinity=False),
        texts(),
        st.frozensets(texts(10), max_size=4),
    )


def values(cls: type[T]) -> st.SearchStrategy[T]:
    """Values of a model or record, drawn from its annotations."""
    return _drawn(cls)


def commands() -> st.SearchStrategy[CommandBase]:
    """Any command, of any kind."""
    return st.one_of(*(values(cls) for cls in get_args(get_args(Command)[0])))


def events() -> st.SearchStrategy[EventBase]:
    """Any event, of any kind."""
    return st.one_of(*(values(cls) for cls in EVENT_TYPES.values()))


@cache
def _known() -> list[tuple[object, Any]]:
    """Annotations whose range is said nowhere else. Unhashable metadata rules out a dictionary."""
    actors = st.builds(Actor, kind=_drawn(Actor.model_fields["kind"].annotation), id=ids(opaque=True))
    return [
        (Id, ids()),
        (RequesterId, ids(opaque=True)),
        (Name, names()),
        (KeptName, ids()),
        (AgentId, names()),
        (Tag, st.sampled_from(_TAGS) | names()),
        (Key, ids()),
        (Body, texts() | texts(1).map(lambda text: text * (MAX_BODY // 2))),
        (Subject, texts() | texts(1).map(lambda text: text * (MAX_SUBJECT // 2))),
        (By, actors),
        (Validity, st.timedeltas(timedelta(microseconds=1), MAX_VALIDITY)),
        (Lasting, st.timedeltas(timedelta(microseconds=1), LONGEST)),
        (Texts, st.dictionaries(st.sampled_from(_TAGS), texts(), min_size=1, max_size=3)),
        (MediaType, st.sampled_from(["image/png", "text/plain; charset=utf-8", ""])),
        (Instant, instants()),
        (Moment, instants()),
        (AttributeValue, attribute_values()),
    ]


def _drawn(hint: Any) -> st.SearchStrategy[Any]:
    for known, strategy in _known() if get_origin(hint) is Annotated else ():
        if hint == known:
            return strategy  # type: ignore[no-any-return]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _constrained(arguments[0], arguments[1:])
    if origin in {Union, UnionType}:
        return st.one_of(*map(_drawn, arguments))
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple and arguments[1:] != (...,):
        return st.tuples(*map(_drawn, arguments))
    if origin in {tuple, Sequence}:
        return st.lists(_drawn(arguments[0]), max_size=3).map(tuple)
    if origin in {dict, Mapping}:
        return st.dictionaries(_drawn(arguments[0]), _drawn(arguments[1]), max_size=3)
    return _plain(hint)


def _plain(hint: Any) -> st.SearchStrategy[Any]:
    simple: dict[object, st.SearchStrategy[Any]] = {
        NoneType: st.none(),
        bool: st.booleans(),
        int: st.integers(-_LARGEST, _LARGEST),
        str: texts(),
    }
    if hint in simple:
        return simple[hint]
    if issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    hints = get_type_hints(hint, include_extras=True)
    wanted = hint.model_fields if issubclass(hint, BaseModel) else hints
    return st.builds(hint, **{name: _drawn(hints[name]) for name in wanted})


def _constrained(hint: Any, metadata: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    bounds: dict[str, int] = {}
    metadata = tuple(part for one in metadata for part in (one.parts if isinstance(one, Known) else (one,)))
    readable = any(isinstance(one, BeforeValidator) and one.func in {legible, one_line} for one in metadata)
    for one in metadata:
        for part in one.metadata if isinstance(one, FieldInfo) else (one,):
            if isinstance(part, StringConstraints) and part.pattern is not None:
                if not readable:
                    return st.from_regex(part.pattern, fullmatch=True)
                return st.from_regex(part.pattern, fullmatch=True, alphabet=_LEGIBLE).filter(_is_legible)
            if isinstance(part, StringConstraints):
                least, most = part.min_length or 0, part.max_length or 40
                drawn = st.text(_LEGIBLE if readable else _KEPT, min_size=least, max_size=min(most, 40))
                return drawn.filter(_is_legible) if readable else drawn
            if isinstance(part, Ge | Gt):
                bounds["min_value"] = int(part.ge if isinstance(part, Ge) else part.gt + 1)  # type: ignore[call-overload, operator]
            if isinstance(part, Le | Lt):
                bounds["max_value"] = int(part.le if isinstance(part, Le) else part.lt - 1)  # type: ignore[call-overload, operator]
    if hint is int and bounds:
        return st.integers(**{"min_value": -_LARGEST, "max_value": _LARGEST, **bounds})
    return _drawn(hint)

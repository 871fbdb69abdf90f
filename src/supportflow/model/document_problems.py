"""What pydantic finds wrong with a policy or another document, as people who wrote it want to read it.

A path is the document's own, without the names of types that pydantic adds for the members of a union; a misspelt name comes
with the name that was probably meant.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

__all__ = ["ignored_names", "located", "nearest", "validation_problems"]

_DEEPEST = 64
_LISTED = 24
"""Up to so many fields are all named."""
_COLONS = 8
"""How many colons in a path are looked at: names come from anybody, and a line is a kindness."""

Path = tuple[str | int, ...]


def validation_problems(error: ValidationError, document: object, model: type[BaseModel]) -> list[str]:
    """Every problem, each one sentence that starts with its path.

    Args:
        error: What pydantic found.
        document: What was validated.
        model: As what it was validated.
    """
    found: dict[Path, list[str]] = {}
    whole: set[Path] = set()
    for problem in error.errors(include_url=False, include_input=False):
        place = _Place(document, model)
        tagged = False
        for step in problem["loc"]:
            tagged = not place.enter(step)
        found.setdefault(place.path, []).append(_sentence(problem, place))
        if tagged:
            whole.add(place.path)
    # Of a union's members, one that fails as a whole is not what was meant if another one fails inside.
    told = {
        path: sentences
        for path, sentences in found.items()
        if path not in whole
        or not any(len(other) > len(path) and other[: len(path)] == path for other in found)
    }
    whole_document = model.__name__.lower()
    return [
        f"{_dotted(path) or whole_document}: {'; or: '.join(dict.fromkeys(said))}"
        for path, said in told.items()
    ]


def ignored_names(document: object, model: type[BaseModel]) -> Iterator[str]:
    """Misspelt names in parts of a document that would be ignored: stored values read what a newer version wrote."""
    return _ignored((), document, [model])


def _ignored(path: Path, value: object, types: Iterable[Any]) -> Iterator[str]:
    if len(path) > _DEEPEST:  # too deep for any part that ignores names, and a document is read from anybody
        return
    members = [member for kind in types for member in _members(kind)]
    if isinstance(value, Mapping):
        for member in members:
            if (
                isinstance(member, type)
                and issubclass(member, BaseModel)
                and member.model_config.get("extra") == "ignore"
            ):
                known = _names(member)
                for name in value:
                    if name not in known:
                        yield f"{_dotted((*path, name))}: {_unknown(str(name), known)}"
        inside: Iterable[tuple[Any, object]] = value.items()
    else:
        inside = enumerate(value) if isinstance(value, list | tuple) else ()
    for step, part in inside:
        below = [kind for member in members for kind in _below(member, step)]
        if below:
            yield from _ignored((*path, step), part, below)


def located(problem: str, lines: Mapping[str, int]) -> str:
    """A problem with the line of its path, if that is known, or else of the nearest part around it."""
    path = _path_of(problem, lines)
    while path:
        if path in lines:
            return f"{problem} (line {lines[path]})"
        path = path.rpartition(".")[0]
    return problem


def _path_of(problem: str, lines: Mapping[str, int]) -> str:
    """What a problem starts with. A name in the path can have a colon in it, and a blank behind that."""
    parts = problem.split(": ", _COLONS)
    heads = [": ".join(parts[:end]) for end in range(1, len(parts))]
    return next((head for head in heads if head in lines), parts[0])


class _Place:
    """A place in a document: its path, its value, the types that may stand there, and the names that may."""

    def __init__(self, document: object, model: type[BaseModel]) -> None:
        self.path: Path = ()
        self.value: Any = document
        self.types: list[Any] = [model]
        self.known: list[str] = []

    def enter(self, step: str | int) -> bool:
        """Go one step down; False, and stay, if the step is pydantic's and not the document's."""
        here = self.value
        if isinstance(step, int):
            inside = isinstance(here, list | tuple) and step < len(here)
        else:
            inside = isinstance(here, Mapping) and step in here
        known = [name for model in self._models() for name in _names(model)]
        if not inside and step not in known:
            return False
        self.path += (step,)
        self.value = here[step] if inside else None
        self.types = [below for kind in self.types for below in _below(kind, step)]
        self.known = known
        return True

    def _models(self) -> Iterator[type[BaseModel]]:
        for kind in self.types:
            for member in _members(kind):
                if isinstance(member, type) and issubclass(member, BaseModel):
                    yield member


def _sentence(problem: Any, place: _Place) -> str:
    said: str = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        return _unknown(str(place.path[-1]), place.known)
    if problem["type"] in {"literal_error", "enum"} and isinstance(place.value, str):
        return said + nearest(place.value, re.findall(r"'([^']*)'", problem["ctx"]["expected"]))
    return said


def _unknown(name: str, known: Collection[str]) -> str:
    return f"unknown field {name!r}{nearest(name, known) or _all(known)}"


def _all(known: Collection[str]) -> str:
    return f"; the fields are {', '.join(known)}" if 0 < len(known) <= _LISTED else ""


def nearest(name: str, known: Collection[str]) -> str:
    """`"; did you mean 'channel'?"` for a misspelt name, or nothing when none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - for names that are misspelt alone

    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _names(model: type[BaseModel]) -> list[str]:
    """The names that a document may use in a model."""
    fields = [str(field.validation_alias or name) for name, field in model.model_fields.items()]
    return [*fields, *getattr(model, "SHORTHANDS", ())]


def _members(kind: Any) -> Iterator[Any]:
    """The types that a type stands for: those of a union, and what is annotated."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        for member in get_args(kind):
            yield from _members(member)
    elif origin is Annotated:
        yield from _members(get_args(kind)[0])
    else:
        yield kind


def _below(kind: Any, step: str | int) -> Iterator[Any]:
    """The types that may stand one step below a type."""
    for member in _members(kind):
        if isinstance(member, type) and issubclass(member, BaseModel):
            for name, field in member.model_fields.items():
                if step in (name, field.validation_alias):
                    yield field.annotation
        elif get_origin(member) in (tuple, Sequence):
            yield get_args(member)[0]
        elif get_origin(member) is Mapping:
            yield get_args(member)[1]


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))

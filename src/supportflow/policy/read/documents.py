"""Reading a document that an organisation writes: from a file, from TOML, JSON or YAML 1.2, from plain data.

What is wrong is said with its place, in the error of that kind of document.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from supportflow._legible import escaped
from supportflow.exceptions import DefinitionError, PolicyError
from supportflow.model.document_problems import ignored_names, located, validation_problems
from supportflow.policy.read.lines import Lines
from supportflow.policy.read.yaml12 import MAX_DEPTH, read_yaml

__all__ = ["MAX_CHARACTERS", "load", "parse", "read"]

MAX_PARTS = 200_000
"""How many values, lists and tables a document may have. A text in YAML has fewer: `supportflow.policy.read.yaml12`."""
MAX_CHARACTERS = 2_000_000
"""How long the text of a document may be."""

_ENDINGS = {"toml": "toml", "json": "json", "yaml": "yaml", "yml": "yaml"}
# The standard library takes time quadratic in the parts of one key.
_LONG_KEY = re.compile(
    r"""(?<![A-Za-z0-9_.-])(?:(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){64}""", re.ASCII
)

M = TypeVar("M", bound=BaseModel)
M_co = TypeVar("M_co", bound=BaseModel, covariant=True)


class _Loading(Protocol[M_co]):
    """Reads a document from a text, such as `load_policy`."""

    def __call__(self, text: str, *, format: str) -> M_co: ...  # noqa: A002 - what it is called everywhere


def parse(document: Mapping[str, object], model: type[M], error: type[DefinitionError]) -> M:
    """The document in plain data, each field checked by itself.

    Args:
        document: Tables, lists and values.
        model: What it should be.
        error: What to raise, with every problem, if it is not.
    """
    _check_size(document, error)
    ignored = list(ignored_names(document, model))
    try:
        found = model.model_validate(document)
    except ValidationError as wrong:
        raise error([*validation_problems(wrong, document, model), *ignored]) from None
    if ignored:
        raise error(ignored)
    return found


def _check_size(document: object, error: type[DefinitionError]) -> None:
    """Refuse what nests too deep, or has too many parts, before anything goes down into it."""
    level, parts, depth = [document], 0, 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise error([f"{error.subject}: nests deeper than {MAX_DEPTH} levels"])
        below: list[object] = []
        for value in level:
            if isinstance(value, Mapping):
                below += value.values()
            elif isinstance(value, list | tuple):
                below += value
            if parts + len(below) > MAX_PARTS:
                raise error([f"{error.subject}: has more than {MAX_PARTS} values"])
        parts += len(below)
        level = below


def load(
    text: str, kind: str, parsed: Callable[[Mapping[str, object]], M], error: type[DefinitionError]
) -> M:
    """The document in a text.

    Args:
        text: The document, of two million characters at most.
        kind: `"toml"`, `"json"` or `"yaml"`.
        parsed: Reads the plain data.
        error: What `parsed` raises, and what to raise if the text cannot be read (with the line).
    """
    if kind not in _READERS:
        raise error([f"{error.subject}: cannot be read as {kind!r}; give one of {', '.join(_READERS)}"])
    if len(text) > MAX_CHARACTERS:
        raise error([f"{error.subject}: is longer than {MAX_CHARACTERS} characters"])
    try:
        document, lines = _READERS[kind](text)
    except PolicyError as unreadable:
        raise error(unreadable.problems) from None
    if not isinstance(document, Mapping):
        raise error([f"{error.subject}: is not a table of fields"])
    try:
        return parsed(document)
    except error as wrong:
        shown = {escaped(place): line for place, line in lines.items()}
        raise error([located(problem, shown) for problem in wrong.problems]) from None


def read(path: Path, loaded: _Loading[M], error: type[DefinitionError]) -> M:
    """The document in a `.toml`, `.json`, `.yaml` or `.yml` file.

    Args:
        path: The file.
        loaded: Reads the text.
        error: What `loaded` raises, and what to raise if the file is none; each problem starts with the file's name.
    """
    try:
        kind = _format_of(path, error)
        return loaded(_text_of(path, error), format=kind)
    except error as wrong:
        raise error([f"{path}: {problem}" for problem in wrong.problems]) from None


def _format_of(path: Path, error: type[DefinitionError]) -> str:
    try:
        return _ENDINGS[path.suffix.removeprefix(".")]
    except KeyError:
        raise error(["the file's name must end in .toml or .json, or in .yaml or .yml"]) from None


def _text_of(path: Path, error: type[DefinitionError]) -> str:
    with path.open("rb") as file:
        # A character of UTF-8 has four bytes at most; one byte more tells a longer file.
        content = file.read(4 * MAX_CHARACTERS + 1)
    if len(content) > 4 * MAX_CHARACTERS:
        raise error([f"{error.subject}: is longer than {MAX_CHARACTERS} characters"])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as unreadable:
        line = content.count(b"\n", 0, unreadable.start) + 1
        raise error([f"{error.subject}: is not text in UTF-8 (line {line})"]) from None


def _toml(text: str) -> tuple[object, Mapping[str, int]]:
    long = _LONG_KEY.search(text)
    if long:
        line = text.count("\n", 0, long.start()) + 1
        raise PolicyError([f"not valid TOML: a key has more than 64 parts (line {line})"])
    try:
        return tomllib.loads(text), Lines(text.replace("\r\n", "\n"), toml=True)
    except RecursionError:
        raise PolicyError(["not valid TOML: nests too deep"]) from None
    except ValueError as error:
        raise PolicyError([f"not valid TOML: {error}"]) from None


def _json(text: str) -> tuple[object, Mapping[str, int]]:
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number), Lines(text, toml=False)
    except RecursionError:
        raise PolicyError(["not valid JSON: nests too deep"]) from None
    except ValueError as error:
        raise PolicyError([f"not valid JSON: {error}"]) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} comes twice in one object")
        found[key] = value
    return found


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is not a number")


_READERS = {"toml": _toml, "json": _json, "yaml": read_yaml}

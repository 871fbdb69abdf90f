"""Reading a policy from TOML, JSON, YAML 1.2 or plain data, with errors that name the place."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from supportflow.exceptions import PolicyError
from supportflow.policy.compiled import CompiledPolicy
from supportflow.policy.problems import ignored_names, located, validation_problems
from supportflow.policy.schema import Policy
from supportflow.policy.yaml12 import read_yaml

__all__ = ["MAX_CHARACTERS", "load_policy", "parse_policy", "read_policy"]

MAX_CHARACTERS = 2_000_000
"""How long the text of a policy may be."""

_ENDINGS = {"toml": "toml", "json": "json", "yaml": "yaml", "yml": "yaml"}
# The standard library takes time quadratic in the parts of one key.
_LONG_KEY = re.compile(
    r"""(?<![A-Za-z0-9_.-])(?:(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){64}""", re.ASCII
)


def parse_policy(document: Mapping[str, object]) -> Policy:
    """The policy in plain data, checked as a whole.

    Raises:
        PolicyError: With every problem, each starting with its path.
        MissingExtra: If a calendar names a country and the `holidays` package is not installed.
    """
    ignored = list(ignored_names(document))
    try:
        policy = Policy.model_validate(document)
    except ValidationError as error:
        raise PolicyError([*validation_problems(error, document), *ignored]) from None
    if ignored:
        raise PolicyError(ignored)
    try:
        CompiledPolicy(policy)
    except UnicodeEncodeError:
        raise PolicyError(["policy: holds half a surrogate pair, which is no character"]) from None
    return policy


def load_policy(text: str, *, format: str) -> Policy:  # noqa: A002 - what it is called everywhere
    """The policy in a TOML, JSON or YAML text.

    Args:
        text: The document, of two million characters at most.
        format: `"toml"`, `"json"` or `"yaml"` (YAML 1.2, without anchors and tags; extra `yaml`).

    Raises:
        PolicyError: If it cannot be read (with the line), or is not a valid policy (with the path; in YAML with the line).
        MissingExtra: If it is YAML, and the extra is not installed.
    """
    if format not in _READERS:
        raise PolicyError([f"policy: cannot be read as {format!r}; give one of {', '.join(_READERS)}"])
    if len(text) > MAX_CHARACTERS:
        raise PolicyError([f"policy: is longer than {MAX_CHARACTERS} characters"])
    document, lines = _READERS[format](text)
    if not isinstance(document, Mapping):
        raise PolicyError(["policy: is not a table of fields"])
    try:
        return parse_policy(document)
    except PolicyError as error:
        raise PolicyError([located(problem, lines) for problem in error.problems]) from None


def read_policy(path: Path) -> Policy:
    """The policy in a `.toml`, `.json`, `.yaml` or `.yml` file.

    Raises:
        PolicyError: If the ending is none of these, or the document is wrong; each problem starts with the file's name.
        MissingExtra: If it is YAML, and the extra is not installed.
        OSError: If the file cannot be read.
    """
    try:
        kind = _format_of(path)
        return load_policy(_text_of(path), format=kind)
    except PolicyError as error:
        raise PolicyError([f"{path}: {problem}" for problem in error.problems]) from None


def _format_of(path: Path) -> str:
    try:
        return _ENDINGS[path.suffix.removeprefix(".")]
    except KeyError:
        raise PolicyError(["the file's name must end in .toml or .json, or in .yaml or .yml"]) from None


def _text_of(path: Path) -> str:
    with path.open("rb") as file:
        # A character of UTF-8 has four bytes at most; one byte more tells a longer file.
        content = file.read(4 * MAX_CHARACTERS + 1)
    if len(content) > 4 * MAX_CHARACTERS:
        raise PolicyError([f"policy: is longer than {MAX_CHARACTERS} characters"])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PolicyError([f"policy: is not text in UTF-8 (line {line})"]) from None


def _toml(text: str) -> tuple[object, dict[str, int]]:
    long = _LONG_KEY.search(text)
    if long:
        line = text.count("\n", 0, long.start()) + 1
        raise PolicyError([f"not valid TOML: a key has more than 64 parts (line {line})"])
    try:
        return tomllib.loads(text), {}
    except RecursionError:
        raise PolicyError(["not valid TOML: nests too deep"]) from None
    except ValueError as error:
        raise PolicyError([f"not valid TOML: {error}"]) from None


def _json(text: str) -> tuple[object, dict[str, int]]:
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number), {}
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

"""Documents that a command line names: by a file, by the name of one that is shipped, or `-` for standard input."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from supportflow.exceptions import DefinitionError, InvalidInput, PolicyError
from supportflow.policy.document.policy import Policy
from supportflow.policy.presets import PRESETS, preset
from supportflow.policy.read.documents import MAX_CHARACTERS, load, read
from supportflow.policy.read.policies import load_policy, read_policy

__all__ = ["STANDARD_INPUT", "Kind", "kind_of", "policy_named", "read_named", "text_of_input"]

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")
Kind = Literal["policy", "scenario", "roster", "mapping"]
STANDARD_INPUT = "-"
_MARKS: Mapping[Kind, frozenset[str]] = {
    "mapping": frozenset({"case", "rows", "states"}),
    "scenario": frozenset({"arrivals", "lasts_for", "team", "service"}),
    "roster": frozenset({"agents", "promises", "overrides"}),
}
"""Fields that only documents of a kind have."""


class _Loading(Protocol[T_co]):
    def __call__(self, text: str, *, format: str) -> T_co: ...  # noqa: A002 - what it is called everywhere


def policy_named(name: str) -> Policy:
    """The policy in a file, from standard input, or that comes with supportflow.

    Raises:
        PolicyError: If the document is wrong.
        OSError: If the file cannot be read.
    """
    if name in PRESETS and not Path(name).exists():
        return preset(name)
    return read_named(name, load_policy, read_policy, PolicyError)


def read_named(
    name: str, loaded: _Loading[T], from_file: Callable[[Path], T], error: type[DefinitionError]
) -> T:
    """The document in a file, or on standard input: JSON if it begins with a brace, else TOML.

    Args:
        name: The file; `-` for standard input.
        loaded: Reads a text.
        from_file: Reads a file.
        error: What these raise; each problem starts with where the document came from.
    """
    if name != STANDARD_INPUT:
        return from_file(Path(name))
    text = text_of_input()
    try:
        return loaded(text, format=_format_of(text))
    except error as wrong:
        raise error([f"standard input: {problem}" for problem in wrong.problems]) from None


def text_of_input() -> str:
    """What comes on standard input, up to the limit of a document.

    Raises:
        InvalidInput: If it is no text in UTF-8.
    """
    try:
        return sys.stdin.read(MAX_CHARACTERS + 1)
    except UnicodeDecodeError:
        raise InvalidInput("-", "standard input is not text in UTF-8") from None


def _format_of(text: str) -> str:
    return "json" if text.lstrip().startswith("{") else "toml"


def kind_of(path: Path) -> Kind:
    """What kind of document a file is, by its fields; a policy if nothing says otherwise, or it cannot be read."""
    fields: dict[str, object] = {}

    def noted(document: Mapping[str, object]) -> Policy:
        fields.update(document)
        return Policy()

    def plain(text: str, *, format: str) -> Policy:  # noqa: A002 - as above
        return load(text, format, noted, PolicyError)

    try:
        read(path, plain, PolicyError)
    except PolicyError:
        return "policy"
    of_policies = {"schema", "name", *Policy.model_fields}
    found: dict[Kind, int] = {kind: len(marks & fields.keys()) for kind, marks in _MARKS.items()}
    best = max(found, key=lambda kind: found[kind])
    known = len(fields.keys() & of_policies - {"schema", "name", "policy"})
    return best if found[best] and found[best] >= known else "policy"

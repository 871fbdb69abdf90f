"""Reading a policy from TOML, JSON or plain data, with errors that name the place."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from supportflow.exceptions import PolicyError
from supportflow.policy.compiled import CompiledPolicy
from supportflow.policy.schema import Policy

__all__ = ["load_policy", "parse_policy"]


def parse_policy(document: Mapping[str, object]) -> Policy:
    """The policy in plain data, checked as a whole.

    Raises:
        PolicyError: With every problem, each starting with its path.
    """
    try:
        policy = Policy.model_validate(document)
    except ValidationError as error:
        raise PolicyError(
            [
                f"{'.'.join(map(str, problem['loc'])) or 'policy'}: {problem['msg']}"
                for problem in error.errors()
            ]
        ) from None
    CompiledPolicy(policy)
    return policy


def load_policy(text: str, *, format: str) -> Policy:  # noqa: A002 - what it is called everywhere
    """The policy in a TOML or JSON text.

    Args:
        text: The document.
        format: `"toml"` or `"json"`.

    Raises:
        PolicyError: If it is not valid TOML or JSON (with line and column), or not a valid policy.
    """
    try:
        document = tomllib.loads(text) if format == "toml" else json.loads(text)
    except RecursionError:
        raise PolicyError([f"not valid {format.upper()}: nested too deeply"]) from None
    except ValueError as error:  # both kinds of decoding error, and a number of too many digits
        raise PolicyError([f"not valid {format.upper()}: {error}"]) from None
    if not isinstance(document, Mapping):
        raise PolicyError(["policy: is not a table of fields"])
    return parse_policy(document)


def read_policy(path: Path) -> Policy:
    """The policy in a `.toml` or `.json` file.

    Raises:
        PolicyError: If the ending is neither, or the document is wrong.
        OSError: If the file cannot be read.
    """
    kind = path.suffix.removeprefix(".")
    if kind not in {"toml", "json"}:
        raise PolicyError([f"{path.name}: the file's name must end in .toml or .json"])
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise PolicyError([f"{path.name}: is not UTF-8 text"]) from None
    return load_policy(text, format=kind)

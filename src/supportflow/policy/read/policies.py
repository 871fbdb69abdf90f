"""Reading a policy from TOML, JSON, YAML 1.2 or plain data, with errors that name the place."""

from collections.abc import Mapping
from pathlib import Path

from supportflow.exceptions import PolicyError
from supportflow.policy.check.names import warn_of_names
from supportflow.policy.compiled import CompiledPolicy
from supportflow.policy.document.policy import Policy
from supportflow.policy.read.documents import MAX_CHARACTERS, load, parse, read

__all__ = ["MAX_CHARACTERS", "load_policy", "parse_policy", "read_policy"]


def parse_policy(document: Mapping[str, object]) -> Policy:
    """The policy in plain data, checked as a whole.

    Warns:
        AmbiguousNameWarning: If names in it are taken for one another.

    Raises:
        PolicyError: With every problem, each starting with its path.
        MissingExtra: If a calendar names a country and the `holidays` package is not installed.
    """
    policy = parse(document, Policy, PolicyError)
    try:
        CompiledPolicy(policy)
    except UnicodeEncodeError:
        raise PolicyError(["policy: holds half a surrogate pair, which is no character"]) from None
    warn_of_names(policy)
    return policy


def load_policy(text: str, *, format: str) -> Policy:  # noqa: A002 - what it is called everywhere
    """The policy in a TOML, JSON or YAML text.

    Args:
        text: The document, of two million characters at most.
        format: `"toml"`, `"json"` or `"yaml"` (YAML 1.2, without anchors and tags; extra `yaml`).

    Raises:
        PolicyError: If it cannot be read (with the line), or is not a valid policy (with the path and the line).
        MissingExtra: If it is YAML, and the extra is not installed.

    Warns:
        AmbiguousNameWarning: If names in it are taken for one another.
    """
    return load(text, format, parse_policy, PolicyError)


def read_policy(path: Path) -> Policy:
    """The policy in a `.toml`, `.json`, `.yaml` or `.yml` file.

    Raises:
        PolicyError: If the ending is none of these, or the document is wrong; each problem starts with the file's name.
        MissingExtra: If it is YAML, and the extra is not installed.
        OSError: If the file cannot be read.

    Warns:
        AmbiguousNameWarning: If names in it are taken for one another.
    """
    return read(path, load_policy, PolicyError)

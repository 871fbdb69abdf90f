"""What the commands share: exit statuses, one-line complaints, reading a policy file."""

from pathlib import Path

from supportflow.exceptions import DefinitionError
from supportflow.policy import Policy
from supportflow.policy.read.policies import read_policy

__all__ = ["INTERRUPTED", "PIPE_CLOSED", "USAGE", "WRONG", "complaint", "policy_at"]

WRONG = 1
"""What was checked is wrong."""
USAGE = 2
"""A wrong command line, or a file that cannot be used."""
INTERRUPTED = 130
"""Ctrl-C, as a shell reports it: 128 and the number of the signal."""
PIPE_CLOSED = 141
"""The reader of the output went away, as a shell reports it."""


def complaint(error: Exception) -> str:
    """What is wrong, in one line."""
    if isinstance(error, DefinitionError):
        more = len(error.problems) - 1
        text = f"{error.problems[0]}{f' (and {more} more)' if more else ''}"
    elif isinstance(error, OSError):
        text = f"{error.filename}: {error.strerror}" if error.filename is not None else str(error)
    else:
        text = str(error)
    return " ".join(text.split())


def policy_at(path: str | None) -> Policy:
    """The policy in a file; a plain desk without an SLA if no file is named.

    Raises:
        PolicyError: If the document is wrong.
        OSError: If the file cannot be read.
    """
    return Policy() if path is None else read_policy(Path(path))

"""One system's export in, a checked policy and its report out."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from supportflow._dataclass import dataclass
from supportflow.conditions.fields import nearest
from supportflow.exceptions import InvalidInput, PolicyError, TakeoverError
from supportflow.policy import Policy, parse_policy
from supportflow.takeover.report import Report

__all__ = ["SYSTEMS", "TakenOver", "take_over"]

SYSTEMS = ("freshdesk", "jira", "servicenow", "zammad", "zendesk")
"""The systems whose exports are read."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What became of an export.

    Attributes:
        policy: The policy.
        document: The same as plain data, to keep in a file and go on from.
        report: What was taken, what differs, what is missing.
    """

    policy: Policy
    document: Mapping[str, Any]
    report: Report


def take_over(system: str, files: Mapping[str, object]) -> TakenOver:
    """Make a policy of what another helpdesk exported.

    Args:
        system: One of `SYSTEMS`.
        files: File name → the JSON in it, as plain data. One file or many; they are told apart by what stands in them.

    Raises:
        InvalidInput: If the system is none that is known.
        TakeoverError: If the files hold nothing of it, or nothing that a policy could be made of.
    """
    if system not in SYSTEMS:
        raise InvalidInput("system", f"is none of {', '.join(SYSTEMS)}{nearest(str(system), SYSTEMS)}")
    module = import_module(f"supportflow.takeover.{system}")
    draft = module.read(files)
    document = draft.document()
    try:
        policy = parse_policy(document)
    except PolicyError as error:
        # What another system accepted, and a policy does not: two rules of one name, a calendar that never opens.
        raise TakeoverError([f"the policy that was made: {problem}" for problem in error.problems]) from None
    return TakenOver(policy=policy, document=document, report=Report(system, draft.findings_for(policy)))

"""Who is on call, read off the policy."""

from supportflow.policy import CompiledPolicy
from supportflow.routing import rotation

__all__ = ["on_call"]


def on_call(policy: CompiledPolicy, name: str, at_us: int) -> str | None:
    """The agent who is on call in a rotation at an instant; None if nobody is, or there is no such rotation."""
    found = next((one for one in policy.document.rotations if one.name == name), None)
    return None if found is None else rotation.on_call(found, policy.shifts, at_us)

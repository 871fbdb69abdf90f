"""Who is on call, read off the policy."""

from supportflow.policy import CompiledPolicy

__all__ = ["on_call"]


def on_call(policy: CompiledPolicy, name: str, at_us: int) -> str | None:
    """The agent who is on call in a rotation at an instant; None if nobody is, or there is no such rotation."""
    del policy, name, at_us
    return None

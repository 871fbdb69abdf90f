"""Actions of the host that a ticket asked for: freeze an account, unlock it, pay a compensation."""

from typing import Literal

from supportflow._dataclass import dataclass
from supportflow.model.people import ActorKind

__all__ = ["ActionState", "Progress"]

Progress = Literal["waiting", "approved", "done", "failed", "rejected"]
"""`waiting` for somebody with the authority; `approved`: the host is asked to do it; then `done`, `failed` or `rejected`."""


@dataclass(frozen=True, slots=True)
class ActionState:
    """One action that was asked for.

    Attributes:
        id: Its number on the ticket, `"1"` for the first.
        action: The action, by the policy's name for it.
        state: How far it has come.
        by: Id of who asked for it.
        by_kind: As what they did.
        amount: In the smallest unit of the policy's currency; None if it has none.
        undoes: Number of the action that it takes back.
    """

    id: str
    action: str
    state: Progress
    by: str
    amount: int | None = None
    undoes: str | None = None
    by_kind: ActorKind = "agent"

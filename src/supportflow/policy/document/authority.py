"""Authority: how sure the desk must be of the requester, and who may decide what, before an action is done."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from supportflow.conditions import Condition
from supportflow.model.base import Document, Name, Series

__all__ = ["ActionSignal", "Authority", "HostAction"]


class ActionSignal(Document):
    """Something that speaks for an action.

    Attributes:
        when: The tickets for which it speaks.
        weight: How much it counts.
    """

    when: Condition
    weight: Annotated[int, Field(strict=True, ge=1, le=10)] = 1


class HostAction(Document):
    """Something that the host does for a ticket: freeze an account, unlock it, pay a compensation.

    Attributes:
        limits: Tier → the amount up to which its agents decide alone, in the smallest unit of the policy's currency; -1 for
            any. For an action without an amount, being named is enough. Others ask, and somebody of such a tier approves.
        needs: The level of verification that the requester must have; none, if not given.
        undone_by: The action that takes it back. It is asked for by `undo_action`, and when this one fails for good.
        when: The action is asked for at once when a ticket comes to match; once for each ticket.
        signals: What must speak for it besides, by name: the channel, a verification, a flag of the host, what the text
            says. Signals that rest on texts alone count once together, however many there are.
        threshold: How much must speak for it, if signals are named. With less the ticket is held up for a person to look
            at: its field `held_back` names the action.
    """

    limits: Mapping[Name, Annotated[int, Field(strict=True, ge=-1)]] = Field(default_factory=dict)
    needs: Name | None = None
    undone_by: Name | None = None
    when: Condition | None = None
    signals: Mapping[Name, ActionSignal] = Field(default_factory=dict)
    threshold: Annotated[int, Field(strict=True, ge=1, le=100)] = 2


class Authority(Document):
    """Levels of verification, and the actions that need them.

    Attributes:
        levels: The levels, lowest first.
        actions: Action (an unlock, a second-factor reset, a release, a disclosure) → the level that it needs.
        host: Actions that the host carries out, by name.
        holds_for: Whether a verification counts on its `"case"` alone, or on every case of the `"person"` while it is valid,
            under whichever of their ids.
    """

    levels: Annotated[Series[Name], Field(max_length=20)] = ()
    actions: Mapping[Name, Name] = Field(default_factory=dict)
    host: Mapping[Name, HostAction] = Field(default_factory=dict)
    holds_for: Literal["case", "person"] = "case"

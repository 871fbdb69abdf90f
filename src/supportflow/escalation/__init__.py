"""Escalation ladders: steps that a ticket climbs until somebody acts."""

from typing import TYPE_CHECKING

from supportflow._late import late

if TYPE_CHECKING:
    from supportflow.escalation.audience import Told, told
    from supportflow.escalation.compiled import LadderIndex, group_of_tier, tier_of_group
    from supportflow.escalation.ladders import Again, Escalation, Ladder, LadderStep, ShareOf
    from supportflow.escalation.planning import after_pause, come_due, over, reached_us, split_past


__all__ = [
    "Again",
    "Escalation",
    "Ladder",
    "LadderIndex",
    "LadderStep",
    "ShareOf",
    "Told",
    "after_pause",
    "come_due",
    "group_of_tier",
    "over",
    "reached_us",
    "split_past",
    "tier_of_group",
    "told",
]

_HOMES = {
    "Again": "ladders",
    "Escalation": "ladders",
    "Ladder": "ladders",
    "LadderIndex": "compiled",
    "LadderStep": "ladders",
    "ShareOf": "ladders",
    "Told": "audience",
    "after_pause": "planning",
    "come_due": "planning",
    "group_of_tier": "compiled",
    "over": "planning",
    "reached_us": "planning",
    "split_past": "planning",
    "tier_of_group": "compiled",
    "told": "audience",
}
__getattr__, __dir__ = late(__name__, _HOMES)

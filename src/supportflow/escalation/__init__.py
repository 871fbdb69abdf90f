"""Escalation ladders: steps that a ticket climbs until somebody acts."""

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

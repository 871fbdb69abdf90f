"""Ladders for tests, and what is read off a stream."""

from supportflow import BusinessCalendar, Escalation, Group, Ladder, Policy, SlaPolicy, Target
from supportflow.events import LadderStepReached
from supportflow.model.events import EventBase

GROUPS = [
    Group(name="c2c", tier="expert"),
    Group(name="risk", tier="compliance"),
    Group(name="legal", tier="compliance"),
]
HOURS = BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin")
SLA = [SlaPolicy(name="gold", targets=[Target.first_response(hours=2), Target.resolution(hours=8)])]


def tells(minutes: float | None = None, *notify: str, **fields) -> dict:
    """A step that tells people; lena, if nobody is named."""
    after = {} if minutes is None else {"minutes": minutes}
    return {**after, "notify": notify or ("agent:lena",), **fields}


def moves(minutes: float | None, group: str, **fields) -> dict:
    """A step that hands the ticket over."""
    after = {} if minutes is None else {"minutes": minutes}
    return {**after, "kind": "functional", "group": group, **fields}


def share(of: float, target: str = "first_response") -> dict:
    """When a share of a target is reached."""
    return {"at": {"target": target, "share": of}}


def policy(*ladders: Ladder, **fields) -> Policy:
    """A policy with these ladders."""
    return Policy(**{"groups": GROUPS, "sla": SLA, **fields}, escalation=Escalation(ladders=ladders))


def ladder(*steps: dict, name: str = "night", **fields) -> Ladder:
    """A ladder."""
    return Ladder.model_validate({"name": name, "steps": steps, **fields})


def reached(events: list[EventBase]) -> list[tuple[int, int, str]]:
    """Step, round and the time of day of every step that was reached."""
    return [
        (event.step, event.round, event.reached_at.strftime("%H:%M"))
        for event in events
        if isinstance(event, LadderStepReached)
    ]

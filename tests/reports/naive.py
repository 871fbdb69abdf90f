"""The figures of small logs once more, minute by minute and without the library."""

from collections import Counter
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

OPEN = {"New", "Work", "Wait", "Hold"}
ENDED = {"Done", "Shut"}
DAY = 24 * 60
HELD_UP = ("outside_hours", "customer", "third_party", "no_agent", "late_pick_up", "reassigned", "working")


class Row(NamedTuple):
    """A row of a log: whole minutes since a Monday at midnight."""

    case: str
    at: int
    state: str
    agent: str = ""
    group: str = ""
    level: int = 3
    requester: str = "p"


def in_office(minute):
    """Monday to Friday, nine to five."""
    return (minute // DAY) % 7 < 5 and 9 * 60 <= minute % DAY < 17 * 60


def at(rows, minute):
    """The last row that stands at a minute or before."""
    return [row for row in rows if row.at <= minute][-1]


def counted(rows, minute, calendar, pause):
    state = at(rows, minute).state
    return state in OPEN - ({"Wait"} if pause else set()) and (calendar == "24x7" or in_office(minute))


def breach(rows, end, minutes, calendar, pause):
    """The minute at whose end the clock of a resolution has run out; None if it never does."""
    used = 0
    for minute in range(rows[0].at, end):
        used += counted(rows, minute, calendar, pause)
        if used == minutes:
            return minute
    return None


def held_up_by(rows, minute, staffed):
    """What holds the ticket up in a minute."""
    now = at(rows, minute)
    if staffed and not in_office(minute):
        return "outside_hours"
    if now.state in {"Wait", "Hold"}:
        return "customer" if now.state == "Wait" else "third_party"
    before = [row for row in rows if row.at <= minute]
    had = [row.agent for row in before if row.agent]
    if not now.agent:
        return "reassigned" if had else "no_agent"
    # Since when this agent has it without a break, and whether the status changed since then.
    since = len(before) - 1
    while since and before[since - 1].agent == now.agent:
        since -= 1
    later = any(agent != now.agent for agent in had)
    acted = (since == 0 and before[0].state != "New") or any(
        row.state != before[place - 1].state for place, row in enumerate(before) if place >= max(since, 1)
    )
    if acted:
        return "working"
    return "reassigned" if later else "late_pick_up"


def causes(rows, end, minutes, calendar, pause, staffed):
    """Cause → counted minutes until the breach."""
    last = breach(rows, end, minutes, calendar, pause)
    return Counter(
        held_up_by(rows, minute, staffed)
        for minute in range(rows[0].at, last + 1)
        if counted(rows, minute, calendar, pause)
    )


def handovers(rows):
    """How often the ticket came to another agent or group than the last who had it."""
    agent, group, times = "", "", 0
    for row in rows:
        other = bool(row.agent and agent and row.agent != agent)
        moved = bool(row.group and group and row.group != group)
        times += other or moved
        agent, group = row.agent or agent, row.group or group
    return times


def pauses(rows, end):
    """(how many, minutes): stretches in which the requester is asked."""
    asked = [at(rows, minute).state == "Wait" for minute in range(rows[0].at, end)]
    return sum(now and not before for before, now in zip([False, *asked], asked, strict=False)), sum(asked)


def stints(rows, end):
    """(group, minutes held, minutes until an agent had it or None), in the order in which they ended."""
    found, since, taken = [], None, None

    def holder(minute):
        row = at(rows, minute)
        return row.group if row.state in OPEN else ""

    for minute in range(rows[0].at, end + 1):
        before = holder(minute - 1) if minute > rows[0].at else ""
        now = holder(minute) if minute < end else ""
        row = at(rows, minute)
        if before and before != now:
            if (
                taken is None and row.agent and row.group == before
            ):  # taken at the very instant at which it ends
                taken = minute
            found.append((before, minute - since, None if taken is None else taken - since))
        if now and before != now:
            since, taken = minute, None
        if now and taken is None and row.agent:
            taken = minute
    return found


def first_contact(rows):
    """True if it is resolved and nobody had to come back; None if it is not resolved, or was when the log began."""
    states = [row.state for row in rows]
    if states[-1] not in ENDED or not any(state in OPEN for state in states):
        return None
    reopened = any(a in ENDED and b in OPEN for a, b in pairwise(states))
    return not reopened and "Wait" not in states


def repeats(openings, days):
    """(who, minute) of every ticket → how many follow another one of the same person within so many days."""
    found = 0
    for place, (who, when) in enumerate(openings):
        found += any(
            who == other and (0 < when - before <= days * DAY or (when == before and n < place))
            for n, (other, before) in enumerate(openings)
        )
    return found


def standardised(clocks, holder):
    """{holder: share with the mix of all}, of (holder, stratum, met); with the weight of the strata that it has."""
    weights = Counter(stratum for _, stratum, _ in clocks)
    own = [(stratum, met) for who, stratum, met in clocks if who == holder]
    total, covered = Fraction(0), 0
    for stratum, weight in weights.items():
        mets = [met for one, met in own if one == stratum]
        if mets:
            total += weight * Fraction(sum(mets), len(mets))
            covered += weight
    return (float(total / covered) if covered else None), covered / len(clocks)

"""Attainment: how many clocks were met, as judged (raw), and with corrections and without exclusions (adjusted)."""

from collections.abc import Iterable

from supportflow._dataclass import dataclass
from supportflow.model.events import EventBase, SlaCorrected, SlaExcluded, SlaJudged

__all__ = ["Attainment", "attainment"]


@dataclass(frozen=True, slots=True)
class Attainment:
    """The verdicts on one target.

    Attributes:
        met: Clocks judged as met.
        missed: Clocks judged as missed.
        adjusted_met: Met after corrections, without excluded clocks.
        adjusted_missed: Missed after corrections, without excluded clocks.
        excluded: Judged clocks that were excluded.
        corrected: Clocks whose correction differs from the verdict.
    """

    met: int = 0
    missed: int = 0
    adjusted_met: int = 0
    adjusted_missed: int = 0
    excluded: int = 0
    corrected: int = 0

    @property
    def raw(self) -> float | None:
        """Share of clocks that were met as judged; None if none was judged."""
        judged = self.met + self.missed
        return self.met / judged if judged else None

    @property
    def adjusted(self) -> float | None:
        """The share after corrections and exclusions; None if nothing is left."""
        judged = self.adjusted_met + self.adjusted_missed
        return self.adjusted_met / judged if judged else None


def attainment(events: Iterable[EventBase]) -> dict[str, Attainment]:
    """Count the verdicts in the events of any number of tickets.

    Returns:
        `"<SLA policy>/<target>"` → its attainment, sorted by name.
    """
    judged: dict[tuple[str, str], SlaJudged] = {}
    corrected: dict[tuple[str, str], bool] = {}
    excluded: set[tuple[str, str]] = set()
    for event in events:
        if isinstance(event, SlaJudged):
            judged[event.ticket_id, event.clock] = event
        elif isinstance(event, SlaCorrected):
            corrected[event.ticket_id, event.clock] = event.met
        elif isinstance(event, SlaExcluded):
            excluded.add((event.ticket_id, event.clock))
    tallies: dict[str, list[int]] = {}
    for key, event in judged.items():
        met = event.verdict.met
        final = corrected.get(key, met)
        counted = key not in excluded
        tally = tallies.setdefault(f"{event.sla}/{event.target}", [0] * 6)
        for place, more in enumerate(
            (met, not met, counted and final, counted and not final, not counted, final is not met)
        ):
            tally[place] += more
    return {name: Attainment(*tally) for name, tally in sorted(tallies.items())}

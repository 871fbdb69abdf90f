"""The reader: who did what to what, by whose will, and whether it happened at all.

Each line is read with the packs of its scripts. A finding needs its roles close together; a mood beside the event makes
a question of it, or nothing. No mood reaches over the end of a line or a sentence, and a line's packs depend on that line
alone: what is added in lines of its own takes nothing back.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal, NamedTuple

from supportflow.triage.reading.choosing import PackChoice, PackHits, PackSource, Spot
from supportflow.triage.reading.compiled import CompiledPack, CompiledRules, Need
from supportflow.triage.reading.document import Mood, Pack, RuleSet
from supportflow.triage.reading.roles import AGENCY
from supportflow.triage.reading.text import View

__all__ = ["Finding", "Part", "Reader"]

_NEAR = 2  # clauses
_NEGATION_REACH = 3  # words
_LOOKED_AT = 4
"""How many places on either side of an event are tried for a role."""


class Part(NamedTuple):
    """A role that a finding rests on, and where its words stand in the text."""

    role: str
    start: int
    end: int


class Finding(NamedTuple):
    """What a rule found.

    Attributes:
        need: The rule.
        status: `"asserted"`: it happened. `"question"`: it is only asked about.
        tag: The pack that it was read with.
        parts: The roles, the event first.
    """

    need: Need
    status: Literal["asserted", "question"]
    tag: str
    parts: tuple[Part, ...]

    @property
    def agency(self) -> bool:
        """Whether the text says by whose will it happened."""
        return any(part.role in AGENCY for part in self.parts)


class Reader:
    """Reads texts with packs and rules. Pure and safe to share between threads.

    Args:
        packs: The packs.
        sets: The rules.

    Raises:
        DefinitionError: If a pack or a rule cannot be read.
    """

    def __init__(self, packs: Sequence[Pack | PackSource], sets: Sequence[RuleSet]) -> None:
        self.rules = CompiledRules(sets)
        self._choice = PackChoice(packs, self.rules.roles)

    def read(self, text: str) -> list[Finding]:
        """Everything that the rules find: for each rule and pack the first assertion, else the first question."""
        view = View(text)
        found: list[Finding] = []
        for pack, hits in self._choice.hits(view, text).items():
            found += _Reading(self.rules, pack, hits).findings()
        return found


class _Reading:
    """One text, read with one pack."""

    def __init__(self, rules: CompiledRules, pack: CompiledPack, hits: PackHits) -> None:
        self._rules = rules
        self._pack = pack
        self._letters = pack.pack.letters
        self._span = hits.view.span
        self._spots = hits.spots()
        self._joined: dict[tuple[str, ...], list[Spot]] = {}
        for derived, needs in rules.derived:
            if all(self._of(need) for need in needs):
                self._derive(derived.role, needs, derived.within * self._letters, ordered=derived.ordered)

    def findings(self) -> list[Finding]:
        """What the rules find."""
        found = []
        for need in self._rules.rules:
            if all(any(role in self._spots for role in roles) for roles in need.needs):
                finding = self._first(need)
                if finding is not None:
                    found.append(finding)
        return found

    def _of(self, roles: tuple[str, ...]) -> list[Spot]:
        """Where any of these roles stands, in order."""
        if len(roles) == 1:
            return self._spots.get(roles[0], [])
        joined = self._joined.get(roles)
        if joined is None:
            joined = self._joined[roles] = sorted(
                spot for role in roles for spot in self._spots.get(role, ())
            )
        return joined

    def _derive(self, role: str, needs: tuple[tuple[str, ...], ...], within: int, *, ordered: bool) -> None:
        made = self._spots.setdefault(role, [])
        for spot in self._of(needs[0]):
            others = self._beside(spot, needs[1:], "clause", within, ordered=ordered)
            if others is not None:
                start, end = (
                    min(spot.start, *(o.start for o in others)),
                    max(spot.end, *(o.end for o in others)),
                )
                made.append(Spot(start, end, spot.clause, spot.sentence, role))
        made.sort()
        if not made:
            del self._spots[role]
        self._joined.clear()

    def _first(self, need: Need) -> Finding | None:
        """The first assertion, else the first question if the rule says what that is."""
        rule, asked = need.rule, None
        for event in self._of(need.needs[0]):
            if rule.negatable and self._negated(event):
                continue
            if rule.unless and self._taken_back(event, rule.unless, rule.within):
                continue
            others = self._beside(
                event, need.needs[1:], rule.scope, rule.within * self._letters, ordered=rule.ordered
            )
            if others is None:
                continue
            mood = self._mood(event, rule.resists)
            if mood is None:
                return self._finding(need, "asserted", [event, *others])
            if mood.makes == "question" and asked is None and rule.asked is not None:
                asked = self._finding(need, "question", [event, *others])
        return asked

    def _finding(self, need: Need, status: Literal["asserted", "question"], spots: list[Spot]) -> Finding:
        parts = tuple(Part(spot.role, *self._span(spot.start, spot.end)) for spot in spots)
        return Finding(need, status, self._pack.pack.tag, parts)

    def _beside(
        self, event: Spot, needs: Sequence[tuple[str, ...]], scope: str, within: int, *, ordered: bool
    ) -> list[Spot] | None:
        """The nearest spot of each need; None if one has none."""
        found: list[Spot] = []
        after = event.end
        for roles in needs:
            best = self._nearest(event, self._of(roles), scope, within, after if ordered else None)
            if best is None:
                return None
            found.append(best)
            after = best.end
        return found

    def _nearest(
        self, event: Spot, spots: list[Spot], scope: str, within: int, after: int | None
    ) -> Spot | None:
        at = bisect_left(spots, event)
        best, nearest = None, within + 1
        for spot in spots[max(0, at - _LOOKED_AT) : at + _LOOKED_AT]:
            if after is not None and spot.start < after:
                continue
            gap = spot.start - event.end if spot.start >= event.end else event.start - spot.end
            if -1 < gap < nearest and _in_scope(event, spot, scope):
                best, nearest = spot, gap
        return best

    def _negated(self, event: Spot) -> bool:
        side = self._pack.pack.negation
        reach = _NEGATION_REACH * self._letters
        return self._stands(event, self._spots.get("not", []), side, "clause", reach) is not None

    def _taken_back(self, event: Spot, roles: tuple[str, ...], within: int) -> bool:
        reach = within * self._letters
        return any(
            self._stands(event, self._spots.get(role, []), "both", "sentence", reach) is not None
            for role in roles
        )

    def _mood(self, event: Spot, resists: tuple[str, ...]) -> Mood | None:
        for mood in self._rules.moods:
            if mood.name in resists:
                continue
            reach = mood.within * self._letters
            for role in mood.roles:
                spots = self._spots.get(role)
                if spots and self._stands(event, spots, mood.side, mood.scope, reach) is not None:
                    if not (mood.unless and self._taken_back(event, mood.unless, mood.within)):
                        return mood
                    break
        return None

    @staticmethod
    def _stands(event: Spot, spots: list[Spot], side: str, scope: str, reach: int) -> Spot | None:
        """A spot on that side of the event, in its clause or sentence, no further away than `reach`."""
        at = bisect_left(spots, event)
        if side != "after":
            for spot in spots[max(0, at - _LOOKED_AT) : at][::-1]:
                gap = event.start - spot.end
                if -1 < gap <= reach and _in_scope(event, spot, scope):
                    return spot
        if side != "before":
            for spot in spots[at : at + _LOOKED_AT]:
                gap = spot.start - event.end
                if -1 < gap <= reach and _in_scope(event, spot, scope):
                    return spot
        return None


def _in_scope(event: Spot, spot: Spot, scope: str) -> bool:
    if scope == "clause":
        return event.clause == spot.clause
    if scope == "sentence":
        return event.sentence == spot.sentence
    return abs(event.clause - spot.clause) <= _NEAR

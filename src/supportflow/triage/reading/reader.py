"""The reader: who did what to what, by whose will, and whether it happened at all.

Each line is read with the packs of its scripts. A finding needs its roles close together; a mood beside the event makes
a question of it, or nothing. No mood reaches over the end of a line or a sentence, and a line's packs depend on that line
alone: what is added in lines of its own takes nothing back.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from supportflow.triage.once import Once
from supportflow.triage.reading.choosing import PackChoice, PackHits, PackSource
from supportflow.triage.reading.compiled import CompiledRules, Derived, Need
from supportflow.triage.reading.document import Mood, Pack, ReadingRule, RuleSet, Weighing
from supportflow.triage.reading.finding import Finding, Part, Status
from supportflow.triage.reading.model import ReadingModel, shipped_model
from supportflow.triage.reading.opinions import doubted, opinions, roles_of, sentences_of
from supportflow.triage.reading.roles import Spot
from supportflow.triage.reading.text import View
from supportflow.triage.reading.weighing import CompiledWeighing

__all__ = ["Finding", "Part", "Reader"]

_NEAR = 2  # clauses
_NEGATION_REACH = 3  # words
_EXCEPTION_REACH = 24  # words, at least
_NONE: AbstractSet[int] = frozenset()
_LOOKED_AT = 4
"""How many places on either side of an event are tried for a role."""


class Reader:
    """Reads texts with packs and rules. Pure and safe to share between threads.

    Args:
        packs: The packs.
        sets: The rules.
        model: Gives the model that weighs words beside roles; called when a text is read. Rules and weights alone, if none.
        doubting: Gives the model that doubts what is asserted, of the sets that let it; called when there is something to
            doubt. Nothing is doubted, if none.

    Raises:
        DefinitionError: If a pack or a rule cannot be read.
    """

    def __init__(
        self,
        packs: Sequence[Pack | PackSource],
        sets: Sequence[RuleSet],
        model: Callable[[], ReadingModel] | None = None,
        doubting: Callable[[], ReadingModel] | None = shipped_model,
    ) -> None:
        self.rules = CompiledRules(sets)
        self._model = model
        self._doubting = doubting
        self._by_event = [(need.bits[0], need) for need in self.rules.rules]
        self._choice = PackChoice(packs, self.rules.bits)

    @property
    def tags(self) -> tuple[str, ...]:
        """The languages of its packs."""
        return self._choice.tags

    def unread(self, text: str, language: str | None) -> bool:
        """Whether no pack is for a text: its language is known and none of the packs', or so is a line's script.

        Args:
            text: The text.
            language: Its primary language, if that is known.
        """
        if language is not None:
            return all(tag.partition("-")[0] != language for tag in self.tags)
        return any(not self._choice.reads(line) for line in View(text).lines)

    def roles(self, text: str) -> list[frozenset[str]]:
        """The roles in a text, for each pack that it is read with: what weights are learned from."""
        view = View(text)
        return [_Reading(self.rules, hits).roles() for hits in self._choice.hits(view, text).values()]

    def seen(self, text: str) -> tuple[list[str], dict[int, frozenset[str]]]:
        """What a model sees: the sentences, folded, and the roles in each: what it is trained with."""
        view = View(text)
        readings = [_Reading(self.rules, hits) for hits in self._choice.hits(view, text).values()]
        return sentences_of(view), roles_of(readings)

    def read(self, text: str) -> list[Finding]:
        """Everything that the rules find: for each rule and pack the first assertion, else the first question.

        Behind it what weighs enough, of classes that no rule asserts; and what the model says.
        """
        view = View(text)
        found: list[Finding] = []
        readings: list[_Reading] = []
        unworded = (self.rules.bits["mark"] if view.marks else 0) | (
            self.rules.bits["web_address"] if view.addresses else 0
        )
        for hits in self._choice.hits(view, text).values():
            candidates = self._candidates(hits.present() | unworded)
            if candidates or self.rules.weighings.each or self._model is not None:
                reading = _Reading(self.rules, hits)
                found += reading.findings(candidates)
                readings.append(reading)
        asserted = {one.need.rule.priority_class for one in found if one.decides}
        wanted = {
            place: one
            for place, one in enumerate(self.rules.weighings.each)
            if one.weighing.priority_class not in asserted
        }
        asks = any(one.weighing.question for one in wanted.values())
        told = {sentence for reading in readings for sentence in reading.told()} if asks else set()
        found += [weighed for reading in readings for weighed in reading.weighed(wanted, told)]
        if self._doubting is not None and any(one.may_be_doubted for one in found):
            found = doubted(self._doubting(), view, readings, found)
        return found if self._model is None else found + opinions(self._model(), view, readings, found)

    def _candidates(self, present: int) -> list[Need]:
        """The rules of which no role is missing, before anybody looks where they stand."""
        for derived in self.rules.derived:
            if all(bits & present for bits in derived.bits):
                present |= derived.bit
        return [need for first, need in self._by_event if first & present and need.possible(present)]


class _Reading:
    """One text, read with one pack."""

    def __init__(self, rules: CompiledRules, hits: PackHits) -> None:
        self._rules = rules
        self._pack = hits.pack.pack
        self._letters = self._pack.letters
        self._span = hits.view.span
        self._spots = hits.spots()
        self._view = hits.view
        self._joined: dict[tuple[str, ...], list[Spot]] = {}
        self._asserting: list[Need] = []
        for derived in rules.derived:
            if all(any(role in self._spots for role in roles) for roles in derived.needs):
                self._derive(derived)

    @Once
    def _sentences(self) -> list[int]:
        """Where sentences end."""
        return self._view.cuts[1]

    @Once
    def _clauses(self) -> list[int]:
        """Where clauses end: at marks, and before words that begin a new one."""
        breaks = self._spots["break"]
        clauses = self._view.cuts[0]
        return sorted({*clauses, *(start for start, *_ in breaks)}) if breaks else clauses

    def findings(self, candidates: list[Need]) -> list[Finding]:
        """What some rules find."""
        found = [one for need in candidates if (one := self._first(need)) is not None]
        self._asserting = [
            one.need for one in found if one.status == "asserted" and one.need.rule.priority_class is not None
        ]
        return found

    def told(self, *, doubtful: bool = False) -> set[int]:
        """Every sentence in which a rule asserts something of a class: what is told twice is told in both.

        Args:
            doubtful: Only by rules that a model may doubt.
        """
        return {
            bisect_right(self._sentences, spots[0][0])
            for need in self._asserting
            if not doubtful or (need.doubted is not None and need.reports)
            for spots, mood in self._events(need)
            if mood is None
        }

    def roles(self) -> frozenset[str]:
        """The roles that stand somewhere, derived ones among them."""
        return frozenset(role for role in self._spots.roles() if self._spots[role])

    @property
    def tag(self) -> str:
        """The language that it was read in."""
        return self._pack.tag

    def found(self) -> Mapping[int, Mapping[str, Spot]]:
        """Number of a sentence → role → its first spot there."""
        return self._found

    def part(self, spot: Spot) -> Part:
        """Where a role stands in the text as it came in."""
        start, end, role = spot
        return Part(role, *self._span(start, end))

    def weighed(self, wanted: Mapping[int, CompiledWeighing], told: AbstractSet[int]) -> list[Finding]:
        """What weighs enough to be raised: for each weighing the heaviest sentences.

        A sentence in which a rule asserts something is no question: it says what happened, in whatever class.

        Args:
            wanted: Place of a weighing among all → the weighing.
            told: Those sentences.
        """
        without = {place: self._left_out(one.weighing, told) for place, one in wanted.items()}
        heaviest = self._rules.weighings.heaviest(self._found, without)
        return [
            found
            for place, one in wanted.items()
            if place in heaviest and (found := self._weighs(one, heaviest[place])) is not None
        ]

    @Once
    def _found(self) -> dict[int, dict[str, Spot]]:
        """Number of a sentence → role → its first spot there."""
        found: dict[int, dict[str, Spot]] = defaultdict(dict)
        for role in self._spots.roles():
            for spot in self._spots[role]:
                found[bisect_right(self._sentences, spot[0])].setdefault(role, spot)
        return found

    def _left_out(self, weighing: Weighing, told: AbstractSet[int]) -> AbstractSet[int]:
        """The sentences that a weighing does not look at."""
        without = told if weighing.question else _NONE
        if weighing.unless:
            without = without | {
                number
                for number, roles in self._found.items()
                if not roles.keys().isdisjoint(weighing.unless)
            }
        return without

    def _weighs(self, weighing: CompiledWeighing, roles: Mapping[str, Spot]) -> Finding | None:
        spots = [roles[role] for role in weighing.heaviest(roles)]
        return (
            self._finding(Need(weighing.rule, weighing.set_name, (), (), weighing.doubted), "weighed", spots)
            if spots
            else None
        )

    def _of(self, roles: tuple[str, ...]) -> list[Spot]:
        """Where any of these roles stands, in order."""
        if len(roles) == 1:
            return self._spots[roles[0]]
        joined = self._joined.get(roles)
        if joined is None:
            joined = self._joined[roles] = sorted(spot for role in roles for spot in self._spots[role])
        return joined

    def _derive(self, derived: Derived) -> None:
        role, within = derived.derivation.role, derived.derivation.within * self._letters
        made: list[Spot] = []
        for event in self._of(derived.needs[0]):
            others = self._beside(
                event, derived.needs[1:], "clause", within, ordered=derived.derivation.ordered
            )
            if others is not None:
                parts = (event, *others)
                made.append((min(start for start, *_ in parts), max(end for _, end, _ in parts), role))
        if made:
            self._spots.add(role, made)
            self._joined.clear()

    def _first(self, need: Need) -> Finding | None:
        """The first assertion, else the first question if the rule says what that is."""
        asked = None
        for spots, mood in self._events(need):
            if mood is None:
                return self._finding(need, "asserted", spots)
            if mood.makes == "question" and asked is None and need.rule.asked is not None:
                asked = self._finding(need, "question", spots, mood.name)
        return asked

    def _events(self, need: Need) -> Iterator[tuple[list[Spot], Mood | None]]:
        """Where what a rule needs stands and nothing takes it back, the event first; and what makes a question of it."""
        rule = need.rule
        within = rule.within * self._letters
        for event in self._of(need.needs[0]):
            others = self._beside(event, need.needs[1:], rule.scope, within, ordered=rule.ordered)
            if others is None or (rule.negatable and self._negated(event)):
                continue
            if rule.unless and self._taken_back(event, rule.unless, "sentence", rule.within):
                continue
            if rule.unless_here and self._taken_back(event, rule.unless_here, "clause", rule.within):
                continue
            yield [event, *others], self._mood(event, rule)

    def _finding(self, need: Need, status: Status, spots: list[Spot], mood: str | None = None) -> Finding:
        return Finding(need, status, self._pack.tag, tuple(map(self.part, spots)), mood)

    def _beside(
        self, event: Spot, needs: Sequence[tuple[str, ...]], scope: str, within: int, *, ordered: bool
    ) -> list[Spot] | None:
        """The nearest spot of each need; None if one has none.

        What is told `"near"` is told as a story: a part stands near the event, or near one that was found before it.
        """
        found: list[Spot] = []
        after = event[1] if ordered else -1
        for roles in needs:
            spots = self._of(roles)
            best = self._nearest(event, event, spots, scope, within, after)
            if best is None and scope == "near":
                told = (
                    best
                    for part in found
                    if (best := self._nearest(part, event, spots, scope, within, after))
                )
                best = next(told, None)
            if best is None:
                return None
            found.append(best)
            after = best[1] if ordered else -1
        return found

    def _nearest(
        self, part: Spot, event: Spot, spots: list[Spot], scope: str, within: int, after: int
    ) -> Spot | None:
        """The nearest spot to a part, other than the event, that begins at `after` or later; inside it is no distance."""
        at = bisect_left(spots, part)
        start, end, _ = part
        best, nearest = None, within + 1
        for spot in spots[at : at + _LOOKED_AT]:
            gap = max(0, spot[0] - end)
            if gap >= nearest:
                break
            if spot[0] >= after and spot[:2] != event[:2] and self._in_scope(part, spot, scope):
                best, nearest = spot, gap
        if after < 0:
            for spot in spots[max(0, at - _LOOKED_AT) : at]:
                gap = max(0, start - spot[1])
                if gap < nearest and spot[:2] != event[:2] and self._in_scope(part, spot, scope):
                    best, nearest = spot, gap
        return best

    def _negated(self, event: Spot) -> bool:
        reach = _NEGATION_REACH * self._letters
        return self._stands(event, "not", self._pack.negation, "clause", reach)

    def _taken_back(self, event: Spot, roles: Sequence[str], scope: str, within: int) -> bool:
        reach = max(within, _EXCEPTION_REACH) * self._letters
        return any(
            self._stands(event, role, "both", scope, reach) or self._overlaps(event, role) for role in roles
        )

    def _overlaps(self, event: Spot, role: str) -> bool:
        """Whether words of the role share some with the event, and are not the same."""
        spots = self._spots[role]
        at = bisect_left(spots, event)
        return any(
            spot[0] < event[1] and event[0] < spot[1] and spot[:2] != event[:2]
            for spot in spots[max(0, at - _LOOKED_AT) : at + _LOOKED_AT]
        )

    def _mood(self, event: Spot, rule: ReadingRule) -> Mood | None:
        """What makes a question of the event, or nothing; tone has no mood."""
        if rule.priority_class is None:
            return None
        for mood in self._rules.moods:
            present = [role for role in mood.roles if role in self._spots]
            if not present or mood.name in rule.resists or (mood.events and event[2] not in mood.events):
                continue
            reach = mood.within * self._letters
            if any(
                self._stands(event, role, mood.side, mood.scope, reach, opening=mood.opening)
                for role in present
            ) and not (mood.unless and self._taken_back(event, mood.unless, "sentence", mood.within)):
                return mood
        return None

    def _stands(
        self, event: Spot, role: str, side: str, scope: str, reach: int, *, opening: bool = False
    ) -> bool:
        """Whether the role stands on that side of the event, in its clause or sentence, no further away than `reach`."""
        spots = self._spots[role]
        if not spots:
            return False
        if opening:
            spots = [spot for spot in spots if self._opens(spot)]
        at = bisect_left(spots, event)
        if side != "after" and any(
            event[0] - spot[1] <= reach and spot[0] < event[0] and self._in_scope(event, spot, scope)
            for spot in spots[max(0, at - _LOOKED_AT) : at]
        ):
            return True
        return side != "before" and any(
            0 <= spot[0] - event[1] <= reach and self._in_scope(event, spot, scope)
            for spot in spots[at : at + _LOOKED_AT]
        )

    def _opens(self, spot: Spot) -> bool:
        """Whether a spot opens its clause, with at most a word before it."""
        number = bisect_right(self._clauses, spot[0])
        begins = self._clauses[number - 1] + 1 if number else 0
        return spot[0] - begins <= self._letters

    def _in_scope(self, event: Spot, spot: Spot, scope: str) -> bool:
        if scope == "sentence":
            return bisect_right(self._sentences, event[0]) == bisect_right(self._sentences, spot[0])
        apart = abs(bisect_right(self._clauses, event[0]) - bisect_right(self._clauses, spot[0]))
        return apart <= (_NEAR if scope == "near" else 0)

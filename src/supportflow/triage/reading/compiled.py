"""A pack and the rules over it, ready to read with."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from supportflow.exceptions import DefinitionError
from supportflow.triage.reading.characters import Characters
from supportflow.triage.reading.document import Derivation, Mood, Pack, ReadingRule, RuleSet
from supportflow.triage.reading.phrases import PhraseProblem, Writing, listed
from supportflow.triage.reading.roles import ROLES
from supportflow.triage.reading.scanning import Scanner
from supportflow.triage.reading.weighing import (
    CompiledWeighing,
    CompiledWeighings,
    alternatives,
    is_key,
    roles_of,
)
from supportflow.triage.reading.words import Words

__all__ = ["CompiledPack", "CompiledRules", "Derived", "Need"]


class CompiledPack:
    """A pack whose phrases can be looked for.

    Args:
        pack: The pack.
        roles: The roles that there are, with a bit for each; words of others are an error.
        checked: Whether every phrase is known to be readable. Phrases are read when a text has their first word; what is not
            known to be readable is read at once.

    Attributes:
        pack: The pack.
        roles: Its roles, by the numbers that its scanners give.
        bits: The same as bits.

    Raises:
        DefinitionError: If a phrase cannot be read or a role is unknown; all such are listed.
    """

    def __init__(self, pack: Pack, roles: Mapping[str, int], *, checked: bool = False) -> None:
        self.pack = pack
        problems = [f"{pack.tag}: unknown role {role!r}" for role in pack.roles if role not in roles]
        if not checked:
            problems += _problems(pack)
        if problems:
            raise DefinitionError(problems)
        self.roles = tuple(pack.roles)
        self.bits = tuple(roles.get(role, 0) for role in pack.roles)

    @cached_property
    def scanner(self) -> Scanner:
        """What finds its phrases as they are written."""
        return _scanner(self.pack, marks=True) if self.pack.marks == "when_written" else self.bare

    @cached_property
    def bare(self) -> Scanner:
        """What finds them in lines without any accent."""
        return _scanner(self.pack, marks=False)


def _problems(pack: Pack) -> Iterable[str]:
    writing = _writing(pack, marks=pack.marks == "when_written")
    for role, written in pack.roles.items():
        for phrase in listed(written):
            try:
                writing.check(phrase)
            except PhraseProblem as problem:
                yield f"{pack.tag}: {role}: {phrase!r} {problem}"


def _writing(pack: Pack, *, marks: bool) -> Writing:
    return Writing(pack.sets, marks=marks, characters=pack.cut == "characters")


def _scanner(pack: Pack, *, marks: bool) -> Scanner:
    writing, roles = _writing(pack, marks=marks), tuple(pack.roles.values())
    return Characters(writing, roles) if pack.cut == "characters" else Words(writing, roles, pack.prefixes)


class Need(NamedTuple):
    """A rule with its needs: for each, the roles of which one must be there, by name and as bits; its set's `doubted`."""

    rule: ReadingRule
    set_name: str
    needs: tuple[tuple[str, ...], ...]
    bits: tuple[int, ...]
    doubted: str | None = None

    @property
    def reports(self) -> bool:
        """Whether it says that something happened: some rules find questions, and assert no more than that one is asked."""
        return self.rule.asked is None or self.rule.asked != self.rule.category

    def possible(self, present: int) -> bool:
        """Whether none of its roles is missing among these."""
        return all(bits & present for bits in self.bits)


class Derived(NamedTuple):
    """What roles make a role, with its needs, as in `Need`; and the bit of the role that they make."""

    derivation: Derivation
    needs: tuple[tuple[str, ...], ...]
    bits: tuple[int, ...]
    bit: int


class CompiledRules:
    """Rule sets joined, in order.

    Args:
        sets: The rule sets.

    Attributes:
        roles: Every role, with its meaning.
        bits: Every role, with a bit of its own.
        derived: What to derive, in order, with its needs.
        moods: The moods, in order.
        rules: The rules, in order.
        weighings: The weighings, in order.

    Raises:
        DefinitionError: If a rule names an unknown role or mood; all such are listed.
    """

    def __init__(self, sets: Sequence[RuleSet]) -> None:
        self.roles = {**ROLES, **{role: text for one in sets for role, text in one.roles.items()}}
        problems = list(self._problems(sets))
        if problems:
            raise DefinitionError(problems)
        self.bits = {role: 1 << number for number, role in enumerate(self.roles)}
        self.derived = tuple(
            Derived(one, alternatives(one.all), self._bits(one.all), self.bits[one.role])
            for each in sets
            for one in each.derived
        )
        self.moods: tuple[Mood, ...] = tuple(mood for each in sets for mood in each.moods)
        self.rules = tuple(
            Need(
                rule,
                each.name,
                alternatives(rule.all),
                self._bits(rule.all),
                None if rule.believed else each.doubted,
            )
            for each in sets
            for rule in each.rules
        )
        self.weighings = CompiledWeighings(
            [CompiledWeighing.of(one, each.name, each.doubted) for each in sets for one in each.weighings]
        )

    def _bits(self, roles: Sequence[str]) -> tuple[int, ...]:
        return tuple(sum(self.bits[role] for role in set(one.split("|"))) for one in roles)

    def _problems(self, sets: Sequence[RuleSet]) -> Iterable[str]:
        moods = {mood.name for each in sets for mood in each.moods}
        for each in sets:
            for what, named in (
                *((f"derived {one.role!r}", (one.role, *_flat(one.all))) for one in each.derived),
                *((f"mood {one.name!r}", (*one.roles, *one.unless, *one.events)) for one in each.moods),
                *(
                    (f"rule {one.name!r}", (*_flat(one.all), *one.unless, *one.unless_here))
                    for one in each.rules
                ),
                *(
                    (
                        f"weighing {one.name!r}",
                        (
                            *_flat(one.needs),
                            *one.unless,
                            *(role for key in one.weights for role in roles_of(key)),
                        ),
                    )
                    for one in each.weighings
                ),
            ):
                for role in named:
                    if role not in self.roles:
                        yield f"{each.name}: {what} names the unknown role {role!r}"
            yield from (
                f"{each.name}: weighing {one.name!r}: {key!r} is not a role, or two different ones"
                for one in each.weighings
                for key in one.weights
                if not is_key(key)
            )
            for rule in each.rules:
                for mood in rule.resists:
                    if mood not in moods:
                        yield f"{each.name}: rule {rule.name!r} resists the unknown mood {mood!r}"


def _flat(roles: Sequence[str]) -> tuple[str, ...]:
    return tuple(role for one in roles for role in one.split("|"))

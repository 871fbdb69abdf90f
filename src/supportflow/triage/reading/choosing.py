"""With which packs each line of a text is read, and what they find in it.

Where languages share a script, a line is read with the pack that knows most of its words, and with another one that knows
nearly as many: neighbours share many words, but not what is harmless. A line in Latin letters is read in English besides,
and in nothing else if it clearly is English.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Protocol

from supportflow.triage.once import Once
from supportflow.triage.reading.compiled import CompiledPack
from supportflow.triage.reading.document import Pack
from supportflow.triage.reading.phrases import folded, listed
from supportflow.triage.reading.roles import DENIES, EXCUSES, SETTINGS, Spot
from supportflow.triage.reading.scanning import Hit
from supportflow.triage.reading.shipping import ShippedPack
from supportflow.triage.reading.text import Line, View

__all__ = ["PackChoice", "PackHits", "PackSource", "Spots"]

_ALWAYS = "en"
_CLEARLY = 4  # commonest words of English in a line
_RATHER = 2  # are enough where every other language has at most half as many
_SHARE = 0.25  # of the line's words
_OTHERS = 2  # that are chosen
_RIVALS = 0.7  # of the words that English knows, and the likeliest other: who knows fewer is another language
_CHOSEN_FOR = frozenset({"Latn"})  # is enough even if it is not a pack's first script
_LONGEST_WORD = 40
_MOST_WORDS = 20_000  # that it is remembered of which packs know them
_FIELD = 32  # bits: three for each word of a line, which no message has enough of to run into the next
_MASK = (1 << _FIELD) - 1


class PackSource(Protocol):
    """A pack that is read when it is first needed."""

    @property
    def tag(self) -> str:
        """Its language."""
        ...

    @property
    def scripts(self) -> tuple[str, ...]:
        """Its scripts."""
        ...

    def __hash__(self) -> int:
        """The same for packs that are equal: what is compiled is kept by it."""
        ...

    def load(self) -> Pack:
        """The pack."""
        ...

    def hints(self) -> Sequence[str]:
        """Its `hints`; asked of packs that no line is read with, so it should not take reading the whole pack."""
        ...


class _Cover:
    """Spans, asked whether one of them holds another span."""

    def __init__(self, spans: list[Spot]) -> None:
        spans.sort()
        self._starts = [start for start, *_ in spans]
        self._reach = list(accumulate((end for _, end, _ in spans), max))

    def __bool__(self) -> bool:
        return bool(self._starts)

    def holds(self, start: int, end: int) -> bool:
        before = bisect_right(self._starts, start)
        return before > 0 and self._reach[before - 1] >= end


class PackHits:
    """What a pack's scanner found in its lines of a text.

    Args:
        pack: The pack.
        view: The text as the pack reads it.

    Attributes:
        hits: Role numbers with their places in the text.
    """

    def __init__(self, pack: CompiledPack, view: View) -> None:
        self.view = view
        self.pack = pack
        self.hits: list[Hit] = []

    def add(self, line: Line, hits: list[Hit]) -> None:
        """What was found in a line."""
        at = line.start
        self.hits += [(start + at, end + at, role) for start, end, role in hits] if at else hits

    def present(self) -> int:
        """The roles that were found, as bits."""
        bits, present = self.pack.bits, 0
        for role in {hit[2] for hit in self.hits}:
            present |= bits[role]
        return present

    def spots(self) -> "Spots":
        """Role → where it stands."""
        roles = self.pack.roles
        by_role: dict[str, list[Spot]] = defaultdict(list)
        for start, end, role in self.hits:
            by_role[roles[role]].append((start, end, roles[role]))
        if self.view.marks:
            by_role["mark"] = [(at - 1, at, "mark") for at in self.view.marks]
        return Spots(by_role, [(start, end, "web_address") for start, end in self.view.addresses])


class Spots:
    """Where each role stands, in order: put in order, and freed of what lies inside harmless names, when first asked for.

    Args:
        found: Role → its spots as they were found.
        addresses: Where web addresses stand.
    """

    def __init__(self, found: dict[str, list[Spot]], addresses: list[Spot]) -> None:
        self._found = found
        self._harmless = _Cover(found.pop("nothing", []) + addresses)
        self._ready: dict[str, list[Spot]] = {"web_address": addresses} if addresses else {}

    @Once
    def _denied(self) -> _Cover:
        return _Cover([spot for role in DENIES for spot in self._found.get(role, ())])

    def __contains__(self, role: str) -> bool:
        return role in self._found or role in self._ready

    def __getitem__(self, role: str) -> list[Spot]:
        ready = self._ready.get(role)
        if ready is None:
            ready = self._ready[role] = self._in_order(role)
        return ready

    def roles(self) -> list[str]:
        """The roles that were found, in alphabetical order."""
        return sorted({*self._found, *self._ready})

    def add(self, role: str, spots: list[Spot]) -> None:
        """More places of a role."""
        self._ready[role] = sorted(self[role] + spots)

    def _in_order(self, role: str) -> list[Spot]:
        spots = self._found.get(role)
        if spots is None:
            return []
        if self._harmless and role not in SETTINGS:
            spots = [spot for spot in spots if not self._harmless.holds(spot[0], spot[1])]
        if role in EXCUSES and self._denied:
            # One that begins inside is part of the denial, however far it goes on: "不是|我本人操作的".
            spots = [spot for spot in spots if not self._denied.holds(spot[0], spot[0] + 1)]
        return sorted(spots)


class PackChoice:
    """The packs of a reader, compiled when they are first needed.

    Args:
        packs: The packs, or where they come from; a later one replaces an earlier one of the same tag.
        roles: The roles that there are, with a bit for each.

    Raises:
        DefinitionError: If a given pack cannot be read.
    """

    def __init__(self, packs: Sequence[Pack | PackSource], roles: Mapping[str, int]) -> None:
        self._roles = roles
        self._sources = {pack.tag: pack for pack in packs}
        self._compiled: dict[str, CompiledPack] = {
            tag: CompiledPack(pack, self._roles)
            for tag, pack in self._sources.items()
            if isinstance(pack, Pack)
        }
        self._by_word: dict[tuple[str, ...], dict[str, int]] = {}
        self._by_any_word: dict[tuple[str, ...], _Knowing] = {}
        self._by_script: dict[str, list[str]] = defaultdict(list)
        for tag, pack in self._sources.items():
            for script in {pack.scripts[0], *_CHOSEN_FOR.intersection(pack.scripts)}:
                self._by_script[script].append(tag)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the packs."""
        return tuple(self._sources)

    def pack(self, tag: str) -> CompiledPack:
        """A pack by its tag, compiled."""
        compiled = self._compiled.get(tag)
        if compiled is None:
            source = self._sources[tag]
            assert not isinstance(source, Pack)
            compiled = self._compiled[tag] = _compiled(source, tuple(self._roles.items()))
        return compiled

    def hits(self, view: View, text: str) -> dict[CompiledPack, PackHits]:
        """What each pack finds in the lines that are read with it.

        Args:
            view: The text without accents.
            text: The text as it came in.
        """
        views = _Views(view, text)
        found: dict[CompiledPack, PackHits] = {}
        for number, line in enumerate(view.lines):
            for tag in self._tags(line):
                pack = self.pack(tag)
                accented = pack.pack.marks == "when_written"
                mine = views.accented.lines[number] if accented else line
                hits = (pack.bare if mine.text == line.text else pack.scanner).scan(mine)
                if hits:
                    if pack not in found:
                        found[pack] = PackHits(pack, views.accented if accented else view)
                    found[pack].add(mine, hits)
        return found

    def reads(self, line: Line) -> bool:
        """Whether some pack is for the script of a line."""
        return any(self._by_script.get(script) for script in line.scripts)

    def _tags(self, line: Line) -> list[str]:
        tags: dict[str, None] = {}
        for script in sorted(line.scripts):
            of_script = self._by_script.get(script, [])
            tags |= dict.fromkeys(of_script if len(of_script) <= 1 else self._likeliest(of_script, line))
        return list(tags)

    def _likeliest(self, tags: Sequence[str], line: Line) -> list[str]:
        """Of several packs for one script those that know most of a line, and English where it is one of them."""
        words = set(line.pieces)
        chosen: list[str] = []
        least = 1.0
        own = 0
        if _ALWAYS in tags:
            chosen.append(_ALWAYS)
            own = tags.index(_ALWAYS)
            common = len(words & self._hints(_ALWAYS))
            if common >= _SHARE * len(words) and common >= _CLEARLY:
                return chosen
        every = tuple(tags)
        whose = self._whose(every)
        commonest = sum(map(whose.__getitem__, words & whose.keys()))
        if chosen and common >= _SHARE * len(words) and common >= _RATHER:
            # In a short line fewer are enough, if it has hardly any of another language.
            numbers = _numbers(commonest, len(every))
            del numbers[own]
            if 2 * max(numbers, default=0) <= common:
                return chosen
        known = _numbers(sum(map(self._knowing(every).__getitem__, words), 2 * commonest), len(every))
        if chosen:
            least = max(least, _RIVALS * known[own])
            known[own] = -1
        enough = max(least, _RIVALS * max(known))
        ranked = sorted((-number, tag) for tag, number in zip(every, known, strict=True) if number >= enough)
        return chosen + [tag for _, tag in ranked[:_OTHERS]]

    def _hints(self, tag: str) -> frozenset[str]:
        """The commonest words of a pack, folded."""
        source = self._sources[tag]
        return _folded(tuple(source.hints if isinstance(source, Pack) else source.hints()))

    def _knowing(self, tags: tuple[str, ...]) -> "_Knowing":
        """Words, with those of some packs that have them."""
        knowing = self._by_any_word.get(tags)
        if knowing is None:
            knowing = self._by_any_word[tags] = _Knowing([self.pack(tag) for tag in tags])
        return knowing

    def _whose(self, tags: tuple[str, ...]) -> dict[str, int]:
        """Each of the commonest words of some packs, with one for each pack that has it, as in `_numbers`."""
        whose = self._by_word.get(tags)
        if whose is None:
            whose = defaultdict(int)
            for place, tag in enumerate(tags):
                for word in self._hints(tag):
                    whose[word] += 1 << place * _FIELD
            self._by_word[tags] = whose = dict(whose)
        return whose


def _numbers(added: int, count: int) -> list[int]:
    """What was counted for several packs at once: each has a field of bits of one number."""
    return [added >> shift & _MASK for shift in range(0, count * _FIELD, _FIELD)]


class _Knowing(dict[str, int]):
    """Word → one for each pack that knows it, as in `_numbers`: each is asked once, for all texts that have the word.

    Args:
        packs: The packs.
    """

    def __init__(self, packs: Sequence[CompiledPack]) -> None:
        super().__init__()
        self._packs = packs

    def __missing__(self, word: str) -> int:
        known = sum(1 << place * _FIELD for place, one in enumerate(self._packs) if one.bare.known((word,)))
        if len(word) <= _LONGEST_WORD:  # a longer one is no word, and would keep what somebody pasted
            if len(self) >= _MOST_WORDS:
                self.clear()
            self[word] = known
        return known


@lru_cache(maxsize=128)
def _folded(hints: tuple[str, ...]) -> frozenset[str]:
    return frozenset(folded(listed(hints)))


@lru_cache(maxsize=128)
def _compiled(source: PackSource, roles: tuple[tuple[str, int], ...]) -> CompiledPack:
    """A shipped pack, compiled once for all readers that know the same roles."""
    return CompiledPack(source.load(), dict(roles), checked=isinstance(source, ShippedPack))


class _Views:
    """The text without accents, and with them as soon as a pack asks."""

    def __init__(self, view: View, text: str) -> None:
        self.plain = view
        self._text = text

    @Once
    def accented(self) -> View:
        """The text with its accents."""
        return View(self._text, marks=True)

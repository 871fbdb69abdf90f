"""The few tickets that say most: of each kind of difference those that move furthest, the weightier kinds first."""

from supportflow.whatif.difference import CaseDifference

__all__ = ["TELLING", "Telling"]

TELLING = 10
"""How many tickets are shown."""

_Kind = tuple[str, ...]
_Ranked = tuple[int, str, CaseDifference]
_WEIGHTS = {"class": 8, "place": 4, "owner": 4, "status": 2, "level": 2}


class Telling:
    """Looks at every ticket that differs, and keeps a few: as many as are shown of each kind, however many there are."""

    def __init__(self) -> None:
        self._kinds: dict[_Kind, list[_Ranked]] = {}
        self._counts: dict[_Kind, int] = {}
        self._weights: dict[_Kind, int] = {}

    def add(self, difference: CaseDifference) -> None:
        """Look at one."""
        kind = _kind(difference)
        shift = max((abs(one.shift_us) for one in difference.clocks), default=0)
        kept = self._kinds.setdefault(kind, [])
        kept.append((-shift, difference.case, difference))
        kept.sort(key=lambda ranked: ranked[:2])
        del kept[TELLING:]
        self._counts[kind] = self._counts.get(kind, 0) + 1
        self._weights[kind] = _weight(difference)

    def chosen(self) -> tuple[CaseDifference, ...]:
        """The best of each kind, then the second best of each, until there are enough."""
        order = sorted(self._kinds, key=lambda kind: (-self._weights[kind], -self._counts[kind], kind))
        found: list[CaseDifference] = []
        for place in range(TELLING):
            found += [self._kinds[kind][place][2] for kind in order if place < len(self._kinds[kind])]
        return tuple(found[:TELLING])


def _kind(difference: CaseDifference) -> _Kind:
    """What makes tickets differ alike: what changed, how clocks ended, and why."""
    changed = [one.what for one in difference.changes]
    clocks = [
        f"{one.target}: {one.ended} -> {one.against} ({', '.join(reason.kind for reason in one.reasons)})"
        for one in difference.clocks
    ]
    return (*sorted(changed), *sorted(clocks))


def _weight(difference: CaseDifference) -> int:
    turned = any(one.ended != one.against for one in difference.clocks)
    return 16 * turned + sum(_WEIGHTS[one.what] for one in difference.changes)

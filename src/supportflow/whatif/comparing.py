"""Policies over one log, as it happened: the same agents do the same things, and each policy has its say on them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import get_args

from supportflow._time import Instant, from_us
from supportflow.exceptions import InvalidInput
from supportflow.policy import Policy
from supportflow.policy.diff import policy_diff
from supportflow.replay.cases import CaseLog
from supportflow.replay.mapping import LogMapping
from supportflow.replay.recording import Case, Recorder, log_until
from supportflow.replay.running import Progress
from supportflow.replay.verdicts import Ended
from supportflow.whatif.difference import (
    CaseDifference,
    Change,
    ClockChange,
    Edit,
    Reason,
    TargetTotal,
    What,
    WhatIf,
)
from supportflow.whatif.ending import Ending, ending_of
from supportflow.whatif.reasons import clock_reasons, fact_reason
from supportflow.whatif.telling import Telling

__all__ = ["Pair", "compare", "compare_all"]

_INSTANT = re.compile(r"from \S+ [0-9:.]+Z ")
_FACTS: tuple[What, ...] = ("class", "level", "status", "place", "owner")


def compare(
    log: Path | str | CaseLog,
    mapping: LogMapping,
    policy: Policy,
    against: Policy,
    *,
    until: Instant | None = None,
    sink: Callable[[CaseDifference], object] | None = None,
    first: Callable[[Case], object] | None = None,
    progress: Progress | None = None,
) -> WhatIf:
    """Compare two policies over a log, as it happened.

    Each case is replayed by itself under both, and memory does not grow with the log. The same log and policies give the
    same answer to the last byte, in whatever order its rows stand.

    Args:
        log: A file, or a log that was read.
        mapping: What its columns mean.
        policy: The first policy.
        against: The second policy.
        until: Until when everything happens that falls due; the log's last instant if not given.
        sink: Told of every ticket that differs, in the order of the cases' ids.
        first: Told of every case as it is under the first policy, whether it differs or not.
        progress: Called after every case.

    Raises:
        OSError: If the file cannot be read.
        InvalidInput: If it is not such a file, or `until` lies before the log's last instant.
        MappingError: If the mapping fits neither the log nor one of the policies.
        PolicyError: If a policy is wrong.
    """

    def one(_: int, difference: CaseDifference) -> None:
        if sink is not None:
            sink(difference)

    [found] = compare_all(
        log, mapping, [policy, against], until=until, sink=one, first=first, progress=progress
    )
    return found


def compare_all(
    log: Path | str | CaseLog,
    mapping: LogMapping,
    policies: Sequence[Policy],
    *,
    until: Instant | None = None,
    sink: Callable[[int, CaseDifference], object] | None = None,
    first: Callable[[Case], object] | None = None,
    progress: Progress | None = None,
) -> tuple[WhatIf, ...]:
    """Compare several policies with the first of them, as `compare`: each is replayed once.

    Args:
        log: See `compare`.
        mapping: See `compare`.
        policies: Two or more.
        until: See `compare`.
        sink: Told the place of the policy among `policies`, from 1, and the ticket that differs.
        first: See `compare`.
        progress: See `compare`.

    Raises:
        InvalidInput: As `compare`; or if there are fewer than two policies.
    """
    if len(policies) < 2:  # noqa: PLR2004 - it takes two
        raise InvalidInput("policies", "are fewer than two: there is nothing to compare")
    with log_until(log, mapping, until) as (read, end_us):
        people = None if first is None else read.people
        sides = [Recorder(mapping, policy, end_us, people=people) for policy in policies]
        pairs = [Pair(sides[0], side) for side in sides[1:]]
        done = 0
        for rows in read.each():
            cases = [_ended(side.replayed(rows)) for side in sides]
            if cases[0] is not None and first is not None:
                first(cases[0][0])
            for place, pair in enumerate(pairs, 1):
                difference = pair.compared(rows[0].case, cases[0], cases[place])
                if difference is not None and sink is not None:
                    sink(place, difference)
            done += len(rows)
            if progress is not None:
                progress(done, read.rows)
        return tuple(pair.result(read, end_us) for pair in pairs)


def _ended(case: Case | None) -> tuple[Case, Ending] | None:
    return None if case is None else (case, ending_of(case))


class Pair:
    """Two policies, and what differs between them so far.

    Args:
        first: The first policy.
        second: The second.
        facts: What of a ticket is compared besides its clocks.
    """

    def __init__(self, first: Recorder, second: Recorder, facts: Sequence[What] = _FACTS) -> None:
        self._first, self._second, self._facts = first, second, facts
        self._cases = self._differing = self._unusable = 0
        self._counts: Counter[str] = Counter()
        self._verdicts: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._ended: tuple[Counter[tuple[str, Ended]], Counter[tuple[str, Ended]]] = (Counter(), Counter())
        self._telling = Telling()

    def refused(self, *, by_both: bool) -> None:
        """A case that is not compared, as a policy does not take it; one that none takes differs in nothing."""
        self._unusable += not by_both

    def compared(
        self, name: str, mine: tuple[Case, Ending] | None, theirs: tuple[Case, Ending] | None
    ) -> CaseDifference | None:
        """What differs about a case; None if nothing does."""
        if mine is None or theirs is None:
            self.refused(by_both=mine is theirs)
            return None
        if mine[0].refused != theirs[0].refused:
            # One of both has not seen all that happened: what would differ is not what the policy does.
            self.refused(by_both=False)
            return None
        self._cases += 1
        for (_, ending), ended in zip((mine, theirs), self._ended, strict=True):
            latest = dict(sorted(ending.clocks))
            ended.update((target, ending.clocks[target, cycle].ended) for target, cycle in latest.items())
        if mine[1] == theirs[1]:
            return None
        difference = CaseDifference(
            case=name,
            opened_at=mine[0].ticket.opened_at,
            changes=tuple(_changes(mine, theirs, self._facts)),
            clocks=tuple(_clocks(mine, theirs)),
        )
        if not difference.changes and not difference.clocks:
            return None
        self._count(difference)
        return difference

    def _count(self, difference: CaseDifference) -> None:
        self._differing += 1
        self._telling.add(difference)
        kinds: set[str] = {one.what for one in difference.changes}
        for clock in difference.clocks:
            if clock.ended is None or clock.against is None:
                kinds.add("target")
            if clock.due_at != clock.against_due_at:
                kinds.add("due")
            if clock.ended != clock.against:
                kinds.add("verdict")
                self._verdicts[f"{clock.target}: {' -> '.join(clock.turn)}"] += 1
            self._reasons.update(map(_typical, clock.reasons))
        self._counts.update(kinds)

    def result(self, log: CaseLog, end_us: int) -> WhatIf:
        """The totals."""
        first, second = self._first, self._second
        bad = (*log.bad.counts(), *first.bad.counts())  # reading and replaying have reasons of their own
        return WhatIf(
            mapping=log.mapping.name,
            policy=first.policy.name,
            fingerprint=first.compiled.fingerprint,
            against=second.policy.name,
            against_fingerprint=second.compiled.fingerprint,
            edits=tuple(
                Edit(path=one.path, before=one.old, after=one.new)
                for one in policy_diff(first.policy, second.policy)
            ),
            until=from_us(end_us),
            rows=log.rows,
            left_out=sum(one.count for one in bad if one.left_out),
            cases=self._cases,
            unusable=self._unusable,
            differing=self._differing,
            counts=_ranked(self._counts),
            verdicts=_ranked(self._verdicts),
            reasons=_ranked(self._reasons),
            targets=tuple(self._totals()),
            telling=self._telling.chosen(),
            problems=tuple(sorted(bad, key=lambda one: (-one.count, one.reason))),
        )

    def _totals(self) -> Iterator[TargetTotal]:
        for target in sorted({target for ended in self._ended for target, _ in ended}):
            before, after = (
                {how: ended[target, how] for how in get_args(Ended) if ended[target, how]}
                for ended in self._ended
            )
            yield TargetTotal(target=target, ended=before, against=after)


def _ranked(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _typical(why: Reason) -> str:
    """A reason without its instants, so that many tickets share it."""
    if why.kind in {"start", "stop", "breach"}:
        return why.kind
    return f"{why.kind}: {_INSTANT.sub('', why.before)} -> {_INSTANT.sub('', why.after)}"


def _changes(
    mine: tuple[Case, Ending], theirs: tuple[Case, Ending], facts: Sequence[What]
) -> Iterator[Change]:
    (case, a), (other, b) = mine, theirs
    for what in facts:
        if a.facts[what] != b.facts[what]:
            yield Change(
                what=what, before=a.facts[what], after=b.facts[what], reason=fact_reason(what, case, other)
            )


def _clocks(mine: tuple[Case, Ending], theirs: tuple[Case, Ending]) -> Iterator[ClockChange]:
    (case, a), (other, b) = mine, theirs
    for name in dict.fromkeys([*a.clocks, *b.clocks]):
        first, second = a.clocks.get(name), b.clocks.get(name)
        if (first and first[:2]) == (second and second[:2]):
            continue
        yield ClockChange(
            target=name[0],
            cycle=name[1],
            ended=None if first is None else first.ended,
            against=None if second is None else second.ended,
            due_at=None if first is None or first.due_us is None else from_us(first.due_us),
            against_due_at=None if second is None or second.due_us is None else from_us(second.due_us),
            reasons=clock_reasons(case, other, name, first, second),
        )

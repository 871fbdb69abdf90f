"""Cases of a log under a policy, one after the other, into a tally."""

from supportflow.kernel import fold
from supportflow.policy import Policy
from supportflow.replay.casewise import TENANT, CaseRunner
from supportflow.replay.mapping import LogMapping
from supportflow.replay.reading import Row
from supportflow.replay.tally import Tally

__all__ = ["Cases"]


class Cases:
    """Replays cases, and counts what happens.

    Args:
        tally: Counts it.
        mapping: What the log was read by.
        policy: The policy.
        end_us: Until when everything happens that falls due.
        verify_every: Check every n-th case of the log: the fold of its stored events must be its stored snapshot. 0
            checks none.
        before: How many cases of the log stand before the first one.

    Raises:
        MappingError: If the mapping does not fit the policy.
        PolicyError: If the policy is wrong.
    """

    def __init__(
        self,
        tally: Tally,
        mapping: LogMapping,
        policy: Policy,
        end_us: int,
        verify_every: int,
        *,
        before: int = 0,
    ) -> None:
        self._tally = tally
        self._runner = CaseRunner(mapping, policy, end_us, tally)
        self._verify_every = verify_every
        self._place = before

    def case(self, rows: list[Row], *, before: int | None = None) -> None:
        """Replay a case, and count it.

        Args:
            rows: Its rows.
            before: How many cases of the log stand before it, if it is not the next one.
        """
        self._place = (self._place if before is None else before) + 1
        self._tally.logged(rows)
        ticket = self._runner.case(rows)
        if ticket is None:
            return
        self._tally.ended(rows, ticket)
        if self._verify_every and self._place % self._verify_every == 0:
            folded = fold(self._runner.events(ticket), tenant=TENANT)
            self._tally.verified(ticket, folds=folded == self._runner.stored(ticket))

"""What many write about at once: surges, measures that are watched, and what is said to everybody first."""

from datetime import datetime, timedelta
from decimal import Decimal

from supportflow.flows import spread, surges, watches
from supportflow.flows.desk.methods import Shared, asked
from supportflow.flows.desk.verbs import By
from supportflow.flows.requests import Flow
from supportflow.model.people import HOST, actor
from supportflow.model.surges import ActiveSurge

__all__ = ["Surges"]


class Surges(Shared):
    """Surges of the policy, declared, ended and looked at."""

    @asked
    def declare_surge(
        self, name: str, *, for_: timedelta | None = None, by: By, reason: str | None = None
    ) -> Flow[ActiveSurge]:
        """Have a surge of the policy in force from now on, in every process; it ends by itself.

        If it is in force already, it lasts until then, or as long as it was to last, whichever is longer. Open tickets that
        it reaches move at once.

        Args:
            name: The surge.
            for_: How long; as the policy says, if not given.
            by: Who declares it.
            reason: Why, in one line that names no person.

        Raises:
            InvalidInput: If the policy has no such surge, or the duration or the reason cannot be used.
            Refused: If somebody outside asks for it.
            PolicyError: If it does not go together with those that are in force.
        """
        return surges.declare(self._env, name, for_, actor(by), reason)

    @asked
    def measure(
        self, measure: str, value: Decimal | float, *, at: datetime | None = None, by: By | None = None
    ) -> Flow[tuple[str, ...]]:
        """Say what something is that the policy watches: a price, an error rate, the length of a queue.

        A watch that it sets off declares its surge, or proposes its announcement for a person to approve; then it rests for
        its `cooldown`. Each process remembers what it was fed; feed a measure to one.

        Args:
            measure: By the policy's name for it.
            value: What it is.
            at: When it was that; now, if not given. Values come in the order of time.
            by: Who says so; the host, if not given.

        Returns:
            The names of the watches that it has set off.

        Raises:
            InvalidInput: If nothing watches that measure, or the value or the time cannot be used.
            Refused: If somebody outside says so.
        """
        return watches.feed(self._env, measure, value, at, HOST if by is None else actor(by))

    @asked
    def end_surge(self, name: str, *, by: By) -> Flow[bool]:
        """End a surge before its time. Open tickets that are under it go back at once.

        Returns:
            False if it was not in force.

        Raises:
            InvalidInput: If that is no name.
            Refused: If somebody outside asks for it.
        """
        return surges.end(self._env, name, actor(by))

    @asked
    def surges(self) -> Flow[tuple[ActiveSurge, ...]]:
        """The surges in force, in the order in which they were declared."""
        return surges.in_force(self._env)

    @asked
    def greeting(self, language: str | None = None) -> Flow[str | None]:
        """What is said now to somebody who begins a contact in a language, such as `"zh-Hans"`; None if nothing is.

        What is announced stands behind it, as long as it holds.

        Without a greeting in that language, it is the one in the fallback language of the policy's routing.
        """
        return spread.greeting(self._env, language)

"""Surges of a desk: declared, ended, asked for; and what is said to whoever begins a contact meanwhile."""

from datetime import timedelta

from supportflow.flows import surges
from supportflow.flows.desk.methods import Shared, asked
from supportflow.flows.desk.verbs import By
from supportflow.flows.requests import Flow
from supportflow.model.people import actor
from supportflow.model.surges import ActiveSurge

__all__ = ["Surging"]


class Surging(Shared):
    """What a desk can be told and asked about surges."""

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

        Without a greeting in that language, it is the one in the fallback language of the policy's routing.
        """
        return surges.greeting(self._env, language)

"""What a desk can be told about a case: evidence, steps, parties, escalation, verification, actions of the host."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from supportflow._time import instant
from supportflow.flows.desk.methods import Result
from supportflow.flows.desk.verbs import By, TicketName, Verbs, mapping, sequence
from supportflow.model import commands
from supportflow.model.casework import Party
from supportflow.model.content import Attachment

__all__ = ["ActionVerbs"]


class ActionVerbs(Verbs[Result]):
    """What a desk can be told about cases and about actions of the host."""

    def provide(
        self,
        ticket: TicketName = None,
        *,
        evidence: Mapping[str, str | Attachment],
        by: By,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Give evidence apart from a message: values as typed and files, by the policy's names for the items.

        Raises:
            InvalidInput: If an item is unknown, or a value or file is not what the policy says the item looks like.
            Refused: If `by` has no part in the case, or the ticket is closed.
        """
        return self._on(commands.Provide, ticket, ref, by, key, evidence=mapping("evidence", evidence))

    def complete_step(
        self,
        ticket: TicketName = None,
        *,
        step: str,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Record that a step of the procedure of the ticket's category was done. Doing it again changes nothing.

        Raises:
            InvalidInput: If the procedure has no such step.
            StepsMissing: If mandatory steps before it are not done.
        """
        return self._on(commands.CompleteStep, ticket, ref, by, key, step=step, reason=reason)

    def add_party(
        self,
        ticket: TicketName = None,
        *,
        party: Party,
        by: By,
        due_at: datetime | None = None,
        expects: Iterable[str] = (),
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Make somebody a party of the case, or ask anew somebody who is one.

        Args:
            ticket: The ticket; or name it by `ref`.
            party: Who, and in which role.
            by: Who says so: an agent, a bot or the host.
            due_at: Until when they are asked to answer; later, `PartyDeadlinePassed` is recorded.
            expects: The items of evidence that they are asked for.
            ref: The host's own id of the ticket.
            key: Idempotency key.

        Raises:
            InvalidInput: If it is the requester, or the deadline is not in the future.
            Refused: If somebody outside asks for it, or the ticket is closed.
        """
        return self._on(
            commands.AddParty, ticket, ref, by, key,
            party=party, due_at=None if due_at is None else instant(due_at, "due_at"), expects=sequence("expects", expects),
        )  # fmt: skip

    def escalate(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        ladder: str | None = None,
        group: str | None = None,
        tier: str | None = None,
        notify: Iterable[str] = (),
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Escalate by hand: start a ladder, take the next step of the one that runs, or hand the ticket over.

        With none of `ladder`, `group`, `tier` and `notify`, the next step of the ladder that runs is taken at once.

        Args:
            ticket: The ticket; or name it by `ref`.
            by: Who decides: an agent, a bot or the host.
            ladder: The ladder to start, whatever its condition; the one that runs takes its next step.
            group: The group to hand the ticket to.
            tier: The line of support to hand it to: the first group of the policy that works in it.
            notify: Who is told: `"rotation:night"`, `"group:risk"`, `"agent:lena"`, `"assignee"`.
            reason: Why; kept as content.
            ref: The host's own id of the ticket.
            key: Idempotency key.

        Raises:
            InvalidInput: If the policy does not know the ladder, the tier, or the people.
            Refused: If somebody outside asks for it, the ticket is over, no ladder runs whose next step could be taken,
                or what would end the ladder has happened already.
        """
        return self._on(
            commands.Escalate, ticket, ref, by, key,
            ladder=ladder, group=group, tier=tier, notify=sequence("notify", notify), reason=reason,
        )  # fmt: skip

    def verify(
        self,
        ticket: TicketName = None,
        *,
        level: str,
        valid_for: timedelta,
        method: str,
        by: By,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Record that the requester is who they say, how sure that is and how long it counts.

        Raises:
            InvalidInput: If the policy's authority has no such level.
            Refused: If somebody outside says so.
        """
        return self._on(
            commands.Verify, ticket, ref, by, key, level=level, valid_for=valid_for, method=method
        )  # fmt: skip

    def authorise(
        self,
        ticket: TicketName = None,
        *,
        action: str,
        by: By,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Let an action be done that needs a verified requester.

        Raises:
            InvalidInput: If the policy's authority has no such action.
            NotVerified: If no verification of the level that it needs is valid now.
        """
        return self._on(commands.Authorise, ticket, ref, by, key, action=action)

    def give_consent(
        self,
        ticket: TicketName = None,
        *,
        purposes: Iterable[str],
        valid_for: timedelta,
        method: str,
        by: By,
        person: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Record that somebody consents that their sealed texts are opened. Giving it again for a purpose begins anew.

        Args:
            ticket: The ticket; or name it by `ref`.
            purposes: What for, by the names in the policy's `access`.
            valid_for: How long it counts, from now.
            method: How it was given, such as `"signed_form"`.
            by: Who records it: the person themselves, an agent or the host. An agent does not open by what they recorded.
            person: Id of a party whose consent it is; the requester's, if not given.
            ref: The host's own id of the ticket.
            key: Idempotency key.

        Raises:
            InvalidInput: If the person has no part in the case, or no rule of the policy's access has such a purpose.
            Refused: If somebody from outside gives another's.
        """
        return self._on(
            commands.GiveConsent, ticket, ref, by, key,
            purposes=sequence("purposes", purposes), valid_for=valid_for, method=method, person=person,
        )  # fmt: skip

    def withdraw_consent(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        purposes: Iterable[str] = (),
        person: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Record that somebody takes their consent back: from now on nothing opens by it. Without one, nothing changes.

        Args:
            ticket: The ticket; or name it by `ref`.
            by: Who records it: the person themselves, an agent or the host.
            purposes: What it no longer counts for; everything, if none is given.
            person: Id of a party whose consent it was; the requester's, if not given.
            ref: The host's own id of the ticket.
            key: Idempotency key.

        Raises:
            InvalidInput: If the person has no part in the case.
            Refused: If somebody from outside takes back another's.
        """
        return self._on(
            commands.WithdrawConsent,
            ticket,
            ref,
            by,
            key,
            purposes=sequence("purposes", purposes),
            person=person,
        )

    # --- actions of the host --------------------------------------------------------------------

    def request_action(
        self,
        ticket: TicketName = None,
        *,
        action: str,
        by: By,
        amount: int | None = None,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Ask the host to do something: freeze an account, unlock it, pay a compensation.

        Above the limit of whoever asks, it waits for an agent of a tier that may decide it.

        Args:
            ticket: The ticket; or name it by `ref`.
            action: By the policy's name for it, in `authority.host`.
            by: Who asks.
            amount: In the smallest unit of the policy's currency.
            reason: Why, for people.
            ref: The host's own id of the ticket.
            key: Idempotency key.

        Raises:
            InvalidInput: If the policy's authority has no such action.
            Refused: If somebody outside asks, the ticket has ended, or nobody could approve it.
            NotVerified: If the requester is not verified as well as the action needs.
        """
        return self._on(
            commands.RequestAction, ticket, ref, by, key, action=action, amount=amount, reason=reason
        )

    def decide_action(
        self,
        ticket: TicketName = None,
        *,
        number: str,
        approve: bool,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Approve an action that waits, or reject it. Who asked for it never decides it.

        Raises:
            InvalidInput: If the ticket has no such action.
            Refused: If it does not wait, or is for another tier to decide.
        """
        return self._on(
            commands.DecideAction, ticket, ref, by, key, number=number, approve=approve, reason=reason
        )

    def undo_action(
        self,
        ticket: TicketName = None,
        *,
        number: str,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Ask the host to take back what it did, by the action that the policy names for that.

        Raises:
            InvalidInput: If the ticket has no such action.
            Refused: If it was not done, nothing takes it back, or that was asked for already.
        """
        return self._on(commands.UndoAction, ticket, ref, by, key, number=number, reason=reason)

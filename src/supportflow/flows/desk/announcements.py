"""What a desk can be told about announcements, and about a problem and its incidents."""

from collections.abc import Mapping
from datetime import timedelta

from supportflow.flows.desk.methods import Result
from supportflow.flows.desk.verbs import By, TicketName, Verbs, mapping, ticket_name
from supportflow.model import commands

__all__ = ["AnnouncementVerbs"]


class AnnouncementVerbs(Verbs[Result]):
    """What a desk can be told about what concerns many tickets at once."""

    def propose_announcement(
        self,
        ticket: TicketName = None,
        *,
        texts: Mapping[str, str],
        by: By,
        number: str | None = None,
        audience: str | None = None,
        links: bool = False,
        lasts_for: timedelta | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Propose an announcement on a ticket, such as a problem or a change. Nobody hears it before it is approved.

        Args:
            ticket: The ticket that it is about; or name it by `ref`.
            texts: Language → text.
            by: Who proposes it: an agent, or the host.
            number: Of an announcement that was made: these are other words for it. Who was told hears them as a correction.
            audience: Whom it concerns besides the ticket's incidents: open tickets, by the policy's name.
            links: Make tickets that it is sent to incidents of this problem.
            lasts_for: How long it holds, from its approval; as the policy says, if not given.
            ref: The host's own id of the ticket.
            key: Idempotency key.

        Raises:
            InvalidInput: If the policy has no such audience, or the ticket no such announcement.
            Refused: If the policy has no announcements, somebody outside proposes one, or the words ask for a secret or
                say personal data.
        """
        return self._on(
            commands.ProposeAnnouncement, ticket, ref, by, key,
            texts=mapping("texts", texts), number=number, audience=audience, links=links, lasts_for=lasts_for,
        )  # fmt: skip

    def decide_announcement(
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
        """Approve the words of an announcement that wait, or reject them. Who proposed them never decides.

        What is approved is said by greetings at once, and sent by `run_due`.

        Raises:
            InvalidInput: If the ticket has no such announcement.
            Refused: If nothing waits, or it is for somebody else to decide.
        """
        return self._on(
            commands.DecideAnnouncement, ticket, ref, by, key, number=number, approve=approve, reason=reason
        )

    def withdraw_announcement(
        self,
        ticket: TicketName = None,
        *,
        number: str,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Say that an announcement no longer holds: nobody else is told, and who was hears that.

        Raises:
            InvalidInput: If the ticket has no such announcement.
            Refused: If it was withdrawn already, or somebody outside says so.
        """
        return self._on(commands.WithdrawAnnouncement, ticket, ref, by, key, number=number, reason=reason)

    # --- a problem and its incidents ------------------------------------------------------------

    def link_incident(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        problem: TicketName = None,
        problem_ref: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Make a ticket an incident of a problem: it hears what is announced there, and is resolved with it.

        Raises:
            InvalidInput: If the problem is no ticket, or the ticket itself.
            Refused: If one of the two has ended, or the other is no problem.
        """
        problem_id, named = ticket_name(problem, problem_ref, "problem")
        return self._on(
            commands.LinkIncident, ticket, ref, by, key, problem_id=problem_id, problem_ref=named
        )  # fmt: skip

    def unlink_incident(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Take a ticket from its problem: it is on its own again.

        Raises:
            Refused: If it belongs to none.
        """
        return self._on(commands.UnlinkIncident, ticket, ref, by, key)

    def solve_problem(
        self,
        ticket: TicketName = None,
        *,
        by: By,
        reason: str | None = None,
        ref: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Resolve a problem, and with it every open incident that is linked to it.

        `run_due` resolves the incidents, each as of this very instant: a clock gets the verdict that it would have had, had
        somebody resolved its ticket alone now. One that cannot be resolved (steps are missing, another pair of eyes is
        wanted, its requester has written since) stays open for a person.

        Raises:
            Refused: If the ticket is no problem.
            TransitionRefused: If it cannot be resolved now.
        """
        return self._on(commands.SolveProblem, ticket, ref, by, key, reason=reason)

"""Merge and split: decisions on two tickets at once, committed together."""

from supportflow.exceptions import InvalidInput, Refused, TransitionRefused
from supportflow.kernel.advance import advance
from supportflow.kernel.after.clocks import replace_clocks
from supportflow.kernel.after.evidence import request_evidence
from supportflow.kernel.after.order import conclude
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.kernel.handlers.casework import MOST
from supportflow.kernel.handlers.phone import take_call_back_along
from supportflow.kernel.handlers.tickets import begin_from
from supportflow.kernel.handlers.work import check_ending
from supportflow.lifecycle import Fired
from supportflow.model.base import TicketType
from supportflow.model.commands import Merge, Split
from supportflow.model.content import as_ref
from supportflow.model.events import (
    IncidentLinked,
    PriorityChanged,
    TicketAbsorbed,
    TicketMerged,
    TicketSplit,
)
from supportflow.model.people import NOBODY
from supportflow.model.ticket import Ticket
from supportflow.policy import PolicyBook
from supportflow.sla.joining import inherited, worst

__all__ = ["merge", "split"]


def merge(draft: Draft, command: Merge, facts: Facts, book: PolicyBook) -> None:
    """Close this ticket into another one. The two may have different requesters: whoever merges answers for that."""
    source, into = draft.ticket, facts.other
    if into is None:
        raise InvalidInput("into", "names no ticket")
    if into.id == source.id:
        raise InvalidInput("into", "is the ticket itself")
    other = draft.beside(into, book[into.policy], facts.case.same_person, facts.case.people_known)
    advance(other, other.at_us)  # first: it may have closed itself since anybody looked
    ended = other.ticket.status_category
    if ended.is_final:
        raise Refused(source.id, command.kind, f"the other ticket is {ended.value}")
    if source.spread.listed and source.type is TicketType.PROBLEM and into.type is not TicketType.PROBLEM:
        raise Refused(source.id, command.kind, "a problem with incidents is merged into another problem")
    lifecycle = draft.policy.lifecycle
    answer = lifecycle.fire(source.status, "merge", draft.view)
    if not isinstance(answer, Fired) or answer.kept:
        unmet = () if isinstance(answer, Fired) else answer.unmet_guards
        permitted = lifecycle.permitted(source.status, draft.view)
        raise TransitionRefused(source.id, source.status, "merge", unmet, permitted)
    check_ending(draft, command.kind, lifecycle.category(answer.target), facts)
    draft.emit(
        draft.event(
            TicketMerged,
            into=into.id,
            source=source.status,
            status=answer.target,
            category=lifecycle.category(answer.target),
        )
    )
    other.observed_at = draft.observed_at if other.at_us == draft.at_us else (draft.observed_at or draft.at)
    _absorb(other, source, facts)
    _take_along(other, source)
    take_call_back_along(draft, other, source)
    _raise_priority(other, source)
    if other.policy.document.merge_clocks == "earliest" and source.policy == into.policy:
        clocks = worst(source.clocks, other.ticket.clocks, other.at_us, other.policy)
        replace_clocks(other, clocks, "the worst of both")
    if other.ticket.case.waiting:
        request_evidence(other, None)
    conclude(other, facts, into)
    draft.include(other)


def _absorb(other: Draft, source: Ticket, facts: Facts) -> None:
    """Record on the ticket that goes on what is known of the other case.

    Evidence, verifications and what its requester was warned of go along only if both tickets are the same person's: papers
    prove nothing about anybody else, and nobody else was warned.
    Completed steps stay behind, since they were done for the other ticket.
    """
    into, case = other.ticket, source.case
    known = NOBODY not in {source.requester, into.requester}
    same = known and (source.requester == into.requester or source.requester in facts.case.same_person)
    people = {into.requester, *facts.case.same_person}
    parties = tuple(party for party in case.parties if party.id not in people)
    if len({party.id for party in (*into.case.parties, *parties)}) > MOST:
        raise Refused(source.id, "merge", f"the two cases have more than {MOST} parties together")
    other.emit(
        other.event(
            TicketAbsorbed,
            source_id=source.id,
            opened_at=source.opened_at,
            provided=case.provided if same else (),
            asked=case.asked if same else (),
            parties=parties,
            verifications=case.verifications if same else (),
            flags=source.flags,
            review=source.review,
            spoken=source.spoken,
            agency=source.agency and same,
            warned=source.warned if same else (),
        )
    )


def _take_along(other: Draft, source: Ticket) -> None:
    """Make the ticket that goes on an incident of the other's problem, unless it belongs to one."""
    into, problem = other.ticket, source.spread.problem
    if problem is None or into.spread.problem is not None or into.type is TicketType.PROBLEM:
        return
    other.emit(other.event(IncidentLinked, problem=problem))


def _raise_priority(other: Draft, source: Ticket) -> None:
    """Raise the ticket that goes on to the more urgent place of the two. It is never lowered."""
    into, rank = other.ticket, other.policy.priority.rank
    if source.priority_class not in other.policy.document.classes:
        return
    if (rank(source.priority_class), source.level) >= (rank(into.priority_class), into.level):
        return
    other.emit(
        PriorityChanged(
            **other.head(),
            priority_class=source.priority_class,
            level=source.level,
            previous_class=into.priority_class,
            previous_level=into.level,
            rule="merged",
            chosen_by="merged",
            evidence=source.evidence,
            level_evidence=source.level_evidence,
            given=("level",),
        )
    )


def split(draft: Draft, command: Split, facts: Facts, book: PolicyBook) -> None:
    """Open a second ticket of the same requester for a part of this one. Its clocks are its own and start now."""
    ticket, policy = draft.ticket, book.current
    if ticket.status_category.is_final:
        raise Refused(
            ticket.id, command.kind, f"the ticket is {ticket.status_category.value}; open a new one"
        )
    draft.emit(draft.event(TicketSplit, into=facts.ticket_id))
    part = begin_from(
        draft,
        policy,
        command.by,
        facts,
        ref=command.new_ref,
        subject=as_ref(command.subject) or ticket.subject,
        body=as_ref(command.body),
        group=ticket.group,
        private=ticket.private,
        split_from=ticket.id,
    )
    if policy.document.split_clocks == "inherit" and ticket.policy == policy.fingerprint:
        clocks = inherited(ticket.clocks, part.ticket.clocks, part.at_us, part.policy)
        replace_clocks(part, clocks, "inherited")
    conclude(part, facts, None)
    draft.include(part)

"""What requesters hear by the policy: a confirmation, the next promise, how their case and its parts stand."""

from supportflow._time import from_us, to_us
from supportflow.kernel.draft import Draft
from supportflow.model.base import StatusCategory
from supportflow.model.commands import MirrorPart
from supportflow.model.events import PartChanged, ReplySent, RequesterInformed
from supportflow.model.events.informing import Occasion
from supportflow.model.events.messages import Promised, Warned
from supportflow.policy.document.updates import Updates
from supportflow.policy.sections.informing import DUE, texts_of
from supportflow.sla.binding import zone_of
from supportflow.sla.clock import due_us
from supportflow.texts import in_language

__all__ = ["confirm_receipt", "mirror_part", "promise_in", "tell_state", "with_warnings"]


def confirm_receipt(draft: Draft) -> None:
    """Tell a requester that their request came in, and until when they hear, if that is promised."""
    rules, ticket = draft.policy.document.updates, draft.ticket
    if rules is None or not rules.receipt or ticket.private or ticket.case.waiting or ticket.case.asked:
        return
    late = draft.at_us - to_us(ticket.opened_at) > _us(rules)
    if late or not draft.policy.confirms(draft.view()):
        return
    _inform(draft, rules, "received", "received", target=rules.first)


def tell_state(draft: Draft, before: StatusCategory) -> None:
    """Tell a requester where a command has brought their ticket, if the policy has words for that."""
    rules, ticket = draft.policy.document.updates, draft.ticket
    category = ticket.status_category
    if rules is None or category is before or category not in rules.states or ticket.private:
        return
    _inform(draft, rules, "state", category.value, target=rules.again)


def promise_in(draft: Draft, reply: ReplySent) -> Promised | None:
    """When the requester hears again at the latest, once a reply has left; None if nothing is promised.

    The clock that keeps the promise is set by the reply itself, so it is asked of a draft that is thrown away.
    """
    rules, ticket = draft.policy.document.updates, draft.ticket
    if rules is None or rules.again is None or reply.to is not None or reply.by.kind != "agent":
        return None
    trial = draft.beside(ticket, draft.policy, draft.people, draft.people_known)
    trial.emit(reply)
    trial.begin_work("reply")
    at_us = _due_us(trial, rules.again)
    if at_us is None or at_us <= trial.at_us:
        return None
    language = in_language(texts_of(rules, "promise", "promise"), ticket.language, rules.language)[0]
    return Promised(
        at=from_us(at_us), language=language, tz=_zone(trial, rules.again), policy=draft.policy.fingerprint
    )


def with_warnings(draft: Draft, reply: ReplySent) -> ReplySent:
    """A reply to the requester with the warnings that it says besides its text: those that were not said to them before."""
    rules, ticket = draft.policy.document.updates, draft.ticket
    if rules is None or not rules.warnings or reply.to is not None or reply.body is None or ticket.private:
        return reply
    warned = tuple(
        Warned(
            warning=one.name,
            language=in_language(one.says, ticket.language, rules.language)[0],
            policy=draft.policy.fingerprint,
        )
        for one in draft.policy.warnings(draft.view())
        if one.name not in ticket.warned
    )
    return reply.model_copy(update={"warned": warned}) if warned else reply


def mirror_part(draft: Draft, command: MirrorPart) -> None:
    """Record where a part of the ticket stands, and tell its requester, if the policy has words for that."""
    ticket = draft.ticket
    known = ticket.spread.part(command.part)
    if known is not None and known.seq >= command.seq:
        return
    draft.emit(
        draft.event(
            PartChanged, part=command.part, category=command.category, status=command.status, seq=command.seq
        )
    )
    rules = draft.policy.document.updates
    new = known is None or known.category != command.category.value
    if (
        rules is None
        or command.category not in rules.parts
        or not new
        or not ticket.is_open
        or ticket.private
    ):
        return
    _inform(draft, rules, "part", command.category.value, target=rules.again, part=command.part)


def _inform(
    draft: Draft,
    rules: Updates,
    occasion: Occasion,
    about: str,
    *,
    target: str | None,
    part: str | None = None,
) -> None:
    ticket = draft.ticket
    at_us = None if target is None else _due_us(draft, target)
    promised_us = at_us if at_us is not None and at_us > draft.at_us else None
    language, text = in_language(texts_of(rules, occasion, about), ticket.language, rules.language)
    if promised_us is None and DUE in text:
        return  # it would say when, and there is no when
    draft.emit(
        RequesterInformed(
            **draft.head_now(),
            occasion=occasion,
            about=about,
            language=language,
            channel=ticket.channel,
            policy=draft.policy.fingerprint,
            promised_at=None if promised_us is None else from_us(promised_us),
            tz=None if promised_us is None or target is None else _zone(draft, target),
            part=part,
        )
    )


def _due_us(draft: Draft, target: str) -> int | None:
    """When a clock that runs is due; None if there is none, or it waits."""
    for clock in draft.ticket.clocks:
        if clock.target == target and clock.state == "running":
            return due_us(clock, draft.policy.calendar)
    return None


def _zone(draft: Draft, target: str) -> str:
    """The zone on whose clock the requester is told: their own, else that of the calendar that counts."""
    if draft.ticket.tz is not None:
        return draft.ticket.tz
    clock = next(one for one in draft.ticket.clocks if one.target == target)
    return zone_of(clock, from_us(draft.at_us), draft.policy)


def _us(rules: Updates) -> int:
    return round(rules.receipt_within.total_seconds() * 1_000_000)

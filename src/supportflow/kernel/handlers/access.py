"""Consent, and views of what is sealed: without consent, role and purpose nothing opens."""

from collections.abc import Collection, Iterable

from supportflow._time import from_us, span_us
from supportflow.exceptions import InvalidInput, Refused
from supportflow.kernel.draft import Draft
from supportflow.kernel.facts import Facts
from supportflow.model.commands import GiveConsent, ViewContent, WithdrawConsent
from supportflow.model.events import ConsentGiven, ConsentWithdrawn, ContentViewed
from supportflow.model.people import Actor
from supportflow.policy.sections.access import SealedText

__all__ = ["give_consent", "view_content", "withdraw_consent"]


def give_consent(draft: Draft, command: GiveConsent, facts: Facts) -> None:
    """Record a consent. Giving it again for a purpose begins anew.

    Raises:
        InvalidInput: If the person has no part in the case, or the policy has no such purpose.
        Refused: If somebody from outside gives another's.
    """
    person = _person(draft, command, facts)
    if not command.purposes:
        raise InvalidInput("purposes", "is empty")
    for purpose in command.purposes:
        if not any(purpose in rule.purposes for rule in draft.current.access.rules):
            raise InvalidInput("purposes", "names a purpose that no rule of the policy's access has")
    draft.emit(
        draft.event(
            ConsentGiven,
            person=person,
            purposes=tuple(dict.fromkeys(command.purposes)),
            method=command.method,
            valid_until=from_us(draft.at_us + span_us(command.valid_for)),
        )
    )


def withdraw_consent(draft: Draft, command: WithdrawConsent, facts: Facts) -> None:
    """Take a consent back, under whichever of their ids the person gave it.

    Raises:
        InvalidInput: If the person has no part in the case.
        Refused: If somebody from outside takes back another's.
    """
    person = _person(draft, command, facts)
    for one in dict.fromkeys(each.person for each in draft.ticket.case.consents):
        purposes = tuple(
            each.purpose
            for each in draft.ticket.case.consents
            if each.person == one and (not command.purposes or each.purpose in command.purposes)
        )
        if one in _ids(draft, person, facts) and purposes:
            draft.emit(draft.event(ConsentWithdrawn, person=one, purposes=purposes))


def view_content(draft: Draft, command: ViewContent, facts: Facts) -> None:
    """Record which texts are opened: those that are asked for and may be. What may not stays sealed.

    Raises:
        Refused: If nothing may be opened; it says what is missing.
    """
    ticket, access = draft.ticket, draft.current.access
    if command.by.kind != "agent":
        raise Refused(ticket.id, command.kind, f"a {command.by.kind} opens nothing that is sealed")
    known = facts.agents.get(command.by.id)
    if known is None:
        raise Refused(ticket.id, command.kind, f"agent {command.by.id!r} is not enrolled at this desk")
    sealed = access.sealed(facts.history, facts.before)
    wanted = [
        one
        for one in sealed.values()
        if (not command.kinds or one.kind in command.kinds)
        and (not command.items or one.item in command.items)
    ]
    if not wanted:
        raise Refused(ticket.id, command.kind, "nothing of this is sealed on it")
    roles = access.roles(known.agent)
    lacks: dict[str, None] = {}
    people: dict[str, None] = {}
    opened: list[SealedText] = []
    for text in wanted:
        missing = _missing(draft, command, text, roles, facts)
        if missing is None:
            opened.append(text)
            people[text.person or ticket.requester] = None
        else:
            lacks[missing] = None
    if not opened:
        raise Refused(ticket.id, command.kind, "; ".join(lacks))
    by = {role for text in opened for rule in text.rules for role in rule.roles if role in roles}
    draft.emit(
        draft.event(
            ContentViewed,
            purpose=command.purpose,
            roles=tuple(sorted(by)),
            contents=tuple(text.id for text in opened),
            people=tuple(people),
        )
    )


def _missing(
    draft: Draft, command: ViewContent, text: SealedText, roles: frozenset[str], facts: Facts
) -> str | None:
    """What a text lacks to be opened; None if nothing."""
    for rule in text.rules:
        if command.purpose not in rule.purposes:
            return f"{rule.name} does not open for {command.purpose!r}"
        if not roles & {*rule.roles}:
            return f"{rule.name} opens for {', '.join(rule.roles)}"
    return _objection(draft, command, text.person or draft.ticket.requester, facts)


def _objection(draft: Draft, command: ViewContent, person: str, facts: Facts) -> str | None:
    """Why no consent of a person lets this view be; None if one does."""
    ids = _ids(draft, person, facts)
    given = [
        one for one in draft.ticket.case.consents if one.person in ids and one.purpose == command.purpose
    ]
    valid = [one for one in given if draft.at_us < one.until_us]
    if not valid:
        ended = max((one.valid_until for one in given), default=None)
        when = "" if ended is None else f": it ended at {ended:%Y-%m-%dT%H:%M:%SZ}"
        return f"there is no consent of {person!r} for {command.purpose!r}{when}"
    if all(command.by.is_same(Actor(kind=one.by_kind, id=one.by), facts.case.also_by) for one in valid):
        return "whoever records a consent does not open by it"
    return None


def _person(draft: Draft, command: GiveConsent | WithdrawConsent, facts: Facts) -> str:
    """Whose consent a command is about."""
    ticket, by = draft.ticket, command.by
    outside = by.kind in {"requester", "party"}
    person = command.person or (by.id if outside else ticket.requester)
    if outside and by.id != person and not {by.id, person} <= set(_ids(draft, person, facts)):
        raise Refused(ticket.id, command.kind, f"a {by.kind} speaks for nobody else")
    if person in _ids(draft, ticket.requester, facts) or ticket.case.party(person) is not None:
        return person
    raise InvalidInput("person", "is neither the requester nor a party of the case")


def _ids(draft: Draft, person: str, facts: Facts) -> Collection[str]:
    """Every id of a person that is known on this case."""
    own: Iterable[str] = {draft.ticket.requester, *facts.case.same_person}
    return {*own} if person in own else {person}

"""`HelpdeskBridge`: what django-helpdesk's tickets and follow-ups mean."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone, translation
from helpdesk.decorators import is_helpdesk_staff
from helpdesk.models import Ticket, TicketChange

from supportflow.contrib.django.bridge import Messages, Reported, TicketBridge
from supportflow.contrib.django.rows import first_message
from supportflow.contrib.django_helpdesk.arriving import arriving
from supportflow.model.base import MAX_BODY

__all__ = ["HelpdeskBridge"]

_ADDRESS = re.compile(r"[^\s<>,;:\"]{1,64}@[^\s<>,;:\"]{1,190}")
_DEFAULT_PRIORITY = 3
_OPENING = timedelta(minutes=1)
"""A follow-up that repeats the description within this time is the opening itself."""


class HelpdeskBridge(TicketBridge):
    """Reports django-helpdesk's tickets.

    - A priority counts if staff chose it: what a form, a mail's `Importance` or an update by the requester says does not.
    - A public follow-up by staff with words is an answer; one without (assigned, held, closed in bulk) and the one that
      repeats the description of a new ticket are none.
    - A mail is the requester's if it is from the address of the ticket; from any other address it is a stranger's, and never
      an answer: a sender can be made up.
    - A ticket that was merged is merged in the desk, one that was deleted ends as cancelled.

    For statuses of your own (`HELPDESK_TICKET_STATUS_CHOICES`), inherit from it and fill `statuses`; what is not in there is
    open if `HELPDESK_TICKET_OPEN_STATUSES` says so, else closed.
    """

    model = "helpdesk.Ticket"
    subject = "title"
    body = "description"
    requester = "submitter_email"
    requester_email = "submitter_email"
    opened_at = "created"
    changed_at = "modified"
    assignee = "assigned_to_id"
    group = "queue.slug"
    level = "priority"
    levels: ClassVar[Mapping[Any, int]] = {1: 1, 2: 2, 3: 3, 4: 4, 5: 4}
    untouched: ClassVar[Mapping[str, str]] = {"open": "new"}
    related = ("queue",)
    messages = Messages(
        "helpdesk.FollowUp",
        ticket="ticket",
        body="comment",
        at="date",
        author="user_id",
        public="public",
        related=("user",),
    )

    def channel_of(self, ticket: Any) -> str:  # noqa: ARG002 - of every ticket that comes in now
        """`"email"` for what a mail opens, else `"web"`."""
        return "web" if arriving() is None else "email"

    def status_of(self, ticket: Any) -> str:
        """The status; a ticket that is on hold is so only while it is open."""
        if ticket.status in self.statuses:
            return self.statuses[ticket.status]
        if ticket.status in Ticket.OPEN_STATUSES:
            return "on_hold" if ticket.on_hold else "open"
        ends = {Ticket.RESOLVED_STATUS: "resolved", Ticket.DUPLICATE_STATUS: "cancelled"}
        return ends.get(ticket.status, "closed")

    def merged_into(self, ticket: Any) -> object:
        """Primary key of the ticket that it was merged into."""
        return ticket.merged_to_id if ticket.status == Ticket.DUPLICATE_STATUS else None

    def is_passing(self) -> bool:
        """A mail: no row keeps that a machine wrote it."""
        return arriving() is not None

    # --- who chose a priority ------------------------------------------------------------------

    def settle(self, ticket: Any, state: dict[str, Any], seen: Mapping[str, Any]) -> dict[str, Any]:
        """Report a level only if staff chose it.

        `priority` is what the row said last, `opened` whether it is known who opened the ticket, `heard` the last change of
        the priority that was the requester's: what staff set without a record, as by REST, is not taken for that once more.
        """
        before, level = seen.get("priority"), seen.get("level")
        opened = bool(seen.get("opened"))
        if not opened:
            opening = self._opening(ticket)
            opened = opening is not None
            chosen = ticket.priority != _DEFAULT_PRIORITY and opening is not None and _is_staff(opening.user)
            if chosen or (before is None and _is_older(ticket) and _changed_by_staff(ticket)):
                level = self.levels.get(ticket.priority)
        heard = seen.get("heard", 0)
        if before is not None and ticket.priority != before:
            change = _change_by_requester(ticket)
            if change > heard:
                heard = change
            else:
                level = self.levels.get(ticket.priority)
        rest = {name: value for name, value in state.items() if name != "level"}
        given = {} if level is None else {"level": level}
        kept = {"heard": heard} if heard else {}
        return {**rest, **given, **kept, "priority": ticket.priority, "opened": opened}

    def _opening(self, ticket: Any) -> Any:
        """The follow-up that came with a new ticket; None if there is none, or not yet."""
        first = first_message(self, ticket, ticket._state.db)  # noqa: SLF001 - Django's public API
        return first if first is not None and _is_opening(first, ticket) else None

    # --- follow-ups ----------------------------------------------------------------------------

    def said(self, message: Any, ticket: Any) -> Reported | None:
        """What a follow-up means; None for notes, for changes without words, and for the opening itself."""
        body = (message.comment or "").strip()
        if not message.public or not body or _is_opening(message, ticket):
            return None
        body, at = body[:MAX_BODY], message.date
        mail = arriving()
        if message.message_id or (mail is not None and message.user is None):
            return self._mailed(message, ticket, body, at)
        if message.user is None:  # the requester's click on a link, or the helpdesk itself
            return None
        if _is_staff(message.user):
            return Reported("reply", body, at, str(message.user_id))
        return self._from_outside(message.user.email, ticket, body, at)

    def _mailed(self, message: Any, ticket: Any, body: str, at: datetime) -> Reported:
        mail = arriving()
        named = _ADDRESS.search(message.title or "")
        sender = mail.sender if mail is not None else named[0] if named else ""
        said = self._from_outside(sender, ticket, body, at)
        automatic = "auto_reply" if mail is not None and mail.automatic else None
        return Reported(said.kind, said.body, said.at, said.by, "email", automatic)  # type: ignore[arg-type]

    def _from_outside(self, address: str | None, ticket: Any, body: str, at: datetime) -> Reported:
        address = (address or "").strip().lower()
        if address and address == (ticket.submitter_email or "").strip().lower():
            return Reported("requester", body, at)
        return Reported("stranger", body, at, self.opaque(address))


def _is_staff(user: Any) -> bool:
    return user is not None and bool(is_helpdesk_staff(user))


def _is_opening(message: Any, ticket: Any) -> bool:
    if message.date <= ticket.created:
        return True
    same = (message.comment or "").strip() == (ticket.description or "").strip()
    return same and message.date - ticket.created < _OPENING


@cache
def _names_of_priority() -> frozenset[str]:
    names = set()
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            names.add(translation.gettext("Priority"))
    return frozenset(names)


def _priority_changes(ticket: Any) -> Any:
    """The recorded changes of the priority, the latest first. Their field has its name in whatever language was spoken."""
    changes = TicketChange.objects.filter(followup__ticket_id=ticket.pk, field__in=_names_of_priority())
    return changes.select_related("followup__user").order_by("-pk")


def _is_older(ticket: Any) -> bool:
    """Whether anybody can have changed a ticket that the desk now hears of for the first time."""
    return bool(timezone.now() - ticket.created > _OPENING)


def _changed_by_staff(ticket: Any) -> bool:
    """Whether the priority that an older ticket has is known to be staff's."""
    latest = _priority_changes(ticket).first()
    return latest is not None and _is_staff(latest.followup.user)


def _change_by_requester(ticket: Any) -> int:
    """The recorded change that gave a ticket its priority, if its writer is not staff, where settings let them; else 0."""
    latest = _priority_changes(ticket).first()
    if latest is None or latest.new_value != str(ticket.priority) or _is_staff(latest.followup.user):
        return 0
    return int(latest.pk)

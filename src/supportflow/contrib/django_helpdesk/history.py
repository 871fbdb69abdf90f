"""Warnings, breaches and escalation in django-helpdesk's own history, and to the owner by mail."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from helpdesk.lib import safe_template_context
from helpdesk.models import FollowUp, Ticket

from supportflow.contrib.django.screens import describe_event
from supportflow.contrib.django_helpdesk.bridge import HelpdeskBridge
from supportflow.model.events import LadderStepReached, SlaBreached, SlaOverdue, SlaWarned, TicketEvent

__all__ = ["TOLD", "write_down"]

TOLD: tuple[type[TicketEvent], ...] = (SlaWarned, SlaBreached, SlaOverdue, LadderStepReached)
"""What stands in a ticket's history."""


def write_down(event: Any) -> None:
    """Write an event into the ticket's history, for staff; at a step of a ladder, tell its owner and its copies by mail.

    An event that is delivered once more is not written once more. The priority stays what people said.
    """
    pk = None if event.ref is None else HelpdeskBridge().pk_of(event.ref)
    ticket = None if pk is None else Ticket.objects.filter(pk=pk).first()
    if ticket is None:
        return
    at = event.reached_at
    if not settings.USE_TZ:
        at = timezone.make_naive(at, timezone.get_default_timezone())
    line = FollowUp(ticket=ticket, title=describe_event(event)[:200], date=at, public=False)
    if FollowUp.objects.filter(ticket=ticket, title=line.title, date=line.date).exists():
        return
    # The mail first: if no server takes it, the event is delivered once more, and must not be taken for one that was told.
    if isinstance(event, LadderStepReached):
        context = safe_template_context(ticket)
        ticket.send(
            {"assigned_to": ("escalated_owner", context), "ticket_cc": ("escalated_cc", context)},
            fail_silently=True,
        )
    # Not by `save`, which saves the ticket with it: what somebody else changes meanwhile would be lost.
    FollowUp.objects.bulk_create([line])

"""`{% load supportflow %}`: badges and timelines of tickets."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse

from supportflow.contrib.django import screens
from supportflow.contrib.django.bridge import TicketBridge
from supportflow.contrib.django.desks import desk
from supportflow.contrib.django.registry import bridges
from supportflow.flows.queries.lists import Row

__all__ = ["register"]

register = template.Library()


@register.simple_tag
def sla_badge(ticket: Any) -> str:
    """The most urgent clock of a ticket in a few words: of your own model that has a bridge, or by its `ref`."""
    return render_to_string("supportflow/badge.html", {"badge": screens.badge_of(ticket)})


@register.simple_tag
def sla_badges(ticket: Any) -> str:
    """The same for each clock of a ticket."""
    return render_to_string("supportflow/badges.html", {"badges": screens.badges_of(ticket)})


@register.simple_tag
def sla_timeline(ticket: Any) -> str:
    """What happened to a ticket, in order, and what comes next. For agents: it names who did what."""
    return render_to_string("supportflow/timeline.html", {"lines": screens.timeline_of(ticket)})


@register.simple_tag
def sla_panel(ticket: Any) -> str:
    """Class, clocks and timeline of a ticket in one box. For agents."""
    row = screens.row_of(ticket)
    if row is None:
        return ""
    return render_to_string(
        "supportflow/panel.html",
        {
            "row": row,
            "badges": screens.badges_of(row),
            "lines": screens.timeline_of(row),
            "class_label": screens.said("label", "class"),
            "level_label": screens.said("label", "level"),
            "timeline_label": screens.said("label", "timeline"),
            "why_label": screens.said("label", "why"),
            "why": screens.why_of(row),
        },
    )


@register.simple_tag
def sla_queue(model: str, view: str, limit: int = 25) -> str:
    """The open tickets that a bridge has reported, the most urgent first. For agents.

    Args:
        model: The bridge's model, such as `"shop.Case"`.
        view: Name of the URL of a ticket's page, with its primary key as the argument.
        limit: How many at most.
    """
    ours = [bridge for bridge in bridges() if bridge.model.lower() == model.lower()]
    lines = [
        {"row": row, "badge": screens.badge_of(row), "url": reverse(view, args=[pk])}
        for pk, row in islice(_waiting(ours, limit), limit)
    ]
    labels = {"caption": "queue", "class_label": "class", "level_label": "level"}
    shown = {name: screens.said("label", key) for name, key in labels.items()}
    return render_to_string("supportflow/queue.html", {"lines": lines, **shown})


@register.simple_tag
def sla_prepare(tickets: Sequence[Any]) -> str:
    """Read what the badges of a list need in one question. Write it before the loop."""
    screens.prepare(list(tickets))
    return ""


def _waiting(ours: Sequence[TicketBridge], page: int) -> Iterator[tuple[Any, Row]]:
    """The open tickets of some bridges by their primary keys, in order; those of others stand between them."""
    cursor = None
    while ours:
        rows = desk().rows(open=True, limit=page, cursor=cursor)
        for row in rows:
            found = (bridge.pk_of(row.ticket.ref or "") for bridge in ours)
            yield from ((pk, row) for pk in found if pk is not None)
        cursor = rows.cursor
        if cursor is None:
            return

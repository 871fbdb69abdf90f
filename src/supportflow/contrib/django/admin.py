"""The admin: the queue in order, each ticket's clocks, timeline and why; and a mixin for the admin of the host's tickets."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.views.main import IGNORED_PARAMS, PAGE_VAR, SEARCH_VAR
from django.utils.html import format_html

from supportflow.contrib.django import screens
from supportflow.contrib.django.conf import configuration
from supportflow.contrib.django.models import DeskTicket
from supportflow.contrib.django.templatetags import supportflow as tags

__all__ = ["DeskTicketAdmin", "SlaAdminMixin"]

_OURS = ("sla_clocks", "sla_timeline", "sla_why")
_ASKS_FOR_NONE = frozenset({*IGNORED_PARAMS, PAGE_VAR}) - {SEARCH_VAR}
"""Parameters of a list that do not say which tickets are wanted."""


class SlaAdminMixin:
    """For the `ModelAdmin` of a model that has a bridge: a column `sla`, and on each ticket's page clocks, timeline and why.

    The column is read for the whole page at once.
    """

    def get_list_display(self, request: Any) -> tuple[Any, ...]:
        """The columns, and `sla` behind them."""
        shown = tuple(super().get_list_display(request))  # type: ignore[misc]
        return shown if "sla" in shown else (*shown, "sla")

    def get_readonly_fields(self, request: Any, obj: Any = None) -> tuple[Any, ...]:
        """The fields, and those of the desk behind them."""
        shown = tuple(super().get_readonly_fields(request, obj))  # type: ignore[misc]
        ours = _OURS if obj is not None else ()
        return (*shown, *(name for name in ours if name not in shown))

    def get_fieldsets(self, request: Any, obj: Any = None) -> list[Any]:
        """The fields as they are arranged; those of the desk at the end, where an arrangement names none of them."""
        arranged = list(super().get_fieldsets(request, obj))  # type: ignore[misc]
        left = [name for name in _OURS if name not in flatten_fieldsets(arranged)]
        return [*arranged, ("SLA", {"fields": left})] if obj is not None and left else arranged

    def get_changelist_instance(self, request: Any) -> Any:
        """The list, with the desk's rows of what is on the page."""
        changes = super().get_changelist_instance(request)  # type: ignore[misc]
        screens.prepare(
            list(changes.result_list)
        )  # which keeps its rows, and stays the query that `list_editable` needs
        return changes

    @admin.display(description="SLA")
    def sla(self, ticket: Any) -> str:
        """The most urgent clock."""
        return tags.sla_badge(ticket)

    @admin.display(description="SLA")
    def sla_clocks(self, ticket: Any) -> str:
        """All clocks."""
        return tags.sla_badges(ticket)

    @admin.display(description="Timeline")
    def sla_timeline(self, ticket: Any) -> str:
        """What happened, in order."""
        return tags.sla_timeline(ticket)

    @admin.display(description="Why")
    def sla_why(self, ticket: Any) -> str:
        """The whole account."""
        return format_html("<pre style='white-space: pre-wrap'>{}</pre>", screens.why_of(ticket))


@admin.register(DeskTicket)
class DeskTicketAdmin(admin.ModelAdmin):
    """The queue. Nothing can be changed here: the host's own pages do that."""

    list_display = ("ref", "subject", "priority_class", "level", "status", "assignee", "group", "sla")
    list_filter: ClassVar[tuple[str, ...]] = ("open", "priority_class", "status", "group", "assignee")
    search_fields = ("=ref", "=id")
    fields = (
        "ref",
        "subject",
        "status",
        "priority_class",
        "level",
        "assignee",
        "group",
        "clocks",
        "timeline",
        "why",
    )
    readonly_fields = fields
    actions = None

    def get_queryset(self, request: Any) -> Any:
        """The tickets of the desk's tenant, in the order of its queue; the open ones, unless others are asked for."""
        given = configuration()
        found = super().get_queryset(request).using(given.database).filter(tenant=given.tenant)
        named = request.resolver_match is None or request.resolver_match.url_name.endswith("_changelist")
        return found.filter(open=True) if named and _ASKS_FOR_NONE.issuperset(request.GET) else found

    def get_changelist_instance(self, request: Any) -> Any:
        """The list, with the desk's rows of what is on the page."""
        changes = super().get_changelist_instance(request)
        rows = {row.ticket.id: row for row in screens.rows_by_id([one.id for one in changes.result_list])}
        for one in changes.result_list:
            one.row = rows.get(one.id)
        return changes

    def get_object(self, request: Any, object_id: str, from_field: str | None = None) -> Any:
        """A ticket with its desk's row."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.row = next(iter(screens.rows_by_id([found.id])), None)
        return found

    def has_add_permission(self, request: Any) -> bool:  # noqa: ARG002 - Django's signature
        """Tickets come from the host."""
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:  # noqa: ARG002 - the same
        """They are changed in the host."""
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:  # noqa: ARG002 - the same
        """And deleted there."""
        return False

    @admin.display(description="subject")
    def subject(self, one: Any) -> str:
        """The subject line; nothing once it is erased."""
        return (one.row.subject or "") if one.row is not None else ""

    @admin.display(description="SLA")
    def sla(self, one: Any) -> str:
        """The most urgent clock."""
        return tags.sla_badge(one.row)

    @admin.display(description="clocks")
    def clocks(self, one: Any) -> str:
        """All clocks."""
        return tags.sla_badges(one.row)

    @admin.display(description="timeline")
    def timeline(self, one: Any) -> str:
        """What happened, in order."""
        return tags.sla_timeline(one.row)

    @admin.display(description="why")
    def why(self, one: Any) -> str:
        """The whole account."""
        return format_html("<pre style='white-space: pre-wrap'>{}</pre>", screens.why_of(one.row))

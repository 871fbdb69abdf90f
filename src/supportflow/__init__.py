"""Ticket lifecycle, priorities, SLA clocks and routing for any Python helpdesk."""

__all__: list[str] = []

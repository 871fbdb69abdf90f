"""supportflow in a Django project: put `"supportflow.contrib.django"` into `INSTALLED_APPS`. Needs the extra `django`."""

from supportflow.contrib.django.bridge import Messages, Reported, TicketBridge
from supportflow.contrib.django.desks import async_desk, desk
from supportflow.contrib.django.registry import gathering

__all__ = ["Messages", "Reported", "TicketBridge", "async_desk", "desk", "gathering"]

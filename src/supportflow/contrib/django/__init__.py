"""supportflow in a Django project: put `"supportflow.contrib.django"` into `INSTALLED_APPS`. Needs the extra `django`."""

from supportflow.contrib.django.bridge import Messages, Said, TicketBridge
from supportflow.contrib.django.desks import async_desk, desk

__all__ = ["Messages", "Said", "TicketBridge", "async_desk", "desk"]

"""The app: a bridge for django-helpdesk's tickets, and what happens to them on its pages."""

from typing import Any

from django.apps import AppConfig, apps
from django.core import checks

__all__ = ["HelpdeskBridgeConfig"]


class HelpdeskBridgeConfig(AppConfig):
    """django-helpdesk's tickets, reported to the desk; warnings and escalation, written on its pages."""

    name = "supportflow.contrib.django_helpdesk"
    label = "supportflow_helpdesk"
    verbose_name = "Service levels of the helpdesk"

    def ready(self) -> None:
        """Register the bridge and what follows from events, and hear of mails as they come in."""
        checks.register(_check_order, "supportflow")
        if not (apps.is_installed("helpdesk") and apps.is_installed("supportflow.contrib.django")):
            return
        from supportflow.contrib.django.conf import add_handler  # noqa: PLC0415 - models exist only now
        from supportflow.contrib.django.registry import connect, register  # noqa: PLC0415 - the same
        from supportflow.contrib.django_helpdesk.arriving import listen  # noqa: PLC0415 - the same
        from supportflow.contrib.django_helpdesk.bridge import HelpdeskBridge  # noqa: PLC0415 - the same
        from supportflow.contrib.django_helpdesk.history import TOLD, write_down  # noqa: PLC0415 - the same

        register(HelpdeskBridge)
        for event in TOLD:
            add_handler(event, write_down)
        listen()
        connect()


def _check_order(**_: Any) -> list[checks.CheckMessage]:
    """Django takes the templates and commands of the app that comes first."""
    names = [one.name for one in apps.get_app_configs()]
    ours = names.index(HelpdeskBridgeConfig.name)
    problems: list[checks.CheckMessage] = [
        checks.Error(f"{HelpdeskBridgeConfig.name} needs {other!r} in INSTALLED_APPS", id="supportflow.E020")
        for other in ("supportflow.contrib.django", "helpdesk")
        if other not in names
    ]
    if "helpdesk" in names and names.index("helpdesk") < ours:
        problems.append(
            checks.Error(
                f"{HelpdeskBridgeConfig.name!r} must stand before 'helpdesk' in INSTALLED_APPS",
                hint="Else its pages show no service levels, and escalate_tickets goes on raising priorities.",
                id="supportflow.E021",
            )
        )
    return problems

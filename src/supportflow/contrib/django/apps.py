"""The app: what is done when Django starts."""

from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.core.signals import request_started
from django.db.models.signals import post_migrate
from django.test.signals import setting_changed

__all__ = ["SupportflowConfig"]


class SupportflowConfig(AppConfig):
    """supportflow's tables, its desk, and the bridges to the host's tickets."""

    name = "supportflow.contrib.django"
    label = "supportflow"
    verbose_name = "Service levels"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Check the settings, and listen to the host's tickets."""
        from supportflow.contrib.django.checks import check_settings, check_tables  # noqa: PLC0415 - models exist only now
        from supportflow.contrib.django.desks import settle_what_is_not  # noqa: PLC0415 - the same
        from supportflow.contrib.django.registry import connect  # noqa: PLC0415 - the same
        from supportflow.contrib.django.tables import upgrade  # noqa: PLC0415 - the same

        request_started.connect(settle_what_is_not, dispatch_uid="supportflow")
        checks.register(check_settings, "supportflow")
        checks.register(check_tables, checks.Tags.database)
        setting_changed.connect(_on_setting, dispatch_uid="supportflow")
        post_migrate.connect(upgrade, sender=self, dispatch_uid="supportflow tables")
        # After `flush`, too, which empties the tables between tests: what a desk knows of them is out of date then.
        post_migrate.connect(_begin_anew, sender=self, dispatch_uid="supportflow")
        connect()


def _on_setting(*, setting: str, **_: Any) -> None:
    if setting == "SUPPORTFLOW":
        _begin_anew()


def _begin_anew(**_: Any) -> None:
    from supportflow.contrib.django.desks import forget  # noqa: PLC0415 - as above
    from supportflow.contrib.django.registry import connect  # noqa: PLC0415 - the same

    forget()
    connect()

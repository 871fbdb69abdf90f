"""`manage.py supportflow_check`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supportflow.contrib.django.checks import check_settings, check_tables
from supportflow.contrib.django.conf import configuration
from supportflow.contrib.django.registry import bridges
from supportflow.contrib.django.sweeping import sweep
from supportflow.policy.verification import verify

__all__ = ["Command"]


class Command(BaseCommand):
    """Looks at the settings, the policy, the tables and the tickets."""

    help = (
        "Say what is wrong with the settings and the policy, what the policy can never do, and of how many tickets the desk "
        "knows something else than the host. Changes nothing. Exit status 1 if there is an error."
    )
    requires_system_checks = ()

    def handle(self, *_: Any, **__: Any) -> None:
        """Print all of it."""
        found = check_settings()
        for message in found:
            self.stdout.write(str(message))
        if any(message.is_serious() for message in found):
            raise CommandError("the settings cannot be used")
        given = configuration()
        report = verify(given.policy)
        for finding in report.findings:
            self.stdout.write(f"policy: {finding.severity}: {finding}")
        tables = check_tables([given.database])
        for message in tables:
            self.stdout.write(str(message))
        if tables:
            raise CommandError("the tables are not there")
        apart = 0
        for swept in sweep(dry_run=True):
            apart += swept.told
        models = ", ".join(bridge.model for bridge in bridges()) or "no model"
        self.stdout.write(f"policy {given.policy.name!r}, bridges for {models}: {apart} tickets differ")
        if not report.ok:
            raise CommandError("the policy has errors")

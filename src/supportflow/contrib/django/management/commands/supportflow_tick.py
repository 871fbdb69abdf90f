"""`manage.py supportflow_tick`."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from supportflow.contrib.django.desks import desk
from supportflow.contrib.django.sweeping import sweep
from supportflow.worker import Worker

__all__ = ["Command"]


class Command(BaseCommand):
    """One round, for cron."""

    help = (
        "Let happen what is due, deliver what waits, and end: for cron, where no worker runs. "
        "Before, report what no signal told of since yesterday."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        """Sweep, then work until nothing is due."""
        for swept in sweep(since=timezone.now() - timedelta(days=1)):
            for line in swept.failed:
                self.stderr.write(line)
        Worker(desk()).run(until_idle=True)

"""`manage.py supportflow_adopt`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supportflow.contrib.django.registry import bridges
from supportflow.contrib.django.sweeping import sweep

__all__ = ["Command"]


class Command(BaseCommand):
    """Compares all tickets of the host's with the desk."""

    help = (
        "Have the desk know all tickets: older ones are adopted, with their past, and nobody is called for it. "
        "What differs is reported, what was deleted ends. Safe to run at any time, and again."
    )

    def add_arguments(self, parser: Any) -> None:
        """Add the options."""
        parser.add_argument("--only", metavar="APP.MODEL", help="one model (default: that of every bridge)")
        parser.add_argument("--dry-run", action="store_true", help="count, and report nothing")

    def handle(self, *_: Any, **options: Any) -> None:
        """Go through all rows, a batch at a time."""
        known = [bridge.model for bridge in bridges()]
        if options["only"] is not None and options["only"].lower() not in [name.lower() for name in known]:
            raise CommandError(f"no bridge is for {options['only']}: there is {', '.join(known) or 'none'}")
        told, failed = 0, []
        for swept in sweep(only=options["only"], dry_run=options["dry_run"]):
            told += swept.told
            failed += swept.failed
            for line in swept.failed:
                self.stderr.write(line)
        verb = "would be reported" if options["dry_run"] else "were reported"
        self.stdout.write(f"{told} tickets {verb}, {len(failed)} failed")
        if failed:
            raise CommandError("some tickets were not reported")

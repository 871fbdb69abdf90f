"""`manage.py escalate_tickets`, in place of django-helpdesk's: what escalates, and when, stands in the policy."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

__all__ = ["Command"]


class Command(BaseCommand):
    """Lets happen what is due. No ticket's priority is changed."""

    help = (
        "In place of django-helpdesk's own: lets warnings, breaches and ladders of the policy happen that are due. "
        "It raises no priority. Its options are taken, so that cron jobs go on, and mean nothing."
    )

    def add_arguments(self, parser: Any) -> None:
        """Take the options of the command that it replaces."""
        parser.add_argument("-q", "--queues", nargs="*", help="means nothing here")
        parser.add_argument("-x", "--escalate-verbosely", action="store_true", help="means nothing here")
        parser.add_argument("-n", "--notify-only", action="store_true", help="means nothing here")

    def handle(self, *_: Any, **__: Any) -> None:
        """One round."""
        call_command("supportflow_tick", stdout=self.stdout, stderr=self.stderr)

"""`manage.py supportflow_worker`."""

import logging
import time
from argparse import Namespace
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from supportflow.contrib.django.desks import desk
from supportflow.contrib.django.sweeping import sweep
from supportflow.exceptions import InvalidInput, MissingExtra, SupportflowError
from supportflow.worker.options import add_options, check_options, logged, prepared

__all__ = ["Command", "Sweeps"]

LOGGER = logging.getLogger("supportflow.bridge")


class Sweeps:
    """A batch of a sweep after each round: now and then of what has changed lately, once an hour of everything.

    Args:
        every: Seconds from the end of one sweep to the next.
    """

    def __init__(self, every: float) -> None:
        self._every = every
        self._running: Any = None
        self._since: datetime | None = None
        self._next = self._whole = 0.0

    def __call__(self, *_: object) -> None:
        """Go on for one batch. What goes wrong with the database is tried again the next time."""
        close_old_connections()
        if self._running is None and time.monotonic() < self._next:
            return
        if self._running is None:
            whole = time.monotonic() >= self._whole
            self._running = sweep(since=None if whole else self._since)
            self._since = timezone.now()
            if whole:
                self._whole = time.monotonic() + 3600
        try:
            swept = next(self._running, None)
        except (SupportflowError, DatabaseError) as error:
            LOGGER.warning("a sweep was broken off: %s", error)
            swept, self._since = None, timezone.now() - timedelta(days=1)
        for line in swept.failed if swept is not None else ():
            LOGGER.warning("was not reported: %s", line)
        if swept is None:
            self._running, self._next = None, time.monotonic() + self._every


class Command(BaseCommand):
    """The long-running process."""

    help = (
        "Let time pass for the desk: warnings, breaches, escalation, deliveries, offers. Run it beside the web server, "
        "as many as you like; SIGTERM and Ctrl-C end it."
    )

    def add_arguments(self, parser: Any) -> None:
        """Add the options: those of `supportflow worker`, and one more."""
        add_options(parser, log=None)
        parser.add_argument(
            "--sweep", type=float, default=30.0, metavar="S", help="pause between sweeps (default 30)"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Work until told to stop."""
        asked = Namespace(**options)
        sweeps = Sweeps(asked.sweep)
        try:
            check_options(asked)
            with logged(asked.log), prepared(desk(), asked, sweeps) as worker:
                sweeps()
                worker.run(until_idle=asked.until_idle)
        except (InvalidInput, MissingExtra, OSError) as error:
            raise CommandError(str(error)) from error

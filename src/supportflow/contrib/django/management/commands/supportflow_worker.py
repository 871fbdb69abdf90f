"""`manage.py supportflow_worker`."""

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from supportflow.contrib.django.desks import desk
from supportflow.contrib.django.sweeping import sweep
from supportflow.exceptions import SupportflowError
from supportflow.worker import Pace, Worker

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
        """Add the options."""
        parser.add_argument("--until-idle", action="store_true", help="end when nothing is due")
        parser.add_argument(
            "--idle-max", type=float, default=2.0, metavar="S", help="longest pause (default 2)"
        )
        parser.add_argument(
            "--sweep", type=float, default=30.0, metavar="S", help="pause between sweeps (default 30)"
        )
        parser.add_argument("--no-dispatch", action="store_true", help="do not route tickets")
        parser.add_argument("--retention", action="store_true", help="erase what the policy keeps no longer")

    def handle(self, *_: Any, **options: Any) -> None:
        """Work until told to stop."""
        idle = options["idle_max"]
        sweeps = Sweeps(options["sweep"])
        sweeps()
        Worker(
            desk(),
            pace=Pace(idle_min_s=min(Pace().idle_min_s, idle), idle_max_s=idle),
            observe=sweeps,
            dispatch=not options["no_dispatch"],
            retention=options["retention"],
        ).run(until_idle=options["until_idle"])

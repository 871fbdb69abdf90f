"""What reporting to the desk costs django-helpdesk: its requests without it, with it, and left to the worker, by turns.

The project is the one of `examples/django_helpdesk`, with a database of its own: on SQLite in a file.

Usage: python benchmarks/django_host.py [rounds]
"""

# ruff: noqa: PLC0415, SLF001 - Django has to be set up before its models are imported; the bridge is taken off and put on
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROUNDS = 120
WAYS = ("without", "at once", "by the worker")


def main() -> None:
    """Print the median processor time of each kind of request."""
    sys.path.insert(0, str(HERE.parent / "examples" / "django_helpdesk"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
    with tempfile.TemporaryDirectory() as folder:
        from django.conf import settings

        settings.DATABASES["default"]["NAME"] = Path(folder) / "helpdesk.db"
        measure(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)


def measure(rounds: int) -> None:
    import django
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    warnings.simplefilter("ignore")
    django.setup()
    setup_test_environment(debug=False)  # mails are made, and go nowhere
    call_command("migrate", verbosity=0)
    from helpdesk.models import Ticket

    kinds = requests()
    latest: dict[str, int] = {}
    took: dict[tuple[str, str], list[float]] = {}
    asked: dict[tuple[str, str], int] = {}
    switch = switched()
    for turn in range(-5, rounds):  # the first ones read packs and templates
        for place in range(len(WAYS)):
            way = WAYS[(turn + place) % len(WAYS)]
            switch(way)
            for name, kind in kinds.items():
                if turn < 0:
                    asked[name, way] = statements(kind, latest.get(way, 0))
                else:
                    took.setdefault((name, way), []).append(spent(kind, latest[way]))
                if name == "opens":
                    latest[way] = Ticket.objects.latest("pk").pk
    for name in kinds:
        middle = {way: statistics.median(took[name, way]) * 1e3 for way in WAYS}
        told = [
            f"{middle[way]:6.2f} ms ({middle[way] / middle['without'] - 1:+.0%}), {asked[name, way]} statements {way}"
            for way in WAYS
        ]
        print(f"{name:<9}", "; ".join(told))


def requests() -> dict[str, Callable[[int], Any]]:
    """What people do, in order: each on the ticket that was opened in the same way before it."""
    from django.contrib.auth.models import User
    from django.test import Client
    from helpdesk.models import Queue

    User.objects.create_superuser("sam", "sam@desk.example", "x")
    queue = Queue.objects.create(title="Mail", slug="mail", allow_public_submission=True)
    staff, public = Client(), Client()
    staff.force_login(User.objects.get())
    form = {
        "queue": queue.pk,
        "title": "Help",
        "body": "My parcel has not arrived. Where is it?",
        "priority": 3,
        "submitter_email": "ana@mail.example",
    }
    words = {"title": "Answer", "comment": "We look where it is.", "public": True}
    return {
        "opens": lambda _: public.post("/tickets/submit/", form),
        "answers": lambda pk: staff.post("/api/followups/", {"ticket": pk, **words}),
        "shows": lambda pk: staff.get(f"/tickets/{pk}/"),
        "resolves": lambda pk: staff.patch(
            f"/api/tickets/{pk}/", {"status": 3}, content_type="application/json"
        ),
    }


def switched() -> Callable[[str], None]:
    """What takes the bridge off, and puts it on in one way or the other."""
    from django.conf import settings

    from supportflow.contrib.django import registry
    from supportflow.contrib.django.conf import configuration

    bridges = list(registry._APPS)

    def switch(way: str) -> None:
        registry._APPS[:] = bridges if way != "without" else []
        settings.SUPPORTFLOW["REPORT"] = "by the worker" if way == "by the worker" else "at once"
        configuration.cache_clear()
        registry.connect()

    return switch


def spent(kind: Callable[[int], Any], pk: int) -> float:
    """Processor time of a request, in seconds."""
    start = time.process_time()
    answer = kind(pk)
    took = time.process_time() - start
    assert answer.status_code < 400, answer
    return took


def statements(kind: Callable[[int], Any], pk: int) -> int:
    """How many statements SQLite is given in a request."""
    from django.db import connection

    found = list[str]()
    connection.ensure_connection()
    connection.connection.set_trace_callback(found.append)
    kind(pk)
    connection.connection.set_trace_callback(None)
    return len(found)


if __name__ == "__main__":
    main()

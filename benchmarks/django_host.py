"""What reporting to the desk costs django-helpdesk: its requests without it, with it, and left to the worker, by turns.

The project is the one of `examples/django_helpdesk`, with a database of its own: on SQLite in a file, or made on a
PostgreSQL server and removed. Processor time is that of the site's process: a PostgreSQL server's own is not in it.

Usage: python benchmarks/django_host.py [rounds] [--atomic] [--postgres postgresql://user@host/name]
"""

# ruff: noqa: PLC0415, SLF001 - Django has to be set up before its models are imported; the bridge is taken off and put on
import argparse
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROUNDS = 120
WAYS = ("without", "at once", "by the worker")


def main() -> None:
    """Print the median processor time of each kind of request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=ROUNDS)
    parser.add_argument("--atomic", action="store_true", help="under ATOMIC_REQUESTS")
    parser.add_argument(
        "--postgres", metavar="URL", help="a database of a server on which another can be made"
    )
    asked = parser.parse_args()
    sys.path.insert(0, str(HERE.parent / "examples" / "django_helpdesk"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
    with database(asked.postgres) as found:
        from django.conf import settings

        settings.DATABASES["default"] |= {**found, "ATOMIC_REQUESTS": asked.atomic}
        measure(asked.rounds)
        from django.db import connections

        connections.close_all()


@contextmanager
def database(url: str | None) -> Iterator[dict[str, Any]]:
    """An empty database, as Django names it."""
    if url is None:
        with tempfile.TemporaryDirectory() as folder:
            yield {"NAME": Path(folder) / "helpdesk.db"}
        return
    import psycopg
    from sqlalchemy import make_url

    name, place = f"helpdesk_{os.getpid()}", make_url(url)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "HOST": place.host or place.query.get("host", ""),
            "PORT": place.port or "",
            "USER": place.username or "",
            "PASSWORD": place.password or "",
            "OPTIONS": {},
        }
        server.execute(f"DROP DATABASE {name}")


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
    """How many statements the database is given in a request, with those that begin and end a transaction on SQLite only."""
    from django.db import connection

    found = list[str]()
    connection.ensure_connection()
    driver = connection.connection
    if connection.vendor == "sqlite":
        driver.set_trace_callback(found.append)
        kind(pk)
        driver.set_trace_callback(None)
        return len(found)
    before = driver.cursor_factory

    class Counted(before):  # type: ignore[misc, valid-type]
        def execute(self, query: Any, *args: Any, **named: Any) -> Any:
            found.append(str(query))
            return super().execute(query, *args, **named)

    driver.cursor_factory = Counted
    kind(pk)
    driver.cursor_factory = before
    return len(found)


if __name__ == "__main__":
    main()

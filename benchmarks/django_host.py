"""What reporting to the desk costs a django-helpdesk: its requests without it, with it, and left to the worker, by turns.

Usage: python benchmarks/django_host.py
"""

# ruff: noqa: PLC0415, PLR0915, SLF001 - Django has to be set up before its models are imported; the bridge is taken off and put on
import os
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path

ROUNDS, EACH = 8, 10
WAYS = ("without", "at once", "by the worker")


def main() -> None:
    """Print the median processor time of each kind of request."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "django_shop.settings"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SHOP_DATABASE"] = str(Path(folder) / "helpdesk.db")
        measure()


def measure() -> None:
    import django
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    warnings.simplefilter("ignore")
    django.setup()
    setup_test_environment()  # mails go nowhere
    call_command("migrate", verbosity=0)
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from helpdesk.models import Queue, Ticket

    from supportflow.contrib.django import registry
    from supportflow.contrib.django.conf import configuration

    User.objects.create_superuser("sam", "sam@desk.example", "x")
    queue = Queue.objects.create(title="Mail", slug="mail", allow_public_submission=True)
    staff, public = Client(), Client()
    staff.force_login(User.objects.get())
    form = {
        "queue": queue.pk,
        "title": "Help",
        "body": "No parcel",
        "priority": 3,
        "submitter_email": "a@mail.example",
    }

    def opens(_number: int) -> object:
        return public.post("/tickets/submit/", form)

    def answers(pk: int) -> object:
        answer = {"ticket": pk, "title": "Answer", "comment": "We look.", "public": True}
        return staff.post("/api/followups/", answer)

    def shows(pk: int) -> object:
        return staff.get(f"/tickets/{pk}/")

    def resolves(pk: int) -> object:
        return staff.patch(f"/api/tickets/{pk}/", {"status": 3}, content_type="application/json")

    kinds = [opens, answers, resolves, shows]
    took: dict[tuple[str, str], list[float]] = {}
    asked: dict[tuple[str, str], int] = {}
    bridges = list(registry._APPS)
    opens(0)  # the packs are read
    for turn in range(len(WAYS) * ROUNDS):
        way = WAYS[turn % len(WAYS)]
        registry._APPS[:] = bridges if way != "without" else []
        settings.SUPPORTFLOW["REPORT"] = "by the worker" if way == "by the worker" else "at once"
        configuration.cache_clear()
        registry.connect()
        opens(0)  # the process tells the store its policy once
        before = Ticket.objects.count()
        for kind in kinds:
            pks = list(Ticket.objects.order_by("-pk").values_list("pk", flat=True)[: EACH + 1])
            for number in range(EACH):
                start = time.process_time()
                answer = kind(pks[number] if kind is not opens else number)
                took.setdefault((kind.__name__, way), []).append(time.process_time() - start)
                assert answer.status_code < 400, answer
            statements = list[str]()
            connection.connection.set_trace_callback(statements.append)
            kind(pks[EACH] if kind is not opens else 0)
            connection.connection.set_trace_callback(None)
            asked[kind.__name__, way] = len(statements)
        assert Ticket.objects.count() == before + EACH + 1
    for kind in kinds:
        name = kind.__name__
        middle = {way: statistics.median(took[name, way]) * 1e3 for way in WAYS}
        told = [
            f"{middle[way]:6.2f} ms ({middle[way] / middle['without'] - 1:+.0%}), {asked[name, way]} statements {way}"
            for way in WAYS
        ]
        print(f"{name:<9}", "; ".join(told))


if __name__ == "__main__":
    main()

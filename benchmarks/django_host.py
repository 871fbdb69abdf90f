"""What reporting to the desk costs a django-helpdesk: its own requests with and without, by turns, in one run.

Usage: python benchmarks/django_host.py
"""

# ruff: noqa: PLC0415, SLF001 - Django has to be set up before its models are imported; the bridge is taken off and put on
import os
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path

ROUNDS, EACH = 8, 10


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
    from django.contrib.auth.models import User
    from django.test import Client
    from helpdesk.models import Queue, Ticket

    from supportflow.contrib.django import registry

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
    took: dict[tuple[str, bool], list[float]] = {}
    bridges = list(registry._APPS)
    opens(0)  # the packs are read
    for turn in range(2 * ROUNDS):
        told = turn % 2 == 0
        registry._APPS[:] = bridges if told else []
        registry.connect()
        before = Ticket.objects.count()
        for kind in kinds:
            pks = list(Ticket.objects.order_by("-pk").values_list("pk", flat=True)[:EACH])
            for number in range(EACH):
                start = time.process_time()
                answer = kind(pks[number] if kind is not opens else number)
                took.setdefault((kind.__name__, told), []).append(time.process_time() - start)
                assert answer.status_code < 400, answer
        assert Ticket.objects.count() == before + EACH
    for kind in kinds:
        without, with_it = (statistics.median(took[kind.__name__, told]) * 1e3 for told in (False, True))
        print(
            f"{kind.__name__:<9} {without:6.2f} ms without, {with_it:6.2f} ms with: {with_it / without - 1:+.0%}"
        )


if __name__ == "__main__":
    main()

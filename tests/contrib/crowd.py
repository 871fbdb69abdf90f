"""One of several processes that work on one helpdesk at once: `crowd.py clients SEED` or `crowd.py die`."""

import os
import random
import sys
import threading
import warnings

import django

warnings.filterwarnings("ignore")
django.setup()

from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client
from helpdesk.models import Queue, Ticket

THREADS, ACTIONS = 3, 12


def act(client, chance, queue):
    """One request, as a person would make it. That SQLite is busy is what a person would see, too: they try again."""
    ids = list(Ticket.objects.values_list("pk", flat=True))
    pk = chance.choice(ids) if ids else None
    kind = chance.choice(["form", "patch", "hold", "unhold", "answer", "bulk"]) if ids else "form"
    if kind == "form":
        form = {
            "queue": queue.pk,
            "title": "Help",
            "body": "No parcel",
            "priority": 3,
            "submitter_email": "ana@mail.example",
        }
        Client().post("/tickets/submit/", form)
    elif kind == "patch":
        client.patch(
            f"/api/tickets/{pk}/", {"status": chance.choice([1, 2, 3, 4])}, content_type="application/json"
        )
    elif kind == "bulk":
        client.post(
            "/tickets/update/", {"ticket_id": [pk], "action": chance.choice(["take", "unassign", "close"])}
        )
    elif kind == "answer":
        client.post(
            "/api/followups/", {"ticket": pk, "title": "Answer", "comment": "We look.", "public": True}
        )
    else:
        client.post(f"/tickets/{pk}/{kind}/")


def work(seed, failed):
    chance, client = random.Random(seed), Client()
    try:
        client.force_login(User.objects.get(username="sam"))
        queue = Queue.objects.get()
        for _ in range(ACTIONS):
            for _again in range(20):
                try:
                    act(client, chance, queue)
                except OperationalError:
                    connection.close()
                else:
                    break
    except BaseException as error:
        failed.append(repr(error))
        raise
    finally:
        connection.close()


def clients(seed):
    failed = []
    threads = [threading.Thread(target=work, args=(seed * 10 + number, failed)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.exit(len(failed))


def die():
    """Save a ticket, and be gone before anybody hears of it."""
    from django.db.models.signals import post_save

    post_save.receivers = []
    post_save.sender_receivers_cache.clear()
    post_save.connect(lambda **_: os._exit(9), sender=Ticket, weak=False)
    Ticket.objects.create(title="Lost", queue=Queue.objects.get(), submitter_email="ana@mail.example")


if __name__ == "__main__":
    clients(int(sys.argv[2])) if sys.argv[1] == "clients" else die()

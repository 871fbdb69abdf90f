"""django-helpdesk with service levels, on SQLite: `python examples/django_helpdesk/run.py`, then http://127.0.0.1:8000/.

Log in as `sam`, password `sam`. `--once` makes the tables and some tickets, prints the queue, and ends.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TICKETS = [
    ("I cannot find my invoice", "Where is the invoice of March?", "ana@mail.example"),
    ("请帮忙", "我的账号被盗了", "lin@mail.example"),
    ("Charged twice", "You charged my card twice for the same order.", "bo@mail.example"),
]


def main() -> None:
    sys.path.insert(0, str(HERE))
    os.environ["DJANGO_SETTINGS_MODULE"] = "settings"

    import django  # noqa: PLC0415 - the settings have to be named first
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    make_tickets()
    call_command("supportflow_tick")
    if "--once" in sys.argv:
        print_queue()
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # as Ctrl-C does: the worker ends, too
    worker = subprocess.Popen([sys.executable, "-m", "django", "supportflow_worker"], cwd=HERE)
    try:
        call_command("runserver", "--noreload", "127.0.0.1:8000")
    finally:
        worker.terminate()
        worker.wait()


def make_tickets() -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415
    from helpdesk.models import Queue, Ticket  # noqa: PLC0415

    if Queue.objects.exists():
        return
    User.objects.create_superuser("sam", "sam@desk.example", "sam")
    queue = Queue.objects.create(
        title="Support", slug="support", allow_public_submission=True, email_address="desk@desk.example"
    )
    for title, description, submitter in TICKETS:
        Ticket.objects.create(title=title, description=description, submitter_email=submitter, queue=queue)


def print_queue() -> None:
    from supportflow.contrib.django import desk  # noqa: PLC0415

    for row in desk().rows(open=True):
        states = ", ".join(f"{clock.target} {clock.state}" for clock in row.clocks)
        print(
            f"#{row.ticket.ref} {row.ticket.priority_class}, level {row.ticket.level}: {row.subject} ({states})"
        )


if __name__ == "__main__":
    main()

#!/usr/bin/env bash
# django-helpdesk 2.6.1: to save a follow-up is to save its ticket, as it was when somebody loaded it.
#
# `FollowUp.save` calls `self.ticket.save()`, which writes every field. A note that a job adds to a ticket that it loaded a
# moment ago undoes what an agent did meanwhile: status, owner, priority; no follow-up says so.
# Guessed: it touches `modified` only, for that is what it sets. Who is hurt: whoever writes history from a job, such as warnings of
# service levels: a resolved ticket is open again.
# What to do: `FollowUp.objects.bulk_create([…])`, which saves no ticket and sends no signal.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'django-helpdesk==2.6.1' 'django==5.2.*'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="x", USE_TZ=True, SITE_ID=1, HELPDESK_TEAMS_MODE_ENABLED=False,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sites", "helpdesk"],
)
django.setup()
from django.core.management import call_command

call_command("migrate", verbosity=0)
from helpdesk.models import FollowUp, Queue, Ticket

seen = {}
for how in ("save", "bulk_create"):
    ticket = Ticket.objects.create(title="Help", queue=Queue.objects.get_or_create(title="Q", slug="q")[0])
    loaded = Ticket.objects.get(pk=ticket.pk)  # by a job
    Ticket.objects.filter(pk=ticket.pk).update(status=Ticket.RESOLVED_STATUS)  # by an agent, meanwhile
    note = FollowUp(ticket=loaded, title="soon due", public=False)
    note.save() if how == "save" else FollowUp.objects.bulk_create([note])
    seen[how] = Ticket.objects.get(pk=ticket.pk).get_status_display()

print("django-helpdesk", version("django-helpdesk"), "Django", django.__version__)
print("status after the note:", seen)
if seen != {"save": "Open", "bulk_create": "Resolved"}:
    sys.exit("this has changed: the finding no longer holds as written")
PY

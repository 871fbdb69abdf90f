#!/usr/bin/env bash
# django-helpdesk 2.6.1: `fail_silently=True` is silent for what a mail server answers, not for one that does not answer.
#
# `send_templated_mail` catches `SMTPException`; a refused connection is an `OSError`, and goes through. `ticket.send(…,
# fail_silently=True)` is called after the ticket and its follow-up are saved: the requester gets an error page for a ticket
# that is there, and sends the form again.
# Guessed: no mail, and a ticket. Who is hurt: whoever retries, by a second ticket with clocks of its own; so does a bridge that
# reports at the end of a request only if the request ended well.
# What to do: report in a `finally`, or with the rows; `ATOMIC_REQUESTS`, so that the ticket is gone with the error.
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
    SECRET_KEY="x", USE_TZ=True, SITE_ID=1, HELPDESK_TEAMS_MODE_ENABLED=False, ALLOWED_HOSTS=["*"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    ROOT_URLCONF="__main__",
    EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sites", "rest_framework", "helpdesk"],
)
django.setup()
from django.core.management import call_command

call_command("migrate", verbosity=0)
from django.urls import include, path
from helpdesk.lib import safe_template_context
from helpdesk.models import Queue, Ticket

urlpatterns = [path("", include("helpdesk.urls"))]
queue = Queue.objects.create(title="Q", slug="q", email_address="desk@desk.example")
ticket = Ticket.objects.create(title="Help", queue=queue, submitter_email="ana@mail.example")
try:
    ticket.send({"submitter": ("newticket_submitter", safe_template_context(ticket))}, fail_silently=True)
except OSError as error:
    seen = type(error).__name__
else:
    seen = "nothing raised"

print("django-helpdesk", version("django-helpdesk"), "Django", django.__version__)
print("with no server at the address:", seen, "· tickets:", Ticket.objects.count())
if (seen, Ticket.objects.count()) != ("ConnectionRefusedError", 1):
    sys.exit("this has changed: the finding no longer holds as written")
PY

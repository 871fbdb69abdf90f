"""Starting Django in a process that runs other tests, too."""

import os
import time

import django


def start():
    """Set up Django. It sets the zone of the process; that is put back."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_shop.settings")
    before = os.environ.get("TZ")
    django.setup()
    os.environ.pop("TZ", None)
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()

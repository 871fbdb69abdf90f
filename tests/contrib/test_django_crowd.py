"""Several processes on one helpdesk at once, one of which is killed between the host's commit and the desk's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from postgres_server import postgresql

pytest.importorskip("helpdesk", reason="needs django-helpdesk, which the extra `test` brings")
__all__ = ["postgresql"]
HERE = Path(__file__).resolve().parent
PREPARE = """
from django.contrib.auth.models import User
from helpdesk.models import Queue
User.objects.create_superuser("sam", "sam@desk.example", "x")
Queue.objects.create(title="Mail", slug="mail", allow_public_submission=True)
"""
LOOK = """
from helpdesk.models import Ticket
from supportflow.contrib.django import desk
print(Ticket.objects.count(), len([one for one in desk().find(limit=1000)]))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request, tmp_path):
    place = str(tmp_path / "shop.db")
    if request.param == "postgresql":
        place = request.getfixturevalue("postgresql")
    return {
        **os.environ,
        "SHOP_DATABASE": place,
        "DJANGO_SETTINGS_MODULE": "django_shop.settings",
        "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent)]),
    }


def manage(environment, *command):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "django", *command],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.exhaustive
def test_no_ticket_differs_after_six_clients_and_a_worker(environment):
    manage(environment, "migrate", "-v0")
    manage(environment, "shell", "-v0", "-c", PREPARE)
    run = [sys.executable, "-W", "ignore"]
    # No sweep after the first: what the signals told has to be enough.
    worker = subprocess.Popen(
        [*run, "-m", "django", "supportflow_worker", "--sweep", "3600"], env=environment
    )
    crowd = [
        subprocess.Popen([*run, str(HERE / "crowd.py"), "clients", str(seed)], env=environment)
        for seed in (1, 2)
    ]
    assert [one.wait() for one in crowd] == [0, 0]
    worker.terminate()
    assert worker.wait() == 0
    assert "0 tickets differ" in manage(environment, "supportflow_check")

    killed = subprocess.run([*run, str(HERE / "crowd.py"), "die"], env=environment, check=False)
    assert killed.returncode == 9
    assert "1 tickets differ" in manage(environment, "supportflow_check")
    manage(environment, "supportflow_tick")
    assert "0 tickets differ" in manage(environment, "supportflow_check")
    host, ours = manage(environment, "shell", "-v0", "-c", LOOK).split()
    assert host == ours

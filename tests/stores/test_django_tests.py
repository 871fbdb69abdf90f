"""A desk in the tests of a Django host: real Django and its runner, in a process of its own, as settings are a process's."""

import json
import subprocess
import sys

import pytest

pytest.importorskip("django")

SCRIPT = """
import json, sys, threading, unittest, warnings
import django
from django.conf import settings

warnings.simplefilter("error")
name, test_name = sys.argv[1:]
database = {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": {"timeout": 1}}
if test_name:
    database["TEST"] = {"NAME": test_name}
settings.configure(
    DATABASES={"default": database},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    SECRET_KEY="x",
)
django.setup()

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import TestCase, TransactionTestCase
from django.test.runner import DiscoverRunner
from supportflow import Desk, SqlStore
from supportflow.exceptions import InvalidInput, StoreBusy
from supportflow.stores.sql.migration import migrate


def own_desk():
    named = str(connection.settings_dict["NAME"])
    url = f"sqlite:///{named}" + ("&" if "?" in named else "?") + "timeout=0.1"
    return Desk(store=SqlStore(url))


class InATransaction(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.sam = User.objects.create(username="sam")

    def commands(self):
        desk = Desk(store=SqlStore("sqlite://")).within(connection)
        self.assertEqual(list(desk.find()), [])
        ticket = desk.open(subject="s", requester=str(self.sam.pk), ref="1").ticket
        with transaction.atomic():
            desk.reply(ref="1", body="b", by="sam")
        try:
            with transaction.atomic():
                desk.cancel(ref="1", by="sam")
                raise ArithmeticError
        except ArithmeticError:
            pass
        self.assertEqual(desk.get(ticket.id).replies, 1)
        self.assertEqual(desk.get(ticket.id).status_category.value, "open")

    test_each_test_begins_with_nothing = commands
    test_and_so_does_the_next = commands

    def test_a_store_on_the_connection(self):
        desk = Desk(store=SqlStore(connection))
        self.assertEqual(desk.open(subject="s", requester="ana").ticket.status, "new")
        with self.assertRaisesRegex(InvalidInput, "TransactionTestCase"):
            desk.run_due()
        with self.assertRaisesRegex(InvalidInput, "TransactionTestCase"):
            desk.within(connection).run_due()

    def test_tables_are_made_where_they_are_asked_for(self):
        self.assertEqual(migrate(connection), migrate(connection))
        self.assertIn("supportflow_ticket", connection.introspection.table_names())

    def test_tables_are_gone_with_the_test_that_made_them(self):
        self.assertNotIn("supportflow_ticket", connection.introspection.table_names())

    def test_a_desk_with_connections_of_its_own_is_told_what_to_do(self):
        User.objects.create(username="writes")
        with own_desk() as desk:
            with self.assertRaisesRegex(StoreBusy, r"TestCase.*desk\\.within\\(connection\\)"):
                desk.open(subject="s", requester="ana")
            self.assertEqual(desk.within(connection).open(subject="s", requester="ana").ticket.status, "new")


class WithoutATransaction(TransactionTestCase):
    def test_everything_goes(self):
        with own_desk() as desk:
            desk.open(subject="s", requester="ana", ref="1")
            desk.run_due()
            with transaction.atomic():
                User.objects.create(username="x")
                desk.within(connection).open(subject="s", requester="ana", ref="2")
            self.assertEqual(sorted(one.ref for one in desk.find()), ["1", "2"])
        with self.assertRaisesRegex(InvalidInput, "atomic"):
            migrate(connection)
        with transaction.atomic():
            migrate(connection)


runner = DiscoverRunner(verbosity=0)
before = runner.setup_databases()
suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
result = unittest.TextTestRunner(verbosity=0).run(suite)
print(json.dumps([result.testsRun, [text for _, text in (*result.errors, *result.failures)]]))
runner.teardown_databases(before)
"""


@pytest.mark.parametrize("where", ["in memory", "in a file"])
def test_a_desk_in_the_tests_of_a_django_host(where, tmp_path):
    script = tmp_path / "suite.py"
    script.write_text(SCRIPT)
    named = "" if where == "in memory" else str(tmp_path / "test.db")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script), str(tmp_path / "host.db"), named],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    run, failed = json.loads(done.stdout.splitlines()[-1])
    assert failed == [], "\n".join(failed)
    assert run == 7

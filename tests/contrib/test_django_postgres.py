"""The tests of the bridge once more, with the project's database on PostgreSQL."""

import pytest
import test_django_bridge

from postgres_server import postgresql

__all__ = ["postgresql"]


@pytest.fixture(scope="module", autouse=True)
def _on_postgresql(postgresql):
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases

    from django_shop.settings import database
    from supportflow.contrib.django.desks import forget

    given = database(postgresql)
    before, kept = connections.settings["default"], connections["default"]
    connections.settings["default"] = connections.configure_settings({"default": given})["default"]
    del connections["default"]
    forget()
    made = setup_databases(verbosity=0, interactive=False)
    yield
    teardown_databases(made, verbosity=0)
    connections["default"].close()
    connections.settings["default"] = before
    connections["default"] = kept
    forget()


class TestReporting(test_django_bridge.Reporting):
    """In the transaction of each test."""


class TestWithoutATransaction(test_django_bridge.WithoutATransaction):
    """Each save commits by itself."""

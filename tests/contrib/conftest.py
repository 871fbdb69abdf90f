"""Django, set up once for each process with the small project `django_shop`, and a test database."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from django_shop.start import start

sys.path.insert(0, str(Path(__file__).parent))  # the tests of PostgreSQL are those of SQLite


@pytest.fixture(scope="session", autouse=True)
def _project():
    from django.test.utils import (
        setup_databases,
        setup_test_environment,
        teardown_databases,
        teardown_test_environment,
    )

    start()
    setup_test_environment()
    made = setup_databases(verbosity=0, interactive=False)
    yield
    teardown_databases(made, verbosity=0)
    teardown_test_environment()


@pytest.fixture(autouse=True)
def _clock_as_it_was():
    """A test that moves the clock of the shop's desk moves it for itself."""
    from django_shop.desk import CLOCK

    yield
    CLOCK.ahead = timedelta()

"""Django, set up once for each process with the small project `django_shop`, and a test database."""

import sys
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

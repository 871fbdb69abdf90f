"""A database as an older version left it."""

import io

from alembic import command
from sqlalchemy import make_url

from supportflow.stores.sql.upgrading import alembic_config


def psycopg_url(url):
    url = make_url(url)
    return url.set(drivername="postgresql+psycopg") if url.get_backend_name() == "postgresql" else url


def at_revision(engine, revision):
    config = alembic_config(io.StringIO())
    with engine.connect() as connection:
        config.attributes.update(connection=connection, ours=True)
        command.upgrade(config, revision)

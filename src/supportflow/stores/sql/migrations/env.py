"""How Alembic runs the migrations: on the connection that it was given, or as text for `--sql`."""

from alembic import context
from alembic.runtime.migration import MigrationContext

from supportflow.stores.sql.revisions import VERSION_TABLE
from supportflow.stores.sql.schema import metadata

LOCK = int.from_bytes(b"supportf")
"""The advisory lock of whoever migrates."""

config = context.config
if context.is_offline_mode():
    context.configure(
        dialect_name=config.attributes["dialect"],
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        literal_binds=True,
        output_buffer=config.output_buffer,
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    connection = config.attributes["connection"]
    ours = config.attributes["ours"]
    locks = connection.dialect.name == "postgresql"
    if locks:
        # Of the session, not of the transaction: a step that makes an index concurrently is in none.
        connection.exec_driver_sql(f"SELECT pg_advisory{'' if ours else '_xact'}_lock({LOCK})")
        connection.exec_driver_sql(f"SET {'' if ours else 'LOCAL '}lock_timeout = '5s'")
        if ours:
            connection.commit()
    elif not connection.connection.dbapi_connection.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        transaction_per_migration=ours,
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
        reached = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        config.attributes["revision"] = reached.get_current_revision()
        if ours:
            connection.commit()
    finally:
        if locks and ours:
            connection.rollback()
            connection.exec_driver_sql("RESET lock_timeout")
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({LOCK})")
            connection.commit()

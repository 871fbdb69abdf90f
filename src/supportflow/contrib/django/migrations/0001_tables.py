"""The tables: the desk's own are made by supportflow, those of the bridges by Django."""

from typing import Any, ClassVar

from django.db import migrations, models

from supportflow.contrib.django.tables import is_desk_s, make
from supportflow.stores.sql.revisions import VERSION_TABLE

KEYS = {
    "Event": ("supportflow_event", "stream"),
    "Feed": ("supportflow_feed", "stream"),
    "FeedEnd": ("supportflow_feed_end", "tenant"),
    "Agent": ("supportflow_agent", "id"),
    "Content": ("supportflow_content", "id"),
    "Inbox": ("supportflow_inbox", "key"),
    "Outbox": ("supportflow_outbox", "key"),
    "PolicyVersion": ("supportflow_policy", "fingerprint"),
    "Leader": ("supportflow_leader", "role"),
    "ArchivedTicket": ("supportflow_ticket_archive", "id"),
    "ArchivedEvent": ("supportflow_event_archive", "stream"),
}


def make_tables(_apps: object, schema_editor: Any) -> None:
    """Make the desk's tables, in the database that it is in. What `supportflow migrate` has made already stays."""
    if is_desk_s(schema_editor.connection.alias):
        make(schema_editor.connection)


def drop_tables(_apps: object, schema_editor: Any) -> None:
    """Drop the desk's tables with all that is in them."""
    if is_desk_s(schema_editor.connection.alias):
        for table in ("supportflow_ticket", *(table for table, _ in KEYS.values()), VERSION_TABLE):
            schema_editor.execute(f"DROP TABLE {table}")


class Migration(migrations.Migration):
    """The first."""

    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = []
    operations: ClassVar[list[Any]] = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(make_tables, drop_tables)],
            state_operations=[
                migrations.CreateModel(
                    name="DeskTicket",
                    fields=[
                        ("id", models.TextField(primary_key=True, serialize=False)),
                        ("tenant", models.TextField()),
                        ("ref", models.TextField(null=True)),
                        ("status", models.TextField()),
                        ("open", models.BooleanField()),
                        ("priority_class", models.TextField()),
                        ("rank", models.BigIntegerField()),
                        ("level", models.BigIntegerField()),
                        ("order_us", models.BigIntegerField()),
                        ("due_us", models.BigIntegerField(null=True)),
                        ("group", models.TextField(null=True)),
                        ("assignee", models.TextField(null=True)),
                    ],
                    options={
                        "verbose_name": "ticket",
                        "db_table": "supportflow_ticket",
                        "ordering": ["rank", "level", "order_us", "id"],
                        "default_permissions": ("view",),
                    },
                ),
                *(
                    migrations.CreateModel(
                        name=name,
                        fields=[("key", models.TextField(db_column=key, primary_key=True, serialize=False))],
                        options={"db_table": table, "default_permissions": ()},
                    )
                    for name, (table, key) in KEYS.items()
                ),
            ],
        ),
        migrations.CreateModel(
            name="Bridged",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bridge", models.CharField(max_length=200)),
                ("ref", models.CharField(max_length=200)),
                ("known", models.BooleanField(default=False)),
                ("gone", models.BooleanField(default=False)),
                ("seen", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "supportflow_bridged",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("bridge", "ref"), name="supportflow_bridged_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="BridgedMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bridge", models.CharField(max_length=200)),
                ("message", models.CharField(max_length=200)),
            ],
            options={
                "db_table": "supportflow_bridged_message",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("bridge", "message"), name="supportflow_bridged_message_once"
                    )
                ],
            },
        ),
    ]

"""The tables, as Django has to know them: those of the bridges, and those that the desk keeps everything in.

Django makes and reads only the former. The latter are made by supportflow itself, in a migration; they are named here, so
that `flush` empties them between tests and the admin can list tickets. No row of theirs is ever changed through a model.
"""

from typing import ClassVar

from django.db import models

__all__ = ["Bridged", "BridgedMessage", "DeskTicket"]


class Bridged(models.Model):
    """A ticket of the host's that a bridge has reported, and what it said of it last."""

    bridge = models.CharField(max_length=200)
    ref = models.CharField(max_length=200)
    known = models.BooleanField(default=False)
    gone = models.BooleanField(default=False)
    seen = models.JSONField(default=dict)

    class Meta:
        """One row for each ticket."""

        db_table = "supportflow_bridged"
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["bridge", "ref"], name="supportflow_bridged_once")
        ]

    def __str__(self) -> str:
        return f"{self.bridge} {self.ref}"


class BridgedMessage(models.Model):
    """A message of the host's that a bridge has reported."""

    bridge = models.CharField(max_length=200)
    message = models.CharField(max_length=200)

    class Meta:
        """One row for each message."""

        db_table = "supportflow_bridged_message"
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["bridge", "message"], name="supportflow_bridged_message_once")
        ]

    def __str__(self) -> str:
        return f"{self.bridge} {self.message}"


class DeskTicket(models.Model):
    """A ticket of the desk, as its table has it: to be listed, never to be changed."""

    id = models.TextField(primary_key=True)
    tenant = models.TextField()
    ref = models.TextField(null=True)  # noqa: DJ001 - the table is the desk's
    status = models.TextField()
    open = models.BooleanField()
    priority_class = models.TextField()
    rank = models.BigIntegerField()
    level = models.BigIntegerField()
    order_us = models.BigIntegerField()
    due_us = models.BigIntegerField(null=True)
    group = models.TextField(null=True)  # noqa: DJ001 - the same
    assignee = models.TextField(null=True)  # noqa: DJ001 - the same

    class Meta:
        """In the order of the queue."""

        db_table = "supportflow_ticket"
        default_permissions = ("view",)
        verbose_name = "ticket"
        ordering: ClassVar[list[str]] = ["rank", "level", "order_us", "id"]

    def __str__(self) -> str:
        return self.ref or self.id


TABLES = {
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
"""Model → its table, and a column that stands for the key: Django cannot say more of them, and need not."""


def _named(name: str, table: str, key: str) -> type[models.Model]:
    meta = type("Meta", (), {"db_table": table, "default_permissions": (), "app_label": "supportflow"})
    return type(
        name,
        (models.Model,),
        {
            "__module__": __name__,
            "__doc__": f"The desk's table `{table}`.",
            "key": models.TextField(primary_key=True, db_column=key),
            "Meta": meta,
        },
    )


for _name, (_table, _key) in TABLES.items():
    _named(_name, _table, _key)

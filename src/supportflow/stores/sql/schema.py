"""The tables, as SQLAlchemy describes them: for migrations, and for what is written down in `statements`.

Names of columns are those of the rows in `supportflow.model.storage`.

The tenant is the first column of every key. Texts that are keys compare by code point on every database.
"""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects import registry
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.type_api import TypeEngine

from supportflow.stores.sql.columns import WARNS
from supportflow.stores.sql.revisions import REVISION, VERSION_TABLE

__all__ = ["ddl", "metadata"]

metadata = MetaData()
FILL = "fillfactor"
"""Part of a page that PostgreSQL fills with new rows, in percent, in a table's `info`."""


def _word() -> TypeEngine[str]:
    return Text().with_variant(Text(collation="C"), "postgresql")


def _key(name: str) -> Column[str]:
    return Column(name, _word(), primary_key=True)


def _ticket_columns() -> list[Column[Any]]:
    return [
        _key("tenant"),
        _key("id"),
        Column("version", Integer, nullable=False),
        Column("fold_version", Integer, nullable=False),
        Column("ref", _word()),
        Column("status", Text, nullable=False),
        Column("status_category", Text, nullable=False),
        Column("open", Boolean, nullable=False),
        Column("priority_class", Text, nullable=False),
        Column("rank", BigInteger, nullable=False),
        Column("level", BigInteger, nullable=False),
        Column("order_us", BigInteger, nullable=False),
        Column("due_us", BigInteger),
        Column("group", _word()),
        Column("assignee", _word()),
        Column("requester", _word(), nullable=False),
        Column("channel", Text, nullable=False),
        Column("category", Text),
        Column("opened_us", BigInteger, nullable=False),
        Column("updated_us", BigInteger, nullable=False),
        Column("wakeup_us", BigInteger),
        Column("snapshot", LargeBinary, nullable=False),
        Column("queued", Boolean, nullable=False),
        Column("touched_us", BigInteger, nullable=False, server_default=text("0")),
    ]


def _event_columns() -> list[Column[Any]]:
    return [
        _key("tenant"),
        _key("stream"),
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("kind", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("min_reader", Integer, nullable=False),
        Column("data", LargeBinary, nullable=False),
        Column(
            "link", LargeBinary
        ),  # none if it was written before there were chains, until a checkpoint comes
    ]


_ON_SQLITE = {
    '"open"': '"open" = 1',
    'NOT "open"': '"open" = 0',
    '"queued"': '"queued" = 1',
    WARNS["postgresql"]: WARNS["sqlite"],
}


def _index(name: str, table: Table, columns: Sequence[str], where: str = "", *, unique: bool = False) -> None:
    """An index; SQLite has its own words for some conditions."""
    condition: dict[str, Any] = {
        "postgresql_where": text(where) if where else None,
        "sqlite_where": text(_ON_SQLITE.get(where, where)) if where else None,
    }
    given: dict[str, Any] = {key: value for key, value in condition.items() if value is not None}
    Index(f"supportflow_{name}", *(table.c[column] for column in columns), unique=unique, **given)


ticket = Table(
    "supportflow_ticket",
    metadata,
    *_ticket_columns(),
    # Claimed until; how often without a change. Every commit clears both.
    Column("claimed_us", BigInteger),
    Column("claims", Integer, nullable=False, server_default=text("0")),
    # A row is rewritten at every command: room on its page keeps that from touching the indexes.
    info={FILL: 80},
)
QUEUE = ("rank", "level", "order_us", "id")
_index("ticket_ref", ticket, ("tenant", "ref"), "ref IS NOT NULL", unique=True)
_index("ticket_wakeup", ticket, ("tenant", "wakeup_us"), "wakeup_us IS NOT NULL")
_index("ticket_waiting", ticket, ("tenant", *QUEUE), '"queued"')
_index("ticket_done", ticket, ("tenant", "updated_us"), 'NOT "open"')
# One for each order of a search. A search of open and ended tickets alike merges the two halves.
_index("ticket_by_queue", ticket, ("tenant", "open", *QUEUE))
_index("ticket_by_opened", ticket, ("tenant", "open", "opened_us", "id"))
_index("ticket_by_touched", ticket, ("tenant", "open", "touched_us", "id"))
_index("ticket_by_due", ticket, ("tenant", "open", "due_us", "id"))
# One for each filter: with the order that is asked for most often where many tickets can match.
_index("ticket_of_group", ticket, ("tenant", "group", "open", *QUEUE))
_index("ticket_of_assignee", ticket, ("tenant", "assignee", "open", *QUEUE))
_index("ticket_of_class", ticket, ("tenant", "priority_class", "open", *QUEUE))
_index("ticket_of_requester", ticket, ("tenant", "requester", "open", "touched_us", "id"))
for _narrow in ("status", "status_category", "channel", "category", "level"):
    _index(f"ticket_of_{_narrow}", ticket, ("tenant", _narrow, "open"))

event = Table("supportflow_event", metadata, *_event_columns(), sqlite_with_rowid=False)
_index("event_warned", event, ("tenant", "stream", "seq"), WARNS["postgresql"])

# What was committed, in one order. SQLite has one writer, who gives each change its place. On PostgreSQL a change that began
# earlier can be committed later, so it gets its place after that, from the first reader who comes: see `feeding`.
feed = Table(
    "supportflow_feed",
    metadata,
    _key("tenant"),
    Column("arrived", BigInteger, Identity(), primary_key=True),
    Column("stream", _word(), nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("place", BigInteger),  # of its last event
    sqlite_with_rowid=False,
)
_index("feed_place", feed, ("tenant", "place"), "place IS NOT NULL", unique=True)
_index("feed_new", feed, ("tenant", "arrived"), "place IS NULL")
feed_end = Table(
    "supportflow_feed_end", metadata, _key("tenant"), Column("place", BigInteger, nullable=False)
)

agent = Table(
    "supportflow_agent",
    metadata,
    _key("tenant"),
    _key("id"),
    Column("version", Integer, nullable=False),
    Column("fold_version", Integer, nullable=False),
    Column("available", Boolean, nullable=False),
    Column("snapshot", LargeBinary, nullable=False),
    info={FILL: 80},
)

content = Table(
    "supportflow_content",
    metadata,
    _key("tenant"),
    _key("id"),
    Column("subject", _word(), nullable=False),
    Column("salt", LargeBinary),
    Column("value", Text),
)
_index("content_subject", content, ("tenant", "subject"), "salt IS NOT NULL")

inbox = Table(
    "supportflow_inbox",
    metadata,
    _key("tenant"),
    _key("key"),
    Column("request_hash", Text, nullable=False),
    Column("result", LargeBinary, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
_index("inbox_age", inbox, ("tenant", "at_us"))

outbox = Table(
    "supportflow_outbox",
    metadata,
    _key("tenant"),
    _key("key"),
    Column("topic", _word(), nullable=False),
    Column("ticket_id", _word(), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_us", BigInteger, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("token", String(32)),
    Column("error", Text),
    Column("dead", Boolean, nullable=False, server_default=text("false")),
    info={FILL: 70},
)
_index("outbox_due", outbox, ("tenant", "next_us"), "NOT dead")
_index("outbox_lane", outbox, ("tenant", "topic", "ticket_id", "seq"), "NOT dead")
_index("outbox_dead", outbox, ("tenant", "made_us"), "dead")

policy = Table(
    "supportflow_policy",
    metadata,
    _key("tenant"),
    _key("fingerprint"),
    Column("document", LargeBinary, nullable=False),
)

leader = Table(
    "supportflow_leader",
    metadata,
    _key("tenant"),
    _key("role"),
    Column("holder", Text, nullable=False),
    Column("until_us", BigInteger, nullable=False),
)

ticket_archive = Table("supportflow_ticket_archive", metadata, *_ticket_columns())
_index("archive_ref", ticket_archive, ("tenant", "ref"), "ref IS NOT NULL", unique=True)

event_archive = Table("supportflow_event_archive", metadata, *_event_columns(), sqlite_with_rowid=False)
_index("archive_warned", event_archive, ("tenant", "stream", "seq"), WARNS["postgresql"])


def ddl(name: str) -> tuple[str, ...]:
    """The statements that make all tables and note their revision."""
    dialect = registry.load(name)()
    made: list[str] = []
    for table in metadata.sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=dialect)))
        if FILL in table.info and dialect.name == "postgresql":
            # An option of CREATE TABLE only from SQLAlchemy 2.1 on.
            made.append(f"ALTER TABLE {table.name} SET ({FILL} = {table.info[FILL]})")
        made += [
            str(CreateIndex(index).compile(dialect=dialect))
            for index in sorted(table.indexes, key=lambda index: str(index.name))
        ]
    made.append(
        f"CREATE TABLE {VERSION_TABLE} "
        f"(version_num VARCHAR(32) NOT NULL, CONSTRAINT {VERSION_TABLE}_pkc PRIMARY KEY (version_num))"
    )
    made.append(f"INSERT INTO {VERSION_TABLE} (version_num) VALUES ('{REVISION}')")
    return tuple(
        re.sub(r"\s*\n(\t?)\s*", lambda found: "\n    " if found[1] else "\n", statement.strip())
        for statement in made
    )

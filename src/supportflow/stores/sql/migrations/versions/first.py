"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Compared by code point on every database."""
FILL = {"supportflow_agent": 80, "supportflow_outbox": 70, "supportflow_ticket": 80}
"""Part of a page that PostgreSQL fills with new rows, in percent."""


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "supportflow_agent",
        sa.Column("tenant", WORD, nullable=False),
        sa.Column("id", WORD, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fold_version", sa.Integer(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_table(
        "supportflow_content",
        sa.Column("tenant", WORD, nullable=False),
        sa.Column("id", WORD, nullable=False),
        sa.Column("subject", WORD, nullable=False),
        sa.Column("salt", sa.LargeBinary()),
        sa.Column("value", sa.Text()),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index(
        "supportflow_content_subject",
        "supportflow_content",
        ["tenant", "subject"],
        postgresql_where=sa.text("salt IS NOT NULL"),
        sqlite_where=sa.text("salt IS NOT NULL"),
    )
    op.create_table(
        "supportflow_event",
        sa.Column("tenant", WORD, nullable=False),
        sa.Column("stream", WORD, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("min_reader", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "stream", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "supportflow_event_archive",
        sa.Column("tenant", WORD, nullable=False),
        sa.Column("stream", WORD, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("min_reader", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "stream", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "supportflow_inbox",
        sa.Column("tenant", WORD, nullable=False),
        sa.Column("key", WORD, nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index("supportflow_inbox_age", "supportflow_inbox", ["tenant", "at_us"])
    op.create_table(
        "supportflow_leader",
        sa.Column("tenant", WORD, nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "role"),
    )
    op.create_table(
        "supportflow_outbox",
        sa.Column("tenant", WORD, nullable=False),
        sa.Column("key", WORD, nullable=False),
        sa.Column("topic", WORD, nullable=False),
        sa.Column("ticket_id", WORD, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_us", sa.BigInteger(), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(32)),
        sa.Column("error", sa.Text()),
        sa.Column("dead", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.PrimaryKeyConstraint("tenant", "key"),
    )
    op.create_index(
        "supportflow_outbox_dead",
        "supportflow_outbox",
        ["tenant", "made_us"],
        postgresql_where=sa.text("dead"),
        sqlite_where=sa.text("dead"),
    )
    op.create_index(
        "supportflow_outbox_due",
        "supportflow_outbox",
        ["tenant", "next_us"],
        postgresql_where=sa.text("NOT dead"),
        sqlite_where=sa.text("NOT dead"),
    )
    op.create_index(
        "supportflow_outbox_lane",
        "supportflow_outbox",
        ["tenant", "topic", "ticket_id", "seq"],
        postgresql_where=sa.text("NOT dead"),
        sqlite_where=sa.text("NOT dead"),
    )
    op.create_table(
        "supportflow_policy",
        sa.Column("tenant", WORD, nullable=False),
        sa.Column("fingerprint", WORD, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "fingerprint"),
    )
    op.create_table(
        "supportflow_ticket",
        sa.Column("tenant", WORD, nullable=False),
        sa.Column("id", WORD, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fold_version", sa.Integer(), nullable=False),
        sa.Column("ref", WORD),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_category", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("priority_class", sa.Text(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("order_us", sa.BigInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger()),
        sa.Column("group", WORD),
        sa.Column("assignee", WORD),
        sa.Column("requester", WORD, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("category", sa.Text()),
        sa.Column("opened_us", sa.BigInteger(), nullable=False),
        sa.Column("updated_us", sa.BigInteger(), nullable=False),
        sa.Column("wakeup_us", sa.BigInteger()),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.Column("queued", sa.Boolean(), nullable=False),
        sa.Column("claimed_us", sa.BigInteger()),
        sa.Column("claims", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index(
        "supportflow_ticket_assignee",
        "supportflow_ticket",
        ["tenant", "assignee"],
        postgresql_where=sa.text('"open"'),
        sqlite_where=sa.text('"open" = 1'),
    )
    op.create_index(
        "supportflow_ticket_done",
        "supportflow_ticket",
        ["tenant", "updated_us"],
        postgresql_where=sa.text('NOT "open"'),
        sqlite_where=sa.text('"open" = 0'),
    )
    op.create_index(
        "supportflow_ticket_opened",
        "supportflow_ticket",
        ["tenant", "opened_us", "id"],
        postgresql_where=sa.text('"open"'),
        sqlite_where=sa.text('"open" = 1'),
    )
    op.create_index(
        "supportflow_ticket_queue",
        "supportflow_ticket",
        ["tenant", "rank", "level", "order_us", "id"],
        postgresql_where=sa.text('"open"'),
        sqlite_where=sa.text('"open" = 1'),
    )
    op.create_index(
        "supportflow_ticket_ref",
        "supportflow_ticket",
        ["tenant", "ref"],
        unique=True,
        postgresql_where=sa.text("ref IS NOT NULL"),
        sqlite_where=sa.text("ref IS NOT NULL"),
    )
    op.create_index("supportflow_ticket_requester", "supportflow_ticket", ["tenant", "requester"])
    op.create_index(
        "supportflow_ticket_waiting",
        "supportflow_ticket",
        ["tenant", "rank", "level", "order_us", "id"],
        postgresql_where=sa.text('"queued"'),
        sqlite_where=sa.text('"queued" = 1'),
    )
    op.create_index(
        "supportflow_ticket_wakeup",
        "supportflow_ticket",
        ["tenant", "wakeup_us"],
        postgresql_where=sa.text("wakeup_us IS NOT NULL"),
        sqlite_where=sa.text("wakeup_us IS NOT NULL"),
    )
    op.create_table(
        "supportflow_ticket_archive",
        sa.Column("tenant", WORD, nullable=False),
        sa.Column("id", WORD, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fold_version", sa.Integer(), nullable=False),
        sa.Column("ref", WORD),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_category", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("priority_class", sa.Text(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("order_us", sa.BigInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger()),
        sa.Column("group", WORD),
        sa.Column("assignee", WORD),
        sa.Column("requester", WORD, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("category", sa.Text()),
        sa.Column("opened_us", sa.BigInteger(), nullable=False),
        sa.Column("updated_us", sa.BigInteger(), nullable=False),
        sa.Column("wakeup_us", sa.BigInteger()),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.Column("queued", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index(
        "supportflow_archive_ref",
        "supportflow_ticket_archive",
        ["tenant", "ref"],
        unique=True,
        postgresql_where=sa.text("ref IS NOT NULL"),
        sqlite_where=sa.text("ref IS NOT NULL"),
    )
    if op.get_context().dialect.name == "postgresql":
        for table, percent in FILL.items():
            op.execute(f"ALTER TABLE {table} SET (fillfactor = {percent})")

"""The feed of all events. What is there already comes first, stream by stream, for nothing says what came before what.

A process of the version before writes no feed: replace all of them before somebody follows it.
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0003"
down_revision = "0002"

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make it, and take in what is there."""
    op.create_table(
        "supportflow_feed",
        sa.Column("tenant", WORD, nullable=False),
        sa.Column("arrived", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("stream", WORD, nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger()),
        sa.PrimaryKeyConstraint("tenant", "arrived"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "supportflow_feed_new",
        "supportflow_feed",
        ["tenant", "arrived"],
        postgresql_where=sa.text("place IS NULL"),
        sqlite_where=sa.text("place IS NULL"),
    )
    op.create_index(
        "supportflow_feed_place",
        "supportflow_feed",
        ["tenant", "place"],
        unique=True,
        postgresql_where=sa.text("place IS NOT NULL"),
        sqlite_where=sa.text("place IS NOT NULL"),
    )
    op.create_table(
        "supportflow_feed_end",
        sa.Column("tenant", WORD, nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant"),
    )
    streams = (
        "SELECT tenant, stream, max(seq) AS last FROM (SELECT tenant, stream, seq FROM supportflow_event"
        " UNION ALL SELECT tenant, stream, seq FROM supportflow_event_archive) AS every GROUP BY tenant, stream"
    )
    if context.get_context().dialect.name == "sqlite":
        op.execute(
            "INSERT INTO supportflow_feed (tenant, arrived, stream, first, last, place)"
            " SELECT tenant, place, stream, 1, last, place FROM (SELECT tenant, stream, last,"
            f" sum(last) OVER (PARTITION BY tenant ORDER BY stream) AS place FROM ({streams}) AS one) AS placed"
        )
    else:  # the first reader gives them their places
        op.execute(
            "INSERT INTO supportflow_feed (tenant, stream, first, last)"
            f" SELECT tenant, stream, 1, last FROM ({streams}) AS one ORDER BY tenant, stream"
        )

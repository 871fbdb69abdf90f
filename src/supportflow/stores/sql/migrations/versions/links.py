"""Each event's link in the chain of its stream. What is there already gets its link from the next checkpoint.

A process of the version before writes no links: what it adds to a stream, and what is added after that, has none until then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make room for them."""
    for table in ("supportflow_event", "supportflow_event_archive"):
        op.add_column(table, sa.Column("link", sa.LargeBinary()))

"""An index of the replies that said a warning: whoever asks who was sent one reads no other event."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

WARNED = "227761726e6564223a5b"
WARNS = {
    "sqlite": f"kind = 'reply_sent' AND instr(data, x'{WARNED}') > 0",
    "postgresql": f"kind = 'reply_sent' AND position('\\x{WARNED}'::bytea IN data) > 0",
}


def upgrade() -> None:
    """Make it, of events that are put away, too."""
    for name, table in (("event", "supportflow_event"), ("archive", "supportflow_event_archive")):
        op.create_index(
            f"supportflow_{name}_warned",
            table,
            ["tenant", "stream", "seq"],
            sqlite_where=sa.text(WARNS["sqlite"]),
            postgresql_where=sa.text(WARNS["postgresql"]),
        )

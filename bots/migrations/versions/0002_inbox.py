"""The inbox, and whose questions and answers are whose, so that a person's can be found and deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the inbox; add the person."""
    op.create_table(
        "inbox",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("turn", sa.String(32), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("tenant", sa.String(128), nullable=False),
        sa.Column("person", sa.String(128), nullable=False),
        sa.Column("subject", sa.String(512), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("asks", sa.Boolean, nullable=False),
        sa.Column("refusal", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("claims", sa.Integer, nullable=False),
        sa.Column("claimed_by", sa.String(128), nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("arrived_at", sa.BigInteger, nullable=False),
        sa.Column("posted", sa.Text, nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
        sa.Index("ix_inbox_open", "state", "due_at", "number"),
        sa.Index("ix_inbox_subject", "platform", "tenant", "subject", "state"),
        sa.Index("ix_inbox_person", "platform", "tenant", "person", "arrived_at"),
        sa.Index("ix_inbox_arrived", "platform", "tenant", "arrived_at"),
    )
    for table in ("questions", "answers"):
        op.add_column(table, sa.Column("person", sa.String(128), nullable=False, server_default=""))
        op.create_index(f"ix_{table}_person", table, ["platform", "tenant", "person"])


def downgrade() -> None:
    """Drop the inbox and the person."""
    op.drop_table("inbox")
    for table in ("questions", "answers"):
        op.drop_index(f"ix_{table}_person", table)
        with op.batch_alter_table(table) as changed:
            changed.drop_column("person")

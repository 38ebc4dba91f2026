"""Deliveries, questions, answers, choices, feedback: what the first release made by itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the five tables."""
    op.create_table(
        "deliveries",
        sa.Column("platform", sa.String(16), primary_key=True),
        sa.Column("tenant", sa.String(128), primary_key=True),
        sa.Column("delivery", sa.String(512), primary_key=True),
        sa.Column("taken_at", sa.Integer, nullable=False, index=True),
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("tenant", sa.String(128), nullable=False),
        sa.Column("thread", sa.String(512), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("asked_at", sa.Integer, nullable=False, index=True),
        sa.Index("ix_questions_thread", "platform", "tenant", "thread", "id"),
    )
    op.create_table(
        "answers",
        sa.Column("platform", sa.String(16), primary_key=True),
        sa.Column("tenant", sa.String(128), primary_key=True),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("about", sa.String(256), nullable=False),
        sa.Column("thread", sa.String(512), nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("kept_at", sa.Integer, nullable=False, index=True),
        sa.Index("ix_answers_about", "platform", "tenant", "about"),
        sa.Index("ix_answers_thread", "platform", "tenant", "thread"),
    )
    op.create_table(
        "choices",
        sa.Column("platform", sa.String(16), primary_key=True),
        sa.Column("tenant", sa.String(128), primary_key=True),
        sa.Column("scope", sa.String(256), primary_key=True),
        sa.Column("record", sa.Text, nullable=False),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("helpful", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(32)),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("topics", sa.Text, nullable=False),
        sa.Column("jurisdictions", sa.Text, nullable=False),
        sa.Column("engine", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("deliveries", "questions", "answers", "choices", "feedback"):
        op.drop_table(table)

"""The tables of the database. Every one that holds something of a person or a workspace names platform and tenant.

What is kept, why and how long stands in the README under "What is kept". A change here needs a migration
(bots/migrations/versions); tests/bots/test_migrations.py compares the two.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, MetaData, String, Table, Text

_NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts rows by itself only where the key is called INTEGER."""

metadata = MetaData()

deliveries = Table(
    "deliveries",
    metadata,
    Column("platform", String(16), primary_key=True),
    Column("tenant", String(128), primary_key=True),
    Column("delivery", String(512), primary_key=True),
    Column("taken_at", Integer, nullable=False, index=True),  # seconds since 1970, UTC
)
"""Ids of what was taken, so that it is taken once."""

inbox = Table(
    "inbox",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),  # the order of arrival
    Column("turn", String(32), nullable=False),
    Column("platform", String(16), nullable=False),
    Column("tenant", String(128), nullable=False),
    Column("person", String(128), nullable=False),
    Column("subject", String(512), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("body", Text, nullable=False),  # JSON; "" once it is done
    Column("asks", Boolean, nullable=False),
    Column("refusal", String(16), nullable=False),
    Column("state", String(16), nullable=False),  # waiting, claimed, done, set aside
    Column("tries", Integer, nullable=False),
    Column("claims", Integer, nullable=False),
    Column("claimed_by", String(128), nullable=False),
    Column("due_at", BigInteger, nullable=False),  # ms since 1970: when it may be claimed
    Column("arrived_at", BigInteger, nullable=False),  # ms since 1970
    Column("posted", Text, nullable=False),  # JSON list of the platform's ids
    Column("why", String(200), nullable=False),  # of a last failure: its kind, never words
    Index("ix_inbox_open", "state", "due_at", "number"),
    Index("ix_inbox_subject", "platform", "tenant", "subject", "state"),
    Index("ix_inbox_person", "platform", "tenant", "person", "arrived_at"),
    Index("ix_inbox_arrived", "platform", "tenant", "arrived_at"),
)

questions = Table(
    "questions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("platform", String(16), nullable=False),
    Column("tenant", String(128), nullable=False),
    Column("thread", String(512), nullable=False),
    Column("text", Text, nullable=False),
    Column("asked_at", Integer, nullable=False, index=True),
    Column("person", String(128), nullable=False, server_default=""),
    Index("ix_questions_thread", "platform", "tenant", "thread", "id"),
    Index("ix_questions_person", "platform", "tenant", "person"),
)

answers = Table(
    "answers",
    metadata,
    Column("platform", String(16), primary_key=True),
    Column("tenant", String(128), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("about", String(256), nullable=False),
    Column("thread", String(512), nullable=False),
    Column("record", Text, nullable=False),  # KeptAnswer as JSON
    Column("kept_at", Integer, nullable=False, index=True),  # seconds since 1970, UTC
    Column("person", String(128), nullable=False, server_default=""),
    Index("ix_answers_about", "platform", "tenant", "about"),
    Index("ix_answers_thread", "platform", "tenant", "thread"),
    Index("ix_answers_person", "platform", "tenant", "person"),
)

choices = Table(
    "choices",
    metadata,
    Column("platform", String(16), primary_key=True),
    Column("tenant", String(128), primary_key=True),
    Column("scope", String(256), primary_key=True),
    Column("record", Text, nullable=False),  # Choices as JSON
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("day", Date, nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("reason", String(32)),
    Column("status", String(32), nullable=False),
    Column("topics", Text, nullable=False),  # JSON list
    Column("jurisdictions", Text, nullable=False),  # JSON list
    Column("engine", String(64), nullable=False),
)
"""No platform, tenant or person: nothing leads back to whoever clicked."""

OF_TENANTS = (deliveries, inbox, questions, answers, choices)
"""Tables whose rows belong to a workspace; all of it goes when the workspace does."""

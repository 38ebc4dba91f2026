"""What Alembic runs for each command: the migrations, on the connection it was given."""

from __future__ import annotations

from alembic import context

from bots.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction holds everything
)
context.run_migrations()

"""How the tables came to be, step by step (Alembic); run at every start, so that an upgrade is a restart.

`reggi serve` brings an older database up to date before it takes requests. A database from before the first
migration has its tables but no version; it is taken for that of `0001`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bots.errors import ConversationsUnavailable

if TYPE_CHECKING:
    from sqlalchemy import Connection

FIRST = "0001"


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring the tables of a database up to date, within the transaction of `connection`.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: it did not take a change; none of them is then made.
        ConversationsUnavailable: a newer version was here.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError
    from sqlalchemy import inspect

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    tables = inspect(connection).get_table_names()
    if "deliveries" in tables and "alembic_version" not in tables:
        command.stamp(config, FIRST)
    try:
        command.upgrade(config, to)
    except CommandError as error:
        raise ConversationsUnavailable(
            "The database was changed by a newer version of Reggi, which alone can read it. Start that version, "
            "or restore the backup that was made before the upgrade."
        ) from error

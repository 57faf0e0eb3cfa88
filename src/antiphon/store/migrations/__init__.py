"""How does an older database become today's? Numbered steps, a file each, run by Alembic on both databases."""

from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

_HERE = str(Path(__file__).parent)
_LOCK = 4_105_210_715_330_104  # any number that nothing else locks


class TooNew(Exception):
    """The tables have reached a step that this program does not know."""


def head() -> str:
    """The newest step."""
    return _script().get_current_head() or ""


def current(connection: Connection) -> str:
    """The step that this database has reached; empty for a new one."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def upgrade(connection: Connection) -> None:
    """Run the steps that are missing, in the connection's transaction. Two programs may start at once.

    Raises TooNew.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    script = _script()
    step = current(connection)
    if step and step not in {known.revision for known in script.walk_revisions()}:
        raise TooNew(f"its tables are at step {step}, which only a newer Antiphon knows")
    context = MigrationContext.configure(
        connection, opts={"fn": lambda revision, _context: script._upgrade_revs("head", revision)}
    )
    with Operations.context(context):
        context.run_migrations()


def _script() -> ScriptDirectory:
    return ScriptDirectory(_HERE, version_locations=[_HERE])

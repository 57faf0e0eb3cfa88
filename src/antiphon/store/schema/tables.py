"""What do all tables have in common?"""

from typing import Any

from sqlalchemy import JSON, MetaData, text
from sqlalchemy.dialects.postgresql import JSONB

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"},
)


def where(condition: str) -> dict[str, Any]:
    """Makes an index of only those rows."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}

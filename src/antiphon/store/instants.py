"""How is a moment stored? As whole microseconds since 1970 in UTC, the same number in both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def instant(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    # Twice as fast as adding to the epoch; a double is exact to the microsecond for these centuries.
    return datetime.fromtimestamp(value / 1_000_000, UTC)


class Instant(TypeDecorator[datetime]):
    """It sorts, compares and crosses the bulk paths unconverted."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else instant(value)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        return None if value is None else moment(value)

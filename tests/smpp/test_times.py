"""Which moment does a time of SMPP mean?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.smpp import times

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TIMES = [
    pytest.param("", None, id="nothing"),
    pytest.param("260302120000000+", NOW, id="UTC"),
    pytest.param("260302120000500+", NOW + timedelta(seconds=0.5), id="a tenth"),
    pytest.param("260302140000008+", NOW, id="east"),
    pytest.param("260302070000020-", NOW, id="west"),
    pytest.param("000000010000000R", NOW + timedelta(hours=1), id="an hour from now"),
    pytest.param("000102030405000R", NOW + timedelta(days=32, hours=3, minutes=4, seconds=5), id="a month and more"),
]
WRONG = ["0", "260302120000000", "260302120000000X", "261302120000000+", "260230120000000+", "26030212000000٠+"]


@pytest.mark.parametrize(("written", "moment"), TIMES)
def test_read(written: str, moment: datetime | None) -> None:
    assert times.read(written, NOW) == moment


@pytest.mark.parametrize("written", WRONG)
def test_what_is_no_time(written: str) -> None:
    with pytest.raises(ValueError, match=r"form|must be|out of range"):
        times.read(written, NOW)


@given(st.integers(0, 36_500 * 864_000))
def test_what_is_written_can_be_read(tenths: int) -> None:
    moment = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=tenths / 10)
    assert times.read(times.write(moment), NOW) == moment

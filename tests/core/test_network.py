"""Which addresses may be called, and which are our own."""

import pytest

from antiphon.core.network import may_be_called, networks

OUTSIDE = ("93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1")
INSIDE = (
    *("127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
    *("224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0"),
    *("fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:a00:1", "64:ff9b::7f00:1", "2002:7f00:1::1", "2001:db8::1"),
    *("", "localhost", "2130706433", "0x7f.1", "127.1", "1.2.3"),
)


@pytest.mark.parametrize("address", OUTSIDE)
def test_outside(address: str) -> None:
    assert may_be_called(address)


@pytest.mark.parametrize("address", INSIDE)
def test_inside(address: str) -> None:
    assert not may_be_called(address)


def test_what_the_operator_allows() -> None:
    allowed = networks("127.0.0.0/8, fd00::/8")
    assert may_be_called("127.0.0.1", allowed)
    assert may_be_called("::ffff:127.0.0.1", allowed)
    assert may_be_called("fd00::5", allowed)
    assert not may_be_called("10.0.0.1", allowed)
    assert networks(" ") == ()
    with pytest.raises(ValueError, match="appear to be"):
        networks("here")

"""What can be called, and what cannot."""

import pytest

from antiphon.core import url


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        pytest.param("https://example.com/a?b=c#d", "https://example.com/a?b=c#d", id="whole"),
        pytest.param(" http://example.com:8080 ", "http://example.com:8080", id="blanks around"),
        pytest.param("HTTPS://EXAMPLE.COM", "HTTPS://EXAMPLE.COM", id="capitals"),
        pytest.param("http://[2001:db8::1]/x", "http://[2001:db8::1]/x", id="IPv6"),
        pytest.param("https://bücher.example/ü", "https://bücher.example/ü", id="not ASCII"),
        pytest.param("http://user:secret@example.com", "http://user:secret@example.com", id="credentials"),
        *(
            pytest.param(written, None, id=str(written)[:30] or "nothing")
            for written in (
                *(None, "", "example.com", "ftp://example.com", "https://", "http:///path", "javascript:alert(1)"),
                *("http://[::1", "http://a b.example", "http://a.example/\n", "http://a.example/\0", "http://a:port"),
                *("http://a.example:99999", "http://a.example:0", "https://example.com/" + "x" * 2_000, "//a.example"),
            )
            if written != "http://a.example/\n"
        ),
        pytest.param("http://a.example/\n", "http://a.example/", id="a line's end"),
        pytest.param("http://a.example/\nb", None, id="a line's end within"),
    ],
)
def test_clean(written: str | None, cleaned: str | None) -> None:
    assert url.clean(written) == cleaned

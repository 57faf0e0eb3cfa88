"""Is this an address that can be called?"""

from urllib.parse import urlsplit

LONGEST = 2_000  # characters


def clean(written: str | None) -> str | None:
    """The http or https URL without the blanks around it; None where it is none."""
    url = (written or "").strip()
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    return url if good and len(url) <= LONGEST and url.isprintable() and " " not in url else None


def endpoint(url: str) -> str:
    """Scheme, host and port of a clean URL: the server that answers. Of `smpp:12` all: the account whose binds do."""
    parts = urlsplit(url)
    if parts.scheme == "smpp":
        return url
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{parts.hostname}:{port}"

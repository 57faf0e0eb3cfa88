"""What stands at a path in JSON or a form?"""

import re
from collections.abc import Mapping
from typing import Any, Final

from antiphon.carriers.http.shape import Paths

_UNREADABLE: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]+")
_LARGEST: Final = 10**30


def values(payload: Any, path: str) -> list[Any]:
    """All values at `a.0.b` or `a.*.b`; none where the way there ends. What is null is not there."""
    found = [payload]
    for name in path.split(".") if path else ():
        found = [inner for one in found for inner in _inner(one, name)]
    return [one for one in found if one is not None]


def texts(payload: Any, paths: Paths) -> list[str]:
    """The texts and numbers at the first path where there are any, as text."""
    for path in (paths,) if isinstance(paths, str) else paths:
        found = [text for one in values(payload, path) if (text := _text(one))] if path else []
        if found:
            return found
    return []


def text(payload: Any, paths: Paths) -> str:
    """The first of `texts`; empty for none."""
    return next(iter(texts(payload, paths)), "")


def all_texts(payload: Any, paths: Paths) -> list[str]:
    """What stands at each of the paths."""
    return [found for path in ((paths,) if isinstance(paths, str) else paths) if (found := text(payload, path))]


def line(written: str, longest: int) -> str:
    """On one line, without what no database keeps."""
    return _UNREADABLE.sub(" ", written).strip()[:longest]


def _inner(value: Any, name: str) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values()) if name == "*" else [value[name]] if name in value else []
    if isinstance(value, list):
        if name == "*":
            return value
        return [value[int(name)]] if name.isascii() and name.isdigit() and int(name[:9]) < len(value) else []
    return []


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number and abs(value) < _LARGEST else ""

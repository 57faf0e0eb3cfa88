"""What did the client mean? Wrong data read as a forgiving server reads them: cast, mend, else ignore and go on."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import inspect

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0", ""})


class Mended(msgspec.Struct):
    """A body in the shape that was asked for, and the paths of what was ignored on the way."""

    value: Any
    ignored: list[str]


class _Unreadable(Exception):
    pass


def mend(raw: Any, wanted: type) -> Mended:
    """Bring decoded JSON into the shape of `wanted`: null is absent, scalars are cast, one is a list of one.

    "" is absent too, but where a text is wanted: there it may mean "make it empty", as in a body without mistakes. What
    cannot be understood is left out and named. Raises msgspec.ValidationError where a required field is left.
    """
    ignored: list[str] = []
    value = _mend(raw, inspect.type_info(wanted), "", ignored)
    return Mended(value=msgspec.convert(value, wanted), ignored=ignored)


def _mend(raw: Any, wanted: inspect.Type, path: str, ignored: list[str]) -> Any:
    mender = _MENDERS.get(type(wanted))
    return mender(raw, wanted, path, ignored) if mender else raw


def _struct(raw: Any, wanted: inspect.StructType, path: str, ignored: list[str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        if path:
            ignored.append(path)
        return {}
    found: dict[str, Any] = {}
    for field in wanted.fields:
        value = raw.get(field.encode_name)
        if value is None or (value == "" and not _takes_text(field.type)):
            continue
        here = f"{path}.{field.encode_name}" if path else field.encode_name
        try:
            found[field.encode_name] = _mend(value, field.type, here, ignored)
        except _Unreadable:
            ignored.append(here)
    return found


def _list(raw: Any, wanted: inspect.ListType, path: str, ignored: list[str]) -> list[Any]:
    if isinstance(raw, dict) and all(key.isdigit() for key in raw):
        raw = list(raw.values())  # PHP writes an array with a gap in it as an object
    items = raw if isinstance(raw, list) else [raw]
    found: list[Any] = []
    for place, item in enumerate(items):
        try:
            found.append(_mend(item, wanted.item_type, f"{path}[{place}]", ignored))
        except _Unreadable:
            ignored.append(f"{path}[{place}]")
    return found


def _union(raw: Any, wanted: inspect.UnionType, path: str, ignored: list[str]) -> Any:
    kinds = [kind for kind in wanted.types if not isinstance(kind, inspect.NoneType)]
    return raw if raw is None or len(kinds) > 1 else _mend(raw, kinds[0], path, ignored)


def _takes_text(wanted: inspect.Type) -> bool:
    kinds = wanted.types if isinstance(wanted, inspect.UnionType) else (wanted,)
    return any(isinstance(kind, inspect.StrType) for kind in kinds)


def _text(raw: Any, wanted: inspect.Type, path: str, ignored: list[str]) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return f"{raw:.0f}" if isinstance(raw, float) and raw.is_integer() else str(raw)
    raise _Unreadable


def _flag(raw: Any, wanted: inspect.Type, path: str, ignored: list[str]) -> bool:
    if isinstance(raw, bool | int | float):
        return bool(raw)
    if isinstance(raw, str) and raw.strip().lower() in _YES | _NO:
        return raw.strip().lower() in _YES
    raise _Unreadable


def _whole(raw: Any, wanted: inspect.Type, path: str, ignored: list[str]) -> int:
    if isinstance(raw, bool):
        raise _Unreadable
    try:
        return int(raw)
    except (TypeError, ValueError, OverflowError):
        raise _Unreadable from None


_MENDERS: dict[type[inspect.Type], Callable[..., Any]] = {
    inspect.StructType: _struct,
    inspect.ListType: _list,
    inspect.UnionType: _union,
    inspect.StrType: _text,
    inspect.BoolType: _flag,
    inspect.IntType: _whole,
}

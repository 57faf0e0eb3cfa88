"""What did the client mean? Wrong data read as a forgiving server reads them: cast, mend, else ignore and go on."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import inspect

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0", ""})


class Mended(msgspec.Struct):
    """A body in the shape that was asked for, and the paths of what was ignored and of what was cast on the way."""

    value: Any
    ignored: list[str]
    cast: list[str]


class _Notes(msgspec.Struct):
    ignored: list[str] = []
    cast: list[str] = []


class _Unreadable(Exception):
    pass


def mend(raw: Any, wanted: type) -> Mended:
    """Bring decoded JSON into the shape of `wanted`: null is absent, scalars are cast, one is a list of one.

    "" is absent too, but where a text is wanted: there it may mean "make it empty", as in a body without mistakes. What
    cannot be understood is left out and named. Raises msgspec.ValidationError where a required field is left.
    """
    notes = _Notes()
    value = _mend(raw, inspect.type_info(wanted), "", notes)
    return Mended(value=msgspec.convert(value, wanted), ignored=notes.ignored, cast=notes.cast)


def _mend(raw: Any, wanted: inspect.Type, path: str, notes: _Notes) -> Any:
    mender = _MENDERS.get(type(wanted))
    return mender(raw, wanted, path, notes) if mender else raw


def _struct(raw: Any, wanted: inspect.StructType, path: str, notes: _Notes) -> dict[str, Any]:
    if not isinstance(raw, dict):
        if path:
            notes.ignored.append(path)
        return {}
    found: dict[str, Any] = {}
    known = {field.encode_name for field in wanted.fields}
    notes.ignored.extend(f"{path}.{name}" if path else name for name in raw if name not in known)
    for field in wanted.fields:
        value = raw.get(field.encode_name)
        if value is None or (value == "" and not _takes_text(field.type)):
            continue
        here = f"{path}.{field.encode_name}" if path else field.encode_name
        try:
            found[field.encode_name] = _mend(value, field.type, here, notes)
        except _Unreadable:
            notes.ignored.append(here)
    return found


def _list(raw: Any, wanted: inspect.ListType, path: str, notes: _Notes) -> list[Any]:
    if isinstance(raw, dict) and all(key.isdigit() for key in raw):
        raw = list(raw.values())  # PHP writes an array with a gap in it as an object
    items = raw if isinstance(raw, list) else [raw]
    found: list[Any] = []
    for place, item in enumerate(items):
        try:
            found.append(_mend(item, wanted.item_type, f"{path}[{place}]", notes))
        except _Unreadable:
            notes.ignored.append(f"{path}[{place}]")
    return found


def _union(raw: Any, wanted: inspect.UnionType, path: str, notes: _Notes) -> Any:
    kinds = [kind for kind in wanted.types if not isinstance(kind, inspect.NoneType)]
    return raw if raw is None or len(kinds) > 1 else _mend(raw, kinds[0], path, notes)


def _takes_text(wanted: inspect.Type) -> bool:
    kinds = wanted.types if isinstance(wanted, inspect.UnionType) else (wanted,)
    return any(isinstance(kind, inspect.StrType) for kind in kinds)


def _text(raw: Any, wanted: inspect.Type, path: str, notes: _Notes) -> str:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        notes.cast.append(path)
        return f"{raw:.0f}" if isinstance(raw, float) and raw.is_integer() else str(raw)
    raise _Unreadable


def _flag(raw: Any, wanted: inspect.Type, path: str, notes: _Notes) -> bool:
    if isinstance(raw, bool):
        return raw
    written = raw.strip().lower() if isinstance(raw, str) else None
    if not isinstance(raw, int | float) and written not in _YES | _NO:
        raise _Unreadable
    notes.cast.append(path)
    return bool(raw) if written is None else written in _YES


def _whole(raw: Any, wanted: inspect.Type, path: str, notes: _Notes) -> int:
    if isinstance(raw, bool):
        raise _Unreadable
    try:
        whole = int(raw)
    except (TypeError, ValueError, OverflowError):
        raise _Unreadable from None
    if not isinstance(raw, int):
        notes.cast.append(path)
    return whole


def _word(raw: Any, wanted: inspect.LiteralType, path: str, notes: _Notes) -> Any:
    """One of a few words, in any case."""
    written = str(raw).strip().lower()
    found = next((word for word in wanted.values if str(word).lower() == written), None)
    if found is None:
        raise _Unreadable
    if found != raw:
        notes.cast.append(path)
    return found


_MENDERS: dict[type[inspect.Type], Callable[..., Any]] = {
    inspect.StructType: _struct,
    inspect.ListType: _list,
    inspect.UnionType: _union,
    inspect.StrType: _text,
    inspect.BoolType: _flag,
    inspect.IntType: _whole,
    inspect.LiteralType: _word,
}

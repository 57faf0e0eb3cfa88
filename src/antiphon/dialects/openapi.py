"""What can be asked of a dialect? An OpenAPI 3.1 document, made from the shapes that the door decodes with."""

import inspect
import re
from typing import Any

import msgspec

from antiphon import __version__
from antiphon.core.errors import NotAuthenticated
from antiphon.dialects.door import Caller, Dialect, Route

_REF = "#/components/schemas/"
_JSON, _FORM, _PARTS = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
_LINES = "application/x-ndjson"
_EMPTY = 204


def document(dialect: Dialect) -> dict[str, Any]:
    """The document of one dialect, ready to be encoded."""
    shapes = [shape for route in dialect.routes for shape in _shapes(route)]
    schemas, components = msgspec.json.schema_components(shapes, ref_template=_REF + "{name}")
    known = dict(zip(map(repr, shapes), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in dialect.routes:
        operation = _operation(dialect, route, [known[repr(shape)] for shape in _shapes(route)], components)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return _readable(
        dialect,
        {
            "openapi": "3.1.0",
            "info": {"title": dialect.title, "version": __version__},
            "servers": [{"url": dialect.prefix}],
            "security": [{name: [] for name in dialect.security}] if dialect.security else [],
            "paths": paths,
            "components": {"schemas": components, "securitySchemes": dict(dialect.security)},
        },
    )


def summary(route: Route) -> str:
    """The first line of the handler's docstring, else its name."""
    name = f"{noun(route)}: {route.handler.__name__.replace('_', ' ')}"
    return (inspect.getdoc(route.handler) or name).splitlines()[0]


def noun(route: Route) -> str:
    """What the call is about: the name of its handler's module."""
    return route.handler.__module__.rpartition(".")[2]


def _shapes(route: Route) -> list[Any]:
    """What it takes, if anything, then what it may give."""
    gives = route.gives if isinstance(route.gives, tuple) else (route.gives,)
    return [shape for shape in (route.takes, *gives) if shape is not None]


def _operation(dialect: Dialect, route: Route, shapes: list[Any], components: dict[str, Any]) -> dict[str, Any]:
    takes, gives = (None, shapes) if route.takes is None else (shapes[0], shapes[1:])
    operation: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{route.method.lower()}{route.path}").strip("_"),
        "summary": summary(route),
        "tags": [noun(route)],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"{(\w+)}", route.path)
        ],
        "responses": {str(route.status): _answer(gives, route), "default": _refusal(dialect, route)},
    }
    if takes is not None and route.method == "GET":
        operation["parameters"] += _query(components[takes["$ref"].removeprefix(_REF)])
    elif takes is not None:
        kind = _PARTS if route.file else _FORM if dialect.form else _JSON
        operation["requestBody"] = {"required": True, "content": {kind: {"schema": takes}}}
    elif route.streams:
        operation["requestBody"] = {"required": True, "content": {_LINES: {"schema": {"type": "string"}}}}
    return operation


def _answer(gives: list[Any], route: Route) -> dict[str, Any]:
    if route.status == _EMPTY:
        return {"description": "Done; there is no body."}
    schema = {"oneOf": gives} if len(gives) > 1 else next(iter(gives), None)
    kind = _LINES if route.streams else _JSON
    return {"description": "Done."} | ({"content": {kind: {"schema": schema}}} if schema else {})


def _refusal(dialect: Dialect, route: Route) -> dict[str, Any]:
    """The shape of every refusal, shown by one of them."""
    answer = dialect.refuse(NotAuthenticated(), Caller(id="0" * 32, method=route.method, path=route.path))
    text = isinstance(answer.body, bytes)
    example = answer.body.decode() if text else answer.body
    kind = answer.headers.get("Content-Type", _JSON)
    return {"description": "A refusal.", "content": {kind: {"example": example}}}


def _query(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """A query's fields; a list is written as PHP does, `name[]=1&name[]=2`."""
    return [
        {
            "name": f"{name}[]" if "array" in str(field) else name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": field,
        }
        for name, field in schema.get("properties", {}).items()
    ]


def _readable(dialect: Dialect, written: dict[str, Any]) -> dict[str, Any]:
    """Without our own names for shapes; nor the claim that unknown fields are refused, where they are ignored."""
    text = msgspec.json.encode(written).decode()
    for name, plain in _names(list(written["components"]["schemas"])).items():
        text = text.replace(f'"{_REF}{name}"', f'"{_REF}{plain}"').replace(f'"{name}":{{', f'"{plain}":{{')
        text = re.sub(rf'"title":"{re.sub("_", r"[][_]", name)}"', f'"title":"{plain}"', text)
    return msgspec.json.decode(text.replace(',"additionalProperties":false', "") if dialect.forgiving else text)


def _names(written: list[str]) -> dict[str, str]:
    """`WireSend` is Send to a reader, `WirePage_WireList_` ListPage; of two with one name each has its noun before."""
    words = {name: re.findall(r"Wire([A-Za-z]+)|\b(list)\b", re.sub("_", " ", name)) for name in written}
    plain = {
        name: "".join(one or other.title() for one, other in reversed(found)) or name for name, found in words.items()
    }
    alone = {name for name in plain.values() if list(plain.values()).count(name) == 1}
    return {name: short if short in alone else f"{name.split('.')[-2]}.{short}" for name, short in plain.items()}

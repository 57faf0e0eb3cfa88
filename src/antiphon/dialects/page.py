"""Where does one read what can be asked? On one page of all dialects, made from their OpenAPI documents."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

# Nothing is fetched from anywhere, and nothing on the page can run.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_REF = "#/components/schemas/"
_DEEPEST = 3

Document = Mapping[str, Any]
# A dialect's name, its document, and a call that works when somebody's credentials are put in.
Shown = tuple[str, Document, str]
# A path, a method, and the operation there.
Operation = tuple[str, str, Mapping[str, Any]]


def render(shown: Sequence[Shown]) -> str:
    """The page, as HTML."""
    contents = "".join(map(_contents, shown))
    sections = "".join(map(_section, shown))
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width, initial-scale=1'><title>Antiphon: the APIs</title>"
        f"<style>{_style()}</style><div class=frame><nav><strong>Antiphon</strong>{contents}</nav>"
        "<main><h1>The APIs</h1><p class=soft>Every call, from the shapes that the program itself reads with.</p>"
        f"{sections}</main></div></html>"
    )


@cache
def _style() -> str:
    return files(__name__.rpartition(".")[0]).joinpath("page.css").read_text()


def _contents(shown: Shown) -> str:
    name, document, _ = shown
    links = "".join(f"<a href='#{_anchor(name, one)}'>{escape(one[0])}</a>" for one in _operations(document))
    return f"<details><summary>{escape(document['info']['title'])}</summary>{links}</details>"


def _section(shown: Shown) -> str:
    name, document, example = shown
    operations = list(_operations(document))
    tags = dict.fromkeys(_tag(one) for one in operations)
    calls = "".join(
        f"<h3>{escape(tag)}</h3>" + "".join(_call(name, document, one) for one in operations if _tag(one) == tag)
        for tag in tags
    )
    title, prefix = escape(document["info"]["title"]), escape(document["servers"][0]["url"])
    return (
        f"<section><h2>{title}</h2><p class=soft>Under <code>{prefix}</code> · "
        f"<a href='/docs/{escape(name)}.json'>OpenAPI 3.1</a></p><pre>{escape(example)}</pre>{calls}</section>"
    )


def _call(name: str, document: Document, one: Operation) -> str:
    path, method, operation = one
    prefix = document["servers"][0]["url"]
    tables = "".join(_tables(document, operation))
    return (
        f"<article id='{_anchor(name, one)}'><details><summary><code class=verb>{escape(method.upper())}</code>"
        f"<code class=path>{escape(prefix + path)}</code><span class=what>{escape(operation['summary'])}</span>"
        f"</summary><div class=more>{tables}</div></details></article>"
    )


def _tables(document: Document, operation: Mapping[str, Any]) -> Iterator[str]:
    schemas = document["components"]["schemas"]
    taken = [(field["name"], field["schema"]) for field in operation["parameters"]]
    rows = [row for name, schema in taken for row in _rows(schemas, name, schema)]
    body = operation.get("requestBody", {"content": {}})["content"]
    rows += [row for content in body.values() for row in _rows(schemas, "", content["schema"])]
    yield _table("Takes", rows)
    for status, answer in operation["responses"].items():
        for kind, content in answer.get("content", {}).items():
            if "schema" in content:
                yield _table(f"Gives, with {status}", list(_rows(schemas, "", content["schema"])))
            else:
                text = content["example"] if isinstance(content["example"], str) else str(content["example"])
                yield f"<p class=soft>A refusal, as {escape(kind)}: <code>{escape(text)}</code></p>"
        if "content" not in answer:
            yield f"<p class=soft>{escape(status)}: {escape(answer['description'])}</p>"


def _table(caption: str, rows: Sequence[tuple[str, str, str]]) -> str:
    cells = "".join(
        f"<tr><td><code>{escape(name)}</code><td>{escape(kind)}<td class=soft>{escape(default)}"
        for name, kind, default in rows
    )
    return f"<table><caption>{escape(caption)}</caption>{cells}</table>" if rows else ""


def _rows(schemas: Mapping[str, Any], name: str, schema: Any, floor: int = 0) -> Iterator[tuple[str, str, str]]:
    """Name, kind and default of a field and of those inside it: `recipients[].phone_number`."""
    schema, several = _plain(schemas, schema)
    here = f"{name}[]" if several and name else name
    inner = schema.get("properties", {}) if floor < _DEEPEST else {}
    if name and not inner:
        kind = " or ".join(map(str, schema.get("enum", ()))) or str(schema.get("type", "any"))
        default = schema.get("default")
        yield here, f"list of {kind}" if several else kind, "" if default is None else f"default {default}".lower()
    for field, one in inner.items():
        yield from _rows(schemas, f"{here}.{field}" if here else field, one, floor + 1)


def _plain(schemas: Mapping[str, Any], schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The schema behind references, alternatives, lists and maps; and whether there may be several."""
    inner = _inside(schemas, schema)
    if inner is None:
        return schema, False
    plain, several = _plain(schemas, inner)
    return {**plain, "default": schema.get("default")}, several or schema.get("type") == "array"


def _inside(schemas: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if "$ref" in schema:
        return schemas[schema["$ref"].removeprefix(_REF)]
    if alternatives := schema.get("anyOf") or schema.get("oneOf"):
        return alternatives[0]
    more = schema.get("items") or schema.get("additionalProperties")
    return more if isinstance(more, dict) else None


def _operations(document: Document) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _tag(one: Operation) -> str:
    return one[2]["tags"][0]


def _anchor(name: str, one: Operation) -> str:
    return escape(f"{name}-{one[2]['operationId']}", quote=True)

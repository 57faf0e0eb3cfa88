"""Does each dialect's document say what its door does, and can anybody read it?"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from antiphon.app import DIALECTS
from antiphon.core.errors import Refusal
from antiphon.dialects import page
from antiphon.dialects.door import Answer, Call, Caller, Dialect, Route
from antiphon.dialects.openapi import document
from antiphon.store.session import Store
from tests.dialects import doors

HERE = Path(__file__).parent
each_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


@each_dialect
async def test_served_to_anybody(store: Store, dialect: Dialect) -> None:
    async with doors.opened(store) as address:
        heard = await doors.call(address, "GET", f"/docs/{dialect.name}.json", {})
        assert (heard.status, heard.headers["content-type"]) == (200, "application/json")
        assert heard.body == document(dialect)
        beside = await doors.call(address, "GET", f"{dialect.prefix}/openapi.json", {})
        assert beside.body["servers"] == heard.body["servers"]


@each_dialect
def test_every_route_is_in_it_once(dialect: Dialect) -> None:
    paths = document(dialect)["paths"]
    listed = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    assert sorted(listed) == sorted((route.method, route.path) for route in dialect.routes)
    names = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert len(names) == len(set(names))
    assert all(operation["summary"] for methods in paths.values() for operation in methods.values())


@each_dialect
def test_every_reference_leads_somewhere(dialect: Dialect) -> None:
    written = document(dialect)
    known = written["components"]["schemas"]
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(written)))
    assert references <= set(known)
    assert all(re.fullmatch(r"[A-Za-z_.]+", name) and "Wire" not in name.split(".")[-1] for name in known)


CASES = [
    (dialect, case)
    for dialect in DIALECTS
    for file in sorted((HERE / dialect.name).glob("*.json"))
    for case in json.loads(file.read_text())
    if case["answer"]["status"] in (200, 201, 207) and dialect.name in ("octopush", "exotel")
]


@pytest.mark.parametrize(("dialect", "case"), CASES, ids=[case["label"] for _, case in CASES])
def test_what_was_recorded_is_as_described(dialect: Dialect, case: Any) -> None:
    written = document(dialect)
    method, path = case["request"].split(" ", 1)
    plain = re.sub("/{2,}", "/", path.partition("?")[0].replace("%20", "")).rstrip("/ ").lower()
    path = plain.removeprefix(dialect.prefix)
    found = [one for one in written["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path)]
    answers = written["paths"][min(found, key=lambda one: one.count("{"))][method.lower()]["responses"]
    if str(case["answer"]["status"]) in answers:
        schema = answers[str(case["answer"]["status"])]["content"]["application/json"]["schema"]
        assert _fits(case["answer"]["body"], schema, written["components"]["schemas"])


@each_dialect
def test_the_page_has_every_call(dialect: Dialect) -> None:
    html = page.render([(dialect.name, document(dialect), "curl <x>")])
    assert "curl &lt;x&gt;" in html
    for route in dialect.routes:
        assert f"<code class=path>{dialect.prefix}{route.path}</code>" in html
    assert not re.search(r"(src|href)=['\"]?(https?:)?//", html), "nothing is fetched from elsewhere"


async def test_the_page_can_be_read_by_anybody(store: Store) -> None:
    async with doors.opened(store) as address:
        heard = await doors.call(address, "GET", "/docs", {})
    assert heard.status == 200
    assert heard.headers["content-type"].startswith("text/html")
    assert heard.headers["content-security-policy"].startswith("default-src 'none'")
    assert all(dialect.title in heard.body for dialect in DIALECTS)


def test_the_page_says_what_it_is_told_and_runs_nothing() -> None:
    async def handler(call: Call) -> Answer:
        """<script>alert(1)</script>"""
        return Answer(200)

    def refuse(refusal: Refusal, caller: Caller) -> Answer:
        return Answer(400, {"<b>": "'\""})

    dialect = Dialect(
        name="odd'name",
        title="<Odd>",
        prefix="/<odd>",
        routes=[Route("GET", "/'x\"", handler)],
        authenticate=None,  # type: ignore[arg-type]
        refuse=refuse,
        example=lambda base, credential: "",
        security={},
    )
    html = page.render([(dialect.name, document(dialect), "")])
    assert not re.search(r"<script|<odd|<b>|id='odd'name", html, re.IGNORECASE)


def _fits(value: Any, schema: Any, known: Any) -> bool:
    """As much of JSON Schema as our documents use."""
    if "$ref" in schema:
        return _fits(value, known[schema["$ref"].rpartition("/")[2]], known)
    if "anyOf" in schema or "oneOf" in schema:
        return any(_fits(value, one, known) for one in schema.get("anyOf") or schema["oneOf"])
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
    kinds |= {"integer": int, "number": int | float}
    if value in ("<id>", "<ticket>", "<hex32>"):  # what differs from run to run is written as a word
        return True
    if "type" in schema and not isinstance(value, kinds[schema["type"]]):
        return False
    if isinstance(value, list):
        return all(_fits(item, schema["items"], known) for item in value)
    if isinstance(value, dict) and "properties" in schema:
        inner = schema["properties"]
        complete = set(schema.get("required", ())) <= set(value) <= set(inner)
        return complete and all(_fits(item, inner[name], known) for name, item in value.items())
    return True

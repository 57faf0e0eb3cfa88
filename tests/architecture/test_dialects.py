"""Has every dialect the one shape, and an answer to everything?"""

import ast
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from antiphon.app import DIALECTS
from antiphon.core import errors
from antiphon.core.errors import Refusal
from antiphon.dialects.door import Caller, Dialect
from antiphon.dialects.smpp import errors as smpp_errors
from antiphon.smpp import status

SOURCE = Path(errors.__file__).parents[1]
CALLS = Path(__file__).parents[1] / "dialects"
NOUNS = {
    *("contacts", "lists", "imports", "opt_outs", "replies", "automations"),
    *("campaigns", "messages", "voice", "wallet", "accounts", "carriers", "metrics", "deliveries", "events"),
    *("pacing", "windows"),
}
ALWAYS = {"__init__.py", "routes.py", "auth.py", "errors.py", "README.md"}
SHARED = {"callbacks.py", "envelope.py", "fields.py"}  # what is around every answer, and what several nouns say
HANDLER_LINES = 8
STREAM_LINES = 20  # of what a handler hands on to, as an answer without end

SAMPLES: dict[str, Any] = {
    "allowed": "GET",
    "limit": 5,
    "given": 6,
    "length": 7,
    "reason": "is not right",
    "field": "number",
    "what": "contacts",
    "name": "friends",
    "id": "12",
    "ticket": 12,
    "written": "abc",
    "number": "+33612345678",
    "state": "calculating",
    "wanted": "sending",
    "request_id": "order 12",
    "needed": "0.09",
    "left": "0.045",
    "login": "axelle@example.com",
    "retry_after": 3,
    "key": "order 12",
}

each_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)


def refusals() -> list[type[Refusal]]:
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Refusal)][1:]


def table(dialect: Dialect) -> dict[type[Refusal], object]:
    return vars(__import__(f"antiphon.dialects.{dialect.name}.errors", fromlist=["TABLE"]))["TABLE"]


@each_dialect
def test_every_refusal_has_its_line(dialect: Dialect) -> None:
    assert set(table(dialect)) == set(refusals())


def test_every_refusal_has_its_status() -> None:
    assert set(smpp_errors.TABLE) == set(refusals())
    assert status.OK not in smpp_errors.TABLE.values()


@each_dialect
@pytest.mark.parametrize("kind", refusals(), ids=lambda kind: kind.__name__)
def test_every_refusal_can_be_told(dialect: Dialect, kind: type[Refusal]) -> None:
    facts = {name: SAMPLES[name] for name in kind.__annotations__ if name != "sentence"}
    refusal = kind(**facts)
    answer = dialect.refuse(refusal, Caller(id="12ab", method="POST", path="/"))
    if dialect.name == "octopush_legacy":
        assert answer.status == 200, "it knows no other"
    else:
        assert 400 <= answer.status <= 500
        assert answer.status < 500 or kind is errors.Fault
    said = answer.body.decode() if isinstance(answer.body, bytes) else msgspec.json.encode(answer.body).decode()
    assert "{" not in str(refusal), "a fact of the sentence is missing"
    assert all(str(fact) in str(refusal) for fact in facts.values())
    assert re.sub(r"[^A-Za-z ]", "", str(refusal))[:20] in re.sub(r"[^A-Za-z ]", "", said)


@each_dialect
def test_the_folder_has_the_shape(dialect: Dialect) -> None:
    files = {path.name for path in (SOURCE / "dialects" / dialect.name).iterdir() if path.is_file()}
    assert files >= ALWAYS
    assert {name.removesuffix(".py") for name in files - ALWAYS - SHARED} <= NOUNS


@each_dialect
def test_a_noun_is_in_order(dialect: Dialect) -> None:
    """Wire structs, read_…, write_…, handlers: the first of each kind stands in this order."""
    for noun in NOUNS:
        path = SOURCE / "dialects" / dialect.name / f"{noun}.py"
        if path.exists():
            kinds = [kind for kind in map(_kind, ast.parse(path.read_text()).body) if kind is not None]
            firsts = list(dict.fromkeys(kinds))
            assert firsts == sorted(firsts), path
            assert kinds[kinds.index(3) :].count(1) == 0, f"{path}: a handler stands before a read_"


@each_dialect
def test_handlers_are_short(dialect: Dialect) -> None:
    for path in (SOURCE / "dialects" / dialect.name).glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.AsyncFunctionDef):
                most = STREAM_LINES if node.name.startswith("_") else HANDLER_LINES
                assert (node.end_lineno or 0) - node.lineno < most + 3, f"{path}: {node.name}"


@each_dialect
def test_every_route_has_a_recorded_call(dialect: Dialect) -> None:
    called: set[tuple[str, str]] = set()
    for file in (CALLS / dialect.name).glob("*.json"):
        for case in json.loads(file.read_text()):
            method, path = case["request"].split(" ", 1)
            called.add((method, path.partition("?")[0]))
    for route in dialect.routes:
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(dialect.prefix + route.path))
        assert any(method == route.method and re.fullmatch(pattern, path) for method, path in called), route.path


def _kind(node: ast.stmt) -> int | None:
    if isinstance(node, ast.ClassDef) and node.name.startswith("Wire"):
        return 0
    if isinstance(node, ast.FunctionDef) and node.name.startswith("read_"):
        return 1
    if isinstance(node, ast.FunctionDef) and node.name.startswith("write_"):
        return 2
    return 3 if isinstance(node, ast.AsyncFunctionDef) else None

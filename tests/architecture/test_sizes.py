"""Are the rooms small? `pytest -s tests/architecture/test_sizes.py` shows the five largest of each kind."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import antiphon

SOURCE = Path(antiphon.__file__).parent
LONGEST_FILE, MEDIAN_FILE = 300, 120
LONGEST_FUNCTION, NINE_IN_TEN, MEDIAN_FUNCTION = 60, 30, 9
MOST_PARAMETERS, DEEPEST = 5, 3

Function = ast.FunctionDef | ast.AsyncFunctionDef
_LEVELS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.AsyncFor, ast.AsyncWith, ast.Match)


def test_files() -> None:
    sizes = {str(path.relative_to(SOURCE)): len(path.read_text().splitlines()) for path in SOURCE.rglob("*.py")}
    _show("files, lines", sizes)
    assert max(sizes.values()) <= LONGEST_FILE
    assert median(sizes.values()) <= MEDIAN_FILE


def test_functions_are_short() -> None:
    sizes = {name: (node.end_lineno or 0) - node.lineno + 1 for name, node in _functions()}
    _show("functions, lines", sizes)
    assert max(sizes.values()) <= LONGEST_FUNCTION
    assert quantiles(sizes.values(), n=10)[-1] <= NINE_IN_TEN
    assert median(sizes.values()) <= MEDIAN_FUNCTION


def test_functions_take_few_things() -> None:
    counts = {name: _parameters(node) for name, node in _functions()}
    _show("functions, parameters", counts)
    assert max(counts.values()) <= MOST_PARAMETERS


def test_functions_are_flat() -> None:
    depths = {name: _depth(node) for name, node in _functions()}
    _show("functions, levels", depths)
    assert max(depths.values()) <= DEEPEST


def test_every_module_says_what_it_answers() -> None:
    for path in SOURCE.rglob("*.py"):
        text = path.read_text()
        assert not text.strip() or ast.get_docstring(ast.parse(text)), path


def _functions() -> Iterator[tuple[str, Function]]:
    for path in SOURCE.rglob("*.py"):
        if path.parent.name != "migrations" or path.name == "__init__.py":
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, Function):
                    yield f"{path.relative_to(SOURCE)}:{node.lineno} {node.name}", node


def _parameters(node: Function) -> int:
    return sum(argument.arg not in ("self", "cls") for argument in [*node.args.args, *node.args.kwonlyargs])


def _depth(node: ast.AST) -> int:
    depths = [_depth(child) + isinstance(child, _LEVELS) for child in ast.iter_child_nodes(node)]
    return max(depths, default=0)


def _show(what: str, sizes: dict[str, int]) -> None:
    print(f"\n{what}:")
    for name, size in sorted(sizes.items(), key=lambda item: -item[1])[:5]:
        print(f"  {size:4} {name}")

"""The examples of the description: real rows, kept in a file that a test holds to the shipped data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson

#: One real row of each noun by ``noun.action``, and whole answers by ``GET /address/``.
EXAMPLES = Path(__file__).with_name("examples.json")


@cache
def examples() -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(EXAMPLES.read_bytes())
    return told


def show_examples(result: Any, generator: Any, **kwargs: Any) -> Any:
    """Give each answer that has none an example: its own whole one, or that of the same answer elsewhere."""
    shapes = result.get("components", {}).get("schemas", {})
    shown: dict[str, Any] = {}
    for _name, shape, content in _answers(result):
        for example in content.get("examples", {}).values():
            shown.setdefault(shape, example["value"])
            rows = shapes.get(shape, {}).get("properties", {}).get("results", {})
            if row := rows.get("items", {}).get("$ref"):
                shown.setdefault(_shape(row), example["value"]["results"][0])
    for name, shape, content in _answers(result):
        value = examples().get(name, shown.get(shape))
        if value is not None and "examples" not in content:
            content["examples"] = {shape: {"value": value}}
    return result


def _answers(result: Any) -> Iterator[tuple[str, str, Any]]:
    """Method and address, name of the shape, and content of every JSON that a 200 or 201 answers."""
    for path, methods in result["paths"].items():
        for method, operation in methods.items():
            for status in ("200", "201"):
                answer = operation["responses"].get(status, {}).get("content", {})
                content = answer.get("application/json", {})
                if reference := content.get("schema", {}).get("$ref"):
                    yield f"{method.upper()} {path}", _shape(reference), content


def _shape(reference: str) -> str:
    return reference.rpartition("/")[2]

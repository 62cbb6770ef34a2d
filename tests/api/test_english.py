"""The description in English: every word of it, of the same API, whichever language was asked first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from coopportal import api_docs

#: What is shown as an answer or a request speaks as the data does.
_EXAMPLES = {"example", "examples"}
#: Texts that are no names: what differs between the two languages.
_TEXTS = {"description", "summary", "title", "x-enum-descriptions"}


@pytest.fixture
def described(client: Client, db: None) -> Any:
    def get(language: str) -> dict[str, Any]:
        headers = {"accept-language": language}
        answer = client.get("/api/schema/", {"format": "json"}, headers=headers)
        assert answer.status_code == 200
        told: dict[str, Any] = answer.json()
        return told

    api_docs._described.cache_clear()
    return get


def texts(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for name, own in node.items():
            if name not in _EXAMPLES:
                yield from texts(own, f"{path}/{name}")
    elif isinstance(node, list):
        for place, own in enumerate(node):
            yield from texts(own, f"{path}/{place}")
    elif isinstance(node, str):
        yield path, node


def is_vietnamese(text: str) -> bool:
    """Whether letters bear marks that English has none of, or are đ."""
    return bool(re.search("[̀-̛̣đĐ]", unicodedata.normalize("NFD", text)))


def shape(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: shape(own) for name, own in node.items() if name not in _TEXTS}
    return [shape(own) for own in node] if isinstance(node, list) else node


@pytest.mark.parametrize("first", ["vi", "en"])
def test_english_is_english_and_vietnamese_vietnamese(described: Any, first: str) -> None:
    told = {language: described(language) for language in (first, "vi", "en")}
    assert [(path, text) for path, text in texts(told["en"]) if is_vietnamese(text)] == []
    parameters = told["en"]["paths"]["/api/v1/deliverables/"]["get"]["parameters"]
    about = {one["name"]: one["description"] for one in parameters}
    assert (about["health"], about["partner"]) == ("How it stands to its plan", "Partner")
    assert about["page_size"] == "Rows a page; 50 without"
    assert about["ordering"].startswith("Order by: title, partner,")
    parameters = told["vi"]["paths"]["/api/v1/deliverables/"]["get"]["parameters"]
    about = {one["name"]: one["description"] for one in parameters}
    assert (about["health"], about["partner"]) == ("So với kế hoạch", "Đối tác")
    assert about["page_size"] == "Số dòng một trang; không ghi thì là 50"


def test_both_describe_the_same_api(described: Any) -> None:
    assert shape(described("en")) == shape(described("vi"))

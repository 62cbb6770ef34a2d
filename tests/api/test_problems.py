"""Refusals: one shape, in two languages, naming what to mend; never a 500 and never silence."""

from __future__ import annotations

import ast
import gettext as catalogues
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings
from rest_framework.exceptions import Throttled

from coopportal.api_urls import NOUNS
from coopportal.rest.problems import exception_handler
from tests.api.conftest import Get


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"tinh": "40"}, "tinh"),
        ({"as_of": "2021-02-31"}, "as_of"),
        ({"as_of": "hôm nay"}, "as_of"),
        ({"as_of": "2999-01-01"}, "as_of"),
        ({"known_on": "2999-01-01"}, "known_on"),
        ({"province": "58"}, "province"),
        ({"province": "99"}, "province"),
        ({"province": "Nghệ An"}, "province"),
        ({"partner": "nghe-an"}, "partner"),
        ({"agreement": "x"}, "agreement"),
        ({"phase": "x"}, "phase"),
        ({"area": "nghe-an-2020-2025.99"}, "area"),
        ({"area": "x"}, "area"),
        ({"system": "x"}, "system"),
        ({"category": "x"}, "category"),
        ({"theme": "x"}, "theme"),
        ({"indicator": "x"}, "indicator"),
        ({"host": "x"}, "host"),
        ({"stage": "xong"}, "stage"),
        ({"stage_group": "xong"}, "stage_group"),
        ({"standing": "xong"}, "standing"),
        ({"kind": "xong"}, "kind"),
        ({"in_force_on": "31/02/2021"}, "in_force_on"),
        ({"q": "a" * 10_000}, "q"),
        ({"q": "a\x00b"}, "q"),
        ({"q": "..."}, "q"),
        ({"ordering": "id"}, "ordering"),
        ({"page": "9999"}, "page"),
        ({"page": "-1"}, "page"),
        ({"page": "1e3"}, "page"),
        ({"page": "9" * 30}, "page"),
        ({"page_size": "501"}, "page_size"),
        ({"format": "xml"}, "format"),
        ({"format": "csv", "page": "2"}, "page"),
        ({"stage": ["planned", "deployed"]}, "stage"),
    ],
)
def test_a_parameter_that_cannot_be_meant_is_named(
    refusal: Get, query: dict[str, Any], parameter: str
) -> None:
    problem = refusal("deliverables/", 400, **query)
    assert problem["type"] == "urn:coopportal:problem:parameter"
    assert problem["parameter"] == parameter
    assert problem["detail"]


def test_a_key_that_almost_exists_is_suggested(refusal: Get) -> None:
    detail = refusal("deliverables/", 400, partner="nghe-an")["detail"]
    assert "ubnd-nghe-an" in detail


def test_an_empty_parameter_asks_nothing(get: Get) -> None:
    assert get("phases/", province="", partner="", in_force_on="", ordering="") == get("phases/")


def test_a_key_that_exists_and_matches_nothing_is_an_empty_list(get: Get) -> None:
    assert get("deliverables/", province="40", system="bhxh", stage="ended")["results"] == []


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize("key", ["khong-co", "0", "a.b", "%00", "đ", "a" * 300])
def test_an_unknown_row_is_a_404(client: Client, db: None, noun: str, key: str) -> None:
    response = client.get(f"/api/v1/{noun}/{key}/")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_an_expired_province_says_who_succeeded_it(refusal: Get) -> None:
    assert "56" in refusal("provinces/58/", 404)["detail"]


@pytest.mark.parametrize("path", ["khong-co/", "phases", "../v2/phases/"])
def test_an_unknown_address_is_a_problem_too(client: Client, db: None, path: str) -> None:
    response = client.get(f"/api/v1/{path}", follow=False)
    if response.status_code == 301:  # a missing slash
        assert response["Location"].endswith("/")
        return
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_writing_where_nothing_is_is_a_404_and_no_form_that_lacks_its_token(method: str) -> None:
    response = getattr(Client(enforce_csrf_checks=True), method)("/api/v1/reports/x/y/")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_writing_where_one_only_reads_is_a_405(client: Client, db: None, method: str) -> None:
    response = getattr(client, method)("/api/v1/phases/", "{", content_type="application/json")
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert response.json()["type"] == "urn:coopportal:problem:method"


def test_options_answers_what_may_be_asked(client: Client, db: None) -> None:
    response = client.options("/api/v1/phases/")
    assert (response.status_code, response["Allow"]) == (204, "GET, HEAD, OPTIONS")


def test_options_of_an_act_says_nothing_as_a_table_either(client: Client, db: None) -> None:
    for path in ("/api/v1/phases/", "/api/v1/reports/0/confirm/", "/api/v1/reports/0/comments/"):
        assert client.options(f"{path}?format=csv").status_code == 204


def test_a_form_that_is_not_there_is_a_406(refusal: Get) -> None:
    problem = refusal("phases/", 406, headers={"Accept": "application/xml"})
    assert problem["type"] == "urn:coopportal:problem:not-acceptable"


def test_accept_csv_gives_csv(client: Client, db: None) -> None:
    response = client.get("/api/v1/phases/", headers={"Accept": "text/csv"})
    assert response["Content-Type"].startswith("text/csv")


def test_too_many_calls_say_how_long_to_wait(rf: Any) -> None:
    response = exception_handler(Throttled(wait=12.3), {"request": rf.get("/api/v1/phases/")})
    assert response is not None
    assert (response.status_code, response["Retry-After"]) == (429, "13")
    assert response.data["type"] == "urn:coopportal:problem:throttled"


@override_settings(PUBLIC_READ=False)
@pytest.mark.parametrize(
    "path", ["v1/", "v1/phases/", "v1/phases/x/", "schema/", "docs/", "v1/me/"]
)
def test_where_reading_is_not_public_one_signs_in(client: Client, consumer: Any, path: str) -> None:
    response = client.get(f"/api/{path}")
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"] == 'Bearer realm="Coopportal"'
    client.force_login(consumer)
    assert client.get(f"/api/{path}").status_code in {200, 404}


def test_a_failure_is_a_problem_without_details(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("mật")

    monkeypatch.setattr(NOUNS["phases"], "rows", fail)
    client.raise_request_exception = False
    response = client.get("/api/v1/phases/")
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"
    assert "mật" not in response.content.decode()


def test_refusals_come_in_english_where_asked(refusal: Get) -> None:
    problem = refusal("phases/", 400, headers={"Accept-Language": "en-GB,en;q=0.9"}, province="58")
    assert problem["title"] == "Something in the request is not right"
    assert problem["detail"] == (
        "The code 58 (Ninh Thuận) was in use until 30/06/2025. "
        "Use the code of its successor, 56 (Khánh Hòa)."
    )
    assert refusal("phases/x/", 404, headers={"Accept-Language": "fr"})["title"] == "Không tìm thấy"


#: Where the words of the API's refusals stand.
_REFUSING = (
    "coopportal/clock.py",
    "coopportal/query.py",
    "coopportal/filtersets.py",
    "coopportal/rest/pages.py",
    "coopportal/rest/renderers.py",
    "coopportal/rest/views.py",
    "coopportal/rest/problems.py",
    "coopportal/refusals.py",
    "agreements/filters.py",
    "agreements/api/views.py",
    "deliverables/filters/changes.py",
    "deliverables/api/views.py",
)


def words_of(path: Path) -> set[str]:
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "gettext"
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_refusal_has_its_english_words() -> None:
    english = catalogues.translation("django", settings.LOCALE_PATHS[0], ["en"])
    said = set().union(*(words_of(settings.BASE_DIR / path) for path in _REFUSING))
    assert len(said) > 20
    assert sorted(word for word in said if english.gettext(word) == word) == []


def test_the_compiled_words_are_those_of_the_catalogue() -> None:
    folder = settings.LOCALE_PATHS[0] / "en" / "LC_MESSAGES"
    english = catalogues.translation("django", settings.LOCALE_PATHS[0], ["en"])
    text = (folder / "django.po").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    entries = [entry.split("\nmsgstr ") for entry in text.split("\n\nmsgid ")[1:]]
    assert len(entries) > 40
    for source, target in entries:
        assert english.gettext(ast.literal_eval(source)) == ast.literal_eval(target.strip())

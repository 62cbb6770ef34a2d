"""The promises that hold at every address, walked over the description: parameters, pages, tables, filters.

What a single noun promises stands in test_lists.py; what its words say, in test_real_data.py.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from coopportal import api_docs
from coopportal.api_urls import NOUNS
from coopportal.filtersets import ListFilterSet
from deliverables.choices import ReportState
from deliverables.models import ProgressReport
from tests import factories
from tests.api.conftest import Get
from tests.api.test_schema import Schema, schema  # noqa: F401

LISTS = [*NOUNS, "summary"]
#: Of no file.
SHA256 = "0" * 64


@pytest.fixture
def cooperation(db: None) -> factories.Cooperation:
    return factories.Cooperation()


# ---- parameters --------------------------------------------------------------------------------------


def operations(schema: Schema) -> Iterator[tuple[str, str]]:  # noqa: F811
    """Method and path of everything that the description tells, and of what it leaves out."""
    for path, methods in schema["paths"].items():
        for method in methods:
            yield method.upper(), path
    yield from (("GET", f"/api/{path}") for path in ("v1/", "schema/", "docs/"))


def test_an_unknown_parameter_is_refused_by_name_at_every_address(
    client: Client,
    get: Get,
    cooperation: factories.Cooperation,
    schema: Schema,  # noqa: F811
) -> None:
    client.force_login(cooperation.officer)
    draft = cooperation.report()
    asked = set()
    for method, path in operations(schema):
        key = str(draft.uid)
        if path.endswith("/{key}/") and "reports" not in path:
            row = get(path.removeprefix("/api/v1/").removesuffix("{key}/"), page_size=1)
            (row,) = row["results"]
            key = next(row[name] for name in ("slug", "key", "code", "seq") if name in row)
        response = client.generic(
            method,
            f"{path.format(key=key, sha256=SHA256)}?tinh=40",
            "{}" if method in {"POST", "PATCH"} else "",
            content_type="application/json",
            headers={"If-Match": '"1"'},
        )
        assert response.status_code == 400, (method, path, response.content.decode()[:300])
        assert response.json()["parameter"] == "tinh", (method, path)
        asked.add(method)
    assert asked == {"GET", "POST", "PATCH", "DELETE"}
    draft.refresh_from_db()
    assert (draft.state, draft.version) == (ReportState.DRAFT, 1)
    assert ProgressReport.objects.filter(deliverable=cooperation.deliverable).count() == 1


@pytest.mark.parametrize("noun", NOUNS)
def test_only_the_words_that_are_told_order_a_list(client: Client, db: None, noun: str) -> None:
    orderings = NOUNS[noun].filterset_class.orderings
    refused = client.get(f"/api/v1/{noun}/", {"ordering": "khong_co"})
    assert (refused.status_code, refused.json()["parameter"]) == (400, "ordering")
    for word in orderings:
        assert word in refused.json()["detail"]
    for several in ([f"-{word}" for word in orderings][:2], list(orderings)):
        if several:
            asked = client.get(f"/api/v1/{noun}/", {"ordering": ",".join(several)})
            assert asked.status_code == 200


@pytest.mark.parametrize("noun", NOUNS)
def test_a_page_has_its_limits(client: Client, get: Get, noun: str) -> None:
    asked = {own.name for own in NOUNS[noun].pagination_class.parameters}
    for name, values in (("page", ("0", "-1", "1.5", "x", "9999")), ("page_size", ("0", "501"))):
        for value in values if name in asked else ():
            refused = client.get(f"/api/v1/{noun}/", {name: value})
            assert (refused.status_code, refused.json()["parameter"]) == (400, name), value
    assert len(get(f"{noun}/", page_size=500)["results"]) <= 500
    assert len(get(f"{noun}/")["results"]) <= 50


# ---- tables ------------------------------------------------------------------------------------------


def table(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/csv; charset=utf-8")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_every_list_of_the_description_comes_as_a_table_and_nothing_else_does(
    client: Client,
    cooperation: factories.Cooperation,
    schema: Schema,  # noqa: F811
) -> None:
    client.force_login(cooperation.officer)
    report = cooperation.report(ReportState.SUBMITTED)
    lists = set()
    for path, methods in schema["paths"].items():
        content = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        members = _resolved(content.get("application/json", {}).get("schema", {}), schema)
        if "results" not in members.get("properties", {}):
            assert "text/csv" not in content, path
            continue
        assert {"application/json", "text/csv"} == set(content), path
        table(client.get(path.format(key=report.uid, sha256=SHA256), {"format": "csv"}))
        lists.add(path)
    # And what hangs on a report: remarks and files.
    assert len(lists) == len(LISTS) + 2


def _resolved(told: Schema, schema: Schema) -> Schema:  # noqa: F811
    if "$ref" in told:
        found: Schema = schema["components"]["schemas"][told["$ref"].rpartition("/")[2]]
        return found
    return told


def test_remarks_are_a_table_too(client: Client, cooperation: factories.Cooperation) -> None:
    client.force_login(cooperation.officer)
    report = cooperation.report(ReportState.SUBMITTED)
    path = f"/api/v1/reports/{report.uid}/comments/"
    for text in ("Thiếu biên bản.", "=1+1"):
        assert client.post(path, {"text": text}, content_type="application/json").status_code == 201
    rows = table(client.get(path, {"format": "csv"}))
    assert [row["text"] for row in rows] == ["Thiếu biên bản.", "'=1+1"]
    assert table(client.get(path, headers={"Accept": "text/csv"})) == rows
    refused = client.get(path, {"format": "csv", "page": "2"})
    assert (refused.status_code, refused.json()["parameter"]) == (400, "page")


@pytest.mark.parametrize(("method", "path"), [("PATCH", ""), ("POST", "submit/"), ("DELETE", "")])
def test_what_is_done_is_never_told_as_a_table(
    client: Client, cooperation: factories.Cooperation, method: str, path: str
) -> None:
    client.force_login(cooperation.officer)
    draft = cooperation.report()
    for query, accept, status in (("?format=csv", "*/*", 400), ("", "text/csv", 406)):
        response = client.generic(
            method,
            f"/api/v1/reports/{draft.uid}/{path}{query}",
            "{}",
            content_type="application/json",
            headers={"If-Match": '"1"', "Accept": accept},
        )
        assert response.status_code == status
    draft.refresh_from_db()
    assert (draft.state, draft.version) == (ReportState.DRAFT, 1)


# ---- page and API ------------------------------------------------------------------------------------

#: Each page that lists a noun, and a question that both doors understand alike.
PAGES = {
    "/thoa-thuan/": ("agreements", {"q": "nghe an"}),
    "/giai-doan/": ("phases", {"in_force_on": "2021-06-01"}),
    "/he-thong/": ("systems", {"q": "vnedu"}),
    "/hang-muc/": ("deliverables", {"stage": "piloting"}),
    "/su-kien/": ("events", {"kind": "signing"}),
    "/nguon/": ("sources", {"q": "nghe an"}),
    "/khac-nhau/": ("discrepancies", {"q": "nghe an"}),
    "/thay-doi/": ("changes", {"agreement": "nghe-an"}),
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_the_filters_of_the_api(
    client: Client, get: Get, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    noun, query = PAGES[page]
    made: list[type[ListFilterSet]] = []
    begin = ListFilterSet.__init__

    def noted(self: ListFilterSet, *args: Any, **kwargs: Any) -> None:
        made.append(type(self))
        begin(self, *args, **kwargs)

    monkeypatch.setattr(ListFilterSet, "__init__", noted)
    shown = client.get(page, query)
    asked_by_page = made.copy()
    made.clear()
    told = get(f"{noun}/", **query)
    assert set(asked_by_page) == set(made) == {NOUNS[noun].filterset_class}
    assert shown.context["list"].total == told["count"]
    assert 0 < told["count"] < get(f"{noun}/")["count"]


def test_every_page_with_a_list_that_the_api_has_too_is_walked(db: None) -> None:
    """A FilterSet that a page imports is one of the API; that of figures, which only pages have, is none."""
    from agreements import views as promise
    from deliverables import tables, views as delivery

    used = {
        one
        for module in (promise, delivery, tables)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, ListFilterSet)
    }
    walked = {NOUNS[noun].filterset_class for noun, _query in PAGES.values()}
    assert used <= walked


# ---- the description ---------------------------------------------------------------------------------


def test_the_description_is_made_once_for_each_language(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    api_docs._described.cache_clear()
    made: list[None] = []
    begin = api_docs.SchemaGenerator.get_schema

    def noted(self: Any, *args: Any, **kwargs: Any) -> Any:
        made.append(None)
        return begin(self, *args, **kwargs)

    monkeypatch.setattr(api_docs.SchemaGenerator, "get_schema", noted)

    def ask(language: str, **headers: str) -> Any:
        return client.get(
            "/api/schema/?format=json", headers={"Accept-Language": language, **headers}
        )

    vietnamese, english = ask("vi"), ask("en")
    assert len(made) == 2
    assert ask("vi").content == vietnamese.content
    assert ask("en").content == english.content != vietnamese.content
    held = ask("en", **{"If-None-Match": english["ETag"]})
    assert (held.status_code, held.content, held["ETag"]) == (304, b"", english["ETag"])
    assert ask("vi", **{"If-None-Match": english["ETag"]}).status_code == 200
    assert len(made) == 2
    assert english["Cache-Control"] == "no-cache"
    assert "Accept-Language" in english["Vary"]
    assert client.get("/api/schema/")["Content-Type"] == "application/vnd.oai.openapi"


# ---- what design.md §6 names -------------------------------------------------------------------------

#: Address, parameters and members that the design promises; more may be there.
PROMISED: dict[str, tuple[str, str]] = {
    "phases": (
        "province partner in_force_on ordering",
        (
            "slug parent agreement start_year end_year instrument title signed_on signed_on_precision "
            "areas citations"
        ),
    ),
    "deliverables": (
        "province system phase agreement kind stage stage_group as_of known_on",
        (
            "slug title kind agreement phase area system connects_to stage standing as_of coverage "
            "figures citations"
        ),
    ),
    "summary": (
        "group_by as_of known_on basis province system phase agreement kind stage stage_group",
        (
            "deliverables deployments stages stage_groups no_report standings progress figures "
            "latest_as_of"
        ),
    ),
    "changes": ("since", "seq kind at report hash previous_hash"),
}


@pytest.mark.parametrize("noun", PROMISED)
def test_what_the_design_names_is_described_and_answered(
    get: Get,
    schema: Schema,  # noqa: F811
    noun: str,
) -> None:
    parameters, members = (words.split() for words in PROMISED[noun])
    told = schema["paths"][f"/api/v1/{noun}/"]["get"]["parameters"]
    assert set(parameters) <= {parameter["name"] for parameter in told}
    query = {"group_by": "province,phase"} if noun == "summary" else {}
    answer = get(f"{noun}/", **query)
    assert set(members) <= set(answer["results"][0])
    if noun == "summary":
        assert {"province", "phase"} <= set(answer["results"][0])
        assert {"as_of", "known_on", "basis", "group_by", "totals"} <= set(answer)
        assert set(members) <= set(answer["totals"])


def test_partial_days_say_how_much_of_them_is_known_and_no_row_is_named_by_its_number(
    schema: Schema,  # noqa: F811
) -> None:
    shapes = schema["components"]["schemas"]
    partial = 0
    for name, shape in shapes.items():
        properties = shape.get("properties", {})
        for member, told in properties.items():
            if "[0-9]{4}(-[0-9]{2}" in told.get("pattern", "") and not name.startswith(
                ("Typed", "Patched")
            ):
                assert f"{member}_precision" in properties, (name, member)
                partial += 1
        assert "pk" not in properties
        if "id" in properties:
            assert properties["id"]["format"] == "uuid"
    assert partial > 8
    for path, methods in schema["paths"].items():
        keys = [p for p in methods.get("get", {}).get("parameters", []) if p["in"] == "path"]
        assert {key["schema"]["type"] for key in keys} <= {"string"}, path

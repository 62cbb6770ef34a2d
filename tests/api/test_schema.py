"""The API's description: without warnings, true of the real answers, and never broken unannounced.

After a change that is meant: write it into CHANGELOG.md, then
``UPDATE_API=1 pytest tests/api/test_schema.py`` writes openapi.json and the examples again.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator

from coopportal.api_urls import NOUNS
from coopportal.rest.shown import EXAMPLES, examples as shown_examples
from tests.api.breaking import breaking_changes
from tests.api.conftest import Get

SNAPSHOT = Path(__file__).with_name("openapi.json")
#: The host of examples; nobody's.
HOST = "https://coopportal.example"
UPDATING = bool(os.environ.get("UPDATE_API"))

Schema = dict[str, Any]


def written(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Schema:
    path = tmp_path_factory.mktemp("schema") / "openapi.json"
    call_command(
        "spectacular",
        "--validate",
        "--fail-on-warn",
        "--format",
        "openapi-json",
        "--file",
        str(path),
    )
    told: Schema = json.loads(path.read_text(encoding="utf-8"))
    return told


def test_it_is_openapi_3_1_and_every_noun_is_in_it(schema: Schema) -> None:
    assert schema["openapi"].startswith("3.1")
    for noun in NOUNS:
        assert f"/api/v1/{noun}/" in schema["paths"]
        assert f"/api/v1/{noun}/{{key}}/" in schema["paths"]
    assert {"/api/v1/me/", "/api/v1/summary/"} <= set(schema["paths"])


def test_the_served_description_is_the_same(client: Client, db: None, schema: Schema) -> None:
    response = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})
    assert response.status_code == 200
    assert response.json()["paths"].keys() == schema["paths"].keys()


def test_choices_are_told_in_vietnamese(schema: Schema) -> None:
    stage = schema["components"]["schemas"]["Stage"]
    assert dict(zip(stage["enum"], stage["x-enum-descriptions"], strict=True))["piloting"] == (
        "Thí điểm"
    )
    vocabularies = settings.SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"]
    assert len(vocabularies) > 20
    for name in vocabularies:
        one = schema["components"]["schemas"][name]
        assert len(one["x-enum-descriptions"]) == len(one["enum"])
    for parameter in schema["paths"]["/api/v1/deliverables/"]["get"]["parameters"]:
        assert parameter["description"]


def test_every_list_of_the_schema_takes_what_the_list_takes(schema: Schema) -> None:
    for noun, view in NOUNS.items():
        parameters = schema["paths"][f"/api/v1/{noun}/"]["get"]["parameters"]
        assert "If-None-Match" in {p["name"] for p in parameters if p["in"] == "header"}
        told = {p["name"] for p in parameters if p["in"] == "query"}
        assert told == {
            *view.filterset_class.parameters(),
            *(own.name for own in view.pagination_class.parameters),
            "as_of",
            "known_on",
            "format",
        }


# ---- true of the answers -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def validator(schema: Schema) -> Callable[[str], Draft202012Validator]:
    """A validator for the 200 of a path, which takes no member that is not described."""
    strict = copy.deepcopy(schema)
    for one in strict["components"]["schemas"].values():
        if one.get("type") == "object" and "properties" in one:
            one["additionalProperties"] = False

    def of(path: str) -> Draft202012Validator:
        answer = strict["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
        return Draft202012Validator({**answer["schema"], "components": strict["components"]})

    return of


@pytest.mark.parametrize("noun", NOUNS)
def test_real_answers_are_as_described(
    get: Get, validator: Callable[[str], Draft202012Validator], noun: str
) -> None:
    answer = get(f"{noun}/", page_size=500)
    validator(f"/api/v1/{noun}/").validate(answer)
    one = validator(f"/api/v1/{noun}/{{key}}/")
    for row in answer["results"][:5]:
        key = next(row[name] for name in ("slug", "key", "code", "id", "seq") if name in row)
        one.validate(get(f"{noun}/{key}/"))


def test_a_validator_that_knows_no_such_member_refuses_it(
    get: Get, validator: Callable[[str], Draft202012Validator]
) -> None:
    answer = get("phases/")
    answer["results"][0]["thêm"] = 1
    assert not validator("/api/v1/phases/").is_valid(answer)


def test_me_is_as_described(
    client: Client, nghe_an_officer: Any, validator: Callable[[str], Draft202012Validator]
) -> None:
    client.force_login(nghe_an_officer)
    validator("/api/v1/me/").validate(client.get("/api/v1/me/").json())


@pytest.mark.parametrize("noun", NOUNS)
def test_a_refusal_is_as_described(client: Client, db: None, schema: Schema, noun: str) -> None:
    answer = schema["paths"][f"/api/v1/{noun}/"]["get"]["responses"]["400"]["content"]
    problem = Draft202012Validator(
        {**answer["application/problem+json"]["schema"], "components": schema["components"]}
    )
    problem.validate(client.get(f"/api/v1/{noun}/?khong=co").json())


def test_the_examples_are_rows_of_the_shipped_data(
    get: Get, client: Client, nghe_an_officer: Any
) -> None:
    told: dict[str, Any] = {}
    shown = {"phases": "nghe-an-2020-2025", "deliverables": "nghe-an-vsr", "provinces": "24"}
    for noun in NOUNS:
        if key := shown.get(noun):
            one = get(f"{noun}/{key}/")
            rows = get(f"{noun}/", page_size=500)["results"]
            name = next(name for name in ("slug", "key", "code") if name in one)
            row = next(row for row in rows if row[name] == key)
        else:
            row = get(f"{noun}/", page_size=1)["results"][0]
            key = next(row[name] for name in ("slug", "key", "code", "id", "seq") if name in row)
            one = get(f"{noun}/{key}/")
        told[f"{noun}.list"] = row
        if one != row:
            told[f"{noun}.retrieve"] = one
    whole = get("summary/", group_by="phase", agreement="nghe-an")
    words = json.dumps(whole, ensure_ascii=False).replace("http://testserver", HOST)
    told["GET /api/v1/summary/"] = json.loads(words)
    client.force_login(nghe_an_officer)
    told["GET /api/v1/me/"] = client.get("/api/v1/me/").json()
    if UPDATING:
        EXAMPLES.write_text(written(told), encoding="utf-8")
        shown_examples.cache_clear()
    assert EXAMPLES.read_text(encoding="utf-8") == written(told)


def test_whatever_is_sent_or_answered_has_an_example_that_fits(schema: Schema) -> None:
    """Every JSON of a 200 or 201 and every body that has words of its own."""
    shown = 0
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            contents = [operation.get("requestBody", {})]
            contents += [operation["responses"].get(status, {}) for status in ("200", "201")]
            for content in contents:
                if (told := content.get("content", {}).get("application/json")) is None:
                    continue
                examples = told.get("examples", {})
                assert examples, (method, path)
                fits = Draft202012Validator({**told["schema"], "components": schema["components"]})
                for example in examples.values():
                    fits.validate(example["value"])
                    shown += 1
    assert shown > 45


# ---- never broken unannounced ------------------------------------------------------------------------


def test_nothing_that_was_promised_is_gone(schema: Schema) -> None:
    if UPDATING:
        SNAPSHOT.write_text(written(schema), encoding="utf-8")
    promised = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert breaking_changes(promised, schema) == []


def drop_path(new: Schema) -> None:
    del new["paths"]["/api/v1/phases/"]


def drop_parameter(new: Schema) -> None:
    operation = new["paths"]["/api/v1/phases/"]["get"]
    operation["parameters"] = [p for p in operation["parameters"] if p["name"] != "province"]


def require_parameter(new: Schema) -> None:
    for parameter in new["paths"]["/api/v1/phases/"]["get"]["parameters"]:
        parameter["required"] = True


def drop_field(new: Schema) -> None:
    del new["components"]["schemas"]["PhaseAnswer"]["properties"]["signed_on"]


def drop_field_deep_down(new: Schema) -> None:
    del new["components"]["schemas"]["CitationAnswer"]["properties"]["quote"]


def change_type(new: Schema) -> None:
    new["components"]["schemas"]["PhaseAnswer"]["properties"]["slug"] = {"type": "integer"}


def make_nullable(new: Schema) -> None:
    new["components"]["schemas"]["PhaseAnswer"]["properties"]["slug"] = {"type": ["string", "null"]}


def make_optional(new: Schema) -> None:
    new["components"]["schemas"]["PhaseAnswer"]["required"].remove("slug")


def drop_choice(new: Schema) -> None:
    new["components"]["schemas"]["Stage"]["enum"].remove("piloting")


def drop_csv(new: Schema) -> None:
    del new["paths"]["/api/v1/phases/"]["get"]["responses"]["200"]["content"]["text/csv"]


def drop_written_field(new: Schema) -> None:
    del new["components"]["schemas"]["TypedDraft"]["properties"]["coverage"]


def require_written_field(new: Schema) -> None:
    new["components"]["schemas"]["TypedDraft"]["required"].append("coverage")


def shorten_written_field(new: Schema) -> None:
    new["components"]["schemas"]["TypedComment"]["properties"]["text"]["maxLength"] = 3


def drop_body(new: Schema) -> None:
    new["paths"]["/api/v1/reports/{key}/return/"]["post"]["requestBody"]["content"] = {}


def drop_answer_without_content(new: Schema) -> None:
    del new["paths"]["/api/v1/reports/{key}/"]["delete"]["responses"]["204"]


@pytest.mark.parametrize(
    "breaks",
    [
        drop_written_field,
        require_written_field,
        shorten_written_field,
        drop_body,
        drop_answer_without_content,
        drop_path,
        drop_parameter,
        require_parameter,
        drop_field,
        drop_field_deep_down,
        change_type,
        make_nullable,
        make_optional,
        drop_choice,
        drop_csv,
    ],
)
def test_the_comparison_sees_what_breaks(schema: Schema, breaks: Callable[[Schema], None]) -> None:
    new = copy.deepcopy(schema)
    breaks(new)
    assert breaking_changes(schema, new)


def test_the_comparison_lets_additions_pass(schema: Schema) -> None:
    new = copy.deepcopy(schema)
    phase = new["components"]["schemas"]["PhaseAnswer"]
    phase["properties"]["more"] = {"type": "string"}
    phase["required"].append("more")
    new["paths"]["/api/v1/more/"] = {}
    assert breaking_changes(schema, new) == []

"""The terms of a phase as of a day, on lists, in CSV and by the API: later changes are not told."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.models import Amendment
from coopportal.partial_dates import PartialDate
from deliverables.actions.signing import (
    AreaSaid,
    ChangeSaid,
    DeliverableSaid,
    DocumentSaid,
    TermSaid,
)
from deliverables.choices import DeliverableKind, ProposalKind
from deliverables.models import Deliverable
from tests.deliverables.test_amending import BEFORE, CHANGE, Running, amendment, open_to_all

__all__ = ["open_to_all"]

pytestmark = pytest.mark.django_db

EVE, AFTER = "2023-06-30", "2023-07-01"
SECOND = dt.date(2024, 3, 1)


@pytest.fixture
def twice_amended() -> Running:
    """2021–2100, from July 2023 2021–2110 with other areas, from March 2024 without an end."""
    people = Running()
    people.accepted(ProposalKind.AMENDMENT, amendment())
    second = amendment(
        effective_on=SECOND,
        document=DocumentSaid(number="02/PL", signed_on=PartialDate(2024, 2, 20)),
        term=TermSaid(open_ended=True),
        areas=(
            AreaSaid(1, "Hạ tầng số", was="Hạ tầng số"),
            AreaSaid(3, "Dữ liệu", was="Dữ liệu mở"),
        ),
    )
    people.accepted(ProposalKind.AMENDMENT, second)
    return people


def asked(client: Client, address: str) -> Any:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def terms(phase: dict[str, Any]) -> tuple[Any, bool, list[tuple[int, str]]]:
    areas = [(area["position"], area["name"]) for area in phase["areas"]]
    return phase["end_year"], phase["open_ended"], areas


TERMS = {
    EVE: (2100, False, [(1, "Hạ tầng"), (2, "Nông nghiệp")]),
    AFTER: (2110, False, [(1, "Hạ tầng số"), (3, "Dữ liệu mở")]),
    "2024-02-29": (2110, False, [(1, "Hạ tầng số"), (3, "Dữ liệu mở")]),
    "2024-03-01": (None, True, [(1, "Hạ tầng số"), (3, "Dữ liệu")]),
}


@pytest.mark.parametrize("day", TERMS)
def test_the_api_tells_the_terms_of_the_day(
    day: str, client: Client, twice_amended: Running
) -> None:
    slug = twice_amended.phase.slug
    [listed] = asked(client, f"phases/?agreement={twice_amended.agreement.slug}&as_of={day}")[
        "results"
    ]
    assert terms(listed) == TERMS[day]
    assert terms(asked(client, f"phases/{slug}/?as_of={day}")) == TERMS[day]
    # An area that ended can still be read about; one that is to come cannot.
    areas = asked(client, f"areas/?phase={slug}&as_of={day}")["results"]
    told = [(area["position"], area["name"]) for area in areas if area["until_day"] is None]
    assert told == TERMS[day][2]
    ended = [(area["name"], area["until_day"]) for area in areas if area["until_day"]]
    assert ended == ([] if day == EVE else [("Nông nghiệp", CHANGE.isoformat())])
    third = client.get(f"/api/v1/areas/{slug}.3/?as_of={day}")
    assert third.status_code == (404 if day == EVE else 200)
    if third.status_code == 200:
        assert third.json()["from_day"] == CHANGE.isoformat()


def test_amendments_say_what_they_changed(client: Client, twice_amended: Running) -> None:
    slug = twice_amended.phase.slug
    first, second = asked(client, f"phases/{slug}/")["amendments"]
    cited = first.pop("citations")
    assert first == {
        "position": 1,
        "number": "01/PL",
        "title": "",
        "signed_on": "2023-06",
        "signed_on_precision": "month",
        "effective_on": "2023-07-01",
        "changed": {
            "end_year": {"before": 2100, "after": 2110},
            "open_ended": None,
            "areas": [
                {"position": 1, "before": "Hạ tầng", "after": "Hạ tầng số"},
                {"position": 2, "before": "Nông nghiệp", "after": None},
                {"position": 3, "before": None, "after": "Dữ liệu mở"},
            ],
        },
    }
    [citation] = cited
    source = asked(client, f"sources/{citation['source']}/")
    assert source["number"] == "01/PL"
    assert (second["number"], second["signed_on"]) == ("02/PL", "2024-02-20")
    assert second["changed"] == {
        "end_year": {"before": 2110, "after": None},
        "open_ended": {"before": False, "after": True},
        "areas": [{"position": 3, "before": "Dữ liệu mở", "after": "Dữ liệu"}],
    }
    # On a day between the two the second is not told, nor what it changed.
    [only] = asked(client, f"phases/{slug}/?as_of=2024-02-29")["amendments"]
    assert (only["number"], only["changed"]) == ("01/PL", first["changed"])
    assert asked(client, f"phases/{slug}/?as_of={EVE}")["amendments"] == []


def rows_of(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=_delimiter(text)))


def _delimiter(text: str) -> str:
    return ";" if ";" in text.splitlines()[0] else ","


@pytest.mark.parametrize("address", ["/giai-doan/", "/thoa-thuan/"])
def test_lists_tell_the_terms_of_the_day(
    address: str, client: Client, twice_amended: Running
) -> None:
    partner = twice_amended.agreement.partner.short_name
    narrowed = f"&partner={twice_amended.agreement.partner.slug}"
    pages = {
        day: client.get(f"{address}?tinh-den={day}{narrowed}").content.decode()
        for day in (EVE, AFTER, "2024-03-01")
    }
    assert all(partner in page for page in pages.values())
    assert ["2021–2100" in page for page in pages.values()] == [True, False, False]
    assert ["2021–2110" in page for page in pages.values()] == [False, True, False]
    assert ["từ 2021" in page for page in pages.values()] == [False, False, True]
    [then] = rows_of(client.get(f"{address}?tinh-den={EVE}{narrowed}&dang=csv"))
    assert then["Giai đoạn"] == "2021–2100"
    if address == "/giai-doan/":
        assert then["Hết thời hạn"] == "31/12/2100"


def test_the_overview_tells_the_terms_of_the_day(client: Client, twice_amended: Running) -> None:
    then = client.get(f"/{BEFORE}").context["page"]
    [phase] = [row for row in then.phases if row.pk == twice_amended.phase.pk]
    assert (phase.years, phase.ends_on) == ("2021–2100", dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    "address",
    ["/api/v1/phases/", "/api/v1/phases/{}/", "/api/v1/areas/", "/giai-doan/", "/thoa-thuan/"],
)
def test_it_costs_the_same_whatever_was_amended(
    address: str, client: Client, twice_amended: Running
) -> None:
    def queries() -> int:
        url = address.format(twice_amended.phase.slug)
        with CaptureQueriesContext(connection) as found:
            assert (
                client.get(f"{url}?{'as_of' if 'api' in url else 'tinh-den'}={EVE}").status_code
                == 200
            )
        return len(found)

    client.get("/")
    before = queries()
    people = Running()
    people.accepted(ProposalKind.AMENDMENT, amendment())
    assert Amendment.objects.count() == 3
    assert queries() == before


def test_a_deliverable_tells_when_it_was_agreed_on_and_the_due_day_of_the_day(
    client: Client,
) -> None:
    people = Running()
    own = people.deliverable
    people.accepted(
        ProposalKind.AMENDMENT,
        amendment(
            deliverables=(DeliverableSaid("Cổng dữ liệu", DeliverableKind.SERVICE, area=3),),
            changes=(ChangeSaid(own.slug, dt.date(2026, 6, 30)),),
        ),
    )
    added = Deliverable.objects.get(title="Cổng dữ liệu")
    assert asked(client, f"deliverables/{added.slug}/")["agreed_on"] == CHANGE.isoformat()
    due = {day: asked(client, f"deliverables/{own.slug}/?as_of={day}") for day in (EVE, AFTER)}
    assert [one["due_on"] for one in due.values()] == ["2024-12-31", "2026-06-30"]
    assert [one["agreed_on"] for one in due.values()] == [None, None]

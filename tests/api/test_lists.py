"""Lists of the API: constant queries, pages, order, filters that link, CSV, who sees what."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.choices import Qualifier, Side
from coopportal.api_urls import NOUNS
from deliverables.choices import ChangeKind, Decision, ReportSide, ReportState, Stage
from deliverables.models import ProgressReport, Verdict
from tests import factories
from tests.api.conftest import Get

QueryCount = Callable[[], CaptureQueriesContext]


def one_more(noun: str) -> None:
    """A row of a noun with something of everything that hangs on it."""
    match noun:
        case "provinces":
            new = factories.province()
            old = factories.province(valid_to=dt.date(2020, 1, 1), successor=new)
            new.citations.add(old.citations.create(source=factories.source(), quote="một tỉnh"))
        case "parties":
            factories.party().citations.add(factories.citation())
        case "agreements":
            factories.phase().agreement.citations.add(factories.citation())
        case "phases" | "areas":
            first, second = factories.area(), factories.area()
            second.continues.add(first)
            second.phase.citations.add(factories.citation())
        case "systems":
            factories.system().citations.add(factories.citation())
        case "indicators":
            factories.indicator()
        case "deliverables" | "deployments" | "reports" | "changes":
            factories.report(
                state=ReportState.CONFIRMED,
                figures={factories.indicator(): 5, factories.indicator(): None},
                citations=[factories.citation(), factories.citation()],
                logged=True,
            )
        case "events":
            event = factories.event(happened_on="2020")
            factories.participation(event=event)
            factories.participation(event=event, person=factories.person(), group_label="")
        case "statements":
            factories.statement().citations.add(factories.citation())
        case "discrepancies":
            row = factories.discrepancy()
            for position in (1, 2):
                row.sides.create(position=position, citation=factories.citation(), says="Khác")
        case "sources":
            factories.source()


#: The page is chosen and counted, then told; the log is read on from a number and is never counted ahead.
QUERIES_OF_A_LIST = {"changes": 1}
#: One row says which state the data is in, for the ETag; a report is named by its own content.
VERSION = 1


@pytest.mark.parametrize("noun", NOUNS)
def test_a_list_is_two_queries_at_one_row_and_at_five(
    client: Client, db: None, query_count: QueryCount, noun: str
) -> None:
    for _step in range(5):
        one_more(noun)
        with query_count() as queries:
            answer = client.get(f"/api/v1/{noun}/", {"page_size": 500}).json()
        assert len(queries) == VERSION + QUERIES_OF_A_LIST.get(noun, 2)
        assert answer["count"] == len(answer["results"])


@pytest.mark.parametrize("noun", NOUNS)
def test_a_page_of_a_longer_list_is_two_queries(
    client: Client, db: None, query_count: QueryCount, noun: str
) -> None:
    for _step in range(3):
        one_more(noun)
    with query_count() as queries:
        answer = client.get(f"/api/v1/{noun}/", {"page_size": 1}).json()
    assert len(queries) == VERSION + 2
    assert answer["count"] > len(answer["results"]) == 1


@pytest.mark.parametrize("noun", NOUNS)
def test_one_row_is_one_query_and_says_what_the_list_says(
    client: Client, db: None, query_count: QueryCount, noun: str
) -> None:
    row = client.get(f"/api/v1/{noun}/", {"page_size": 1}).json()["results"][0]
    key = next(row[name] for name in ("slug", "key", "code", "id", "seq") if name in row)
    with query_count() as queries:
        alone = client.get(f"/api/v1/{noun}/{key}/").json()
    assert len(queries) == (1 if noun == "reports" else VERSION + 1)
    assert {name: alone[name] for name in row} == row


def test_a_signed_in_user_costs_session_and_user_more(
    client: Client, nghe_an_officer: Any, query_count: QueryCount
) -> None:
    client.force_login(nghe_an_officer)
    with query_count() as queries:
        client.get(
            "/api/v1/deliverables/", {"page_size": 500, "province": "40", "stage": "piloting"}
        )
    assert len(queries) == 2 + VERSION + 2


@pytest.mark.parametrize("noun", NOUNS)
def test_pages_neither_repeat_nor_lose_a_row(get: Get, noun: str) -> None:
    whole = get(f"{noun}/", page_size=500)["results"]
    url, seen = f"{noun}/", []
    page = get(url, page_size=7)
    while True:
        seen += page["results"]
        if page["next"] is None:
            break
        page = get(page["next"].partition("/api/v1/")[2])
    assert seen == whole
    assert len(whole) >= 12


@pytest.mark.parametrize("noun", NOUNS)
def test_every_ordering_orders_and_turns_around(get: Get, noun: str) -> None:
    for word in NOUNS[noun].filterset_class.orderings:
        up = get(f"{noun}/", ordering=word, page_size=500)["results"]
        down = get(f"{noun}/", ordering=f"-{word}", page_size=500)["results"]
        assert sorted(map(str, up)) == sorted(map(str, down))
        assert up != down


def test_unknown_days_come_last_either_way(get: Get) -> None:
    for ordering in ("signed_on", "-signed_on"):
        days = [row["signed_on"] for row in get("phases/", ordering=ordering)["results"]]
        known = [day for day in days if day]
        assert days == known + [None] * (len(days) - len(known))
        assert known == sorted(known, reverse=ordering.startswith("-"))


@pytest.mark.parametrize("noun", NOUNS)
def test_csv_is_the_whole_list_cell_by_cell(client: Client, get: Get, noun: str) -> None:
    response = client.get(f"/api/v1/{noun}/", {"format": "csv"})
    assert response["Content-Type"].startswith("text/csv; charset=utf-8")
    assert response["Content-Disposition"] == f'attachment; filename="{noun}.csv"'
    text = b"".join(response.streaming_content).decode("utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text[1:])))
    told = get(f"{noun}/", page_size=500)["results"]
    assert len(rows) == len(told)
    for row, one in zip(rows, told, strict=True):
        for name, value in one.items():
            if isinstance(value, str):
                assert row[name].removeprefix("'") == value
            elif value is None and name in row:
                assert row[name] == ""


def test_csv_disarms_formulas(client: Client, db: None) -> None:
    factories.system(name='=HYPERLINK("http://x")', short_name="-2", slug="nguy-hiem")
    response = client.get("/api/v1/systems/", {"format": "csv", "q": "nguy hiem"})
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert rows[1][:3] == ["nguy-hiem", '\'=HYPERLINK("http://x")', "'-2"]


def test_none_asks_for_what_is_missing(get: Get) -> None:
    assert {row["phase"] for row in get("deliverables/", phase="none")["results"]} == {None}
    every = get("deliverables/")["count"]
    with_area = sum(
        row["area"] is not None for row in get("deliverables/", page_size=500)["results"]
    )
    assert get("deliverables/", area="none")["count"] == every - with_area


def test_a_figure_of_another_report_stands_until_it_is_measured_again(get: Get, db: None) -> None:
    schools, pupils = factories.indicator(), factories.indicator()
    of = factories.deliverable()
    factories.report(
        of,
        state=ReportState.PUBLISHED,
        as_of_end=dt.date(2021, 12, 31),
        figures={schools: 10, pupils: "24.5"},
    )
    late = factories.report(
        of,
        state=ReportState.PUBLISHED,
        as_of="2022-06",
        stage=Stage.COMPLETED,
        figures={schools: 12},
    )
    row = get(f"deliverables/{of.slug}/")
    assert (row["stage"], row["as_of"], row["as_of_precision"]) == ("completed", "2022-06", "month")
    assert {(f["indicator"], f["value"], f["as_of"]) for f in row["figures"]} == {
        (schools.key, 12, "2022-06"),
        (pupils.key, 24.5, None),
    }
    before = get(f"deliverables/{of.slug}/", as_of="2022-06-29")
    assert {(f["indicator"], f["value"]) for f in before["figures"]} == {
        (schools.key, 10),
        (pupils.key, 24.5),
    }
    assert row["reports"][0]["id"] == str(late.uid)


# ---- who sees what -------------------------------------------------------------------------------


@pytest.fixture
def cooperation(db: None) -> factories.Cooperation:
    return factories.Cooperation()


def seen(client: Client, cooperation: factories.Cooperation) -> list[str]:
    answer = client.get("/api/v1/reports/", {"deliverable": cooperation.deliverable.slug})
    return sorted(row["state"] for row in answer.json()["results"])


def test_reports_are_told_to_whom_they_concern(
    client: Client, cooperation: factories.Cooperation
) -> None:
    for state in ReportState.values:
        values: dict[str, Any] = {}
        if state in {"published", "set_aside"}:
            values["side"] = ReportSide.SOURCE
        cooperation.report(state, **values)
    public = ["confirmed", "published", "set_aside"]
    both = sorted({*ReportState.values} - {"draft"})
    expected = {
        None: public,
        cooperation.stranger: public,
        cooperation.manager: both,
        cooperation.officer: sorted(ReportState.values),
    }
    for user, states in expected.items():
        client.logout()
        if user:
            client.force_login(user)
        assert seen(client, cooperation) == states


def test_what_may_not_be_seen_is_not_there(
    client: Client, cooperation: factories.Cooperation
) -> None:
    waiting = cooperation.report(ReportState.SUBMITTED)
    assert client.get(f"/api/v1/reports/{waiting.uid}/").status_code == 404
    client.force_login(cooperation.manager)
    assert client.get(f"/api/v1/reports/{waiting.uid}/").json()["state"] == "submitted"


def test_standing_tells_a_dispute_only_to_both_sides(
    client: Client, cooperation: factories.Cooperation
) -> None:
    of = cooperation.deliverable

    def standing(**query: str) -> str:
        row = client.get(f"/api/v1/deliverables/{of.slug}/", query).json()
        listed = client.get("/api/v1/deliverables/", {"agreement": of.agreement.slug, **query})
        assert [one["standing"] for one in listed.json()["results"]] == [row["standing"]]
        filtered = client.get("/api/v1/deliverables/", {"standing": row["standing"], **query})
        assert of.slug in [one["slug"] for one in filtered.json()["results"]]
        return str(row["standing"])

    day = factories.DAY
    assert standing() == "none"
    cooperation.report(ReportState.PUBLISHED, side=ReportSide.SOURCE)
    assert standing() == "published"
    cooperation.report(ReportState.CONFIRMED, when=factories.at(day + dt.timedelta(days=1)))
    assert standing() == "confirmed"
    assert standing(known_on=day.isoformat()) == "published"
    cooperation.report(ReportState.DISPUTED, when=factories.at(day + dt.timedelta(days=2)))
    assert standing() == "confirmed"
    client.force_login(cooperation.manager)
    assert standing() == "disputed"
    assert standing(known_on=(day + dt.timedelta(days=1)).isoformat()) == "confirmed"
    cooperation.report(ReportState.CONFIRMED, when=factories.at(day + dt.timedelta(days=3)))
    assert standing() == "confirmed"
    cooperation.report(ReportState.SUBMITTED, when=factories.at(day + dt.timedelta(days=4)))
    assert standing() == "awaiting"
    client.force_login(cooperation.stranger)
    assert standing() == "confirmed"


def test_verdicts_have_words_only_for_both_sides(
    client: Client, cooperation: factories.Cooperation
) -> None:
    report = cooperation.report(ReportState.CONFIRMED)
    Verdict.objects.create(
        report=report,
        side=Side.VNPT,
        decision=Decision.CONFIRM,
        reason="Khớp số của chúng tôi",
        by=cooperation.manager,
        at=report.decided_at,
    )
    path = f"/api/v1/reports/{report.uid}/"
    assert client.get(path).json()["verdicts"] == []
    client.force_login(cooperation.officer)
    assert client.get(path).json()["verdicts"] == [
        {
            "side": "vnpt",
            "decision": "confirm",
            "reason": "Khớp số của chúng tôi",
            "counter_stage": None,
            "counter_figures": {},
            "at": "2021-05-04T09:00:00+07:00",
        }
    ]
    assert b"Ng\xc6\xb0\xe1\xbb\x9di" not in client.get(path).content  # no officer's name


def test_a_revised_report_that_was_never_official_is_named_only_to_both_sides(
    client: Client, cooperation: factories.Cooperation
) -> None:
    returned = cooperation.report(ReportState.RETURNED)
    second = cooperation.report(ReportState.CONFIRMED, revises=returned)
    path = f"/api/v1/reports/{second.uid}/"
    assert client.get(path).json()["revises"] is None
    client.force_login(cooperation.officer)
    assert client.get(path).json()["revises"] == str(returned.uid)


def test_a_dispute_of_a_published_source_is_history_by_known_on(
    client: Client, cooperation: factories.Cooperation
) -> None:
    report = cooperation.report(ReportState.PUBLISHED, side=ReportSide.SOURCE)
    later = factories.at(factories.DAY + dt.timedelta(days=2))
    ProgressReport.objects.filter(pk=report.pk).update(
        state=ReportState.DISPUTED, decided_at=later, official_to=later
    )
    path, before = f"/api/v1/reports/{report.uid}/", {"known_on": factories.DAY.isoformat()}
    assert client.get(path).status_code == 404
    told = client.get(path, before).json()
    assert (told["state"], told["decided_at"], told["official_to"]) == ("published", None, None)
    client.force_login(cooperation.officer)
    assert client.get(path).json()["state"] == "disputed"


def test_me_says_for_whom_i_act(client: Client, cooperation: factories.Cooperation) -> None:
    client.force_login(cooperation.officer)
    assert client.get("/api/v1/me/").json() == {
        "username": cooperation.officer.username,
        "full_name": cooperation.officer.full_name,
        "kind": "operation",
        "administrator": False,
        "scope": None,
        "token": None,
        "mandates": [
            {
                "agreement": cooperation.agreement.slug,
                "side": "partner",
                "from_day": "2020-01-01",
                "until_day": None,
            }
        ],
        "awaiting": {"verdicts": 0, "sources": 0, "returned": 0, "drafts": 0, "proposals": 0},
    }


def test_the_feed_tells_what_ceased(client: Client, cooperation: factories.Cooperation) -> None:
    last = client.get("/api/v1/changes/", {"page_size": 500}).json()["cursor"]
    cooperation.report(ReportState.CONFIRMED, until=factories.at(dt.date(2021, 6, 1)), logged=True)
    told = client.get("/api/v1/changes/", {"since": last}).json()["results"]
    assert [(row["seq"], row["kind"]) for row in told] == [
        (last + 1, ChangeKind.BECAME_OFFICIAL),
        (last + 2, ChangeKind.CEASED),
    ]
    assert [row["at"] for row in told] == ["2021-05-04T09:00:00+07:00", "2021-06-01T09:00:00+07:00"]


def test_a_figure_keeps_its_qualifier_and_no_figure_is_null(get: Get, db: None) -> None:
    of = factories.deliverable()
    report = factories.report(of)
    factories.measurement(report, factories.indicator(), "12000.5000", qualifier=Qualifier.OVER)
    factories.measurement(report, factories.indicator(), 0, qualifier=Qualifier.EXACT)
    factories.measurement(report, factories.indicator(), None, text="phần lớn")
    ProgressReport.objects.filter(pk=report.pk).update(
        state=ReportState.SUBMITTED, submitted_at=factories.at(factories.DAY)
    )
    ProgressReport.objects.filter(pk=report.pk).update(
        state=ReportState.CONFIRMED,
        decided_at=factories.at(factories.DAY),
        official_from=factories.at(factories.DAY),
    )
    figures = get(f"deliverables/{of.slug}/")["figures"]
    assert [(f["value"], f["qualifier"], f["text"]) for f in figures] == [
        (12000.5, "over", ""),
        (0, "exact", ""),
        (None, "unspecified", "phần lớn"),
    ]

"""Statements that are put together once answer what the long way answers, whoever asks and whatever for."""

from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import EmptyResultSet
from django.db.models import F
from django.test import Client

from agreements.models import Citation, Province
from coopportal.clock import Moment
from coopportal.rest.compiled import (
    ROWS,
    Compiled,
    CompiledModels,
    NotKept,
    mark,
    statements,
)
from coopportal.rest.hot import HotView
from coopportal.rest.kept import Lately
from coopportal.rest.views import ReadView
from deliverables.api.writing import acted_on
from deliverables.choices import ReportState
from deliverables.filters import DeliverableFilterSet
from deliverables.models import Deliverable, ProgressReport
from deliverables.models.change import fetch_content
from tests import factories as make

LISTS = [
    "",
    "province=40&stage_group=done",
    "province=none",
    "province=91&as_of=2021-01-01",
    "province= 40 &system=vsr",
    "phase=none&ordering=-partner",
    "stage=none&ordering=stage,-title",
    "system=ioffice&connects_to=lgsp&kind=integration",
    "theme=digital_government&continued=no",
    "category=document_management&page_size=2&page=2",
    "page_size=1&page=3&ordering=-as_of",
    "standing=published&known_on=2021-06-01",
    "indicator=schools&basis=published",
    "progress=not_computable&as_of=2020-12-31",
    "q=so+quan+ly&in_force_on=2021-06-01",
    "area=nghe-an-2020-2025.1",
    # Nothing fits, or nothing can: why, or an honest empty list.
    "system=ioffice&province=40&stage=ended",
    "system=nothing-like-it",
    "province=58",
    "stage=100%25",
    "ordering=colour",
    "page=9",
    "page=9&stage=ended",
    "partner=ubnd%25s%25%25",
    "partner=%F3%B5%BB%ADpartner%F3%B5%BB%AD",
]


@pytest.fixture(autouse=True)
def nothing_put_together() -> None:
    statements.clear()


def long_way(monkeypatch: pytest.MonkeyPatch, client: Client, address: str) -> Any:
    with monkeypatch.context() as patch:
        patch.setattr(HotView, "list", ReadView.list)
        patch.setattr(HotView, "retrieve", ReadView.retrieve)
        return client.get(address)


@pytest.mark.parametrize("query", LISTS)
def test_a_list_is_what_the_long_way_answers(
    client: Client, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    address = f"/api/v1/deliverables/?{query}"
    told = long_way(monkeypatch, client, address)
    for _time in range(2):
        own = client.get(address)
        assert (own.status_code, own.content) == (told.status_code, told.content)


def test_one_statement_serves_every_key_of_its_shape(client: Client) -> None:
    now = Moment.now()
    for province in ("40", "24", "91"):
        rows = client.get(f"/api/v1/deliverables/?province={province}&page_size=500").json()
        own = Province.objects.with_all_succeeded(province, now.as_of)
        expected = DeliverableFilterSet.rows_at(now, None).filter(
            agreement__partner__province__in=own
        )
        assert rows["count"] == expected.count() == len(rows["results"])
    # That of the rows, and those of the choice, with the count and without.
    assert len(statements) == 3


def test_one_row_is_what_the_long_way_answers(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for slug in [*Deliverable.objects.values_list("slug", flat=True)[:5], "none-such", "a%25s"]:
        address = f"/api/v1/deliverables/{slug}/"
        told, own = long_way(monkeypatch, client, address), client.get(address)
        assert (own.status_code, own.content) == (told.status_code, told.content)
    assert len(statements) == 1


def test_each_caller_has_statements_of_his_own(
    client: Client,
    nghe_an_officer: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    play = make.Cooperation()
    play.report(ReportState.SUBMITTED)
    address = f"/api/v1/deliverables/{play.deliverable.slug}/"
    said = {}
    for user in (play.officer, nghe_an_officer, play.manager, None):
        client.logout()
        if user is not None:
            client.force_login(user)
        own = client.get(address).json()
        assert own == long_way(monkeypatch, client, address).json()
        said[getattr(user, "pk", None)] = own["standing"], len(own["reports"])
    assert said[play.officer.pk] == said[play.manager.pk] == ("awaiting", 1)
    assert said[nghe_an_officer.pk] == said[None] == ("none", 0)


# --- What is kept ------------------------------------------------------------------------------


def test_a_mark_that_is_not_only_compared_is_not_kept() -> None:
    rows = Deliverable.objects.values_list("pk")
    one = mark("title")
    Compiled.of(rows.filter(title=one), [one])
    for changed in (rows.filter(title__contains=one), rows.filter(title__in=[one + "!"]), rows):
        with pytest.raises(NotKept):
            Compiled.of(changed, [one])
    with pytest.raises(EmptyResultSet):
        Compiled.of(rows.none(), [])


def test_numbers_of_rows_and_percent_signs_are_filled_in(db: None) -> None:
    numbers = [*Deliverable.objects.order_by("pk").values_list("pk", flat=True)[:3]]
    rows = Deliverable.objects.exclude(title__contains="100%").order_by("pk").values_list("pk")
    told = Compiled.of(rows.filter(pk__in=[ROWS]), [ROWS])
    for some in (numbers[:1], numbers):
        assert [row[0] for row in told.ask({ROWS: some})] == some


def test_what_was_asked_longest_ago_is_forgotten() -> None:
    kept: Lately[int] = Lately(2)
    made: list[str] = []

    def make_of(shape: str) -> int:
        made.append(shape)
        return len(made) - 1  # nothing, too, is kept

    for shape in ("a", "b", "a", "c", "a", "b"):
        kept.get(shape, partial(make_of, shape))
    assert made == ["a", "b", "c", "b"]
    assert len(kept) == 2


# ---- model objects -----------------------------------------------------------------------------------


def test_objects_of_a_kept_statement_are_those_of_the_queryset(
    django_assert_num_queries: Any,
) -> None:
    reports = [*ProgressReport.objects.filter(citations__isnull=False).values_list("pk", flat=True)]
    rows = (
        Citation.objects.select_related("source__filing")
        .annotate(cited_by=F("reports__pk"))
        .order_by("pk", "cited_by")
    )
    kept = CompiledModels.of(rows.filter(reports__in=[ROWS]), [ROWS])

    with django_assert_num_queries(1):
        told = [
            (
                row,
                row.cited_by,
                row.source,
                getattr(row.source, "filing", None),
                row.source.issued_on,
            )
            for row in kept.ask({ROWS: reports})
        ]

    assert len(told) > 40
    assert told == [
        (row, row.cited_by, row.source, getattr(row.source, "filing", None), row.source.issued_on)
        for row in rows.filter(reports__in=reports)
    ]
    assert not told[0][0]._state.adding


@pytest.mark.parametrize("state", ReportState)
def test_a_report_is_found_by_exactly_those_who_may_see_it(state: str) -> None:
    cooperation = make.Cooperation()
    report = cooperation.report(state)
    people = [
        *(cooperation.officer, cooperation.colleague, cooperation.manager, cooperation.stranger),
        *(cooperation.administrator, AnonymousUser(), make.user()),
    ]
    for user in people:
        own = acted_on(report.uid, user)
        rows = ProgressReport.objects.acted_on_by(user).filter(uid=report.uid)
        assert own == rows.first(), user
        if own is not None:
            told = rows.get()
            for name in ("acting", "acts_for_partner", "acts_for_vnpt", "state", "version"):
                assert getattr(own, name) == getattr(told, name), (user, name)
    # One for those who are signed in, one for administrators, one for nobody: not one each.
    assert len(statements) == 3


def test_what_a_report_says_is_the_same_however_it_was_fetched() -> None:
    reports = list(ProgressReport.objects.select_related("deliverable", "revises")[:60])
    long_way = {row.pk: row.content() for row in ProgressReport.objects.all()[:60]}
    fetch_content(reports)
    assert {row.pk: row.content() for row in reports} == long_way
    assert any(content["citations"] for content in long_way.values())

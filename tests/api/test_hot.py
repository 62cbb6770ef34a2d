"""Statements that are put together once answer what the long way answers, whoever asks and whatever for."""

from typing import Any

import pytest
from django.core.exceptions import EmptyResultSet
from django.test import Client

from agreements.models import Province
from coopportal.clock import Moment
from coopportal.rest.compiled import ROWS, Compiled, KeptStatements, NotKept, mark, statements
from coopportal.rest.hot import HotView
from coopportal.rest.views import ReadView
from deliverables.choices import ReportState
from deliverables.filters import DeliverableFilterSet
from deliverables.models import Deliverable
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
    # That of the rows, and that of the choice.
    assert len(statements) == 2


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
    kept = KeptStatements(most=2)
    made: list[str] = []

    def ask(shape: str) -> None:
        kept.get(shape, lambda: made.append(shape))

    for shape in ("a", "b", "a", "c", "a", "b"):
        ask(shape)
    assert made == ["a", "b", "c", "b"]
    assert len(kept) == 2

"""The machinery of lists by itself: filters by day, addresses that keep, CSV that nobody can abuse."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from agreements.filters import EventFilterSet, PhaseFilterSet, area_key
from agreements.models import Event, Province
from coopportal.clock import BadParameter, Moment
from coopportal.csv_rows import BOM, cell, csv_chunks
from coopportal.lists import Listing, listing_of
from coopportal.partial_dates import PartialDate, passed_by
from deliverables.filters import DeliverableFilterSet
from tests import factories

TODAY = dt.date(2026, 9, 14)


@pytest.fixture(autouse=True)
def standing_still() -> Any:
    with time_machine.travel("2026-09-14T03:00:00+00:00", tick=False):
        yield


# ---- filters -----------------------------------------------------------------------------------------


def test_a_partial_date_has_passed_when_its_last_day_has(db: None) -> None:
    texts = ["2019", "2020", "2020-11", "2020-12", "2020-12-30", "2020-12-31", "2021", "2021-01"]
    texts += ["2021-01-01", "2024-02", "2024-02-29"]
    for text in texts:
        factories.event(slug=f"qua-{text}", happened_on=text)
    days = [dt.date(2020, 12, 30) + dt.timedelta(days=n) for n in range(4)]
    days += [dt.date(2019, 12, 30), dt.date(2019, 12, 31), dt.date(2024, 2, 28)]
    days += [dt.date(2024, 2, 29), dt.date(2021, 1, 31), dt.date(2021, 12, 31)]
    own = Event.objects.filter(slug__startswith="qua-")
    for day in days:
        asked = set(own.filter(passed_by("happened_on", day)).values_list("slug", flat=True))
        assert asked == {f"qua-{text}" for text in texts if PartialDate.parse(text).last_day <= day}


def test_a_unit_has_all_it_succeeded_at_any_remove(db: None) -> None:
    """The longest line of the real map is no longer than what the query follows."""
    for day in (dt.date(2021, 1, 1), dt.date(2025, 7, 1), TODAY):
        for unit in Province.objects.on(day):
            line, found = {unit}, {unit}
            while line := set(Province.objects.filter(successor__in=line)):
                found |= line
            assert set(Province.objects.with_all_succeeded(unit.code, day)) == found


def test_words_side_by_side_come_before_each_of_them(db: None) -> None:
    moment = Moment.now()

    def found(words: str) -> set[str]:
        return {row.slug for row in PhaseFilterSet({"q": words}, moment=moment).qs}

    assert found("nghe an") == {"nghe-an-2014-2020", "nghe-an-2020-2025"}
    scattered = found("thong tin nghe an")
    assert scattered >= {"nghe-an-2014-2020"}
    assert found("khong co chu nay") == set()


def test_page_and_api_get_the_same_rows_from_the_same_parameters(client: Any, db: None) -> None:
    query = {"province": "51", "stage_group": "done", "ordering": "-title"}
    told = client.get("/api/v1/deliverables/", query).json()["results"]
    rows = DeliverableFilterSet(query, moment=Moment.now()).qs
    assert [row["slug"] for row in told] == [row.slug for row in rows]
    assert len(told) > 5


def test_a_filter_set_offers_a_form_with_every_filter(db: None) -> None:
    whole = DeliverableFilterSet({"stage": "planned"}, moment=Moment.now(), for_form=True)
    assert set(whole.form.fields) == set(DeliverableFilterSet.asked())
    assert ("", "tất cả") in [
        (key, str(label)) for key, label in whole.form.fields["stage"].choices
    ]
    assert set(DeliverableFilterSet({"stage": "planned"}, moment=Moment.now()).filters) == {"stage"}


# ---- a list as a page has it -------------------------------------------------------------------------

COLUMNS = (("Ngày", lambda row: row.happened_on), ("Sự kiện", lambda row: row.title))


def listing(query: str) -> Listing:
    request = RequestFactory().get(f"/su-kien/?{query}")
    request.user = AnonymousUser()
    return listing_of(request, EventFilterSet, columns=COLUMNS, name="su-kien")


def test_addresses_keep_what_was_asked(db: None) -> None:
    own = listing("kind=signing&sap-xep=happened_on&so-dong=3&tinh-den=01/01/2020&trang=2")
    at = "/su-kien/?kind=signing&sap-xep=happened_on&so-dong=3&tinh-den=01/01/2020"
    assert own.previous_url == at
    assert own.next_url == f"{at}&trang=3"
    assert own.csv_url == (
        "/su-kien/?kind=signing&sap-xep=happened_on&tinh-den=01/01/2020&dang=csv"
    )
    assert own.all_url == "/su-kien/?sap-xep=happened_on&so-dong=3&tinh-den=01/01/2020"
    assert own.kept == [
        ("tinh-den", "01/01/2020"),
        ("sap-xep", "happened_on"),
        ("so-dong", "3"),
    ]
    sort = {sort.word: sort for sort in own.sorts}["happened_on"]
    assert (sort.direction, "sap-xep=-happened_on" in sort.url) == ("up", True)
    assert own.narrowed
    assert not listing("").narrowed


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("trang=99", "trang"),
        ("trang=a", "trang"),
        ("so-dong=0", "so-dong"),
        ("so-dong=201", "so-dong"),
        ("so-dong=" + "9" * 100, "so-dong"),
        ("dang=xml", "dang"),
        ("sap-xep=id", "sap-xep"),
        ("province=58", "province"),
        ("partner=x", "partner"),
        ("kind=x", "kind"),
        ("gi-do=1", "gi-do"),
        ("tinh-den=31/02/2021", "tinh-den"),
    ],
)
def test_what_cannot_be_meant_is_named(db: None, query: str, parameter: str) -> None:
    with pytest.raises(BadParameter) as refused:
        _ = listing(query).page
    assert refused.value.parameter == parameter


def test_csv_is_all_that_is_listed_in_the_order_of_the_page(db: None) -> None:
    own = listing("kind=signing&sap-xep=happened_on&so-dong=2")
    response = listing("kind=signing&sap-xep=happened_on&dang=csv").as_csv()
    lines = b"".join(response.streaming_content).decode().split("\r\n")
    assert lines[0] == f"{BOM}Ngày,Sự kiện"
    assert len(lines) == own.total + 2  # the heading, and nothing after the last line's end
    assert lines[1].startswith("tháng 8/2014,")


def test_csv_of_unknown_keys_is_refused(db: None) -> None:
    with pytest.raises(BadParameter):
        listing("partner=x&dang=csv").as_csv()


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, ""),
        (True, "true"),
        (0, 0),
        (-5, -5),
        (Decimal("-2.5"), Decimal("-2.5")),
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("+84", "'+84"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("＝1", "'＝1"),
        ("a=b", "a=b"),
        (PartialDate(2014, 8), "tháng 8/2014"),
    ],
)
def test_a_cell_is_what_it_says(value: Any, told: Any) -> None:
    assert cell(value) == told


def test_csv_is_made_while_it_is_read() -> None:
    endless = ([number] for number in itertools.count())
    chunks = csv_chunks(["số"], endless)
    assert next(chunks) == f"{BOM}số\r\n"
    assert next(chunks).startswith("0\r\n1\r\n")


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("nghe-an-2020-2025.1", ("nghe-an-2020-2025", 1)),
        ("nghe-an-2020-2025.32767", ("nghe-an-2020-2025", 32767)),
        ("nghe-an-2020-2025.32768", ("nghe-an-2020-2025", 0)),
        ("nghe-an-2020-2025.123456789", ("nghe-an-2020-2025", 0)),
        ("nghe-an-2020-2025.một", ("nghe-an-2020-2025", 0)),
        ("nghe-an", ("", 0)),
    ],
)
def test_an_area_is_named_by_any_position_that_its_column_holds(
    key: str, told: tuple[str, int]
) -> None:
    assert area_key(key) == told

"""Dates known to the day, month or year: reading, order, rendering, and the field that stores them."""

import datetime as dt
import json
from typing import Any

import pytest
from django import forms
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import translation
from hypothesis import given, strategies as st

from agreements.models import Event, Source
from coopportal.partial_dates import PartialDate, PartialDateFormField, say_date
from tests import factories

DAY = PartialDate(2014, 9, 13)
MONTH = PartialDate(2014, 8)
YEAR = PartialDate(2020)

days = st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31))
partial_dates = st.builds(
    lambda day, parts: PartialDate(*(day.year, day.month, day.day)[:parts]),
    days,
    st.integers(1, 3),
)


# --- Reading ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2014-09-13", DAY),
        ("13/09/2014", DAY),
        ("13-09-2014", DAY),
        ("13.09.2014", DAY),
        (" 13/9/2014 ", DAY),
        ("2014-08", MONTH),
        ("08/2014", MONTH),
        ("8/2014", MONTH),
        ("tháng 8/2014", MONTH),
        ("Tháng  8/2014", MONTH),
        ("tha\u0301ng 8/2014", MONTH),
        ("2020", YEAR),
        ("năm 2020", YEAR),
    ],
)
def test_every_form_is_read(typed: str, read: PartialDate) -> None:
    assert PartialDate.parse(typed) == read


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("31/02/2021", "Ngày 31/02/2021 không có thật."),
        ("2021-02-29", "Ngày 29/02/2021 không có thật."),
        ("00/01/2021", "Ngày 00/01/2021 không có thật."),
        ("13/2014", "Không có tháng 13."),
        ("2014-00", "Không có tháng 0."),
        ("1899", "Năm 1899 nằm ngoài khoảng 1900–2200."),
        ("01/01/2201", "Năm 2201 nằm ngoài khoảng 1900–2200."),
        ("", "Nhập ngày dạng dd/mm/yyyy"),
        ("13/09/14", "Nhập ngày dạng dd/mm/yyyy"),
        ("2014-9-13", "Nhập ngày dạng dd/mm/yyyy"),
        ("2014/09/13", "Nhập ngày dạng dd/mm/yyyy"),
        ("hôm qua", "Nhập ngày dạng dd/mm/yyyy"),
        ("\u0662\u0660\u0662\u0661", "Nhập ngày dạng dd/mm/yyyy"),
    ],
)
def test_what_is_no_date_is_refused_in_vietnamese(typed: str, why: str) -> None:
    with pytest.raises(ValueError, match="^" + why):
        PartialDate.parse(typed)


def test_a_day_needs_its_month() -> None:
    with pytest.raises(ValueError, match="Có ngày thì phải có tháng"):
        PartialDate(2014, None, 13)


# --- What it says -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "said", "iso", "precision", "typed", "first", "last"),
    [
        (DAY, "13/09/2014", "2014-09-13", "day", "13/09/2014", (2014, 9, 13), (2014, 9, 13)),
        (MONTH, "tháng 8/2014", "2014-08", "month", "08/2014", (2014, 8, 1), (2014, 8, 31)),
        (YEAR, "năm 2020", "2020", "year", "2020", (2020, 1, 1), (2020, 12, 31)),
        (
            PartialDate(2024, 2),
            *("tháng 2/2024", "2024-02", "month", "02/2024", (2024, 2, 1), (2024, 2, 29)),
        ),
    ],
)
def test_a_date_says_what_it_knows(  # noqa: PLR0917
    date: PartialDate, said: str, iso: str, precision: str, typed: str, first: Any, last: Any
) -> None:
    assert str(date) == say_date(date) == said
    assert (date.iso, date.precision, date.typed) == (iso, precision, typed)
    assert (date.first_day, date.last_day) == (dt.date(*first), dt.date(*last))


def test_an_unknown_date_is_said() -> None:
    assert say_date(None) == "chưa rõ ngày"
    assert say_date(None, "chưa ký") == "chưa ký"


@given(partial_dates)
def test_what_is_written_is_read_again(date: PartialDate) -> None:
    assert PartialDate.parse(date.iso) == date
    assert PartialDate.parse(str(date)) == date
    assert PartialDate.parse(date.typed) == date
    assert date.first_day <= date.last_day
    assert hash(PartialDate.parse(date.iso)) == hash(date)


@given(partial_dates, partial_dates)
def test_the_order_is_total_and_that_of_the_text(one: PartialDate, other: PartialDate) -> None:
    assert (one < other) == (one.iso < other.iso)
    assert (one <= other) == (one < other or one == other)
    assert (one > other) == (other < one)
    assert (one >= other) == (other <= one)
    if one <= other:
        assert one.first_day <= other.first_day


def test_a_month_stands_before_its_days_and_after_those_of_the_month_before() -> None:
    dates = ["2014-08-31", "2014-09", "2014-09-01", "2014", "2015", "2014-09-13"]
    ordered = sorted(PartialDate.parse(text) for text in dates)
    assert [date.iso for date in ordered] == [
        *("2014", "2014-08-31", "2014-09", "2014-09-01", "2014-09-13", "2015")
    ]


def test_a_date_is_not_compared_with_what_is_none() -> None:
    with pytest.raises(TypeError):
        sorted([DAY, dt.date(2014, 9, 14)])  # type: ignore[type-var]
    assert len({DAY, dt.date(2014, 9, 13)}) == 2


@given(st.text(max_size=12))
def test_no_text_breaks_the_reading(typed: str) -> None:
    try:
        date = PartialDate.parse(typed)
    except ValueError:
        return
    assert PartialDate.parse(date.iso) == date


# --- In forms ---------------------------------------------------------------------------------


class SourceForm(forms.ModelForm):
    class Meta:
        model = Source
        fields = ("issued_on",)


def test_a_form_reads_shows_and_keeps_what_was_typed() -> None:
    form = SourceForm({"issued_on": " 8/2014 "})
    assert form.is_valid()
    assert form.cleaned_data == {"issued_on": MONTH}

    empty = SourceForm({"issued_on": ""})
    assert empty.is_valid()
    assert empty.cleaned_data == {"issued_on": None}

    wrong = SourceForm({"issued_on": "31/02/2021"})
    assert wrong.errors == {"issued_on": ["Ngày 31/02/2021 không có thật."]}
    assert 'value="31/02/2021"' in str(wrong["issued_on"])


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("date", [DAY, MONTH, YEAR])
def test_what_a_form_shows_it_can_read(date: PartialDate, language: str) -> None:
    with translation.override(language):
        shown = SourceForm(instance=Source(issued_on=date))["issued_on"].value()
        again = SourceForm({"issued_on": shown}, instance=Source(issued_on=date))
        assert again.is_valid()
        assert again.cleaned_data["issued_on"] == date
        assert not again.has_changed()
    assert SourceForm({"issued_on": "2013"}, instance=Source(issued_on=date)).has_changed()
    assert SourceForm({"issued_on": "x"}, instance=Source(issued_on=date)).has_changed()


def test_a_required_one_must_be_given() -> None:
    with pytest.raises(ValidationError):
        PartialDateFormField().clean("")
    assert PartialDateFormField(required=False).clean("") is None


# --- In the database --------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given_value", "stored", "back"),
    [
        (DAY, "2014-09-13", DAY),
        (MONTH, "2014-08", MONTH),
        ("08/2014", "2014-08", MONTH),
        ("2020", "2020", YEAR),
        (dt.date(2014, 9, 13), "2014-09-13", DAY),
        (None, None, None),
        ("", None, None),
    ],
)
def test_the_column_holds_the_iso_prefix(given_value: Any, stored: Any, back: Any) -> None:
    row = factories.source(issued_on=given_value)
    with connection.cursor() as cursor:
        cursor.execute("SELECT issued_on FROM agreements_source WHERE id = %s", [row.pk])
        assert cursor.fetchone() == (stored,)
    row.refresh_from_db()
    assert row.issued_on == back


@pytest.mark.django_db
def test_queries_take_dates_in_any_form() -> None:
    rows = {text: factories.event(happened_on=text) for text in ("2014", "2014-08", "2014-09-13")}
    unknown = factories.event(happened_on=None)
    mine = Event.objects.filter(pk__in=[row.pk for row in (*rows.values(), unknown)])

    assert mine.get(happened_on=MONTH) == rows["2014-08"]
    assert mine.get(happened_on="13/09/2014") == rows["2014-09-13"]
    assert mine.get(happened_on=dt.date(2014, 9, 13)) == rows["2014-09-13"]
    assert mine.get(happened_on__isnull=True) == unknown
    assert set(mine.filter(happened_on__in=[YEAR, "2014-08"])) == {rows["2014-08"]}
    assert set(mine.filter(happened_on__gte="2014-08")) == {rows["2014-08"], rows["2014-09-13"]}
    assert set(mine.filter(happened_on__startswith="2014-0")) == {
        rows["2014-08"],
        rows["2014-09-13"],
    }
    assert list(mine.exclude(pk=unknown.pk).order_by("happened_on")) == list(rows.values())
    assert mine.aggregate(first=Min("happened_on"), last=Max("happened_on")) == {
        "first": PartialDate(2014),
        "last": DAY,
    }
    with pytest.raises(ValidationError, match="không có thật"):
        mine.filter(happened_on="31/02/2021")


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["31/02/2021", "hôm qua", "2014-9"])
def test_no_way_in_takes_what_is_no_date(wrong: str) -> None:
    with pytest.raises(ValidationError):
        Source(slug="x", title="x", issued_on=wrong).full_clean()
    with pytest.raises(ValidationError), transaction.atomic():
        factories.source(issued_on=wrong)
    row = factories.source()
    with pytest.raises(ValidationError):
        Source.objects.filter(pk=row.pk).update(issued_on=wrong)
    text = serializers.serialize("json", [row])
    fields = json.loads(text)
    fields[0]["fields"]["issued_on"] = wrong
    with pytest.raises(serializers.base.DeserializationError):
        list(serializers.deserialize("json", json.dumps(fields)))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "written"), [(DAY, "2014-09-13"), (MONTH, "2014-08"), (None, None)]
)
def test_fixtures_carry_the_iso_prefix(value: PartialDate | None, written: str | None) -> None:
    row = factories.source(issued_on=value)
    text = serializers.serialize("json", [row])
    assert json.loads(text)[0]["fields"]["issued_on"] == written
    [loaded] = serializers.deserialize("json", text)
    loaded.save()
    row.refresh_from_db()
    assert row.issued_on == value

"""Dates and numbers as people here write them: day first, dot for thousands."""

import datetime as dt
from decimal import Decimal

import pytest
from django import forms
from django.utils import formats, translation


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("05/04/2021", dt.date(2021, 4, 5)),
        ("23/04/2021", dt.date(2021, 4, 23)),
        ("23-04-2021", dt.date(2021, 4, 23)),
        ("2021-04-05", dt.date(2021, 4, 5)),
    ],
)
def test_a_date_is_read_day_first(typed: str, day: dt.date) -> None:
    assert forms.DateField(localize=True).clean(typed) == day


@pytest.mark.parametrize("typed", ["04/23/2021", "5/4/21", "30/02/2021"])
def test_an_impossible_or_unclear_date_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        forms.DateField(localize=True).clean(typed)


def test_figures_and_days_are_written_as_here() -> None:
    day = dt.date(2021, 4, 5)
    assert formats.date_format(day) == "05/04/2021"
    assert formats.date_format(day, "YEAR_MONTH_FORMAT") == "tháng 4/2021"
    assert formats.number_format(Decimal("12000.5"), force_grouping=True) == "12.000,5"
    # A year is no figure.
    assert formats.localize(2021) == "2021"


def test_english_keeps_the_day_first_and_turns_the_separators() -> None:
    with translation.override("en"):
        assert formats.date_format(dt.date(2021, 4, 5), "SHORT_DATE_FORMAT") == "05/04/2021"
        assert forms.DateField(localize=True).clean("05/04/2021") == dt.date(2021, 4, 5)
        assert formats.number_format(Decimal("12000.5"), force_grouping=True) == "12,000.5"

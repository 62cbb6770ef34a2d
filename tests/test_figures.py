"""Numbers as typed: dot between thousands, comma before the fraction, and no guessing."""

import re
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, strategies as st

from coopportal.figures import CountFormField, FigureFormField, read_figure, write_figure


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12.000", "12000"),
        ("24,5", "24.5"),
        ("1.234.567,25", "1234567.25"),
        (" 1 200 ", "1200"),
        ("1\u00a0200", "1200"),
        ("-3", "-3"),
        ("0", "0"),
    ],
)
def test_a_figure_is_read_as_vietnamese_write_it(typed: str, meant: str) -> None:
    assert read_figure(typed) == Decimal(meant)


@pytest.mark.parametrize(
    "typed", ["12.5", "12.00", "1.2345", "12,000,000", "1e9", "١٢", "trên 12", "", ".", "NaN", "1,"]
)
def test_what_may_mean_two_things_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(typed)}$"):
        read_figure(typed)


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15
    )
)
def test_what_is_written_is_read_back(value: Decimal) -> None:
    assert read_figure(write_figure(value)) == value


def test_a_form_keeps_and_shows_the_figure() -> None:
    field = FigureFormField(max_digits=20, decimal_places=4, required=False)
    assert field.clean("12.000") == Decimal(12000)
    assert field.clean("") is None
    assert field.prepare_value(Decimal("12000.5000")) == "12.000,5"
    assert field.prepare_value("12.5") == "12.5"
    assert not field.has_changed(Decimal("12000.0000"), "12.000")
    assert field.has_changed(Decimal(12), "12.000")
    assert field.has_changed(None, "0")
    with pytest.raises(ValidationError, match="dấu phẩy trước phần lẻ"):
        field.clean("12.5")


def test_a_form_asks_about_a_figure_that_may_mean_two_things() -> None:
    field = FigureFormField(max_digits=20, decimal_places=4, required=False)
    with pytest.raises(ValidationError, match="15,120 có thể hiểu hai cách"):
        field.clean("15,120")
    assert field.clean(field.prepare_value(Decimal("15.123"))) == Decimal("15.123")


def test_a_count_is_whole() -> None:
    field = CountFormField(min_value=0)
    assert field.clean("1.200") == 1200
    assert isinstance(field.clean("12"), int)
    with pytest.raises(ValidationError, match="không có phần lẻ"):
        field.clean("12,5")

"""The two clocks: reading days from a query, and where a day begins and ends in Việt Nam."""

import datetime as dt

import pytest
import time_machine
from hypothesis import given, strategies as st

from coopportal.clock import ZONE, BadParameter, Moment, now, parse_day, start_of, today

TODAY = dt.date(2026, 11, 21)
NOON = dt.datetime(2026, 11, 21, 12, 0, tzinfo=ZONE)


@pytest.fixture(autouse=True)
def frozen() -> object:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (dt.datetime(2026, 11, 20, 16, 59, 59, tzinfo=dt.UTC), dt.date(2026, 11, 20)),
        (dt.datetime(2026, 11, 20, 17, 0, 0, tzinfo=dt.UTC), dt.date(2026, 11, 21)),
        (dt.datetime(2026, 11, 21, 16, 59, 59, tzinfo=dt.UTC), dt.date(2026, 11, 21)),
    ],
)
def test_the_day_turns_at_midnight_in_viet_nam(instant: dt.datetime, day: dt.date) -> None:
    with time_machine.travel(instant, tick=False):
        assert today() == day
        assert Moment.now() == Moment(day, day)


def test_a_day_is_known_until_the_first_instant_of_the_next() -> None:
    moment = Moment(TODAY, dt.date(2021, 5, 4))
    assert moment.known_until == dt.datetime(2021, 5, 4, 17, 0, tzinfo=dt.UTC)
    assert start_of(dt.date(2021, 5, 4)) == dt.datetime(2021, 5, 3, 17, 0, tzinfo=dt.UTC)


def test_now_keeps_milliseconds_only() -> None:
    with time_machine.travel(dt.datetime(2026, 1, 2, 3, 4, 5, 678_912, tzinfo=dt.UTC), tick=False):
        assert now() == dt.datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("01/06/2021", dt.date(2021, 6, 1)),
        ("1/6/2021", dt.date(2021, 6, 1)),
        ("01-06-2021", dt.date(2021, 6, 1)),
        ("2021-06-01", dt.date(2021, 6, 1)),
        ("  29/02/2024 ", dt.date(2024, 2, 29)),
    ],
)
def test_a_day_is_read_day_first_or_iso(typed: str, day: dt.date) -> None:
    assert parse_day("tinh-den", typed) == day


@pytest.mark.parametrize(
    "typed",
    [
        "31/02/2021",
        "29/02/2023",
        "2021-02-31",
        "2021-13-01",
        "00/00/2021",
        "01/06/1821",
        "2021-06",
        "06/2021",
        "2021",
        "2021-6-1",
        "01/06/21",
        "hôm nay",
        "01/06/2021; DROP TABLE",
        "\u0660\u0661/\u0660\u0666/\u0662\u0660\u0662\u0661",
        "2021-06-0\u0661",
        "01/06/2021\u0000",
        "9" * 5000,
    ],
)
def test_what_is_no_whole_day_is_refused_by_name(typed: str) -> None:
    with pytest.raises(BadParameter) as refused:
        Moment.from_query({"biet-den": typed})
    assert refused.value.parameter == "biet-den"
    assert "dd/mm/yyyy" in refused.value.message
    assert refused.value.value == typed[:40]


def test_an_impossible_day_is_said_to_be_impossible() -> None:
    with pytest.raises(BadParameter, match="Ngày 31/02/2021 không có thật"):
        Moment.from_query({"tinh-den": "31/02/2021"})


@pytest.mark.parametrize("parameter", ["tinh-den", "biet-den"])
def test_tomorrow_is_refused_and_today_is_not(parameter: str) -> None:
    assert Moment.from_query({parameter: "21/11/2026"}) == Moment(TODAY, TODAY)
    with pytest.raises(BadParameter) as refused:
        Moment.from_query({parameter: "22/11/2026"})
    assert refused.value.parameter == parameter
    assert refused.value.message == (
        "Ngày 22/11/2026 chưa tới. Chọn ngày không muộn hơn 21/11/2026."
    )


@pytest.mark.parametrize("query", [{}, {"tinh-den": ""}, {"tinh-den": "  ", "biet-den": ""}])
def test_nothing_asked_means_now(query: dict[str, str]) -> None:
    moment = Moment.from_query(query)
    assert moment == Moment(TODAY, TODAY)
    assert not moment.is_past
    assert moment.query == {}


def test_the_two_clocks_are_read_apart() -> None:
    moment = Moment.from_query({"tinh-den": "01/06/2021", "biet-den": "2024-12-31"})
    assert moment == Moment(as_of=dt.date(2021, 6, 1), known_on=dt.date(2024, 12, 31))
    assert moment.is_past
    assert moment.query == {"tinh-den": "01/06/2021", "biet-den": "31/12/2024"}


def test_other_names_may_be_read() -> None:
    moment = Moment.from_query(
        {"as_of": "2021-06-01", "tinh-den": "x"}, as_of="as_of", known_on="known_on"
    )
    assert moment == Moment(dt.date(2021, 6, 1), TODAY)


@given(as_of=st.dates(dt.date(1900, 1, 1), TODAY), known_on=st.dates(dt.date(1900, 1, 1), TODAY))
def test_a_link_leads_back_to_its_moment(as_of: dt.date, known_on: dt.date) -> None:
    with time_machine.travel(NOON, tick=False):
        moment = Moment(as_of, known_on)
        assert Moment.from_query(moment.query) == moment


@given(typed=st.text(max_size=20))
def test_no_text_breaks_the_reading(typed: str) -> None:
    try:
        day = parse_day("tinh-den", typed)
    except BadParameter:
        return
    assert isinstance(day, dt.date)

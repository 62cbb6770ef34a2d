"""Every fact of the five articles has a home that says exactly what the fact says (fixtures/ledger.csv)."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Model

from coopportal.partial_dates import PartialDate

LEDGER = settings.BASE_DIR / "fixtures" / "ledger.csv"

#: How many facts each article holds, numbered from 001: F000-001 … F000-036 and so on, 283 in all.
FACTS_OF_ARTICLE = {"000": 36, "001": 30, "002": 51, "003": 90, "004": 76}
SOURCE_OF_ARTICLE = {
    "000": "vietnamplus-2020",
    "001": "qdnd-2021",
    "002": "vnmedia-2014",
    "003": "le-dong-thuy-2021",
    "004": "bao-nghe-an-2020",
}


def read_ledger() -> list[dict[str, str]]:
    with LEDGER.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = read_ledger()


def home_of(row: dict[str, str]) -> Any:
    model: Any = apps.get_model(row["model"])
    return model.objects.get_by_natural_key(*json.loads(row["key"]))


def as_told(value: Any) -> str:
    """A field's value as the ledger writes it."""
    if value is None:
        return ""
    if isinstance(value, PartialDate):
        return value.iso
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, Model):
        key = value.natural_key()  # type: ignore[attr-defined]
        return str(key[0]) if len(key) == 1 else json.dumps(list(key), ensure_ascii=False)
    return str(value)


def unit_of(row: dict[str, str], home: Any) -> str:
    match row["model"], row["field"]:
        case "deliverables.measurement", _:
            return str(home.indicator.unit)
        case "agreements.statement", _:
            return str(home.unit)
        case "agreements.participation", "count":
            return str(home.group_label)
        case "agreements.phase", "start_year" | "end_year":
            return "năm"
    raise AssertionError(f"{row['model']}.{row['field']} has no unit")


def qualifiers_of(row: dict[str, str], home: Any) -> set[str]:
    if row["model"] == "agreements.statement" and row["field"] != "value":
        return {home.horizon_qualifier, home.qualifier}
    return {home.qualifier}


#: The dates that bind what a row says; a statement looks to one day and may count on another.
DATES: dict[str, Callable[[Any], list[PartialDate | None]]] = {
    "agreements.phase": lambda home: [home.signed_on],
    "agreements.event": lambda home: [home.happened_on],
    "agreements.participation": lambda home: [home.event.happened_on],
    "agreements.statement": lambda home: [home.horizon, home.value_on],
    "agreements.source": lambda home: [home.issued_on],
    "deliverables.progressreport": lambda home: [home.as_of],
    "deliverables.measurement": lambda home: [home.report.as_of],
}


def test_every_fact_has_a_home() -> None:
    expected = {
        f"F{article}-{number:03d}"
        for article, count in FACTS_OF_ARTICLE.items()
        for number in range(1, count + 1)
    }
    assert len(expected) == 283
    assert {row["fact"] for row in ROWS} == expected


def test_each_row_stands_once_and_names_its_own_article() -> None:
    assert [
        row for row, count in Counter(tuple(row.items()) for row in ROWS).items() if count > 1
    ] == []
    assert [row["fact"] for row in ROWS if row["fact"][1:4] != row["article"]] == []


@pytest.mark.django_db
def test_each_home_says_exactly_what_the_ledger_says() -> None:
    differing = []
    for row in ROWS:
        home = home_of(row)
        if as_told(getattr(home, row["field"])) != row["value"]:
            differing.append((row["fact"], row["field"], row["value"], getattr(home, row["field"])))
        if row["unit"] and unit_of(row, home) != row["unit"]:
            differing.append((row["fact"], "unit", row["unit"], unit_of(row, home)))
        if row["qualifier"] and row["qualifier"] not in qualifiers_of(row, home):
            differing.append((row["fact"], "qualifier", row["qualifier"], qualifiers_of(row, home)))
        if row["date"]:
            told = [(date.iso, date.precision) for date in DATES[row["model"]](home) if date]
            if (row["date"], row["precision"]) not in told:
                differing.append((row["fact"], "date", row["date"], told))
    assert differing == []


@pytest.mark.django_db
def test_each_home_rests_on_the_article_that_states_the_fact() -> None:
    """Whatever carries citations cites the fact's own article; the rest hangs on something that does."""
    astray = []
    for row in ROWS:
        home = home_of(row)
        match row["model"]:
            case "agreements.source":
                continue
            case "agreements.discrepancyside":
                cited = {home.citation.source.slug}
            case "deliverables.measurement":
                cited = set(home.report.citations.values_list("source__slug", flat=True))
            case "deliverables.deliverable":
                cited = set(home.reports.values_list("citations__source__slug", flat=True))
            case _:
                cited = set(home.citations.values_list("source__slug", flat=True))
        if SOURCE_OF_ARTICLE[row["article"]] not in cited:
            astray.append((row["fact"], row["model"], row["key"], cited))
    assert astray == []


FIGURES = [
    # fact, value, unit, qualifier, date
    ("F000-015", "163000", "tỷ đồng", "almost", "2020"),
    ("F003-014", "100", "%", "exact", "2021-05-04"),
    ("F003-029", "3", "cấp", "exact", ""),
    ("F003-057", "13", "điểm cầu", "exact", "2021-01"),
    ("F003-064", "32", "trường", "exact", "2021-05-04"),
    ("F003-065", "12000", "tài khoản", "over", "2021-05-04"),
    ("F003-069", "73", "%", "exact", "2021-05-04"),
    ("F003-070", "4550", "giáo viên", "over", "2021-05-04"),
    ("F003-071", "13232", "khóa học", "exact", "2021-05-04"),
    ("F003-072", "20400", "học sinh", "exact", "2021-05-04"),
    ("F003-083", "20", "dự án", "exact", ""),
    ("F003-089", "25", "tỷ đồng", "exact", ""),
    ("F004-011", "5", "nội dung", "exact", ""),
    ("F004-027", "43", "cơ quan, đơn vị", "exact", "2020-12"),
    ("F004-040", "300", "sinh viên", "exact", ""),
    ("F004-041", "100", "nhân viên", "exact", ""),
    ("F004-050", "6", "nội dung", "exact", ""),
]


@pytest.mark.parametrize(("fact", "value", "unit", "qualifier", "date"), FIGURES)
def test_the_ledger_holds_the_figures_of_the_articles(
    fact: str, value: str, unit: str, qualifier: str, date: str
) -> None:
    told = {
        (row["value"], row["unit"], row["qualifier"], row["date"])
        for row in ROWS
        if row["fact"] == fact and row["field"] == "value"
    }
    assert told == {(value, unit, qualifier, date)}

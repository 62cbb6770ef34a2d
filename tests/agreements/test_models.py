"""What rows of the promise know: the map of a day, what is in force, natural keys, names."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings, strategies as st
from hypothesis.extra.django import TestCase

from agreements.choices import Instrument, PartyKind, Side, SourceScope
from agreements.models import (
    Agreement,
    CooperationArea,
    Phase,
    Province,
    Representative,
    SystemAlias,
    Theme,
)
from agreements.models.source import validate_quote_length
from coopportal.partial_dates import PartialDate
from tests import factories

pytestmark = pytest.mark.django_db

END_OF_63 = dt.date(2025, 6, 30)
MERGER = dt.date(2025, 7, 1)


# --- Provinces through time -------------------------------------------------------------------


@pytest.fixture
def merged() -> dict[str, Province]:
    """As 24 was Bắc Giang and is Bắc Ninh, formerly 27; under codes that the real map does not use."""
    new = factories.province(code="00", name="Bắc Ninh", valid_from=MERGER)
    old = {"valid_from": None, "valid_to": END_OF_63, "successor": new}
    return {
        "bac-giang": factories.province(code="00", name="Bắc Giang", **old),
        "old bac-ninh": factories.province(code="03", name="Bắc Ninh", **old),
        "bac-ninh": new,
    }


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (dt.date(1990, 1, 1), ["Bắc Giang", "Bắc Ninh"]),
        (END_OF_63, ["Bắc Giang", "Bắc Ninh"]),
        (MERGER, ["Bắc Ninh"]),
        (dt.date(2100, 1, 1), ["Bắc Ninh"]),
    ],
)
def test_the_map_is_that_of_the_day(
    merged: dict[str, Province], day: dt.date, names: list[str]
) -> None:
    mine = Province.objects.filter(pk__in=[unit.pk for unit in merged.values()])
    assert [unit.name for unit in mine.on(day)] == names
    assert {unit.pk for unit in mine.on(day)} == {
        unit.pk for unit in merged.values() if unit.valid_on(day)
    }


def test_a_reused_code_means_the_unit_of_the_day(merged: dict[str, Province]) -> None:
    mine = Province.objects.filter(pk__in=[unit.pk for unit in merged.values()], code="00")
    assert mine.on(END_OF_63).get() == merged["bac-giang"]
    assert mine.on(MERGER).get() == merged["bac-ninh"]


def test_in_the_shipped_map_24_was_bac_giang_and_is_bac_ninh() -> None:
    before = Province.objects.on(END_OF_63).get(code="24")
    after = Province.objects.on(MERGER).get(code="24")
    assert (before.name, after.name) == ("Bắc Giang", "Bắc Ninh")
    assert before.on(MERGER) == after
    assert before.on(END_OF_63) == before
    assert Province.objects.on(END_OF_63).count() == 63
    assert Province.objects.on(MERGER).count() == 34


def test_a_province_goes_on_as_its_successor(merged: dict[str, Province]) -> None:
    bac_giang = merged["bac-giang"]
    assert bac_giang.on(dt.date(2021, 6, 1)) == bac_giang
    assert bac_giang.on(END_OF_63) == bac_giang
    assert bac_giang.on(MERGER) == merged["bac-ninh"]
    assert merged["bac-ninh"].on(dt.date(2021, 1, 1)) == merged["bac-ninh"]
    assert set(merged["bac-ninh"].predecessors.all()) == {bac_giang, merged["old bac-ninh"]}


def test_succession_is_followed_step_by_step() -> None:
    """Đồng Nai: a province until 2025, then a merged one, then a city."""
    city = factories.province(valid_from=dt.date(2026, 4, 30))
    joint = factories.province(
        valid_from=MERGER, valid_to=dt.date(2026, 4, 29), successor=city, code="90"
    )
    first = factories.province(valid_to=END_OF_63, successor=joint)
    assert [first.on(day) for day in (END_OF_63, MERGER, dt.date(2026, 4, 30))] == [
        *(first, joint, city)
    ]


def test_a_circle_entered_by_mistake_does_not_hang() -> None:
    one = factories.province(valid_from=None, code="00", valid_to=dt.date(2000, 1, 1))
    other = factories.province(
        valid_from=None, code="03", valid_to=dt.date(2001, 1, 1), successor=one
    )
    one.successor = other
    one.save()
    assert one.on(dt.date(2020, 1, 1)) == other
    assert other.on(dt.date(2020, 1, 1)) == other


def test_two_steps_cost_no_query_when_selected() -> None:
    joint = factories.province(valid_from=MERGER)
    first = factories.province(valid_to=END_OF_63, successor=joint)
    row = Province.objects.select_related("successor__successor").get(pk=first.pk)
    with CaptureQueriesContext(connection) as queries:
        assert row.on(MERGER) == joint
    assert len(queries) == 0


# --- In force ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "first_day", "last_day"),
    [
        # From the signing day, to 31 December of the last year.
        (
            {"signed_on": "13/09/2014", "start_year": 2014, "end_year": 2020},
            dt.date(2014, 9, 13),
            dt.date(2020, 12, 31),
        ),
        # The last day that the precision of the signing allows.
        (
            {"signed_on": "2014-08", "start_year": 2014, "end_year": 2020},
            dt.date(2014, 8, 31),
            dt.date(2020, 12, 31),
        ),
        (
            {"signed_on": "2020", "start_year": 2020, "end_year": 2025},
            dt.date(2020, 12, 31),
            dt.date(2025, 12, 31),
        ),
        # Not signed on a known day: from 1 January.
        ({"start_year": 2015, "end_year": 2020}, dt.date(2015, 1, 1), dt.date(2020, 12, 31)),
        # Signed after its first year had begun, and before it.
        (
            {"signed_on": "18/12/2020", "start_year": 2020, "end_year": 2025},
            dt.date(2020, 12, 18),
            dt.date(2025, 12, 31),
        ),
        (
            {"signed_on": "18/12/2020", "start_year": 2021, "end_year": 2025},
            dt.date(2020, 12, 18),
            dt.date(2025, 12, 31),
        ),
        # The signing alone tells the start.
        (
            {"signed_on": "2021-05", "start_year": None, "end_year": 2025},
            dt.date(2021, 5, 31),
            dt.date(2025, 12, 31),
        ),
        ({"start_year": 2020, "end_year": 2020}, dt.date(2020, 1, 1), dt.date(2020, 12, 31)),
    ],
)
def test_in_force_from_first_to_last_day(
    values: dict[str, Any], first_day: dt.date, last_day: dt.date
) -> None:
    phase = factories.phase(**values)
    one = dt.timedelta(days=1)
    for day, expected in [
        (first_day - one, False),
        (first_day, True),
        (last_day, True),
        (last_day + one, False),
    ]:
        assert phase.in_force_on(day) is expected
        assert Phase.objects.in_force_on(day).filter(pk=phase.pk).exists() is expected


@pytest.mark.parametrize(
    "values",
    [
        {"start_year": None, "end_year": 2025},
        {"start_year": 2014, "end_year": None},
        {"start_year": None, "end_year": None},
        {"signed_on": "2014-09-13", "start_year": None, "end_year": None},
        {"start_year": None, "end_year": None, "open_ended": True},
    ],
)
@pytest.mark.parametrize("day", [dt.date(2014, 9, 13), dt.date(2020, 6, 1), dt.date(2100, 1, 1)])
def test_an_unknown_start_or_end_never_counts(values: dict[str, Any], day: dt.date) -> None:
    phase = factories.phase(**values)
    assert not phase.in_force_on(day)
    assert not Phase.objects.in_force_on(day).filter(pk=phase.pk).exists()


def test_an_open_end_counts_for_ever_once_it_began() -> None:
    phase = factories.phase(start_year=2021, end_year=None, open_ended=True)
    for day, expected in [
        (dt.date(2020, 12, 31), False),
        (dt.date(2021, 1, 1), True),
        (dt.date(2099, 1, 1), True),
    ]:
        assert phase.in_force_on(day) is expected
        assert Phase.objects.in_force_on(day).filter(pk=phase.pk).exists() is expected


def test_two_terms_may_share_a_boundary_year() -> None:
    """Nghệ An: 2014–2020, then 2020–2025 signed on 18/12/2020; both are in force to the year's end."""
    agreement = factories.agreement()
    first = factories.phase(agreement=agreement, start_year=2014, end_year=2020)
    second = factories.phase(
        agreement=agreement, start_year=2020, end_year=2025, signed_on="18/12/2020"
    )
    for day, expected in [
        (dt.date(2020, 12, 17), [first]),
        (dt.date(2020, 12, 18), [first, second]),
        (dt.date(2020, 12, 31), [first, second]),
        (dt.date(2021, 1, 1), [second]),
    ]:
        assert list(Phase.objects.in_force_on(day).filter(agreement=agreement)) == expected


years = st.none() | st.integers(1995, 2035)
months = st.dates(dt.date(1995, 1, 1), dt.date(2035, 12, 31))
signings = st.none() | st.builds(
    lambda day, parts: PartialDate(*(day.year, day.month, day.day)[:parts]),
    months,
    st.integers(1, 3),
)


class InForceAgreesWithItself(TestCase):
    """The question asked of the database and of a row in hand has one answer."""

    @settings(max_examples=60)
    @given(signings, years, years, st.booleans(), months)
    def test_queryset_and_row_agree(
        self,
        signed_on: PartialDate | None,
        start: int | None,
        end: int | None,
        open_ended: bool,
        day: dt.date,
    ) -> None:
        if start and end and end < start:
            start, end = end, start
        phase = factories.phase(
            signed_on=signed_on,
            start_year=start,
            end_year=end,
            open_ended=open_ended and end is None,
        )
        begins = signed_on.last_day if signed_on else dt.date(start, 1, 1) if start else None
        ends = dt.date(end, 12, 31) if end else dt.date.max if phase.open_ended else None
        expected = begins is not None and ends is not None and begins <= day <= ends
        assert phase.in_force_on(day) is expected
        assert Phase.objects.in_force_on(day).filter(pk=phase.pk).exists() is expected
        assert Phase.objects.begun_by(day).filter(pk=phase.pk).exists() is (
            begins is not None and begins <= day
        )


def test_both_days_follow_saves_and_bulk_create() -> None:
    phase = factories.phase(signed_on="2014-08", start_year=2014, end_year=2020)
    phase.signed_on, phase.end_year = "13/09/2014", 2025
    phase.save()
    phase.refresh_from_db()
    assert (phase.begins_on, phase.ends_on) == (dt.date(2014, 9, 13), dt.date(2025, 12, 31))

    [made] = Phase.objects.bulk_create(
        [
            Phase(
                slug=f"x-{factories.number()}",
                agreement=factories.agreement(),
                start_year=2021,
                end_year=2025,
            )
        ]
    )
    made.refresh_from_db()
    assert (made.begins_on, made.ends_on) == (dt.date(2021, 1, 1), dt.date(2025, 12, 31))
    assert made.search_text == "2021 2025"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (2014, 2020, "2014–2020"),
        (None, 2025, "đến 2025"),
        (2021, None, "từ 2021"),
        (None, None, "(chưa rõ năm)"),
    ],
)
def test_a_term_is_said_as_pages_write_it(start: int | None, end: int | None, said: str) -> None:
    phase = factories.phase(start_year=start, end_year=end)
    assert phase.years == said.strip("()")
    assert str(phase) == f"{phase.agreement.partner.short_name} {said}"


# --- Main and subsidiary ----------------------------------------------------------------------


def test_subsidiary_phases_and_agreements_are_told_from_main_ones() -> None:
    main, subsidiary, empty = factories.agreement(), factories.agreement(), factories.agreement()
    phase = factories.phase(agreement=main)
    districts = factories.phase(
        agreement=subsidiary, parent=phase, instrument=Instrument.SECTOR_COOPERATION
    )
    mine = [main.pk, subsidiary.pk, empty.pk]
    assert set(Agreement.objects.main().filter(pk__in=mine)) == {main, empty}
    assert list(Phase.objects.main().filter(pk__in=[phase.pk, districts.pk])) == [phase]
    assert list(phase.subsidiaries.all()) == [districts]


# --- Parties ----------------------------------------------------------------------------------


def test_a_party_takes_its_present_name_from_its_day_on() -> None:
    committee = factories.party(
        kind=PartyKind.MINISTRY,
        short_name="Ủy ban Dân tộc",
        successor_name="Bộ Dân tộc và Tôn giáo",
        successor_from=dt.date(2025, 3, 1),
    )
    assert not committee.is_province
    assert committee.successor_on(dt.date(2025, 2, 28)) == ""
    assert committee.successor_on(dt.date(2025, 3, 1)) == "Bộ Dân tộc và Tôn giáo"
    assert factories.party().successor_on(dt.date(2100, 1, 1)) == ""
    assert factories.party().is_province


# --- Representatives --------------------------------------------------------------------------


def test_a_mandate_runs_from_its_first_to_its_last_day() -> None:
    agreement = factories.agreement()
    open_end = factories.representative(agreement, Side.PARTNER, from_day=dt.date(2021, 1, 1))
    ended = factories.representative(
        agreement, Side.VNPT, from_day=dt.date(2021, 1, 1), until_day=dt.date(2021, 12, 31)
    )
    mine = Representative.objects.filter(agreement=agreement)
    for day, expected in [
        (dt.date(2020, 12, 31), set()),
        (dt.date(2021, 1, 1), {open_end, ended}),
        (dt.date(2021, 12, 31), {open_end, ended}),
        (dt.date(2022, 1, 1), {open_end}),
    ]:
        assert set(mine.on(day)) == expected


@pytest.mark.parametrize(
    ("side", "from_day", "until_day", "refused"),
    [
        (Side.VNPT, dt.date(2022, 1, 1), None, True),
        (Side.VNPT, dt.date(2020, 1, 1), None, True),
        (Side.VNPT, dt.date(2020, 1, 1), dt.date(2021, 1, 1), True),
        (Side.VNPT, dt.date(2020, 1, 1), dt.date(2020, 12, 31), False),
        (Side.VNPT, dt.date(2024, 1, 1), None, False),
        (Side.PARTNER, dt.date(2022, 1, 1), None, False),
    ],
)
def test_nobody_stands_on_both_sides_at_once(
    side: str, from_day: dt.date, until_day: dt.date | None, refused: bool
) -> None:
    first = factories.representative(
        factories.agreement(),
        Side.PARTNER,
        from_day=dt.date(2021, 1, 1),
        until_day=dt.date(2023, 12, 31),
    )
    other = Representative(
        user=first.user,
        agreement=first.agreement,
        side=side,
        from_day=from_day,
        until_day=until_day,
    )
    first.full_clean()
    if not refused:
        other.full_clean()
        return
    with pytest.raises(ValidationError, match="đang đại diện cho phía bên kia"):
        other.full_clean()


# --- Sources ----------------------------------------------------------------------------------


def test_a_quote_has_at_most_twelve_words() -> None:
    validate_quote_length("một hai ba bốn năm sáu bảy tám chín mười mười-một mười-hai")
    with pytest.raises(ValidationError, match=r"có 13 từ.*tối đa 12 từ"):
        validate_quote_length("một hai ba bốn năm sáu bảy tám chín mười mười-một mười-hai hết")
    citation = factories.citation()
    citation.quote = "chữ " * 13
    with pytest.raises(ValidationError) as refused:
        citation.full_clean()
    assert set(refused.value.message_dict) == {"quote"}


def test_what_lies_outside_the_articles_is_marked() -> None:
    assert factories.source(scope=SourceScope.EXTERNAL).is_external
    assert not factories.source(scope=SourceScope.ARTICLE).is_external


def test_a_source_cited_somewhere_stays() -> None:
    citation = factories.citation()
    with pytest.raises(ProtectedError):
        citation.source.delete()


# --- Keys and words ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        factories.source,
        factories.citation,
        factories.province,
        lambda: factories.province(code="00", valid_from=None),
        factories.party,
        factories.agreement,
        factories.phase,
        factories.area,
        factories.system,
        lambda: SystemAlias.objects.create(system=factories.system(), name="Tên khác"),
        lambda: Theme.objects.create(key=f"chu-de-{factories.number()}", name="Chủ đề"),
        factories.person,
        factories.event,
        factories.participation,
        factories.statement,
        factories.discrepancy,
        factories.deliverable,
        factories.indicator,
        factories.report,
        lambda: factories.measurement(factories.report(), factories.indicator(), 5),
    ],
)
def test_a_natural_key_leads_back_to_its_row(make: Any) -> None:
    row = make()
    assert type(row)._default_manager.get_by_natural_key(*row.natural_key()) == row
    assert str(row)
    assert str(row) == str(type(row)._default_manager.get(pk=row.pk))


def test_an_area_says_what_it_continues() -> None:
    before, after = factories.area(), factories.area()
    after.continues.add(before)
    assert list(before.continued_by.all()) == [after]
    assert not before.continues.exists()
    assert list(CooperationArea.objects.filter(continues=before)) == [after]

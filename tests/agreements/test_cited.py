"""Rows and what hangs on them, fetched at once: the same answers as one query a kind."""

import pytest

from agreements.areas import fetch_areas
from agreements.cited import fetch_citations
from agreements.models import Event, Phase, Statement
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 5, 40])
def test_citations_of_every_kind_are_one_query(count: int, django_assert_num_queries) -> None:
    source = factories.source(issued_on="2020-12")
    for _n in range(count):
        cited = [factories.citation(), factories.citation(source=source)]
        factories.phase().citations.set(cited)
        factories.event().citations.set(cited[:1])
        factories.statement().citations.set(cited[1:])
    rows = [*Phase.objects.all(), *Event.objects.all(), *Statement.objects.all()]
    expected = [set(row.citations.values_list("pk", "source__title")) for row in rows]

    with django_assert_num_queries(1):
        fetch_citations(rows[:count], rows[count:])
        told = [{(one.pk, one.source.title) for one in row.citations.all()} for row in rows]

    assert told == expected


def test_citations_stand_by_the_day_of_their_source_and_the_undated_come_last() -> None:
    days = [None, "2021-05-04", "2014", "2014-09-17"]
    cited = [factories.citation(source=factories.source(issued_on=day)) for day in days]
    event = factories.event()
    event.citations.set(cited)

    fetch_citations([event])

    assert list(event.citations.all()) == [cited[2], cited[3], cited[1], cited[0]]


def test_a_row_without_citations_is_asked_no_more(django_assert_num_queries) -> None:
    event = factories.event()
    again = Event.objects.get(pk=event.pk)
    fetch_citations([event], [again], [])

    with django_assert_num_queries(0):
        assert [list(row.citations.all()) for row in (event, again)] == [[], []]


def test_nothing_is_asked_for_no_rows(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        fetch_citations([], [])


def test_areas_come_with_what_they_continue(django_assert_num_queries) -> None:
    agreement = factories.agreement()
    before = factories.phase(agreement=agreement, start_year=2014, end_year=2020)
    after = factories.phase(agreement=agreement, start_year=2021, end_year=2025)
    empty = factories.phase(agreement=agreement, start_year=2026, end_year=2030)
    first, second = (factories.area(phase=before, position=n) for n in (1, 2))
    merged = factories.area(phase=after, position=2)
    new = factories.area(phase=after, position=1)
    merged.continues.set([first, second])
    phases = list(Phase.objects.filter(agreement=agreement).order_by("start_year"))

    with django_assert_num_queries(1):
        fetch_areas(phases)
        told = [
            [(area.pk, {other.pk for other in area.continues.all()}) for area in phase.areas.all()]
            for phase in phases
        ]

    assert [phase.pk for phase in phases] == [before.pk, after.pk, empty.pk]
    assert told == [
        [(first.pk, set()), (second.pk, set())],
        [(new.pk, set()), (merged.pk, {first.pk, second.pk})],
        [],
    ]


def test_an_area_may_continue_one_of_a_phase_that_is_not_shown() -> None:
    earlier = factories.area()
    later = factories.area()
    later.continues.add(earlier)
    phase = later.phase

    fetch_areas([phase])

    assert [list(area.continues.all()) for area in phase.areas.all()] == [[earlier]]

"""Indicators, and the figures of them that stand."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from coopportal.clock import Moment
from coopportal.filtersets import KeyFilter, ListFilterSet, WordFilter, WordsFilter
from deliverables.choices import FigureStanding, ValueKind
from deliverables.filters.places import place_of
from deliverables.models import Indicator
from deliverables.summaries.current import (
    CONFIRMED_AS_KEPT,
    confirmed_by,
    kept_figures,
    standing_figures,
)

_PLACE, _KEPT_PLACE = place_of("report__deliverable__"), place_of("deliverable__")


class IndicatorFilterSet(ListFilterSet):
    """The catalogue belongs to no day."""

    value_kind = WordFilter(ValueKind, "value_kind", about=_("Loại số liệu"))
    q = WordsFilter("search_text")

    orderings = {"name": ["sort_key"], "unit": ["unit", "sort_key"]}
    default_ordering = "name"
    unique = "key"

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        return Indicator.objects.all()


class FigureStandingFilter(WordFilter):
    """Figures that both sides had confirmed by the moment, or that so far only a source states."""

    def confirmed(self) -> Q:
        return confirmed_by(self.moment)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        confirmed = self.confirmed()
        return (
            rows.filter(confirmed) if value == FigureStanding.CONFIRMED else rows.exclude(confirmed)
        )


class KeptStandingFilter(FigureStandingFilter):
    """The same of figures that are kept: their state is that of today."""

    def confirmed(self) -> Q:
        return CONFIRMED_AS_KEPT


def _words(deliverable: str) -> WordsFilter:
    """In the names of indicator, deliverable, system and partner; ``deliverable`` is the path to it."""
    owners = ("", "system__", "agreement__partner__")
    columns = [f"{deliverable}{owner}search_text" for owner in owners]
    return WordsFilter("indicator__search_text", *columns)


def _orderings(deliverable: str, day: str) -> dict[str, list[str]]:
    title = f"{deliverable}sort_key"
    return {
        "partner": [f"{deliverable}agreement__partner__sort_key", title, "indicator__sort_key"],
        "indicator": ["indicator__sort_key", title],
        "as_of": [day, title],
    }


class FigureFilterSet(ListFilterSet):
    """Figures that stand at the moment: of each deliverable and indicator the latest official number."""

    province = _PLACE["province"]
    partner = _PLACE["partner"]
    agreement = _PLACE["agreement"]
    phase = _PLACE["phase"]
    system = _PLACE["system"]
    indicator = KeyFilter(
        "deliverables.Indicator", "indicator", key="key", about=_("Chỉ tiêu"), example="schools"
    )
    standing = FigureStandingFilter(FigureStanding, about=_("Số liệu dựa vào đâu"))
    q = _words("report__deliverable__")

    orderings = _orderings("report__deliverable__", "report__as_of_end")
    default_ordering = "partner"
    dear_to_count = True
    nullable = frozenset({"report__deliverable__agreement__partner__sort_key"})
    unique = "pk"

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        return standing_figures(moment)


class KeptFigureFilterSet(FigureFilterSet):
    """The same list from what is kept of today's knowledge: rows of ``CurrentFigure``, by the same keys.

    A country's measurements are a million, of which one in ten stands; here the others are not looked at.
    """

    province = _KEPT_PLACE["province"]
    partner = _KEPT_PLACE["partner"]
    agreement = _KEPT_PLACE["agreement"]
    phase = _KEPT_PLACE["phase"]
    system = _KEPT_PLACE["system"]
    standing = KeptStandingFilter(FigureStanding, about=_("Số liệu dựa vào đâu"))
    q = _words("deliverable__")

    orderings = _orderings("deliverable__", "begins")
    nullable = frozenset({"deliverable__agreement__partner__sort_key"})

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        return kept_figures(moment)


def figures_at(moment: Moment) -> type[FigureFilterSet]:
    """The list of figures by where they are found."""
    return KeptFigureFilterSet if moment.knows_all else FigureFilterSet

"""What only deliverables are asked: stage, standing, progress, health, news, what is taken up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet

from agreements.models import Representative
from coopportal.clock import Moment, today
from coopportal.filtersets import NONE, KeyFilter, WordFilter
from deliverables.choices import (
    STAGE_GROUPS,
    Continued,
    Health,
    ProgressKind,
    ReportBasis,
    StageGroup,
)
from deliverables.models import Deliverable, Measurement
from deliverables.summaries.totals.health import health_rank_at
from deliverables.summaries.totals.judging import RANKS
from deliverables.summaries.totals.progress import progress_at


class StageGroupFilter(WordFilter):
    """Rows at any stage of a group; ``none`` for those of which no official report speaks."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value == NONE:
            return rows.filter(**{f"{self.field_name}__isnull": True})
        return rows.filter(**{f"{self.field_name}__in": STAGE_GROUPS[StageGroup(value)]})


class StageFilter(WordFilter):
    """Rows at one stage; ``none`` for those of which no official report speaks."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value == NONE:
            return rows.filter(**{f"{self.field_name}__isnull": True})
        return super().narrow(rows, value)


class StandingFilter(WordFilter):
    """Rows by what their figures rest on, as far as the user may know; see ``with_standing``."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        known = rows.with_standing(self.moment, self.parent.user)  # type: ignore[attr-defined]
        narrowed: QuerySet[Any] = known.filter(standing=value)
        return narrowed


class IndicatorFilter(KeyFilter):
    """Deliverables with an official report that measures an indicator, by the moment asked."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        measured = Measurement.objects.latest_of(self.moment, of=OuterRef("pk"))
        return rows.filter(Exists(measured.filter(indicator__key=value)))


class BasisFilter(WordFilter):
    """Which official reports the list looks at. It stands in the moment, so that it governs everything."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows


def based_on(moment: Moment, basis: str | None) -> Moment:
    """The moment with the basis asked for; a word that is none is left for the form to refuse."""
    if not basis or basis not in ReportBasis.values or basis == ReportBasis.OFFICIAL:
        return moment
    return replace(moment, basis=basis)


class ContinuedFilter(WordFilter):
    """Each undertaking once, at its latest, or what has been taken up by another one (docs/adr/0010)."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value == Continued.ANY:
            return rows
        known: Any = rows
        narrowed: QuerySet[Any] = (
            known.continued(self.moment)
            if value == Continued.YES
            else known.not_continued(self.moment)
        )
        return narrowed


class ProgressFilter(WordFilter):
    """Deliverables whose progress towards their targets can be computed, or cannot."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        reached = rows.alias(progress=progress_at(self.moment))
        return reached.filter(progress__isnull=value == ProgressKind.NOT_COMPUTABLE)


class HealthFilter(WordFilter):
    """Deliverables by how they stand to their plan (docs/adr/0020)."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        ranked = rows.alias(health_rank=health_rank_at(self.moment))
        return ranked.filter(health_rank=RANKS[Health(value)])


class NewsFilter(WordFilter):
    """Deliverables of which nothing new has been heard for long, as far as the user may know."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        reader = self.parent.user or AnonymousUser()
        stale: Any = Deliverable.objects.stale(self.moment, reader)
        return rows.filter(pk__in=stale.values("pk"))


class ActingFilter(WordFilter):
    """Deliverables of agreements for a side of which the user acts today; none for who acts for nobody."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        reader = self.parent.user or AnonymousUser()
        mine = Representative.objects.acting(reader, today())
        return rows.filter(agreement__in=mine.values("agreement"))

"""Two phases compared: of one partner or of two, as they stood at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from django.db.models import Q, prefetch_related_objects
from django.utils.translation import gettext as _

from agreements.areas import fetch_areas
from agreements.choices import StatementKind
from agreements.cited import fetch_citations
from agreements.filters import PhaseFilterSet
from agreements.lineage import Lineage, lineage
from agreements.models import Phase, Statement
from agreements.present_names import with_present_names
from agreements.terms import fetch_terms
from agreements.told import told_by
from coopportal.clock import BadParameter, Moment
from coopportal.filtersets import refuse_key
from deliverables.models import Deliverable
from deliverables.pages.delivered import fetch_delivered
from deliverables.pages.differing import differing
from deliverables.pages.partner import PhaseColumn, phase_column, with_speakers
from deliverables.summaries.comparison import (
    Counted,
    SharedIndicator,
    ThemeRow,
    counted,
    shared_indicators,
    themes_beside,
)
from deliverables.summaries.results import Family, results
from deliverables.summaries.story import Said, said

LEFT_PARAMETER, RIGHT_PARAMETER = "giai-doan", "voi"
#: What the two sides want, promise and plan; what was said of them afterwards stands on their own pages.
_AIMS = (StatementKind.OBJECTIVE, StatementKind.COMMITMENT, StatementKind.PLAN)


@dataclass(frozen=True)
class Side:
    """One of the two phases. ``name`` tells it from the other one."""

    column: PhaseColumn
    name: str
    aims: list[Said]

    @property
    def phase(self) -> Any:
        return self.column.phase


@dataclass(frozen=True)
class ComparePage:
    """Both sides at one moment, and what they share."""

    sides: tuple[Side, Side]
    themes: list[ThemeRow]
    lineage: Lineage | None
    families: list[Family]

    @property
    def counted(self) -> Counted:
        return counted(self.families)

    @property
    def shared(self) -> list[SharedIndicator]:
        return shared_indicators(self.families)

    @property
    def one_partner(self) -> bool:
        left, right = self.sides
        return bool(left.phase.agreement_id == right.phase.agreement_id)


@dataclass(frozen=True)
class Choices:
    """Phases that can be chosen at a moment, and the pairs of one partner that follow one another."""

    phases: list[Any]

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        found = []
        for _key, group in groupby(self.phases, key=lambda phase: phase.agreement_id):
            own = list(group)
            found += list(pairwise(own))
        return found


def choices_at(moment: Moment) -> Choices:
    rows = PhaseFilterSet.rows_at(moment, None).select_related("agreement__partner")
    return Choices(
        list(rows.order_by("agreement__partner__sort_key", "agreement_id", "begins_on", "slug"))
    )


def asked_slugs(query: Mapping[str, str]) -> tuple[str, str]:
    """The two keys of the address, empty where none is chosen; raise for one phase beside itself."""
    left, right = (query.get(name, "").strip() for name in (LEFT_PARAMETER, RIGHT_PARAMETER))
    if left and left == right:
        raise BadParameter(
            RIGHT_PARAMETER, _("Hai giai đoạn phải khác nhau. Chọn giai đoạn khác."), right[:40]
        )
    return left, right


def phases_by_slug(*slugs: str) -> tuple[Any, ...]:
    """Both phases and who signed them; raise :class:`BadParameter` for a key that is none."""
    rows = Phase.objects.filter(slug__in=slugs).select_related("agreement__vnpt_party")
    found = {row.slug: row for row in with_present_names(rows, "agreement__")}
    for parameter, slug in zip((LEFT_PARAMETER, RIGHT_PARAMETER), slugs, strict=True):
        if slug not in found:
            known = list(Phase.objects.values_list("slug", flat=True))
            refuse_key(parameter, slug, Phase._meta.verbose_name, known)
    return tuple(found[slug] for slug in slugs)


def compare_page(left: Any, right: Any, moment: Moment, user: Any) -> ComparePage:
    """Fetch and shape the page at a moment: queries as for a partner (``partner_page``), and the themes."""
    phases = [left, right]
    prefetch_related_objects(fetch_areas(phases), "themes")
    fetch_terms(phases, moment.as_of)
    fetched = fetch_delivered(Deliverable.objects.filter(phase__in=phases), moment, user)
    spoken = list(with_speakers(Statement.objects.filter(phase__in=phases, kind__in=_AIMS)))
    fetch_citations(phases, fetched.deliverables, fetched.reports, spoken)
    own = fetched.told(differing(Q(deliverables__in=fetched.ids), moment.as_of))
    statements = [row for row in spoken if told_by(row, moment.as_of)]
    same_partner = left.agreement_id == right.agreement_id
    sides = [
        Side(
            phase_column(
                phase,
                own=fetched.deliverables,
                told=own,
                events=[],
                statements=statements,
                differing=[],
                moment=moment,
            ),
            phase.years if same_partner else str(phase),
            said(row for row in statements if row.phase_id == phase.pk),
        )
        for phase in phases
    ]
    areas = [side.column.areas for side in sides]
    drawn = lineage(*areas) if same_partner else None
    return ComparePage(
        sides=(sides[0], sides[1]),
        themes=themes_beside(*areas),
        lineage=drawn if drawn and drawn.known else None,
        families=results(own, phases),
    )

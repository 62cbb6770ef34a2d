"""What the form of a proposal starts from, fetched: areas, deliverables with their last official figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from agreements.models import Agreement, Phase, System, Theme
from agreements.periods import kinds_of
from coopportal.clock import Moment, today
from coopportal.vietnamese import fold
from deliverables.actions.signing.applying import latest_phase
from deliverables.choices import ProposalKind, Stage
from deliverables.forms.proposal import Grounds, Line
from deliverables.models import CurrentFigure, Deliverable, Indicator, Target


def grounds_of(kind: ProposalKind, agreement: Agreement, phase: Phase | None) -> Grounds:
    """Everything to choose from; ``phase`` is the running one, or for a new phase the one before it."""
    if kind == ProposalKind.PHASE:
        phase = latest_phase(agreement.pk)
    areas = list(phase.areas.order_by("position")) if phase else []
    indicators = list(Indicator.objects.all())
    named = {row.key: row for row in indicators} | {fold(row.name): row for row in indicators}
    return Grounds(
        kind=kind,
        agreement=agreement,
        phase=phase,
        areas=[area for area in areas if area.until_day is None],
        last_position=max((area.position for area in areas), default=0),
        lines=_lines(kind, agreement, phase),
        systems=[(row.slug, row.name) for row in System.objects.all()],
        themes=[(row.key, row.name) for row in Theme.objects.all()],
        parents=_parents(agreement) if kind == ProposalKind.PHASE else [],
        indicators=named,
        period_kinds=kinds_of(phase) if phase else [],
    )


def _parents(agreement: Agreement) -> list[tuple[str, str]]:
    """Phases within which this one may be signed: of whoever stands above the partner, or as before."""
    rows = (
        Phase.objects.main()
        .exclude(agreement=agreement)
        .filter(
            Q(agreement__partner=agreement.partner.parent_id or 0)
            | Q(subsidiaries__agreement=agreement)
        )
        .distinct()
        .select_related("agreement__partner")
        .order_by("-begins_on", "slug")
    )
    return [(row.slug, str(row)) for row in rows]


def _lines(kind: ProposalKind, agreement: Agreement, phase: Phase | None) -> list[Line]:
    """Those that could go on: not ended, not taken up by another one. The latest phase's come first."""
    moment = Moment.now()
    rows: Any = (
        Deliverable.objects.filter(agreement=agreement, continued_by__isnull=True)
        .official(moment)
        # Without a report there is no stage, which is not the last one.
        .filter(Q(stage__isnull=True) | ~Q(stage=Stage.ENDED))
    )
    if kind != ProposalKind.PHASE:
        rows = rows.filter(phase=phase)
    found = list(
        rows.select_related("system", "phase", "area").order_by(
            "-phase__begins_on", "area__position", "sort_key", "slug"
        )
    )
    ids = [row.pk for row in found]
    figures: dict[int, dict[int, tuple[Any, Any]]] = {pk: {} for pk in ids}
    for target in Target.objects.filter(deliverable__in=ids).select_related("indicator"):
        figures[target.deliverable_id][target.indicator_id] = (target.indicator, None)
    for figure in _official_figures(ids):
        figures[figure.deliverable_id][figure.indicator_id] = (
            figure.indicator,
            figure.measurement,
        )
    return [Line(row, list(figures[row.pk].values())) for row in found]


def _official_figures(ids: Sequence[int]) -> Any:
    rows = CurrentFigure.objects.on(today()).filter(deliverable__in=ids)
    return rows.select_related("indicator", "measurement__report", "measurement__indicator")

"""The deliverables and targets of accepted terms: new ones, and those that continue earlier ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from agreements.models import Citation, CooperationArea, Phase, System
from coopportal.vietnamese import fold
from deliverables.actions.signing.citing import free_slug
from deliverables.actions.signing.refused import checked
from deliverables.actions.signing.terms import DeliverableSaid, TargetSaid
from deliverables.models import Deliverable, Indicator, Target


def add_deliverables(
    said: Iterable[DeliverableSaid],
    *,
    phase: Phase,
    areas: Mapping[int, CooperationArea],
    citation: Citation | None,
    agreed_on: dt.date,
    within: bool = False,
) -> None:
    """Store them in a phase with their targets; what one continues stays as it is.

    ``within`` a running phase they are there from ``agreed_on``, else from when the phase begins.
    """
    rows = list(said)
    continued = {row.continues for row in rows if row.continues}
    earlier = {
        row.slug: row
        for row in Deliverable.objects.filter(
            slug__in=continued, agreement=phase.agreement_id, continued_by__isnull=True
        ).select_related("system", "connects_to", "host")
    }
    systems = System.objects.in_bulk({row.system for row in rows if row.system}, field_name="slug")
    indicators = indicators_of(target for row in rows for target in row.targets)
    for row in rows:
        where = _("Hạng mục “%s”") % row.title
        if row.continues and row.continues not in earlier:
            raise ValidationError(
                [_("%s: hạng mục trước đã được tiếp nối, hoặc không còn.") % where]
            )
        if row.area is not None and row.area not in areas:
            raise ValidationError(
                [
                    _("%(where)s: không có lĩnh vực %(number)s.")
                    % {"where": where, "number": row.area}
                ]
            )
        deliverable = _deliverable(row, earlier.get(row.continues), systems)
        deliverable.agreement = phase.agreement
        deliverable.phase = phase
        deliverable.area = areas[row.area] if row.area is not None else None
        deliverable.agreed_on = agreed_on if within else None
        deliverable.slug = _slug(row, phase)
        checked(deliverable, where)
        deliverable.save(force_insert=True)
        if citation is not None:
            deliverable.citations.add(citation)
        set_targets(deliverable, row.targets, indicators, on=agreed_on)


def _deliverable(
    row: DeliverableSaid, before: Deliverable | None, systems: Mapping[str, System]
) -> Deliverable:
    """A new row, not stored yet; what goes on keeps its kind, system and host."""
    if before is None:
        return Deliverable(
            title=row.title, kind=row.kind, system=systems.get(row.system), due_on=row.due_on
        )
    return Deliverable(
        title=row.title or before.title,
        kind=before.kind,
        scope=before.scope,
        system=before.system,
        connects_to=before.connects_to,
        host=before.host,
        due_on=row.due_on,
        continues=before,
    )


def _slug(row: DeliverableSaid, phase: Phase) -> str:
    """The name of the thing with the year from which it is meant, so that generations stay apart."""
    name = row.continues or f"{phase.agreement.slug}-{slugify(fold(row.title))}"
    year = f"-{phase.start_year}" if phase.start_year else ""
    return free_slug(Deliverable, f"{name[:110].strip('-')}{year}")


def indicators_of(targets: Iterable[TargetSaid]) -> dict[str, Indicator]:
    keys = {target.indicator for target in targets}
    return {row.key: row for row in Indicator.objects.filter(key__in=keys)} if keys else {}


def set_targets(
    deliverable: Deliverable,
    said: Iterable[TargetSaid],
    indicators: Mapping[str, Indicator],
    *,
    on: dt.date,
) -> None:
    """Set targets from a day on; earlier ones for the same indicator stay readable as of their days."""
    for one in said:
        where = _("Mục tiêu của “%s”") % deliverable.title
        indicator = indicators.get(one.indicator)
        if indicator is None:
            raise ValidationError(
                [
                    _("%(where)s: không có chỉ tiêu “%(key)s”.")
                    % {"where": where, "key": one.indicator}
                ]
            )
        target = Target(
            deliverable=deliverable,
            indicator=indicator,
            baseline=one.baseline,
            value=one.value,
            due_on=one.due_on,
            set_on=on,
        )
        checked(target, f"{where}, {indicator.name}")
        target.save(force_insert=True)

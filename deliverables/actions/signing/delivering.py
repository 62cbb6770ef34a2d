"""The deliverables and targets of accepted terms: new ones, and those that continue earlier ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from agreements.models import Citation, CooperationArea, Phase, System
from coopportal.vietnamese import fold
from deliverables.actions.signing.citing import free_slug
from deliverables.actions.signing.refused import checked, checked_alone
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
    """Store them in a phase with their targets; what one continues stays as it is. As many statements for
    hundreds as for one.

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
    slugs = _slugs(rows, phase)

    def made() -> Iterator[tuple[Deliverable, list[Target]]]:
        for row, slug in zip(rows, slugs, strict=True):
            _refuse_unknown(row, earlier, areas)
            deliverable = _deliverable(row, earlier.get(row.continues), systems)
            deliverable.agreement = phase.agreement
            deliverable.phase = phase
            deliverable.area = areas[row.area] if row.area is not None else None
            deliverable.agreed_on = agreed_on if within else None
            deliverable.slug = slug
            yield deliverable, _targets(deliverable, row.targets, indicators, on=agreed_on)

    try:
        with transaction.atomic():
            _store_at_once(list(made()), citation)
    except IntegrityError:
        # One of them cannot stand; one by one it is found, and named by its own rule.
        for deliverable, targets in made():
            checked(deliverable, _named(deliverable))
            deliverable.save(force_insert=True)
            if citation is not None:
                deliverable.citations.add(citation)
            _store_targets(targets)


def _named(deliverable: Deliverable) -> str:
    return _("Hạng mục “%s”") % deliverable.title


def _refuse_unknown(
    row: DeliverableSaid,
    earlier: Mapping[str, Deliverable],
    areas: Mapping[int, CooperationArea],
) -> None:
    where = _("Hạng mục “%s”") % row.title
    if row.continues and row.continues not in earlier:
        raise ValidationError([_("%s: hạng mục trước đã được tiếp nối, hoặc không còn.") % where])
    if row.area is not None and row.area not in areas:
        raise ValidationError(
            [_("%(where)s: không có lĩnh vực %(number)s.") % {"where": where, "number": row.area}]
        )


def _store_at_once(
    made: Sequence[tuple[Deliverable, Sequence[Target]]], citation: Citation | None
) -> None:
    """So many statements, however many they are; what only the database can tell it refuses."""
    for deliverable, targets in made:
        checked_alone(deliverable, _named(deliverable))
        for target in targets:
            checked_alone(target, _aim(target))
    deliverables = [deliverable for deliverable, _targets in made]
    bulk_create_with_history(deliverables, Deliverable)
    if citation is not None:
        link = Deliverable.citations.through
        link.objects.bulk_create(
            link(deliverable_id=row.pk, citation_id=citation.pk) for row in deliverables
        )
    Target.objects.bulk_create(target for _row, targets in made for target in targets)


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


def _slugs(rows: Sequence[DeliverableSaid], phase: Phase) -> list[str]:
    """The name of each thing with the year from which it is meant, so that generations stay apart."""
    year = f"-{phase.start_year}" if phase.start_year else ""
    wanted = []
    for row in rows:
        name = row.continues or f"{phase.agreement.slug}-{slugify(fold(row.title))}"
        wanted.append(f"{name[:110].strip('-')}{year}")
    taken = set(Deliverable.objects.filter(slug__in=wanted).values_list("slug", flat=True))
    slugs: list[str] = []
    for slug in wanted:
        own = slug if slug not in taken else free_slug(Deliverable, slug, beside=taken)
        taken.add(own)
        slugs.append(own)
    return slugs


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
    _store_targets(_targets(deliverable, said, indicators, on=on))


def _targets(
    deliverable: Deliverable,
    said: Iterable[TargetSaid],
    indicators: Mapping[str, Indicator],
    *,
    on: dt.date,
) -> list[Target]:
    """As rows that are not stored yet."""
    made = []
    for one in said:
        indicator = indicators.get(one.indicator)
        if indicator is None:
            raise ValidationError(
                [
                    _("%(where)s: không có chỉ tiêu “%(key)s”.")
                    % {
                        "where": _("Mục tiêu của “%s”") % deliverable.title,
                        "key": one.indicator,
                    }
                ]
            )
        made.append(
            Target(
                deliverable=deliverable,
                indicator=indicator,
                baseline=one.baseline,
                value=one.value,
                due_on=one.due_on,
                set_on=on,
            )
        )
    return made


def _store_targets(targets: Iterable[Target]) -> None:
    for target in targets:
        # Its deliverable may have been stored, and so got its key, since the target was made.
        target.deliverable = target.deliverable
        checked(target, _aim(target))
        target.save(force_insert=True)


def _aim(target: Target) -> str:
    where = _("Mục tiêu của “%s”") % target.deliverable.title
    return f"{where}, {target.indicator.name}"

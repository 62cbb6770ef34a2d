"""Systems: the list, and one system with who has it, since when and how far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Prefetch, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from agreements.choices import SystemFamily
from agreements.models import System, SystemAlias
from agreements.present_names import with_present_names
from agreements.told import told_by
from coopportal.clock import Moment
from coopportal.lists import Column
from deliverables.choices import DeliverableKind
from deliverables.models import Deliverable
from deliverables.pages.delivered import CITED, delivered
from deliverables.summaries.differences import Difference
from deliverables.summaries.results import Delivered, Tally, said_in_words, tally


@dataclass(frozen=True)
class SystemRow:
    """One system of the list. ``partners`` have it in some stage; ``tally`` counts its deployments."""

    system: Any
    partners: list[Any]
    tally: list[Tally]


def with_family_order(systems: Any) -> Any:
    """Systems with ``family_order``, the place of their family in the vocabulary, and who owns them."""
    families = [
        When(family=family.value, then=Value(place)) for place, family in enumerate(SystemFamily)
    ]
    return systems.select_related("owner").annotate(
        family_order=Case(*families, default=Value(99), output_field=IntegerField())
    )


def system_rows(systems: Sequence[System], moment: Moment) -> list[SystemRow]:
    """Who has each system of one page at a moment: one query."""
    rows = (
        Deliverable.objects.deployments()
        .filter(system__in=systems)
        .official(moment)
        .select_related("agreement__partner")
        .order_by("agreement__partner__sort_key", "pk")
    )
    own: dict[int, list[Any]] = {system.pk: [] for system in systems}
    for row in rows:
        own[row.system_id].append(row)
    return [
        SystemRow(
            system,
            list(
                {
                    row.agreement_id: row.agreement for row in own[system.pk] if row.agreement
                }.values()
            ),
            tally(row.stage for row in own[system.pk]),
        )
        for system in systems
    ]


COLUMNS: tuple[Column, ...] = (
    (_("Mã"), lambda row: row.system.slug),
    (_("Hệ thống"), lambda row: row.system.short_name),
    (_("Tên đầy đủ"), lambda row: row.system.name),
    (_("Để làm gì"), lambda row: row.system.gloss),
    (_("Nhóm"), lambda row: row.system.get_family_display()),
    (_("Đơn vị cung cấp"), lambda row: row.system.vendor),
    (_("Chủ quản"), lambda row: row.system.owner.name if row.system.owner else ""),
    (
        _("Đối tác"),
        lambda row: "; ".join(agreement.partner.short_name for agreement in row.partners),
    ),
    (_("Đến mức nào"), lambda row: said_in_words(row.tally)),
)


@dataclass(frozen=True)
class Comparison:
    """Indicators that at least two deployments measure, with each one's figure; None where it has none."""

    indicators: list[Any]
    rows: list[tuple[Delivered, list[Any]]]


@dataclass(frozen=True)
class SystemPage:
    system: Any
    aliases: list[Any]
    deployments: list[Delivered]
    others: list[Delivered]
    comparison: Comparison | None

    @property
    def partners(self) -> int:
        return len({one.deliverable.agreement_id for one in self.deployments} - {None})

    @property
    def tally(self) -> list[Tally]:
        return tally(one.stage for one in self.deployments)

    @property
    def differences(self) -> list[Difference]:
        return [difference for one in self.deployments for difference in one.differences]


def systems_with_context() -> QuerySet[System]:
    aliases = SystemAlias.objects.prefetch_related(Prefetch("citations", queryset=CITED))
    return System.objects.select_related("owner").prefetch_related(
        "categories",
        Prefetch("aliases", queryset=aliases.order_by("name")),
        Prefetch("citations", queryset=CITED),
    )


def system_page(system: System, moment: Moment, user: Any) -> SystemPage:
    """Fetch and shape the page at a moment: a fixed number of queries, whatever the partners."""
    rows = with_present_names(
        Deliverable.objects.filter(Q(system=system) | Q(connects_to=system)), "agreement__"
    )
    found = delivered(rows, moment, user)
    found.sort(key=_by_partner)
    deployments = [
        one
        for one in found
        if one.deliverable.kind == DeliverableKind.DEPLOYMENT
        and one.deliverable.system_id == system.pk
    ]
    return SystemPage(
        system=system,
        aliases=[row for row in system.aliases.all() if told_by(row, moment.as_of)],
        deployments=deployments,
        others=[one for one in found if one not in deployments],
        comparison=compare(deployments),
    )


def _by_partner(one: Delivered) -> tuple[Any, ...]:
    agreement, phase = one.deliverable.agreement, one.deliverable.phase
    return (
        agreement is None,
        bytes(agreement.partner.sort_key) if agreement else b"",
        (phase.start_year or 0) if phase else 9999,
        one.deliverable.pk,
    )


def compare(deployments: Iterable[Delivered]) -> Comparison | None:
    """Set deployments side by side on the indicators that two or more of them have a number for."""
    measured = [one for one in deployments if one.numbers]
    holders: dict[int, list[Any]] = {}
    for one in measured:
        for figure in one.numbers:
            holders.setdefault(figure.indicator_id, []).append(figure)
    shared = [figures[0].indicator for figures in holders.values() if len(figures) > 1]
    if not shared:
        return None
    rows = []
    for one in measured:
        by_indicator = {figure.indicator_id: figure for figure in one.numbers}
        figures = [by_indicator.get(indicator.pk) for indicator in shared]
        if any(figures):
            rows.append((one, figures))
    return Comparison(shared, rows)

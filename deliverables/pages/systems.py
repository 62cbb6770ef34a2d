"""Systems: the list, and one system with who has it, since when and how far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Prefetch, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from agreements.choices import SystemFamily
from agreements.cited import fetch_citations
from agreements.models import Agreement, System, SystemAlias
from agreements.present_names import with_present_names
from agreements.told import told_by
from coopportal.clock import Moment
from coopportal.lists import Column
from deliverables.choices import DeliverableKind, ValueKind
from deliverables.models import Deliverable, ProgressReport
from deliverables.pages.delivered import fetch_delivered
from deliverables.pages.differing import differing
from deliverables.summaries.deployed import deployed
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
    """Who has each system of one page at a moment, and how far: counted by the database, two queries."""
    own = deployed([system.pk for system in systems], moment)
    held = {key for one in own.values() for key in one.agreements}
    agreements = list(
        Agreement.objects.filter(pk__in=held)
        .select_related("partner")
        .order_by("partner__sort_key", "pk")
    )
    return [
        SystemRow(
            system,
            [row for row in agreements if row.pk in own[system.pk].agreements],
            tally(own[system.pk].stages.elements()),
        )
        for system in systems
    ]


COLUMNS: tuple[Column, ...] = (
    (_("Mã"), lambda row: row.system.slug),
    (_("Hệ thống"), lambda row: row.system.short_name),
    (_("Tên đầy đủ"), lambda row: row.system.name),
    (_("Công dụng"), lambda row: row.system.gloss),
    (_("Nhóm"), lambda row: row.system.get_family_display()),
    (_("Đơn vị cung cấp"), lambda row: row.system.vendor),
    (_("Chủ quản"), lambda row: row.system.owner.name if row.system.owner else ""),
    (
        _("Đối tác"),
        lambda row: "; ".join(agreement.partner.short_name for agreement in row.partners),
    ),
    (_("Mức độ triển khai"), lambda row: said_in_words(row.tally)),
)


@dataclass(frozen=True)
class Bar:
    """One place's figure of an indicator; ``width`` is percent of the highest of them."""

    one: Delivered
    figure: Any
    width: float


@dataclass(frozen=True)
class Comparison:
    """One indicator that at least two deployments have a number for, and the places that have none."""

    indicator: Any
    bars: list[Bar]
    silent: list[Delivered]


@dataclass(frozen=True)
class SystemPage:
    system: Any
    aliases: list[Any]
    deployments: list[Delivered]
    since: dict[int, Any]
    integrations: list[Delivered]
    others: list[Delivered]
    comparisons: list[Comparison]

    @property
    def places(self) -> list[tuple[Delivered, Any, list[Difference]]]:
        """Each deployment, the first report that tells of it, and the differences not yet told above."""
        told: set[str] = set()
        places = []
        for one in self.deployments:
            fresh = [row for row in one.differences if not row.topic or row.topic not in told]
            told |= {row.topic for row in fresh}
            places.append((one, self.since.get(one.deliverable.pk), fresh))
        return places

    @property
    def groups(self) -> list[tuple[list[Delivered], str, str, str]]:
        """The other deliverables that name the system: rows, anchor, heading, words where there are none."""
        groups = [
            (
                self.integrations,
                "tich-hop",
                str(_("Kết nối, tích hợp với hệ thống này")),
                str(_("Các nguồn chưa nhắc đến kết nối, tích hợp nào với hệ thống này.")),
            )
        ]
        if self.others:
            groups.append((self.others, "khac", str(_("Đầu tư, đào tạo, nội dung khác")), ""))
        return groups

    @property
    def partners(self) -> int:
        return len({one.deliverable.agreement_id for one in self.deployments} - {None})

    @property
    def tally(self) -> list[Tally]:
        return tally(one.stage for one in self.deployments)


def systems_with_context() -> QuerySet[System]:
    return System.objects.select_related("owner").prefetch_related(
        "categories", Prefetch("aliases", queryset=SystemAlias.objects.order_by("name"))
    )


def system_page(system: System, moment: Moment, user: Any) -> SystemPage:
    """Fetch and shape the page at a moment: a fixed number of queries, whatever the partners.

    One for the system and one each for its functions and names; its deliverables, the reports of them,
    their figures and verdicts; who told of them first; what differs; and one for all citations.
    """
    rows = with_present_names(
        Deliverable.objects.filter(Q(system=system) | Q(connects_to=system)), "agreement__"
    )
    fetched = fetch_delivered(rows, moment, user)
    fetch_citations([system], system.aliases.all(), fetched.deliverables, fetched.reports)
    found = fetched.told(differing(Q(deliverables__in=fetched.ids), moment.as_of))
    found.sort(key=_by_partner)
    deployments = [
        one
        for one in found
        if one.deliverable.kind == DeliverableKind.DEPLOYMENT
        and one.deliverable.system_id == system.pk
    ]
    rest = [one for one in found if one not in deployments]
    integrations = [
        one
        for one in rest
        if one.deliverable.kind == DeliverableKind.INTEGRATION or one.deliverable.connects_to_id
    ]
    return SystemPage(
        system=system,
        aliases=[row for row in system.aliases.all() if told_by(row, moment.as_of)],
        deployments=deployments,
        since=_first_told(deployments, moment),
        integrations=integrations,
        others=[one for one in rest if one not in integrations],
        comparisons=compare(deployments),
    )


def _first_told(deployments: Sequence[Delivered], moment: Moment) -> dict[int, Any]:
    """Per deliverable the earliest official report of it: since when one knows that the place has it."""
    rows = ProgressReport.objects.official(moment).filter(
        deliverable__in=[one.deliverable.pk for one in deployments]
    )
    first: dict[int, Any] = {}
    for row in rows.order_by("as_of_end", "official_from", "pk"):
        first.setdefault(row.deliverable_id, row)
    return first


def _by_partner(one: Delivered) -> tuple[Any, ...]:
    agreement, phase = one.deliverable.agreement, one.deliverable.phase
    return (
        agreement is None,
        bytes(agreement.partner.sort_key) if agreement else b"",
        (phase.start_year or 0) if phase else 9999,
        one.deliverable.pk,
    )


def compare(deployments: Sequence[Delivered]) -> list[Comparison]:
    """Set deployments side by side on the indicators that two or more of them have a number for.

    What was added in a period is left out: amounts of different periods do not compare.
    """
    holders: dict[int, list[tuple[Delivered, Any]]] = {}
    for one in deployments:
        for figure in one.numbers:
            if figure.indicator.value_kind != ValueKind.INCREMENT:
                holders.setdefault(figure.indicator_id, []).append((one, figure))
    return [_comparison(own, deployments) for own in holders.values() if len(own) > 1]


def _comparison(
    own: Sequence[tuple[Delivered, Any]], deployments: Sequence[Delivered]
) -> Comparison:
    indicator = own[0][1].indicator
    top = max(figure.value for _one, figure in own)
    if indicator.unit == "%":
        top = max(top, 100)
    ranked = sorted(own, key=lambda pair: -pair[1].value)
    measured = [one for one, _figure in own]
    return Comparison(
        indicator=indicator,
        bars=[
            Bar(one, figure, float(max(figure.value, 0) / top * 100) if top > 0 else 0.0)
            for one, figure in ranked
        ],
        silent=[one for one in deployments if one not in measured],
    )

"""Systems: the list, and one system with who has it, since when and how far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db.models import Case, IntegerField, Prefetch, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.utils.translation import gettext as _, gettext_lazy

from agreements.choices import SystemFamily
from agreements.cited import fetch_citations
from agreements.models import Agreement, System, SystemAlias
from agreements.present_names import with_present_names
from agreements.told import told_by
from coopportal.clock import Moment
from coopportal.lists import Column
from coopportal.pagination import page_of
from deliverables.models import Deliverable, ProgressReport
from deliverables.pages.delivered import fetch_delivered
from deliverables.pages.differing import differing
from deliverables.pages.naming import Naming
from deliverables.summaries.deployed import deployed
from deliverables.summaries.differences import Difference
from deliverables.summaries.places import Comparison, compare
from deliverables.summaries.results import Delivered, Tally, said_in_words, tally

#: Places on one page: more than any system of the articles has.
PLACES_A_PAGE = 60
#: The most of its connections, and of what else names it, that are drawn.
REST_SHOWN = 60


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
    (gettext_lazy("Mã"), lambda row: row.system.slug),
    (gettext_lazy("Hệ thống"), lambda row: row.system.short_name),
    (gettext_lazy("Tên đầy đủ"), lambda row: row.system.name),
    (gettext_lazy("Công dụng"), lambda row: row.system.gloss),
    (gettext_lazy("Nhóm"), lambda row: row.system.get_family_display()),
    (gettext_lazy("Đơn vị cung cấp"), lambda row: row.system.vendor),
    (gettext_lazy("Chủ quản"), lambda row: row.system.owner.name if row.system.owner else ""),
    (
        gettext_lazy("Đối tác"),
        lambda row: "; ".join(agreement.partner.short_name for agreement in row.partners),
    ),
    (gettext_lazy("Mức độ triển khai"), lambda row: said_in_words(row.tally)),
)


@dataclass(frozen=True)
class Group:
    """Others that name the system, under a heading of their own: the first rows of ``count``."""

    rows: list[Delivered]
    count: int
    anchor: str
    label: str
    empty: str

    @property
    def left_out(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True)
class SystemPage:
    """``named`` is all that names the system, counted; ``deployments`` are those of the page asked for."""

    system: Any
    aliases: list[Any]
    named: Naming
    page: Page[Any]
    deployments: list[Delivered]
    since: dict[int, Any]
    groups: list[Group]
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
    def elsewhere(self) -> int:
        """How many deployments are on other pages."""
        return len(self.named.deployments) - len(self.deployments)


def systems_with_context() -> QuerySet[System]:
    return System.objects.select_related("owner").prefetch_related(
        "categories", Prefetch("aliases", queryset=SystemAlias.objects.order_by("name"))
    )


def system_page(system: System, moment: Moment, request: HttpRequest) -> SystemPage:
    """Fetch and shape the page at a moment: a fixed number of queries, whatever the partners.

    One for the system and one each for its functions and names; one for all that names it, which is
    counted; then of what is drawn its deliverables, the reports of them, their figures and verdicts; who
    told of them first; what differs; and one for all citations.
    """
    naming = Deliverable.objects.filter(Q(system=system) | Q(connects_to=system))
    named = Naming.found(naming.official(moment), system)
    page = page_of(request, named.deployments, per_page=PLACES_A_PAGE)
    wanted = [row.pk for part in (page, *named.beside(REST_SHOWN)) for row in part]
    rows = with_present_names(naming.filter(pk__in=wanted), "agreement__")
    fetched = fetch_delivered(rows, moment, request.user)
    fetch_citations([system], system.aliases.all(), fetched.deliverables, fetched.reports)
    seen = differing(Q(deliverables__in=fetched.ids), moment.as_of)
    told = {one.deliverable.pk: one for one in fetched.told(seen)}
    deployments = [told[row.pk] for row in page]
    return SystemPage(
        system=system,
        aliases=[row for row in system.aliases.all() if told_by(row, moment.as_of)],
        named=named,
        page=page,
        deployments=deployments,
        since=_first_told(deployments, moment),
        groups=_groups(named, told),
        comparisons=compare(deployments),
    )


def _groups(named: Naming, told: Mapping[int, Delivered]) -> list[Group]:
    integrations, others = ([told[row.pk] for row in part] for part in named.beside(REST_SHOWN))
    groups = [
        Group(
            integrations,
            len(named.integrations),
            "tich-hop",
            _("Kết nối, tích hợp với hệ thống này"),
            _("Các nguồn chưa nhắc đến kết nối, tích hợp nào với hệ thống này."),
        )
    ]
    if others:
        label = _("Đầu tư, đào tạo, nội dung khác")
        groups.append(Group(others, len(named.others), "khac", label, ""))
    return groups


def _first_told(deployments: Sequence[Delivered], moment: Moment) -> dict[int, Any]:
    """Per deliverable the earliest official report of it: since when one knows that the place has it."""
    rows = ProgressReport.objects.official(moment).filter(
        deliverable__in=[one.deliverable.pk for one in deployments]
    )
    first: dict[int, Any] = {}
    for row in rows.order_by("as_of_end", "official_from", "pk"):
        first.setdefault(row.deliverable_id, row)
    return first

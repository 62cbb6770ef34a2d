"""The list of partners: each agreement with its phases and how far its deliverables have come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, Phase
from agreements.present_names import say_present_name, with_present_names
from agreements.terms import say_years
from agreements.told import has_begun
from coopportal.clock import Moment
from coopportal.lists import Column
from deliverables.pages.delivered import CITED
from deliverables.summaries.deployed import stages_by_agreement
from deliverables.summaries.results import Tally, said_in_words, tally


@dataclass(frozen=True)
class PartnerRow:
    agreement: Any
    phases: list[Any]
    in_force: set[int]
    tally: list[Tally]
    deliverables: int
    present_name: str

    @property
    def parents(self) -> list[Any]:
        """The agreements above this one, for a subsidiary one."""
        above = [phase.parent.agreement for phase in self.phases if phase.parent]
        return list({row.pk: row for row in above}.values())


def partner_rows(agreements: Sequence[Agreement], moment: Moment) -> list[PartnerRow]:
    """Shape the agreements of one page; those with nothing yet on the day have no phases."""
    stages = stages_by_agreement([row.pk for row in agreements], moment)
    say_years((phase for row in agreements for phase in row.phases.all()), moment.as_of)
    rows = []
    for agreement in agreements:
        phases = [row for row in agreement.phases.all() if has_begun(row, moment.as_of)]
        own = stages[agreement.pk]
        in_force = {row.pk for row in phases if row.in_force_on(moment.as_of)}
        name = say_present_name(agreement.partner, moment.as_of)
        told = tally(own.elements())
        rows.append(PartnerRow(agreement, phases, in_force, told, own.total(), name))
    return rows


def with_phases(agreements: Any) -> Any:
    """Agreements with what their line tells; ``subsidiary`` for those under another one."""
    phases = (
        Phase.objects.select_related("parent__agreement__partner")
        .prefetch_related(Prefetch("citations", queryset=CITED))
        .order_by("begins_on", "start_year", "slug")
    )
    under = Phase.objects.filter(agreement=OuterRef("pk"), parent__isnull=False)
    rows = agreements.select_related("vnpt_party", "partner__parent")
    return (
        with_present_names(rows)
        .annotate(subsidiary=Exists(under))
        .prefetch_related(Prefetch("phases", queryset=phases))
    )


COLUMNS: tuple[Column, ...] = (
    (_("Mã"), lambda row: row.agreement.slug),
    (_("Đối tác"), lambda row: row.agreement.partner.short_name),
    (_("Theo bản đồ ngày hỏi"), lambda row: row.present_name),
    (_("Loại đối tác"), lambda row: row.agreement.partner.get_kind_display()),
    (_("Phía VNPT"), lambda row: row.agreement.vnpt_party.short_name),
    (
        _("Trong khuôn khổ thỏa thuận với"),
        lambda row: "; ".join(parent.partner.short_name for parent in row.parents),
    ),
    (_("Giai đoạn"), lambda row: "; ".join(phase.years for phase in row.phases)),
    (
        _("Ngày ký"),
        lambda row: "; ".join(str(phase.signed_on or _("chưa rõ ngày ký")) for phase in row.phases),
    ),
    (
        _("Đang hiệu lực"),
        lambda row: "; ".join(phase.years for phase in row.phases if phase.pk in row.in_force),
    ),
    (_("Hạng mục"), lambda row: row.deliverables),
    (_("Kết quả đến nay"), lambda row: said_in_words(row.tally)),
)

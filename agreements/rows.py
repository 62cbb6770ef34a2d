"""What a line of the lists of the promise says, as cells of their CSV. Queries only for terms of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from agreements.participants import by_role
from agreements.terms import say_years
from coopportal.clock import Moment
from coopportal.lists import Column


def agreement_of(event: Any) -> Any:
    """The agreement an event belongs to, by itself or through its phase; None for one of the country."""
    return event.agreement or (event.phase.agreement if event.phase else None)


def _partner(event: Any) -> str:
    agreement = agreement_of(event)
    return str(agreement.partner.short_name) if agreement else ""


def _part(part: Any) -> str:
    name = part.person.name if part.person else f"{part.count or ''} {part.group_label}".strip()
    return f"{name}, {part.title}" if part.title else name


def _parts(event: Any) -> str:
    return "; ".join(
        f"{role}: {', '.join(_part(part) for part in people)}" for role, people in by_role(event)
    )


def _sources(row: Any) -> str:
    return "; ".join(dict.fromkeys(citation.source.short_name for citation in row.citations.all()))


@dataclass(frozen=True)
class PhaseRow:
    """One signed term as it stands on the day asked."""

    phase: Any
    in_force: bool
    expired: bool

    @property
    def term(self) -> str:
        if self.in_force:
            return str(_("đang hiệu lực"))
        return str(_("đã hết thời hạn") if self.expired else _("chưa đủ thông tin để tính"))


def phase_rows(phases: Sequence[Any], moment: Moment) -> list[PhaseRow]:
    """The phases of a page, or of some rows of a CSV, with the terms of the day: one query."""
    day = moment.as_of
    say_years((one for row in phases for one in (row, row.parent)), day)
    return [
        PhaseRow(row, row.in_force_on(day), bool(row.ends_on and row.ends_on < day))
        for row in phases
    ]


PHASE_COLUMNS: tuple[Column, ...] = (
    (_("Mã"), lambda row: row.phase.slug),
    (_("Đối tác"), lambda row: row.phase.agreement.partner.short_name),
    (_("Giai đoạn"), lambda row: row.phase.years),
    (_("Loại văn bản"), lambda row: row.phase.get_instrument_display()),
    (_("Tên văn bản"), lambda row: row.phase.title),
    (_("Ngày ký"), lambda row: row.phase.signed_on or _("chưa rõ ngày ký")),
    (_("Hết thời hạn"), lambda row: f"{row.phase.ends_on:%d/%m/%Y}" if row.phase.ends_on else ""),
    (_("Hiệu lực"), lambda row: row.term),
    (_("Trong khuôn khổ"), lambda row: str(row.phase.parent or "")),
    (_("Phía VNPT"), lambda row: row.phase.agreement.vnpt_party.short_name),
    (_("Nguồn"), lambda row: _sources(row.phase)),
)


def _told(side: Any) -> str:
    return f"{side.citation.source.short_name}: {side.says}"


def _subject(row: Any) -> str:
    """What a difference is about: a phase, else a partner, else a person."""
    if row.phase:
        return str(row.phase)
    return str(row.agreement.partner.short_name) if row.agreement else str(row.person or "")


DISCREPANCY_COLUMNS: tuple[Column, ...] = (
    (_("Mã"), lambda row: row.slug),
    (_("Vấn đề"), lambda row: row.topic),
    (_("Nói về"), _subject),
    (_("Đang dùng"), lambda row: "; ".join(_told(side) for side in row.sides.all() if side.chosen)),
    (
        _("Nguồn khác nói"),
        lambda row: "; ".join(_told(side) for side in row.sides.all() if not side.chosen),
    ),
    (_("Lý do chọn"), lambda row: row.reason),
)

EVENT_COLUMNS: tuple[Column, ...] = (
    (_("Mã"), lambda event: event.slug),
    (_("Ngày"), lambda event: event.happened_on),
    (_("Sự kiện"), lambda event: event.title),
    (_("Loại"), lambda event: event.get_kind_display()),
    (_("Đối tác"), _partner),
    (_("Giai đoạn"), lambda event: event.phase.years if event.phase else ""),
    (_("Nơi"), lambda event: event.place),
    (_("Người, nhóm tham gia"), _parts),
    (_("Ghi chú"), lambda event: event.note),
    (_("Nguồn"), _sources),
)

SOURCE_COLUMNS: tuple[Column, ...] = (
    (_("Mã"), lambda source: source.slug),
    (_("Tên"), lambda source: source.title),
    (_("Số, ký hiệu"), lambda source: source.number),
    (_("Loại"), lambda source: source.get_scope_display()),
    (_("Nơi đăng, ban hành"), lambda source: source.publisher),
    (_("Tác giả"), lambda source: source.authors),
    (_("Ngày"), lambda source: source.issued_on),
    (_("Căn cứ của ngày"), lambda s: s.get_issued_basis_display() if s.issued_on else ""),
    (_("Đoạn được dẫn"), lambda source: source.cited),
    (_("Địa chỉ"), lambda source: source.url),
)

"""What a line of the lists of events and sources says, as cells of their CSV. No queries."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from agreements.participants import by_role
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

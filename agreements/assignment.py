"""The whole assignment at a glance: who acts for which side, where nobody does, which accounts sleep.

For administrators, who keep it; lists with filters, and their cells in CSV. Not here: what acting permits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import gettext as _now, gettext_lazy as _

from accounts.dormancy import asleep
from agreements.choices import Side
from agreements.models import Agreement, Representative
from coopportal.clock import Moment
from coopportal.filtersets import KeyFilter, ListFilterSet, WordFilter, WordsFilter
from coopportal.lists import Column


class MandateStanding(TextChoices):
    """Whether a mandate runs on the day asked."""

    RUNNING = "running", _("Đang đại diện")
    ENDED = "ended", _("Đã hết")
    LATER = "later", _("Chưa đến ngày")


class _StandingFilter(WordFilter):
    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        day = self.moment.as_of
        if value == MandateStanding.RUNNING:
            return rows.filter(pk__in=Representative.objects.on(day).values("pk"))
        ended = value == MandateStanding.ENDED
        return rows.filter(Q(until_day__lt=day) if ended else Q(from_day__gt=day))


class AssignmentFilterSet(ListFilterSet):
    """Agreement × side × person, from and until."""

    agreement = KeyFilter("agreements.Agreement", "agreement", about=_("Thỏa thuận"))
    side = WordFilter(Side, "side", about=_("Phía"))
    standing = _StandingFilter(MandateStanding, about=_("Hiệu lực"))
    q = WordsFilter("user__search_text", "agreement__partner__search_text")

    orderings = {
        "partner": ["agreement__partner__sort_key", "agreement__slug", "side", "user__sort_key"],
        "name": ["user__sort_key", "user__username"],
    }
    default_ordering = "partner"
    unique = "pk"

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        return Representative.objects.select_related(
            "user", "agreement__partner", "agreement__vnpt_party"
        )


class VacancyFilterSet(ListFilterSet):
    """Agreements with nobody on a side on the day asked; annotates ``has_partner``, ``has_vnpt``."""

    q = WordsFilter("partner__search_text", "vnpt_party__search_text")

    orderings = {"partner": ["partner__sort_key"]}
    default_ordering = "partner"

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        # A closed account acts for nobody.
        acting = Representative.objects.on(moment.as_of).filter(
            agreement=OuterRef("pk"), user__is_active=True
        )
        return (
            Agreement.objects.select_related("partner", "vnpt_party")
            .annotate(
                has_partner=Exists(acting.filter(side=Side.PARTNER)),
                has_vnpt=Exists(acting.filter(side=Side.VNPT)),
            )
            .exclude(has_partner=True, has_vnpt=True)
        )


class SleeperFilterSet(ListFilterSet):
    """Accounts that nobody has used for 45 days; annotates ``last_used`` and ``mandate_count``."""

    q = WordsFilter("search_text")

    orderings = {"last_used": ["last_used"], "name": ["sort_key", "username"]}
    default_ordering = "last_used"
    unique = "pk"

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        running = Representative.objects.on(moment.as_of).values("pk")
        return asleep().annotate(
            mandate_count=Count("mandates", Q(mandates__in=running), distinct=True)
        )


def empty_sides(agreement: Any) -> str:
    """Which sides of an agreement nobody acts for."""
    sides = ((Side.PARTNER, agreement.has_partner), (Side.VNPT, agreement.has_vnpt))
    return ", ".join(str(side.label) for side, taken in sides if not taken)


def _until(mandate: Representative) -> Any:
    return mandate.until_day or _now("khi có thay đổi")


ASSIGNMENT_COLUMNS: tuple[Column, ...] = (
    (_("Thỏa thuận"), lambda row: row.agreement.slug),
    (_("Đối tác"), lambda row: row.agreement.partner.short_name),
    (_("Phía VNPT"), lambda row: row.agreement.vnpt_party.short_name),
    (_("Phía"), lambda row: row.get_side_display()),
    (_("Người đại diện"), lambda row: row.user.get_full_name()),
    (_("Tên đăng nhập"), lambda row: row.user.username),
    (_("Từ ngày"), lambda row: row.from_day),
    (_("Đến hết ngày"), _until),
    (_("Tài khoản còn hoạt động"), lambda row: row.user.is_active),
)

VACANCY_COLUMNS: tuple[Column, ...] = (
    (_("Thỏa thuận"), lambda row: row.slug),
    (_("Đối tác"), lambda row: row.partner.short_name),
    (_("Phía VNPT"), lambda row: row.vnpt_party.short_name),
    (_("Phía chưa có người"), empty_sides),
)

SLEEPER_COLUMNS: tuple[Column, ...] = (
    (_("Tên đăng nhập"), lambda row: row.username),
    (_("Họ và tên"), lambda row: row.get_full_name()),
    (_("Loại tài khoản"), lambda row: row.kind.label),
    (_("Dùng lần cuối"), lambda row: row.last_used.date()),
    (_("Đang đại diện"), lambda row: row.mandate_count),
)


@dataclass(frozen=True)
class Part:
    """One of the three lists: its name in the address, its words, its rows and their cells."""

    name: str
    title: Any
    about: Any
    filterset: type[ListFilterSet]
    columns: tuple[Column, ...]


PARTS = {
    "assignment": Part(
        "phan-cong",
        _("Ai đại diện cho phía nào"),
        _("Mỗi dòng một người ở một phía của một thỏa thuận, từ ngày nào đến ngày nào."),
        AssignmentFilterSet,
        ASSIGNMENT_COLUMNS,
    ),
    "vacancies": Part(
        "phia-chua-co-nguoi",
        _("Phía chưa có người"),
        _("Thỏa thuận mà hôm nay một phía hoặc cả hai phía không có ai báo cáo hay xác nhận."),
        VacancyFilterSet,
        VACANCY_COLUMNS,
    ),
    "sleepers": Part(
        "tai-khoan-lau-khong-dung",
        _("Tài khoản lâu không dùng"),
        _("Tài khoản còn mở mà 45 ngày qua không đăng nhập và không gọi API. Xem lại rồi đóng."),
        SleeperFilterSet,
        SLEEPER_COLUMNS,
    ),
}

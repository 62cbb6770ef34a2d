"""What awaits my side's verdict, beside what stood before; who waits for whom. Not here: deciding."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db.models import Count, Min
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy

from agreements.choices import Side
from coopportal.clock import BadParameter
from coopportal.context import with_query
from coopportal.pagination import page_of
from deliverables.choices import FlagKind, ReportState
from deliverables.flags import Compared, compared
from deliverables.models import ProgressReport, QueueSeen
from deliverables.pages.mandates import mandates_of
from deliverables.pages.review_rows import ReviewRow, days_since, review_rows

PER_PAGE = 20
AGREEMENT, SYSTEM, SIDE, FLAG, SINCE, KIND = (
    "thoa-thuan",
    "he-thong",
    "ben",
    "canh-bao",
    "cho-tu",
    "loai",
)
PARAMETERS = (AGREEMENT, SYSTEM, SIDE, FLAG, SINCE, KIND)
#: Words of the parameter ``canh-bao`` beside the kinds of flags: with any, with none.
ANY_FLAG, NO_FLAG = "co", "khong"
#: Days that a report has waited at least, to choose from.
WAITED = (3, 7, 14, 30)
#: Words of ``loai``: reports of the other side, only new ones, figures of public sources.
NEW, SOURCES = "moi", "nguon"


#: What the box of flags offers.
_FLAG_WORDS = [
    (ANY_FLAG, gettext_lazy("Có cảnh báo")),
    (NO_FLAG, gettext_lazy("Không có cảnh báo")),
    *FlagKind.choices,
]


@dataclass(frozen=True)
class Tab:
    """One narrowing with its count, for the line above the list."""

    label: str
    count: int
    url: str
    current: bool


@dataclass(frozen=True)
class Waiting:
    """Of one agreement: who waits for whom, how many reports, since when."""

    agreement: Any
    waits: str
    for_whom: str
    count: int
    days: int
    mine: bool


class Review:
    """The queue of a user as the address asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request, self.user = request, request.user
        self.mandates = mandates_of(request.user)
        self.asked = {name: request.GET.get(name, "").strip() for name in PARAMETERS}
        self._refuse_unknown()

    def _refuse_unknown(self) -> None:
        days = [str(number) for number in WAITED]
        known = {
            AGREEMENT: [m.agreement.slug for m in self.mandates],
            SIDE: Side.values,
            FLAG: [ANY_FLAG, NO_FLAG, *FlagKind.values],
            SINCE: days,
            KIND: [NEW, SOURCES],
            SYSTEM: [slug for slug, _name in self.systems],
        }
        for name, words in known.items():
            if self.asked[name] and self.asked[name] not in words:
                raise BadParameter(
                    name,
                    _("Không có lựa chọn này trong hàng chờ của anh, chị."),
                    self.asked[name][:40],
                )

    # ---- which reports ----

    @property
    def of_sources(self) -> bool:
        return self.asked[KIND] == SOURCES

    @cached_property
    def seen_at(self) -> dt.datetime | None:
        return QueueSeen.objects.filter(user=self.user.pk).values_list("seen_at", flat=True).first()

    @cached_property
    def _queue(self) -> list[Any]:
        """All that waits, oldest first, with just enough to narrow and count by."""
        reports = ProgressReport.objects.all()
        rows = (
            reports.sources_open_to(self.user)
            if self.of_sources
            else reports.awaiting_verdict_of(self.user)
        )
        return list(
            rows.select_related("deliverable__system").order_by(
                "submitted_at", "official_from", "pk"
            )
        )

    @cached_property
    def _compared(self) -> dict[int, Compared]:
        return compared(self._queue)

    @cached_property
    def systems(self) -> list[tuple[str, str]]:
        found = {
            row.deliverable.system.slug: row.deliverable.system.short_name
            for row in self._queue
            if row.deliverable.system
        }
        return sorted(found.items(), key=lambda one: one[1].casefold())

    def _is_new(self, row: Any) -> bool:
        """Sent since the queue was last marked as seen; before the first mark nothing is told apart."""
        seen, sent = self.seen_at, row.submitted_at
        return seen is not None and sent is not None and sent > seen

    def _fits(self, row: Any, *, but: str = "") -> bool:
        asked = {name: "" if name == but else word for name, word in self.asked.items()}
        flags = {flag.kind for flag in self._compared[row.pk].flags}
        slugs = {m.agreement.pk: m.agreement.slug for m in self.mandates}
        system = row.deliverable.system.slug if row.deliverable.system else ""
        return (
            (not asked[AGREEMENT] or slugs[row.deliverable.agreement_id] == asked[AGREEMENT])
            and (not asked[SYSTEM] or system == asked[SYSTEM])
            and (not asked[SIDE] or row.side == asked[SIDE])
            and (asked[FLAG] != ANY_FLAG or bool(flags))
            and (asked[FLAG] != NO_FLAG or not flags)
            and (asked[FLAG] not in FlagKind.values or asked[FLAG] in flags)
            and (not asked[SINCE] or days_since(row.submitted_at) >= int(asked[SINCE]))
            and (asked[KIND] != NEW or self._is_new(row))
        )

    @cached_property
    def page(self) -> Page[Any]:
        return page_of(
            self.request, [row.pk for row in self._queue if self._fits(row)], per_page=PER_PAGE
        )

    @cached_property
    def rows(self) -> list[ReviewRow]:
        return review_rows(
            list(self.page.object_list), self.user, self.mandates, self._compared, self._is_new
        )

    # ---- ways to narrow it ----

    @property
    def narrowed(self) -> bool:
        return any(self.asked.values())

    def _url(self, **asked: str) -> str:
        query = QueryDict(mutable=True)
        query.update({name: word for name, word in asked.items() if word})
        return with_query(self.request.path, query)

    @property
    def tabs(self) -> list[Tab]:
        """The few narrowings that people reach for, with their counts; counts do not move with the choice."""
        if self.of_sources:
            tabs = [Tab(_("Báo cáo của bên kia"), self.awaiting, self._url(), current=False)]
            tabs.append(Tab(_("Nguồn công bố"), self.total, self._url(loai=SOURCES), current=True))
            return tabs
        asked = self.asked
        tabs = [Tab(_("Tất cả"), self.total, self._url(), current=not self.narrowed)]
        for agreement, count in self.by_agreement if len(self.mandates) > 1 else ():
            current = asked[AGREEMENT] == agreement.slug
            url = self._url(**{AGREEMENT: agreement.slug})
            tabs.append(Tab(agreement.partner.short_name, count, url, current=current))
        flagged = self._url(**{FLAG: ANY_FLAG})
        tabs.append(Tab(_("Có cảnh báo"), self.flagged, flagged, current=asked[FLAG] == ANY_FLAG))
        if self.seen_at is not None:
            new = self._url(**{KIND: NEW})
            tabs.append(Tab(_("Mới từ lần xem trước"), self.new, new, current=asked[KIND] == NEW))
        sources = self._url(loai=SOURCES)
        return [*tabs, Tab(_("Nguồn công bố"), self.open_sources, sources, current=False)]

    @cached_property
    def open_sources(self) -> int:
        return ProgressReport.objects.sources_open_to(self.user).count()

    @cached_property
    def awaiting(self) -> int:
        return ProgressReport.objects.awaiting_verdict_of(self.user).count()

    @property
    def choices(self) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
        """The boxes above the list: name of the parameter, label, its words with the one chosen."""
        agreements = [(m.agreement.slug, m.agreement.partner.short_name) for m in self.mandates]
        boxes: list[tuple[str, str, Sequence[tuple[str, Any]]]] = [
            (AGREEMENT, _("Thỏa thuận"), agreements),
            (SYSTEM, _("Hệ thống"), self.systems),
            (SIDE, _("Bên báo cáo"), Side.choices),
            (FLAG, _("Cảnh báo"), _FLAG_WORDS),
            (SINCE, _("Đã chờ"), [(str(n), _("từ %d ngày") % n) for n in WAITED]),
        ]
        kept = boxes if not self.of_sources else [boxes[0], boxes[1], boxes[3]]
        kept = [box for box in kept if box[0] != AGREEMENT or len(agreements) > 1]
        sides = {mandate.side for mandate in self.mandates}
        kept = [box for box in kept if box[0] != SIDE or len(sides) > 1]
        return [
            (name, label, [(word, str(text), self.asked[name] == word) for word, text in words])
            for name, label, words in kept
        ]

    # ---- counts ----

    @cached_property
    def total(self) -> int:
        return len(self._queue)

    @property
    def longest(self) -> int:
        return max((days_since(row.submitted_at) for row in self._queue), default=0)

    @property
    def by_agreement(self) -> list[tuple[Any, int]]:
        counts = Counter(row.deliverable.agreement_id for row in self._queue)
        return [
            (m.agreement, counts[m.agreement.pk]) for m in self.mandates if counts[m.agreement.pk]
        ]

    @property
    def flagged(self) -> int:
        return sum(bool(self._compared[row.pk].flags) for row in self._queue)

    @property
    def new(self) -> int:
        return sum(self._is_new(row) for row in self._queue)

    @property
    def clear(self) -> int:
        """Rows of this page that may be confirmed together."""
        return sum(not row.compared.flags for row in self.rows)

    @cached_property
    def waiting(self) -> list[Waiting]:
        """Who waits for whom, in every agreement of mine."""
        counted = (
            ProgressReport.objects.filter(
                state=ReportState.SUBMITTED,
                deliverable__agreement__in=[m.agreement.pk for m in self.mandates],
            )
            .values("deliverable__agreement", "side")
            .annotate(count=Count("pk"), since=Min("submitted_at"))
        )
        found = {(row["deliverable__agreement"], row["side"]): row for row in counted}
        told = []
        for mandate in self.mandates:
            for side in (mandate.side, *(s for s in Side if s != mandate.side)):
                if row := found.get((mandate.agreement.pk, side)):
                    mine = side == mandate.side
                    names = (mandate.own, mandate.other) if mine else (mandate.other, mandate.own)
                    told.append(
                        Waiting(
                            mandate.agreement, *names, row["count"], days_since(row["since"]), mine
                        )
                    )
        return told

"""The quick-update sheet: what asks for news, what stood before, and the boxes beside it.

Not here: what is done with what was typed (deliverables/actions), what a box means (deliverables/forms).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from agreements.choices import SystemFamily
from agreements.models import System
from coopportal.clock import BadParameter, Moment
from coopportal.pagination import PAGE_PARAMETER
from deliverables.forms import SaidForm
from deliverables.models import Deliverable, Measurement, ProgressReport, Target
from deliverables.pages.delivered import CITED
from deliverables.pages.mandates import mandates_of, receiver_of
from deliverables.pages.sheet_rows import AGREEMENT, FAMILY, SYSTEM, Group, Narrowing
from deliverables.summaries.current import current_measurements

#: Deliverables on one page of the sheet.
PER_PAGE = 20


class Sheet:
    """One page of the sheet for a user; ``data`` is what was posted, if anything."""

    def __init__(self, request: HttpRequest, data: QueryDict | None = None) -> None:
        self.request, self.user, self.data = request, request.user, data
        self.moment = Moment.now()
        self._shown: set[int] = set()
        self.mandates = mandates_of(request.user)
        self.narrowing = self._narrowing()

    # ---- which rows ----

    def _narrowing(self) -> Narrowing:
        asked = {
            name: self.request.GET.get(name, "").strip() for name in (AGREEMENT, SYSTEM, FAMILY)
        }
        mine = [mandate.agreement.slug for mandate in self.mandates]
        if asked[AGREEMENT] and asked[AGREEMENT] not in mine:
            raise BadParameter(
                AGREEMENT, _("Anh, chị không đại diện ở thỏa thuận này."), asked[AGREEMENT][:40]
            )
        if asked[FAMILY] and asked[FAMILY] not in SystemFamily.values:
            raise BadParameter(FAMILY, _("Không có nhóm hệ thống này."), asked[FAMILY][:40])
        systems = list(
            System.objects.filter(
                Exists(
                    Deliverable.objects.filter(
                        system=OuterRef("pk"),
                        agreement__in=[mandate.agreement.pk for mandate in self.mandates],
                    )
                )
            )
            .order_by("sort_key")
            .values_list("slug", "short_name")
        )
        if asked[SYSTEM] and asked[SYSTEM] not in dict(systems):
            raise BadParameter(
                SYSTEM,
                _("Không có hệ thống này trong thỏa thuận nào của anh, chị."),
                asked[SYSTEM][:40],
            )
        return Narrowing(asked[AGREEMENT], asked[SYSTEM], asked[FAMILY], systems)

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """What asks me for news; not what was sent, nor what came back: that stands above the sheet."""
        reports = ProgressReport.objects.all()
        handled = [
            Exists(queue.filter(deliverable=OuterRef("pk")))
            for queue in (reports.sent_by_side_of(self.user), reports.returned_to(self.user))
        ]
        rows: Any = (
            Deliverable.objects.asking_for_news(self.moment)
            .filter(*(~sent for sent in handled))
            .filter(agreement__in=[mandate.agreement.pk for mandate in self.mandates])
            .select_related("system", "agreement__partner", "agreement__vnpt_party", "phase")
            .order_by("agreement__partner__sort_key", "agreement__slug", "sort_key", "pk")
        )
        if self.narrowing.agreement:
            rows = rows.filter(agreement__slug=self.narrowing.agreement)
        if self.narrowing.system:
            rows = rows.filter(system__slug=self.narrowing.system)
        if self.narrowing.family:
            rows = rows.filter(system__family=self.narrowing.family)
        return rows

    @cached_property
    def page(self) -> Page[Any]:
        """The page asked for; the last one where the rows of a later page have been sent meanwhile."""
        asked = self.request.GET.get(PAGE_PARAMETER, "").strip() or "1"
        paginator = Paginator(self.rows, PER_PAGE)
        if not (asked.isascii() and asked.isdigit() and int(asked[:9]) > 0):
            raise BadParameter(PAGE_PARAMETER, _("Ghi số trang, từ 1 trở lên."), asked[:40])
        return paginator.get_page(int(asked[:9]))

    # ---- what stands in them ----

    @cached_property
    def groups(self) -> list[Group]:
        if self.data is None:
            rows = list(self.page.object_list)
        else:
            rows = list(self.rows.filter(pk__in=self._posted))
        self._shown = {row.pk for row in rows}
        return self._with_forms(rows)

    @cached_property
    def _posted(self) -> set[int]:
        """The rows that were on the page when it was made, wherever they would stand by now."""
        keys = self.data.getlist("hm") if self.data is not None else []
        return {int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 19}

    def _with_forms(self, rows: Sequence[Any]) -> list[Group]:
        ids = [row.pk for row in rows]
        previous = self._previous(ids)
        indicators = self._indicators(ids, previous)
        drafts = self._drafts(ids)
        awaiting = {
            row.deliverable_id: row
            for row in ProgressReport.objects.awaiting_verdict_of(self.user).filter(
                deliverable__in=ids
            )
        }
        by_agreement = {mandate.agreement.pk: mandate for mandate in self.mandates}
        return [
            Group(
                row,
                by_agreement[row.agreement_id],
                SaidForm(
                    self.data,
                    deliverable=row,
                    indicators=indicators.get(row.pk, []),
                    previous=previous.get(row.pk, {}),
                    stage_before=row.stage,
                    draft=drafts.get(row.pk),
                    with_day=False,
                ),
                drafts.get(row.pk),
                awaiting.get(row.pk),
                self._version(row.pk, drafts.get(row.pk)),
            )
            for row in rows
        ]

    def _version(self, deliverable: int, draft: Any) -> int:
        """Which save of the draft was on the page; what is on it now while nothing was posted."""
        if draft is None:
            return 0
        if self.data is None:
            return int(draft.version)
        uid, _colon, version = self.data.get(f"v{deliverable}", "").partition(":")
        sound = uid == str(draft.uid) and version.isascii() and version.isdigit()
        return int(version) if sound else 0

    def _previous(self, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        for figure in current_measurements(self.moment, ids):
            found.setdefault(figure.report.deliverable_id, {})[figure.indicator.key] = figure
        return found

    def _indicators(
        self, ids: Sequence[int], previous: Mapping[int, Mapping[str, Any]]
    ) -> dict[int, list[Any]]:
        """What a deliverable is measured by: figures so far, and targets without one."""
        found = {
            pk: {figure.indicator.key: figure.indicator for figure in figures.values()}
            for pk, figures in previous.items()
        }
        for target in Target.objects.filter(deliverable__in=ids).select_related("indicator"):
            found.setdefault(target.deliverable_id, {}).setdefault(
                target.indicator.key, target.indicator
            )
        drafted = Measurement.objects.filter(
            report__in=ProgressReport.objects.drafts_of(self.user).filter(deliverable__in=ids)
        ).select_related("indicator", "report")
        for figure in drafted:
            found.setdefault(figure.report.deliverable_id, {}).setdefault(
                figure.indicator.key, figure.indicator
            )
        return {pk: list(rows.values()) for pk, rows in found.items()}

    def _drafts(self, ids: Sequence[int]) -> dict[int, Any]:
        """The latest draft of each; earlier ones stand among the other drafts."""
        rows = (
            ProgressReport.objects.drafts_of(self.user)
            .filter(deliverable__in=ids, revises__isnull=True)
            .select_related("author")
            .prefetch_related(
                Prefetch("measurements", queryset=Measurement.objects.select_related("indicator")),
                Prefetch("citations", queryset=CITED),
            )
            .order_by("as_of_end", "pk")
        )
        return {row.deliverable_id: row for row in rows}

    # ---- what was typed ----

    @cached_property
    def sent_meanwhile(self) -> list[Any]:
        """Reports of rows that were posted with something typed and are no rows any more: sent, or back."""
        if self.data is None:
            return []
        gone = [pk for pk in self._posted - self._shown if self._typed(pk)]
        if not gone:
            return []
        reports = ProgressReport.objects
        sent, back = reports.sent_by_side_of(self.user), reports.returned_to(self.user)
        theirs = reports.filter(
            Q(pk__in=sent.values("pk")) | Q(pk__in=back.values("pk")), deliverable__in=gone
        )
        return list(theirs.select_related("deliverable").order_by("pk"))

    def _typed(self, deliverable: int) -> bool:
        """Whether a row says anything beyond what it said when the page was made."""
        data: Any = self.data
        prefix = f"h{deliverable}-"
        boxes = (name for name in data if name.startswith((f"{prefix}s-", f"{prefix}g")))
        if any(data[name].strip() for name in boxes):
            return True
        return bool(data.get(f"{prefix}tt", "") != data.get(f"initial-{prefix}tt", ""))

    def forget(self, deliverables: Collection[int]) -> None:
        """Leave out rows that have been sent."""
        self.groups = [one for one in self.groups if one.deliverable.pk not in deliverables]

    @property
    def to_keep(self) -> list[Group]:
        """Rows that say something new and can stand; a draft that was not touched is left as it is."""
        return [
            group for group in self.groups if group.form.has_changed() and group.form.is_valid()
        ]

    # ---- what a page tells of it ----

    @property
    def ready(self) -> int:
        return sum(
            group.form.ready if group.form.is_bound else group.draft is not None
            for group in self.groups
        )

    @property
    def bad(self) -> int:
        return sum(group.state == "bad" for group in self.groups)

    @property
    def untouched(self) -> int:
        return sum(not group.state for group in self.groups)

    @property
    def receiver(self) -> str:
        """Who confirms what is sent from here."""
        chosen = [m for m in self.mandates if m.agreement.slug == self.narrowing.agreement]
        return receiver_of(chosen or self.mandates)


def keeping_the_rest(sheet: Sheet) -> QueryDict:
    """What was posted, with "Giữ nguyên" ticked in every row that nobody touched."""
    data: QueryDict = sheet.data.copy() if sheet.data is not None else QueryDict(mutable=True)
    for group in sheet.groups:
        if group.form.touched:
            continue
        for name in group.form.fields:
            if name.startswith("g-") or (name == "giu" and group.deliverable.stage):
                data[group.form.add_prefix(name)] = "on"
    return data

"""Progress reports with their measurements and evidence: what was said, by whom, as of when."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agreements.choices import Qualifier, Side
from agreements.models import Citation, Representative
from coopportal.clock import Moment, today
from coopportal.partial_dates import PartialDate, PartialDateField
from coopportal.vietnamese import VietnameseCharField, VietnameseTextField
from deliverables.choices import (
    ReportBasis,
    ReportSide,
    ReportState,
    Stage,
    ValueKind,
    one_of,
)
from deliverables.models.deliverable import Deliverable
from deliverables.models.indicator import Indicator
from deliverables.models.queues import ReportQueues


class ProgressReportQuerySet(ReportQueues, models.QuerySet["ProgressReport"]):
    def official(self, moment: Moment) -> ProgressReportQuerySet:
        """Official at (as_of A, known_on K).

        That is ``as_of_end ≤ A`` and ``official_from ≤ end of day K < official_to`` (design.md §3).

        A NULL ``official_from`` was never official; a NULL ``official_to`` still is. The moment's basis
        narrows them to those that were confirmed by then, or to those that were only published.
        """
        official = self.filter(
            Q(official_from__isnull=False),
            Q(as_of_end__lte=moment.as_of),
            Q(official_from__lt=moment.known_until),
            Q(official_to__isnull=True) | Q(official_to__gte=moment.known_until),
        )
        confirmed = Q(state=ReportState.CONFIRMED, decided_at__lt=moment.known_until)
        if moment.basis == ReportBasis.CONFIRMED:
            return official.filter(confirmed)
        if moment.basis == ReportBasis.PUBLISHED:
            return official.exclude(confirmed)
        return official

    def visible_to(self, user: User | AnonymousUser) -> ProgressReportQuerySet:
        """What a user may read (design.md §4, docs/permissions.md).

        Everyone: what is or once was official, set-aside sources with their reason. Those who represent
        either side of the agreement today: submitted, returned, disputed and withdrawn ones too; drafts
        only their own side. A draft of a source belongs to administrators.
        """
        public = Q(official_from__isnull=False)
        if not (user.is_authenticated and user.is_active):
            return self.filter(public)
        mandates = Representative.objects.on(today()).filter(user=user)
        mine = mandates.filter(agreement=OuterRef("deliverable__agreement"))
        seen: Any = public | (~Q(state=ReportState.DRAFT) & Exists(mine))
        seen |= Q(state=ReportState.DRAFT) & Exists(mine.filter(side=OuterRef("side")))
        if user.is_superuser:
            seen |= Q(side=ReportSide.SOURCE)
        return self.filter(seen)

    def acted_on_by(self, user: User | AnonymousUser) -> ProgressReportQuerySet:
        """Visible reports, each with the sides for which the user acts there today: one question for both.

        Annotates ``acting`` with the user's key, ``acts_for_partner`` and ``acts_for_vnpt``;
        ``deliverables.permissions.side_of`` reads them instead of asking again.
        """
        mandates = Representative.objects.on(today()).filter(
            user=user.pk, agreement=OuterRef("deliverable__agreement")
        )
        return self.visible_to(user).annotate(
            acting=Value(user.pk, output_field=models.BigIntegerField()),
            acts_for_partner=Exists(mandates.filter(side=Side.PARTNER)),
            acts_for_vnpt=Exists(mandates.filter(side=Side.VNPT)),
        )

    def told_at(self, moment: Moment, user: User | AnonymousUser) -> ProgressReportQuerySet:
        """What a user reads of the history at a moment: of that day and before, known by then.

        Annotates ``told_state``, the state that the report had at the end of ``known_on``, and
        ``told_revises``, what it revises. A dispute, and a revised report that never was official, is told
        only to those who represent either side of the agreement; before it was disputed, a report was
        published and is told so.
        """
        known = moment.known_until
        undecided = Q(decided_at__isnull=True) | Q(decided_at__gte=known)
        told = (
            self.visible_to(user)
            .filter(
                Q(official_from__lt=known)
                | Q(official_from__isnull=True, submitted_at__lt=known)
                | Q(official_from__isnull=True, submitted_at__isnull=True, created_at__lt=known),
                as_of_end__lte=moment.as_of,
            )
            .annotate(
                told_state=Case(
                    When(
                        undecided & Q(official_from__lt=known),
                        then=Value(ReportState.PUBLISHED.value),
                    ),
                    When(
                        undecided & Q(submitted_at__lt=known),
                        then=Value(ReportState.SUBMITTED.value),
                    ),
                    default=F("state"),
                    output_field=models.CharField(),
                )
            )
        )
        once_official = When(revises__official_from__isnull=False, then=F("revises__uid"))
        if not (user.is_authenticated and user.is_active):
            return told.exclude(told_state=ReportState.DISPUTED).annotate(
                told_revises=Case(once_official, output_field=models.UUIDField(null=True))
            )
        mine = Exists(
            Representative.objects.on(today()).filter(
                user=user, agreement=OuterRef("deliverable__agreement")
            )
        )
        return told.filter(~Q(told_state=ReportState.DISPUTED) | mine).annotate(
            told_revises=Case(
                once_official,
                When(mine, then=F("revises__uid")),
                output_field=models.UUIDField(null=True),
            )
        )

    def latest_first(self) -> ProgressReportQuerySet:
        """The order in which reports overtake one another: (as_of_end, official_from, id)."""
        return self.order_by("-as_of_end", "-official_from", "-id")


class AsOfEndField(models.DateField):
    """The last day that ``as_of`` allows, kept in step with it; where that is unknown it is given."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        as_of = ProgressReport._meta.get_field("as_of").to_python(model_instance.as_of)  # type: ignore[attr-defined]
        if as_of is not None:
            setattr(model_instance, self.attname, as_of.last_day)
        return super().pre_save(model_instance, add)


class ProgressReportManager(models.Manager.from_queryset(ProgressReportQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, uid: str) -> ProgressReport:
        return self.get(uid=uid)


class ProgressReport(models.Model):
    """What one side, or a public source, says of a deliverable as of a day.

    Once it is no draft, what it says never changes again: the database refuses it (deliverables/triggers).
    ``official_from`` and ``official_to`` bound its reign; both are instants set once.
    """

    uid = models.UUIDField(_("mã"), unique=True, default=uuid.uuid4, editable=False)
    deliverable = models.ForeignKey(
        Deliverable, on_delete=models.PROTECT, related_name="reports", verbose_name=_("hạng mục")
    )
    as_of = PartialDateField(_("tính đến"))
    as_of_end = AsOfEndField(
        _("tính đến hết ngày"),
        blank=True,
        help_text=_(
            "Ngày muộn nhất mà “tính đến” cho phép; không ghi ngày thì theo ngày của nguồn."
        ),
    )
    stage = models.CharField(_("trạng thái"), max_length=30, choices=Stage)
    narrative = VietnameseTextField(_("diễn giải"), blank=True)
    coverage = VietnameseCharField(_("phạm vi áp dụng"), max_length=200, blank=True)
    side = models.CharField(_("bên báo cáo"), max_length=10, choices=ReportSide)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("người lập"),
    )
    state = models.CharField(
        _("tình trạng"), max_length=20, choices=ReportState, default=ReportState.DRAFT
    )
    set_aside_reason = VietnameseTextField(_("lý do không dùng"), blank=True)
    revises = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="revisions",
        verbose_name=_("sửa báo cáo"),
    )
    #: Counts the times a draft was saved: whoever saves says which one he or she saw (docs/adr/0012).
    #: It is no part of what the report says, and not in fixtures.
    version = models.PositiveIntegerField(
        _("lần lưu nháp"), default=1, editable=False, serialize=False
    )
    created_at = models.DateTimeField(_("lập lúc"), auto_now_add=True)
    submitted_at = models.DateTimeField(_("gửi lúc"), null=True, blank=True, editable=False)
    decided_at = models.DateTimeField(_("quyết định lúc"), null=True, blank=True, editable=False)
    official_from = models.DateTimeField(_("chính thức từ"), null=True, blank=True, editable=False)
    official_to = models.DateTimeField(_("chính thức đến"), null=True, blank=True, editable=False)
    citations = models.ManyToManyField(
        Citation, blank=True, related_name="reports", verbose_name=_("trích dẫn")
    )

    objects = ProgressReportManager()

    class Meta:
        verbose_name = _("báo cáo số liệu")
        verbose_name_plural = _("báo cáo số liệu")
        ordering = ["deliverable", "-as_of_end", "-id"]
        constraints = [
            one_of("stage", Stage, "progressreport"),
            one_of("side", ReportSide, "progressreport"),
            one_of("state", ReportState, "progressreport"),
            models.CheckConstraint(
                name="progressreport_submitted_has_time",
                condition=Q(state__in=["draft", "published", "set_aside"])
                | Q(submitted_at__isnull=False)
                | Q(side=ReportSide.SOURCE),
                violation_error_message=_("Báo cáo đã gửi phải có thời điểm gửi."),
            ),
            models.CheckConstraint(
                name="progressreport_decided_has_time",
                condition=Q(state__in=["draft", "submitted", "published"])
                | Q(decided_at__isnull=False),
                violation_error_message=_("Báo cáo đã quyết định phải có thời điểm quyết định."),
            ),
            models.CheckConstraint(
                name="progressreport_official_has_start",
                condition=Q(official_from__isnull=False)
                | ~Q(state__in=["confirmed", "published", "set_aside"]),
                violation_error_message=_("Báo cáo chính thức phải có thời điểm bắt đầu."),
            ),
            models.CheckConstraint(
                name="progressreport_never_official_states",
                condition=~Q(state__in=["draft", "submitted", "returned", "withdrawn"])
                | Q(official_from__isnull=True),
                violation_error_message=_("Báo cáo chưa được xác nhận thì chưa phải chính thức."),
            ),
            models.CheckConstraint(
                name="progressreport_reign_in_order",
                condition=Q(official_to__isnull=True) | Q(official_to__gte=F("official_from")),
                violation_error_message=_("Thời điểm thôi chính thức phải sau thời điểm bắt đầu."),
            ),
            models.CheckConstraint(
                name="progressreport_published_is_source",
                condition=~Q(state__in=["published", "set_aside"]) | Q(side=ReportSide.SOURCE),
                violation_error_message=_("Chỉ số liệu từ nguồn công bố mới được đăng thẳng."),
            ),
            models.CheckConstraint(
                name="progressreport_set_aside_has_reason",
                condition=(Q(state=ReportState.SET_ASIDE) & ~Q(set_aside_reason=""))
                | (~Q(state=ReportState.SET_ASIDE) & Q(set_aside_reason="")),
                violation_error_message=_("Không dùng một nguồn thì phải ghi lý do."),
            ),
            models.CheckConstraint(
                name="progressreport_side_has_author",
                condition=Q(side=ReportSide.SOURCE) | Q(author__isnull=False),
                violation_error_message=_("Báo cáo của một bên phải có người lập."),
            ),
            # Two newspapers may tell of one day: drafts of sources are not held to it.
            models.UniqueConstraint(
                fields=["deliverable", "side", "as_of_end"],
                condition=Q(state=ReportState.DRAFT) & ~Q(side=ReportSide.SOURCE),
                name="progressreport_one_open_draft",
                violation_error_message=_(
                    "Bên này đã có bản nháp của hạng mục cho ngày đó. Mở bản nháp đó để sửa tiếp."
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["deliverable", "-as_of_end", "-official_from", "-id"],
                name="report_current",
                condition=Q(official_from__isnull=False),
            ),
            models.Index(fields=["state", "submitted_at"], name="report_queue"),
            # Beside these `report_latest`, the order of all reports: migration 0047, for databases word it in
            # two ways. What waits, and what was sent back: counted on every page of who represents a side.
            models.Index(
                fields=["deliverable", "state"],
                name="report_waiting",
                condition=Q(state__in=["submitted", "returned"]),
            ),
        ]

    def __str__(self) -> str:
        # A form shows what was typed again, also where the day is missing.
        day = f"{self.as_of_end:%d/%m/%Y}" if self.as_of_end else "…"
        return f"{self.deliverable}, {day}"

    def clean(self) -> None:
        super().clean()
        if isinstance(self.as_of, PartialDate):
            self.as_of_end = self.as_of.last_day
        if self.as_of_end is None:
            raise ValidationError(
                {"as_of_end": _("Nguồn không ghi ngày số liệu thì ghi ngày ban hành của nguồn.")}
            )

    def natural_key(self) -> tuple[str]:
        return (str(self.uid),)

    def official_at(self, moment: Moment) -> bool:
        """The same rule as :meth:`ProgressReportQuerySet.official`, for a row in hand."""
        known = moment.known_until
        confirmed = (
            self.state == ReportState.CONFIRMED
            and self.decided_at is not None
            and self.decided_at < known
        )
        return (
            self.official_from is not None
            and self.as_of_end <= moment.as_of
            and self.official_from < known
            and (self.official_to is None or self.official_to >= known)
            and (moment.basis != ReportBasis.CONFIRMED or confirmed)
            and (moment.basis != ReportBasis.PUBLISHED or not confirmed)
        )

    def content(self) -> dict[str, Any]:
        """What the report says, in a canonical form: the part that never changes and that is hashed."""
        return content_of(
            self,
            deliverable=self.deliverable.slug,
            revises=str(self.revises.uid) if self.revises else None,
            measurements=[
                measurement.content()
                for measurement in sorted(
                    self.measurements.all(), key=lambda row: row.indicator.key
                )
            ],
            citations=sorted(citation.natural_key() for citation in self.citations.all()),
            files=sorted(file.content() for file in self.files.all()),
        )


#: The unit of shares of a whole.
PERCENT = "%"


def content_of(
    report: Any,
    *,
    deliverable: str,
    revises: str | None,
    measurements: list[dict[str, str | None]],
    citations: list[tuple[str, str, str]],
    files: list[list[str]] | None = None,
) -> dict[str, Any]:
    """The canonical form of a report's content, from its columns and what stands beside them.

    ``measurements`` are sorted by indicator, ``citations`` by natural key, ``files`` by content. A report
    without files says nothing of any, as all did before there were files. Asks no database, so that
    bulk loads build the same form from rows that are not stored yet.
    """
    return {
        "report": str(report.uid),
        "deliverable": deliverable,
        "as_of": report.as_of.iso if report.as_of else None,
        "as_of_end": report.as_of_end.isoformat(),
        "stage": report.stage,
        "narrative": report.narrative,
        "coverage": report.coverage,
        "side": report.side,
        "revises": revises,
        "measurements": measurements,
        "citations": citations,
        **({"files": files} if files else {}),
    }


class MeasurementQuerySet(models.QuerySet["Measurement"]):
    def current(self, moment: Moment) -> MeasurementQuerySet:
        """Each deliverable's figures at a moment: per indicator that of the latest official report."""
        if moment.knows_all:
            return self._standing(moment)
        latest = Measurement.objects.latest_of(moment, of=OuterRef("report__deliverable"))
        own = latest.filter(indicator=OuterRef("indicator"))
        return self.filter(pk=Subquery(own.values("pk")[:1]))

    def latest_of(self, moment: Moment, *, of: Any) -> MeasurementQuerySet:
        """Figures of one deliverable (or an outer query's): the first of each indicator is the current.

        Where what stands is kept, there is no other; else those that it overtook follow.
        """
        if moment.knows_all:
            return self._standing(moment).filter(current__deliverable=of).order_by()
        official = ProgressReport.objects.official(moment).values("pk")
        return self.filter(report__deliverable=of, report__in=official).order_by(
            "-report__as_of_end", "-report__official_from", "-report_id", "pk"
        )

    def _standing(self, moment: Moment) -> MeasurementQuerySet:
        return self.filter(current__begins__lte=moment.as_of, current__ends__gt=moment.as_of)


class MeasurementManager(models.Manager.from_queryset(MeasurementQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, report: str, indicator: str) -> Measurement:
        return self.get(report__uid=report, indicator__key=indicator)


def plain(value: Any) -> str | None:
    """A decimal without exponent or idle zeros: ``32``, ``24.5``; the same on every database."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class Measurement(models.Model):
    """One indicator's figure in a report. Without a value it says that there is no figure, which is no 0.

    ``value`` is in the indicator's unit; ``numerator`` and ``denominator`` stand behind a percentage
    where they are known; ``text`` is the source's own word where there is no number ("phần lớn").
    """

    report = models.ForeignKey(
        ProgressReport,
        on_delete=models.CASCADE,
        related_name="measurements",
        verbose_name=_("báo cáo"),
    )
    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, related_name="measurements", verbose_name=_("chỉ tiêu")
    )
    value = models.DecimalField(
        _("giá trị"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    numerator = models.DecimalField(
        _("tử số"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    denominator = models.DecimalField(
        _("mẫu số"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    qualifier = models.CharField(
        _("từ chỉ mức"), max_length=20, choices=Qualifier, default=Qualifier.EXACT
    )
    text = VietnameseCharField(
        _("nguyên văn"),
        max_length=200,
        blank=True,
        help_text=_("Cách nguồn ghi con số, tối đa 12 từ."),
    )

    objects = MeasurementManager()

    class Meta:
        verbose_name = _("số liệu")
        verbose_name_plural = _("số liệu")
        ordering = ["report", "indicator"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "indicator"],
                name="measurement_indicator_once",
                violation_error_message=_("Báo cáo này đã có chỉ tiêu đó."),
            ),
            one_of("qualifier", Qualifier, "measurement"),
            models.CheckConstraint(
                name="measurement_exact_has_value",
                condition=~Q(qualifier=Qualifier.EXACT) | Q(value__isnull=False),
                violation_error_message=_(
                    "Không có số thì chọn “không nêu số”, đừng để “đúng”; ô trống không phải là 0."
                ),
            ),
            models.CheckConstraint(
                name="measurement_unspecified_has_none",
                condition=~Q(qualifier=Qualifier.UNSPECIFIED) | Q(value__isnull=True),
                violation_error_message=_("Đã chọn “không nêu số” thì để trống giá trị."),
            ),
            models.CheckConstraint(
                name="measurement_share_complete",
                condition=Q(numerator__isnull=True) | Q(denominator__gt=0),
                violation_error_message=_("Có tử số thì phải có mẫu số lớn hơn 0."),
            ),
        ]
        indexes = [models.Index(fields=["indicator", "report"], name="measurement_by_indicator")]

    def __str__(self) -> str:
        return f"{self.indicator}: {plain(self.value) or self.text or '–'}"

    def clean(self) -> None:
        """A share lies between 0 and 100; what is counted so far, or on the day, is not below 0."""
        super().clean()
        if self.value is None or self.indicator_id is None:
            return
        if self.indicator.unit == PERCENT:
            if not 0 <= self.value <= 100:
                raise ValidationError({"value": _("Tỷ lệ phải từ 0 đến 100.")})
        elif self.value < 0 and self.indicator.value_kind != ValueKind.INCREMENT:
            raise ValidationError(
                {"value": _("Số này không thể nhỏ hơn 0. Chỉ số tăng thêm mới có thể âm.")}
            )

    def natural_key(self) -> tuple[str, str]:
        return (str(self.report.uid), self.indicator.key)

    natural_key.dependencies = ["deliverables.progressreport"]  # type: ignore[attr-defined]

    def content(self) -> dict[str, str | None]:
        return figure_of(self, self.indicator.key)


def figure_of(measurement: Any, indicator: str) -> dict[str, str | None]:
    """The canonical form of one measurement of the indicator with that key."""
    return {
        "indicator": indicator,
        "value": plain(measurement.value),
        "numerator": plain(measurement.numerator),
        "denominator": plain(measurement.denominator),
        "qualifier": measurement.qualifier,
        "text": measurement.text,
    }

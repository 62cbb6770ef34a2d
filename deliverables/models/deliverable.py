"""Deliverables: one thing undertaken. Deployments, which put a system into service, are a proxy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import User
from agreements.models import (
    Agreement,
    Citation,
    CooperationArea,
    Discrepancy,
    Party,
    Phase,
    Representative,
    Statement,
    System,
)
from coopportal.clock import Moment, today
from coopportal.vietnamese import (
    FoldedTextField,
    SortKeyField,
    VietnameseCharField,
    VietnameseTextField,
)
from deliverables.choices import DeliverableKind, ReportState, Stage, Standing, one_of
from deliverables.models.owing import DeliverablesOwing


def _standing_on(relation: str, moment: Moment) -> FilteredRelation:
    """The row of a deliverable's current reports that stands on the day asked: one, or none."""
    return FilteredRelation(
        relation,
        condition=Q(
            **{f"{relation}__begins__lte": moment.as_of, f"{relation}__ends__gt": moment.as_of}
        ),
    )


def _standing_of_state() -> Case:
    return Case(
        When(report_state__isnull=True, then=Value(Standing.NONE.value)),
        When(report_state=ReportState.CONFIRMED, then=Value(Standing.CONFIRMED.value)),
        default=Value(Standing.PUBLISHED.value),
        output_field=models.CharField(),
    )


class DeliverableQuerySet(DeliverablesOwing):
    def deployments(self) -> DeliverableQuerySet:
        return self.filter(kind=DeliverableKind.DEPLOYMENT)

    def begun(self, moment: Moment) -> DeliverableQuerySet:
        """Deliverables whose time has come: their phase has begun, and they were agreed upon.

        Without a phase, or where the phase's start is unknown, once an official report speaks of them,
        whatever the moment's basis.
        """
        from deliverables.models.report import ProgressReport

        every = replace(moment, basis="")
        reports: models.QuerySet[Any]
        if every.knows_all:
            from deliverables.models.current import CurrentReport

            reports = CurrentReport.objects.on(moment.as_of).filter(deliverable=OuterRef("pk"))
        else:
            reports = ProgressReport.objects.official(every).filter(deliverable=OuterRef("pk"))
        agreed = Q(agreed_on__isnull=True) | Q(agreed_on__lte=moment.as_of)
        return self.filter(
            agreed,
            Q(phase__begins_on__lte=moment.as_of)
            | (Q(phase__begins_on__isnull=True) & Exists(reports)),
        )

    def continued(self, moment: Moment) -> DeliverableQuerySet:
        """Those that go on in another one whose time has come (docs/adr/0010)."""
        return self.filter(Exists(_next_ones(moment)))

    def not_continued(self, moment: Moment) -> DeliverableQuerySet:
        """Each undertaking once, at its latest: without those that another one has taken up."""
        return self.filter(~Exists(_next_ones(moment)))

    def official(self, moment: Moment) -> DeliverableQuerySet:
        """What the portal stands by at a moment: deliverables whose time has begun, with their report.

        Annotates ``report_id`` (the latest official report, NULL when there is none), ``stage``,
        ``coverage``, ``report_state``, ``as_of`` and ``as_of_end`` of that report.
        """
        begun: Any = self.begun(moment)
        if moment.knows_all:
            return begun.annotate(
                current=_standing_on("current_reports", moment),
                report_id=F("current__report"),
                stage=F("current__stage"),
                coverage=F("current__report__coverage"),
                report_state=F("current__state"),
                as_of=F("current__report__as_of"),
                as_of_end=F("current__begins"),
            )
        from deliverables.models.report import ProgressReport

        reports = ProgressReport.objects.official(moment).filter(deliverable=OuterRef("pk"))
        current = reports.latest_first()
        return begun.annotate(
            report_id=Subquery(current.values("pk")[:1]),
            stage=Subquery(current.values("stage")[:1]),
            coverage=Subquery(current.values("coverage")[:1]),
            report_state=Subquery(current.values("state")[:1]),
            as_of=Subquery(current.values("as_of")[:1]),
            as_of_end=Subquery(current.values("as_of_end")[:1]),
        )

    def asking_for_news(self, moment: Moment) -> DeliverableQuerySet:
        """Rows of ``official()`` whose sides have something to report still, also after the phase's years.

        As long as it is neither ended nor completed, nor taken up by another one. Without a report it
        asks for the first; without an agreement there is nobody to ask.
        """
        official: Any = self.official(moment).filter(agreement__isnull=False)
        open_still: DeliverableQuerySet = official.not_continued(moment).filter(
            Q(stage__isnull=True) | ~Q(stage__in=[Stage.COMPLETED, Stage.ENDED])
        )
        return open_still

    def with_standing(
        self, moment: Moment, user: User | AnonymousUser | None = None
    ) -> DeliverableQuerySet:
        """Annotate ``standing``: what the stage and figures of ``official()`` rest on (``choices.Standing``).

        For everybody that of the latest official report. Those who represent either side of the
        agreement today are told ``disputed`` while a dispute has not been settled by a later confirmed
        report, and ``awaiting`` while a report awaits the other side.
        """
        from deliverables.models.report import ProgressReport

        known = moment.known_until
        reports = ProgressReport.objects.filter(deliverable=OuterRef("pk"))
        current = reports.official(moment).latest_first()
        # Rows of ``official()`` bring the state of what stands now with them.
        at_hand = moment.knows_all and "report_state" in self.query.annotations
        official = (
            _standing_of_state()
            if at_hand
            else Coalesce(
                Subquery(
                    current.values(
                        _standing=Case(
                            When(
                                state=ReportState.CONFIRMED,
                                decided_at__lt=known,
                                then=Value(Standing.CONFIRMED.value),
                            ),
                            default=Value(Standing.PUBLISHED.value),
                        )
                    )[:1]
                ),
                Value(Standing.NONE.value),
                output_field=models.CharField(),
            )
        )
        told = self.told_to_sides(moment, user)
        return self.annotate(standing=official if told is None else Coalesce(told, official))

    def told_to_sides(self, moment: Moment, user: User | AnonymousUser | None) -> Case | None:
        """The standing that only those who represent a side are told, NULL where there is none to tell.

        None for those who represent nobody, whatever the row.
        """
        from deliverables.models.report import ProgressReport

        if user is None or not (user.is_authenticated and user.is_active):
            return None
        known = moment.known_until
        reports = ProgressReport.objects.filter(deliverable=OuterRef("pk"))
        mandates = Representative.objects.on(today()).filter(user=user)
        mine = mandates.filter(agreement=OuterRef("agreement"))
        # Told only where ``mine`` holds; said again inside, so that the database looks at no others.
        own = reports.filter(deliverable__agreement__in=mandates.values("agreement"))
        settled = ProgressReport.objects.filter(
            deliverable=OuterRef("deliverable"),
            state=ReportState.CONFIRMED,
            decided_at__gt=OuterRef("decided_at"),
            decided_at__lt=known,
        )
        disputed = own.filter(~Exists(settled), state=ReportState.DISPUTED, decided_at__lt=known)
        if moment.known_on >= today():
            awaiting = own.filter(state=ReportState.SUBMITTED)
        else:
            awaiting = own.filter(
                Q(decided_at__isnull=True) | Q(decided_at__gte=known), submitted_at__lt=known
            )
        return Case(
            When(Exists(mine) & Exists(disputed), then=Value(Standing.DISPUTED.value)),
            When(Exists(mine) & Exists(awaiting), then=Value(Standing.AWAITING.value)),
            default=Value(None),
            output_field=models.CharField(),
        )


class DeliverableManager(models.Manager.from_queryset(DeliverableQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, slug: str) -> Deliverable:
        return self.get(slug=slug)


class Deliverable(models.Model):
    """One thing undertaken under an agreement, or known from a source without one.

    What has come of it stands in its reports, never here. ``statements`` and ``discrepancies`` are
    linked from this side because ``agreements`` never imports ``deliverables``.
    """

    slug = models.SlugField(_("mã"), unique=True, max_length=120)
    kind = models.CharField(_("loại"), max_length=20, choices=DeliverableKind)
    title = VietnameseCharField(_("tên hạng mục"), max_length=300)
    scope = VietnameseTextField(_("phạm vi"), blank=True)
    agreement = models.ForeignKey(
        Agreement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deliverables",
        verbose_name=_("thỏa thuận"),
    )
    phase = models.ForeignKey(
        Phase,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deliverables",
        verbose_name=_("giai đoạn"),
    )
    area = models.ForeignKey(
        CooperationArea,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deliverables",
        verbose_name=_("lĩnh vực"),
    )
    system = models.ForeignKey(
        System,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deliverables",
        verbose_name=_("hệ thống"),
    )
    connects_to = models.ForeignKey(
        System,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="connected_deliverables",
        verbose_name=_("kết nối với"),
    )
    host = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="hosted_deliverables",
        verbose_name=_("đơn vị chủ trì, sử dụng"),
    )
    due_on = models.DateField(_("thời hạn"), null=True, blank=True)
    agreed_on = models.DateField(
        _("thỏa thuận từ ngày"),
        null=True,
        blank=True,
        help_text=_("Để trống nếu có từ đầu giai đoạn; bổ sung giữa giai đoạn thì ghi ngày."),
    )
    continues = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="continued_by",
        verbose_name=_("tiếp nối hạng mục"),
    )
    statements = models.ManyToManyField(
        Statement, blank=True, related_name="deliverables", verbose_name=_("mục tiêu, nhận định")
    )
    discrepancies = models.ManyToManyField(
        Discrepancy, blank=True, related_name="deliverables", verbose_name=_("điểm khác nhau")
    )
    citations = models.ManyToManyField(
        Citation, blank=True, related_name="deliverables", verbose_name=_("trích dẫn")
    )
    search_text = FoldedTextField(sources=("title", "scope"))
    sort_key = SortKeyField(source="title")

    objects = DeliverableManager()
    history = HistoricalRecords(
        verbose_name=_("lịch sử hạng mục"), excluded_fields=["search_text", "sort_key"]
    )

    # Set by ``official()``; absent on rows fetched otherwise.
    report_id: int | None
    stage: str | None

    class Meta:
        verbose_name = _("hạng mục")
        verbose_name_plural = _("hạng mục")
        ordering = ["sort_key", "slug"]
        constraints = [
            one_of("kind", DeliverableKind, "deliverable"),
            models.CheckConstraint(
                name="deliverable_deployment_has_system",
                condition=~Q(kind=DeliverableKind.DEPLOYMENT) | Q(system__isnull=False),
                violation_error_message=_("Triển khai hệ thống thì phải chọn hệ thống."),
            ),
            models.CheckConstraint(
                name="deliverable_phase_has_agreement",
                condition=Q(phase__isnull=True) | Q(agreement__isnull=False),
                violation_error_message=_("Hạng mục thuộc giai đoạn thì phải thuộc thỏa thuận."),
            ),
            models.CheckConstraint(
                name="deliverable_area_has_phase",
                condition=Q(area__isnull=True) | Q(phase__isnull=False),
                violation_error_message=_("Hạng mục thuộc lĩnh vực thì phải thuộc giai đoạn."),
            ),
            models.CheckConstraint(
                name="deliverable_not_its_own_ancestor",
                condition=Q(continues__isnull=True) | ~Q(continues=F("id")),
                violation_error_message=_("Hạng mục không thể tiếp nối chính nó."),
            ),
        ]
        indexes = [
            models.Index(fields=["agreement", "kind"], name="deliverable_agreement_kind"),
            models.Index(fields=["phase", "kind"], name="deliverable_phase_kind"),
            models.Index(fields=["system", "kind"], name="deliverable_system_kind"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("deliverable", args=[self.slug])

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def clean(self) -> None:
        """Agreement, phase and area must be one line: who may report follows from the agreement."""
        super().clean()
        if self.phase and self.agreement_id and self.phase.agreement_id != self.agreement_id:
            raise ValidationError({"phase": _("Giai đoạn này thuộc thỏa thuận khác.")})
        if self.area and self.phase_id and self.area.phase_id != self.phase_id:
            raise ValidationError({"area": _("Lĩnh vực này thuộc giai đoạn khác.")})


def _next_ones(moment: Moment) -> DeliverableQuerySet:
    """For a subquery: what continues the outer deliverable and has begun."""
    # Most continue nothing: those are left aside before they are joined.
    begun: DeliverableQuerySet = Deliverable.objects.begun(moment).filter(continues__isnull=False)
    return begun.filter(continues=OuterRef("pk"))


class DeploymentManager(DeliverableManager):
    def get_queryset(self) -> DeliverableQuerySet:
        return super().get_queryset().deployments()


class Deployment(Deliverable):
    """A deliverable that puts a system into service: the word its users look for."""

    objects = DeploymentManager()  # type: ignore[misc]

    class Meta:
        proxy = True
        verbose_name = _("dòng triển khai")
        verbose_name_plural = _("dòng triển khai")

"""Deliverables: one thing undertaken. Deployments, which put a system into service, are a proxy."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

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
from deliverables.choices import DeliverableKind, ReportState, Standing, one_of


class DeliverableQuerySet(models.QuerySet["Deliverable"]):
    def deployments(self) -> DeliverableQuerySet:
        return self.filter(kind=DeliverableKind.DEPLOYMENT)

    def official(self, moment: Moment) -> DeliverableQuerySet:
        """What the portal stands by at a moment: deliverables whose time has begun, with their report.

        A deliverable counts once its phase has begun; without a phase, or where the phase's start is
        unknown, once an official report speaks of it. Annotates ``report_id`` (the latest official
        report, NULL when there is none), ``stage``, ``coverage``, ``report_state``, ``as_of`` and
        ``as_of_end`` of that report.
        """
        if moment.knows_all:
            current = FilteredRelation(
                "current_reports",
                condition=Q(
                    current_reports__begins__lte=moment.as_of,
                    current_reports__ends__gt=moment.as_of,
                ),
            )
            report = "current__report"
        else:
            from deliverables.models.report import ProgressReport

            latest = (
                ProgressReport.objects.official(moment)
                .filter(deliverable=OuterRef("pk"))
                .latest_first()
            )
            current = FilteredRelation(
                "reports", condition=Q(reports__pk=Subquery(latest.values("pk")[:1]))
            )
            report = "current"
        return (
            self.annotate(current=current)
            .filter(
                Q(phase__begins_on__lte=moment.as_of)
                | Q(phase__begins_on__isnull=True, current__isnull=False)
            )
            .annotate(
                report_id=F(report),
                stage=F("current__stage"),
                coverage=F(f"{report}__coverage"),
                report_state=F("current__state"),
                as_of=F(f"{report}__as_of"),
                as_of_end=F(f"{report}__as_of_end"),
            )
        )

    def with_standing(
        self, moment: Moment, user: AbstractBaseUser | AnonymousUser | None = None
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
        official = Coalesce(
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
        if user is None or not user.is_authenticated:
            return self.annotate(standing=official)
        mine = Representative.objects.on(today()).filter(user=user, agreement=OuterRef("agreement"))
        settled = ProgressReport.objects.filter(
            deliverable=OuterRef("deliverable"),
            state=ReportState.CONFIRMED,
            decided_at__gt=OuterRef("decided_at"),
            decided_at__lt=known,
        )
        disputed = reports.filter(
            ~Exists(settled), state=ReportState.DISPUTED, decided_at__lt=known
        )
        awaiting = reports.filter(
            Q(decided_at__isnull=True) | Q(decided_at__gte=known), submitted_at__lt=known
        )
        return self.annotate(
            standing=Case(
                When(Exists(mine) & Exists(disputed), then=Value(Standing.DISPUTED.value)),
                When(Exists(mine) & Exists(awaiting), then=Value(Standing.AWAITING.value)),
                default=official,
                output_field=models.CharField(),
            )
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

"""Deliverables and, under the word people look for, deployments, in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements.admin.partner_filter import partner_filter
from coopportal.admin import Inline, RecordedAdmin, Sealed, column, keyed_by
from deliverables.admin.indicator import TargetInline
from deliverables.choices import DeliverableKind
from deliverables.models import Deliverable, Deployment, ProgressReport

_KeyedForm: Any = keyed_by("title")


class DeliverableForm(_KeyedForm):
    """Phase and area are picked from all there are: they must belong together."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        agreement, phase, area = (cleaned.get(name) for name in ("agreement", "phase", "area"))
        if phase and agreement and phase.agreement_id != agreement.pk:
            self.add_error("phase", _("Giai đoạn này thuộc một thỏa thuận khác."))
        if area and phase and area.phase_id != phase.pk:
            self.add_error("area", _("Lĩnh vực này thuộc một giai đoạn khác."))
        return cleaned


class ReportInline(Sealed, Inline):
    """What has been reported, at a glance; each report has a page of its own."""

    model = ProgressReport
    fields = ("as_of", "stage", "side", "state", "official_from", "official_to")
    readonly_fields = ("official_from", "official_to")
    show_change_link = True
    list_select_related = ("deliverable",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        visible = ProgressReport.objects.visible_to(request.user)
        return super().get_queryset(request).filter(pk__in=visible.values("pk"))


@admin.register(Deliverable)
class DeliverableAdmin(RecordedAdmin):
    form: type[forms.ModelForm] = DeliverableForm
    fixed = ("slug",)
    list_display = (
        column("title", _("tên hạng mục"), ordering="sort_key"),
        "kind",
        column("agreement__partner", _("đối tác"), ordering="agreement__partner__sort_key"),
        column("phase", _("giai đoạn"), ordering="phase__start_year"),
        column("system", _("hệ thống"), ordering="system__sort_key"),
        column("host", _("đơn vị chủ trì, sử dụng"), ordering="host__sort_key"),
        "due_on",
    )
    list_filter = (
        "kind",
        partner_filter("agreement__partner"),
        "system__family",
    )
    search_fields = (
        "search_text",
        "slug",
        "system__search_text",
        "system__aliases__search_text",
        "agreement__partner__search_text",
        "host__search_text",
    )
    list_select_related = (
        "agreement__partner",
        "agreement__vnpt_party",
        "phase__agreement__partner",
        "system",
        "host",
    )
    autocomplete_fields = (
        "agreement",
        "phase",
        "area",
        "system",
        "connects_to",
        "host",
        "continues",
        "statements",
        "discrepancies",
        "citations",
    )
    inlines = (TargetInline, ReportInline)


class DeploymentForm(DeliverableForm):
    """A deliverable of one kind, which always has a system."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.kind = DeliverableKind.DEPLOYMENT
        if "system" in self.fields:
            self.fields["system"].required = True


@admin.register(Deployment)
class DeploymentAdmin(DeliverableAdmin):
    form = DeploymentForm
    exclude = ("kind",)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [name for name in super().get_list_display(request) if name != "kind"]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [name for name in super().get_list_filter(request) if name != "kind"]

    # History listens to the row's own model and hears nothing of what is saved as its proxy.

    def save_model(
        self,
        request: HttpRequest,
        obj: Deployment,
        form: Any,
        change: bool,
    ) -> None:
        super().save_model(request, obj, form, change)
        Deliverable.history.bulk_history_create([obj], update=change, default_user=request.user)

    def delete_model(self, request: HttpRequest, obj: Deployment) -> None:
        Deliverable.objects.get(pk=obj.pk).delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Deployment]) -> None:
        Deliverable.objects.filter(pk__in=[row.pk for row in queryset]).delete()

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """One row, one history."""
        return HttpResponseRedirect(
            reverse("admin:deliverables_deliverable_history", args=[object_id])
        )

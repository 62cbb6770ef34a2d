"""Reports in the admin: drafts of public sources are written here, with their measurements.

Not here: how a report moves on (deliverables/actions.py) and who may do it (deliverables/permissions.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, gettext_lazy as _

from accounts.models import User
from agreements.admin.partner_filter import partner_filter
from coopportal.admin import PortalAdmin, column, date_column
from deliverables import actions
from deliverables.admin.evidence import EvidenceInline
from deliverables.admin.measurement import MeasurementInline
from deliverables.admin.verdict import VerdictInline
from deliverables.choices import ReportSide
from deliverables.models import ProgressReport
from deliverables.permissions import can_edit, is_administrator, represents_either_side


class SetAsideForm(forms.Form):
    """Why a source is no longer used; everybody reads the reason beside the figure."""

    reason = forms.CharField(
        label=_("Lý do không dùng"),
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        help_text=_("Hiện cùng số liệu trên trang công khai, ví dụ: đã có văn bản chính thức hơn."),
    )


def _actor(request: HttpRequest) -> User:
    """Who is at work: the admin lets nobody in without signing in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


@admin.register(ProgressReport)
class ProgressReportAdmin(PortalAdmin):
    """An administrator writes drafts of sources here; of the sides' reports what is visible is read."""

    list_display = (
        column("deliverable", _("hạng mục"), ordering="deliverable__sort_key"),
        column(
            "deliverable__agreement__partner",
            _("đối tác"),
            ordering="deliverable__agreement__partner__sort_key",
        ),
        date_column("as_of", _("tính đến")),
        "stage",
        "side",
        "state",
        "official_from",
    )
    list_filter = (
        "state",
        "side",
        "stage",
        partner_filter("deliverable__agreement__partner"),
    )
    search_fields = (
        "deliverable__search_text",
        "deliverable__slug",
        "deliverable__system__search_text",
        "deliverable__system__aliases__search_text",
        "deliverable__agreement__partner__search_text",
        "citations__search_text",
        "citations__source__search_text",
    )
    list_select_related = ("deliverable__agreement__partner",)
    autocomplete_fields = ("deliverable", "citations")
    ordering = ("-as_of_end", "deliverable__sort_key", "-pk")
    fields = ("deliverable", "as_of", "as_of_end", "stage", "coverage", "narrative", "citations")
    inlines = (MeasurementInline, EvidenceInline, VerdictInline)
    actions = ("publish", "set_aside")
    #: Set by the verbs, or once when the draft was made; shown, never typed.
    told = (
        "state",
        "side",
        "author",
        "revises",
        "set_aside_reason",
        "created_at",
        "submitted_at",
        "decided_at",
        "official_from",
        "official_to",
        "uid",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        visible = ProgressReport.objects.visible_to(request.user)
        return super().get_queryset(request).filter(pk__in=visible.values("pk"))

    def get_fields(self, request: HttpRequest, obj: ProgressReport | None = None) -> Any:
        """Who wrote a side's report is told to those who represent a side (docs/permissions.md)."""
        if obj is None:
            return self.fields
        agreement = obj.deliverable.agreement_id
        known = obj.side == ReportSide.SOURCE or represents_either_side(request.user, agreement)
        return (*self.fields, *(name for name in self.told if known or name != "author"))

    def get_readonly_fields(self, request: HttpRequest, obj: ProgressReport | None = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *self.told)

    def get_inlines(self, request: HttpRequest, obj: ProgressReport | None) -> Any:
        return self.inlines if obj else (MeasurementInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and is_administrator(request.user)

    def has_change_permission(
        self, request: HttpRequest, obj: ProgressReport | None = None
    ) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or can_edit(request.user, obj))

    def has_delete_permission(
        self, request: HttpRequest, obj: ProgressReport | None = None
    ) -> bool:
        """A draft goes from its own page; there is no deleting by the dozen."""
        return (
            super().has_delete_permission(request, obj)
            and obj is not None
            and can_edit(request.user, obj)
        )

    def save_model(
        self,
        request: HttpRequest,
        obj: ProgressReport,
        form: Any,
        change: bool,
    ) -> None:
        if not change:
            obj.side = ReportSide.SOURCE
            obj.author = _actor(request)
        else:
            # Whoever has the draft open elsewhere is told that it was saved since.
            obj.version += 1
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Đăng số liệu từ nguồn"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[ProgressReport]) -> None:
        self._each(
            request,
            queryset,
            lambda report: actions.publish(report, by=_actor(request)),
            done=gettext("Đã đăng số liệu từ nguồn: %(report)s."),
        )

    @admin.action(description=_("Không dùng nguồn này"), permissions=["change"])
    def set_aside(
        self, request: HttpRequest, queryset: QuerySet[ProgressReport]
    ) -> HttpResponse | None:
        """Ask for the reason first; the page posts the same action with it."""
        form = SetAsideForm(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            self._each(
                request,
                queryset,
                lambda report: actions.set_aside(report, by=_actor(request), reason=reason),
                done=gettext("Không dùng nữa: %(report)s."),
            )
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Không dùng nguồn này"),
            "opts": self.opts,
            "reports": queryset,
            "form": form,
        }
        return TemplateResponse(request, "admin/set_aside.html", context)

    def _each(
        self,
        request: HttpRequest,
        reports: QuerySet[ProgressReport],
        verb: Callable[[ProgressReport], None],
        *,
        done: str,
    ) -> None:
        """Do it to each report for itself, wholly or not at all, and tell how each one went."""
        for report in reports:
            told = str(report)
            try:
                with transaction.atomic():
                    verb(report)
                    self.log_change(request, report, done % {"report": told})
            except actions.ConflictError as refusal:
                self._refuse(request, told, str(refusal))
            except ValidationError as refusal:
                self._refuse(request, told, " ".join(refusal.messages))
            except PermissionDenied:
                self._refuse(
                    request,
                    told,
                    gettext("chỉ quản trị viên, và chỉ với số liệu từ nguồn công bố."),
                )
            else:
                self.message_user(request, done % {"report": told}, messages.SUCCESS)

    def _refuse(self, request: HttpRequest, report: str, reason: str) -> None:
        self.message_user(request, f"{report}: {reason}", messages.ERROR)

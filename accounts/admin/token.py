"""Tokens in the admin: made here for service accounts, ended here for anybody; never changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts.admin.user import is_administrator
from accounts.forms.token import ServiceTokenForm
from accounts.models import Token
from coopportal.admin import AppendOnly, PortalAdmin, column


@admin.register(Token)
class TokenAdmin(AppendOnly, PortalAdmin):
    """People make their own keys in their account; an administrator makes those of programs."""

    form = ServiceTokenForm
    fields = ("owner", "name", "scope", "expires_at")
    readonly_fields = ("made_by", "created_at", "last_used_at", "revoked_at", "revoked_by")
    list_display = (
        "name",
        column("owner", _("tài khoản"), ordering="owner__sort_key"),
        "scope",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_filter = ("scope", "owner__is_service", ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "owner__search_text")
    list_select_related = ("owner",)
    ordering = ("-created_at", "-pk")
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: Token | None = None) -> Any:
        return (*self.fields, *self.readonly_fields) if obj else self.fields

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_administrator(request)

    def has_add_permission(self, request: HttpRequest, *parent: Any) -> bool:
        return is_administrator(request)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def save_model(self, request: HttpRequest, obj: Token, form: Any, change: bool) -> None:
        # Shown by the answer to this very request, and nowhere kept.
        request.fresh_key = obj.issue(by=request.user)  # type: ignore[attr-defined, arg-type]

    @method_decorator(never_cache)
    def response_add(self, request: HttpRequest, obj: Token, *args: Any) -> HttpResponse:
        """The one answer that holds the key: a page of its own instead of a message in a cookie."""
        key = request.fresh_key  # type: ignore[attr-defined]
        return render(request, "accounts/token_made.html", {"token": obj, "key": key})

    @admin.action(description=_("Thu hồi khóa đã chọn"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[Token]) -> None:
        for token in tokens.filter(revoked_at__isnull=True):
            token.revoke(by=request.user)  # type: ignore[arg-type]
            self.log_change(request, token, gettext("Thu hồi"))
        told = _("Đã thu hồi: phần mềm dùng các khóa này bị từ chối từ bây giờ.")
        self.message_user(request, told, messages.SUCCESS)

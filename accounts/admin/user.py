"""Users in the admin. Not here: whom a user represents (agreements/admin/agreement.py)."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from accounts import lockout, second_factor
from accounts.forms.password import FirstPasswordForm, GivenPasswordForm
from accounts.models import User
from coopportal.admin import PortalAdmin, column

# Of allauth only the second factor is used; its secrets are nothing to look at or to type.
admin.site.unregister([EmailAddress, Authenticator])


@admin.register(User)
class AccountAdmin(PortalAdmin, UserAdmin):
    """Accounts are closed, not deleted: with a user the trace of what he or she did would go."""

    list_display = (
        "username",
        column("full_name", _("họ và tên"), ordering="sort_key"),
        "email",
        "is_active",
        "is_staff",
        "is_superuser",
        "is_service",
        "last_login",
    )
    list_filter = ("is_active", "is_staff", "is_superuser", "is_service", "groups")
    search_fields = ("search_text",)
    ordering = ("sort_key", "username")
    add_form = FirstPasswordForm
    change_password_form = GivenPasswordForm
    fieldsets = (
        (None, {"fields": ("username", "password", "must_change_password")}),
        (_("Người dùng"), {"fields": ("full_name", "email", "phone")}),
        (
            _("Quyền"),
            {
                "fields": (
                    *("is_active", "is_service", "is_staff", "is_superuser"),
                    *("groups", "user_permissions"),
                ),
                "description": _(
                    "Không xóa tài khoản: bỏ chọn “hoạt động” khi người dùng thôi việc."
                ),
            },
        ),
        (_("Thời điểm"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    *("username", "full_name", "email", "is_service"),
                    *("usable_password", "password1", "password2"),
                ),
            },
        ),
    )
    readonly_fields = ("last_login", "date_joined")
    actions = ("lift_lockout", "remove_second_factor")

    @admin.action(description=_("Mở khóa đăng nhập"), permissions=["change"])
    def lift_lockout(self, request: HttpRequest, accounts: QuerySet[User]) -> None:
        for user in accounts:
            lockout.lift(user)
        self.message_user(
            request,
            _("Đã mở khóa: các tài khoản được chọn đăng nhập được ngay."),
            messages.SUCCESS,
        )

    @admin.action(description=_("Gỡ xác thực hai lớp (mất điện thoại)"), permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, accounts: QuerySet[User]) -> None:
        """For others only: one's own is changed in one's account, with the password."""
        allowed = [user for user in accounts if self._may_reset(request, user)]
        for user in allowed:
            second_factor.remove(user)
            self.log_change(request, user, gettext("Gỡ xác thực hai lớp"))
        self.message_user(
            request,
            _("Đã gỡ xác thực hai lớp của %(count)d tài khoản và kết thúc các phiên của họ.")
            % {"count": len(allowed)},
            messages.SUCCESS if allowed else messages.ERROR,
        )

    def _may_reset(self, request: HttpRequest, user: User) -> bool:
        return user.pk != request.user.pk and self.has_change_permission(request, user)

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002  # Django's own name
        form_url: str = "",
    ) -> HttpResponse:
        """One's own password is changed where everybody does it, with the old one."""
        if id == str(request.user.pk):
            return HttpResponseRedirect(reverse("password_change"))
        return super().user_change_password(request, id, form_url)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Only administrators make administrators."""
        fields = super().get_readonly_fields(request, obj)
        if is_administrator(request):
            return fields
        return (*fields, "is_staff", "is_superuser", "groups", "user_permissions")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody below an administrator sets an administrator's password."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or not obj.is_superuser or is_administrator(request))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


def is_administrator(request: HttpRequest) -> bool:
    """Whether an open administrator's account is at work."""
    return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

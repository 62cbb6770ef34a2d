"""What somebody must do before anything else: change a password that others know, set up a second factor.

Not here: the pages where it is done (accounts/views).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import second_factor
from accounts.models import User
from coopportal.rest.problems import API_PATH

#: Where one may always go: to do what is asked, to sign out, and what is no page.
_OPEN = {
    *("login", "logout", "password_change", "mfa_activate_totp", "mfa_view_recovery_codes"),
    *("account_reauthenticate", "mfa_reauthenticate", "healthz", "readyz", "favicon"),
}


def due(request: HttpRequest, user: User) -> tuple[str, str] | None:
    """The page where something has to be done first, by its name, and what; None when all is done."""
    if user.must_change_password or user.password_is_old:
        return (
            "password_change",
            _(
                "Tài khoản này phải đổi mật khẩu. Đăng nhập trên trang web và đặt mật khẩu mới trước."
            ),
        )
    if second_factor.is_missing(request, user):
        return (
            "mfa_activate_totp",
            _("Tài khoản này phải có xác thực hai lớp. Đăng nhập trên trang web và cài đặt trước."),
        )
    return None


class Obligations:
    """Leads a signed-in user to what has to be done first, from every page; the API says 403."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        # Whoever brings no session cookie is not signed in: no need to ask the database.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        match = request.resolver_match
        if match is None or match.view_name in _OPEN or not request.user.is_authenticated:
            return None
        first = due(request, request.user)
        if first is None:
            return None
        page, why = first
        if request.path.startswith(API_PATH):
            raise PermissionDenied(why)
        return HttpResponseRedirect(reverse(page))

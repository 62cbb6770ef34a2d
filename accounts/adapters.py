"""What of django-allauth the portal uses, and how: the steps of signing in, the second factor.

Not here: our own pages for it (accounts/views). Why these parts and no others: ADR 17.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import ciphers, sessions
from accounts.models import User
from coopportal.client import client_address

#: How long a sign-in, or a password given again, suffices for what touches the account's safety.
RECENT = dt.timedelta(minutes=5)

#: Where a session keeps, between password and code, what the account's sessions are valid for.
KNOWN_AS = "signing_in_as"

_SAID = {
    "mfa/messages/totp_activated.txt": _("Đã bật xác thực hai lớp."),
    "mfa/messages/totp_deactivated.txt": _("Đã tắt xác thực hai lớp."),
}


class AccountAdapter(DefaultAccountAdapter):
    """Signing in has two steps, password and second factor; nobody signs up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_password": _("Mật khẩu không đúng."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def login(self, request: HttpRequest, user: Any) -> None:
        """Only with what was known of the account at the password: it may have been closed since then."""
        known = request.session.pop(KNOWN_AS, None)
        if not user.is_active or known != user.get_session_auth_hash():
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("login")))
        super().login(request, user)
        sessions.begin(request)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Closed between password and code."""
        return HttpResponseRedirect(reverse("login"))

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        return sessions.age(self.request.session, sessions.BEGAN) > RECENT

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def add_message(  # noqa: PLR0917  # allauth's signature
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """In the portal's words, where they are worth a message at all."""
        words = message or _SAID.get(message_template or "")
        if words:
            messages.add_message(request, level, words, extra_tags=extra_tags)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Encrypts what must stay secret, and draws the code that a phone reads."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("Mã không đúng hoặc đã dùng rồi. Chờ mã mới rồi nhập lại."),
    }

    def get_totp_label(self, user: User) -> str:
        return user.get_username()

    def encrypt(self, text: str) -> str:
        return ciphers.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return ciphers.decrypt(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """The QR code as an element of the page, without style or script: the stylesheet colours it."""
        code = qrcode.QRCode(border=4)
        code.add_data(url)
        rows = code.get_matrix()
        path = "".join(
            f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
        )
        size = len(rows)
        return format_html(
            '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}">'
            '<rect width="{0}" height="{0}"/><path d="{2}"/></svg>',
            size,
            _("Mã QR để ứng dụng xác thực quét"),
            path,
        )

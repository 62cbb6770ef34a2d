"""What a user types for the second factor: a code of the app, a recovery code, the password again."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.forms import ReauthenticateForm as AllauthPasswordAgainForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from cryptography.fernet import InvalidToken
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from accounts import lockout
from accounts.models import User

_log = logging.getLogger(__name__)


def _code_field(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )


class CountedCode(forms.Form):
    """A wrong code counts as a failed sign-in; whoever is locked out may not even try."""

    user: User

    def clean_code(self) -> str:
        if lockout.is_locked_out(context.request, self.user):
            raise ValidationError(gettext("Tạm khóa đăng nhập."))
        try:
            return super().clean_code()  # type: ignore[misc]
        except ValidationError:
            lockout.record_failure(context.request, self.user)
            raise
        except InvalidToken:
            _log.exception("The second factor of %s cannot be decrypted.", self.user.username)
            raise ValidationError(
                gettext("Cổng không đọc được khóa xác thực này. Nhờ quản trị viên gỡ để cài lại.")
            ) from None


class SignInCodeForm(CountedCode, AuthenticateForm):
    """The second step of signing in."""

    code = _code_field(
        _("Mã xác thực"),
        _(
            "6 chữ số đang hiện trong ứng dụng xác thực. Không có điện thoại thì nhập một mã dự phòng."
        ),
    )


class CodeAgainForm(CountedCode, ReauthenticateForm):
    """A code instead of the password, before something that touches the account's safety."""

    code = _code_field(_("Mã xác thực hoặc mã dự phòng"))


class PasswordAgainForm(AllauthPasswordAgainForm):
    """The password, before something that touches the account's safety."""

    password = forms.CharField(
        label=_("Mật khẩu"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


class ActivateForm(ActivateTOTPForm):
    """The first code of a phone that has just read the QR code."""

    code = _code_field(_("Mã xác thực"), _("6 chữ số đang hiện trong ứng dụng."))

"""What a user types to change a password, to ask for a new one by mail, and to set it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    PasswordChangeForm,
    PasswordResetForm,
    SetPasswordForm,
)
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.passwords import password_rule


class ChosenByOwner:
    """A password that its owner chose: it need not be changed at the next sign-in."""

    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        fields["new_password1"].help_text = password_rule(self.user)
        fields["new_password2"].help_text = ""
        fields["new_password2"].label = _("Nhập lại mật khẩu mới")

    def validate_password_for_user(self, user: User, *_field: str) -> None:
        """What is wrong with the new password is told where it was typed first."""
        super().validate_password_for_user(user, "new_password1")  # type: ignore[misc]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()  # type: ignore[misc]
        new = cleaned.get("new_password1")
        forced = self.user.must_change_password or self.user.password_is_old
        if new and forced and self.user.check_password(new):
            self.add_error(  # type: ignore[attr-defined]
                "new_password1", _("Mật khẩu mới phải khác mật khẩu đang dùng.")
            )
        return cleaned

    def save(self, commit: bool = True) -> User:
        self.user.must_change_password = False
        return super().save(commit)  # type: ignore[misc]


class ChangePasswordForm(ChosenByOwner, PasswordChangeForm):
    """The old password and twice the new one."""

    field_order = ["old_password", "new_password1", "new_password2"]


class NewPasswordForm(ChosenByOwner, SetPasswordForm):
    """Twice the new password, from the link in a mail."""


class AskForPasswordForm(PasswordResetForm):
    """The e-mail address to which a link is sent, if an open account has it."""

    email = forms.EmailField(
        label=_("Thư điện tử"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )


class GivenByAdministrator:
    """A password somebody else chose: its owner must change it at the first sign-in."""

    def set_password_and_save(self, user: User, *args: Any, **kwargs: Any) -> User:
        user.must_change_password = True
        return super().set_password_and_save(user, *args, **kwargs)  # type: ignore[misc]


class FirstPasswordForm(GivenByAdministrator, AdminUserCreationForm):
    """A new account with its first password."""

    class Meta(AdminUserCreationForm.Meta):
        model = User


class GivenPasswordForm(GivenByAdministrator, AdminPasswordChangeForm):
    """Another password for somebody's account."""

"""The pages for a new password: chosen by its owner, or by a link sent to the account's e-mail."""

from __future__ import annotations

from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, login_required
from django.contrib.auth.views import (
    PasswordChangeView,
    PasswordResetCompleteView,
    PasswordResetConfirmView,
    PasswordResetDoneView,
    PasswordResetView,
)
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts.forms.password import AskForPasswordForm, ChangePasswordForm, NewPasswordForm


@method_decorator([never_cache, login_required], name="dispatch")
class ChangePassword(PasswordChangeView):
    """A new password for the old one; all other sessions of the account end with it."""

    template_name = "accounts/password_change.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("overview")

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        messages.success(
            self.request, _("Đã đổi mật khẩu. Các phiên làm việc khác của anh, chị đã kết thúc.")
        )
        return answer


@method_decorator([never_cache, login_not_required], name="dispatch")
class AskForPassword(PasswordResetView):
    """Sends a link if an open account has the address; the answer is the same if none has."""

    template_name = "accounts/password_reset.html"
    form_class = AskForPasswordForm
    subject_template_name = "accounts/mail/password_reset_subject.txt"
    email_template_name = "accounts/mail/password_reset.txt"

    def form_valid(self, form: Any) -> HttpResponse:
        """Not more than a few mails to one address, or for one caller; the answer does not tell."""
        within = ratelimit.consume(
            self.request,
            app="accounts",
            action="mail",
            config={"mail": settings.RESET_MAIL_RATES},
            key=form.cleaned_data["email"].lower(),
        )
        return super().form_valid(form) if within else HttpResponseRedirect(self.get_success_url())


@method_decorator(login_not_required, name="dispatch")
class AskedForPassword(PasswordResetDoneView):
    """Says that a mail is on its way, if there is such an account."""

    template_name = "accounts/password_reset_done.html"


@method_decorator([never_cache, login_not_required], name="dispatch")
class SetPassword(PasswordResetConfirmView):
    """Where the link of the mail leads; a second factor is asked for at the sign-in that follows."""

    template_name = "accounts/password_reset_confirm.html"
    form_class = NewPasswordForm


@method_decorator(login_not_required, name="dispatch")
class PasswordIsSet(PasswordResetCompleteView):
    """Says so, and leads to signing in."""

    template_name = "accounts/password_reset_complete.html"

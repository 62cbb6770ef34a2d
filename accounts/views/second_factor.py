"""The pages of the second factor: setting it up, its recovery codes, turning it off."""

from __future__ import annotations

from typing import Any

from allauth.core.internal.httpkit import authenticated_user
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts import second_factor
from accounts.forms.second_factor import ActivateForm


@method_decorator([never_cache, login_required], name="dispatch")
class Activate(ActivateTOTPView):
    """Shows a secret to a phone, as a drawing and as letters, and asks for the first code."""

    template_name = "accounts/second_factor_activate.html"

    def get_form_class(self) -> type[ActivateForm]:
        return ActivateForm

    def get_context_data(self, **values: Any) -> dict[str, Any]:
        context = super().get_context_data(**values)
        secret = context["form"].secret
        # In groups of four, as one reads it off the screen.
        context["secret"] = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        context["required"] = second_factor.is_required_of(authenticated_user(self.request))
        return context


@method_decorator([never_cache, login_required], name="dispatch")
class Deactivate(DeactivateTOTPView):
    """Turns it off; whoever must have one is then led to set up another."""

    template_name = "accounts/second_factor_deactivate.html"

    def get_context_data(self, **values: Any) -> dict[str, Any]:
        required = second_factor.is_required_of(authenticated_user(self.request))
        return super().get_context_data(**values, required=required)

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        second_factor.forget(self.request, authenticated_user(self.request))
        return answer

"""The pages for signing in and out, and the one that says why nobody may just now."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.decorators import method_decorator

from accounts.adapters import KNOWN_AS
from accounts.forms.sign_in import SignInForm


class SignIn(LoginView):
    """Name and password; then the second factor, for who has one (allauth keeps the step in between)."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        # Whoever knew this session's id before must not be the one who goes on to the second step.
        self.request.session.cycle_key()
        self.request.session[KNOWN_AS] = form.get_user().get_session_auth_hash()
        return perform_login(self.request, form.get_user(), redirect_url=self.get_success_url())


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    """Sign out, by POST only."""


def locked_out(request: HttpRequest, *_others: Any) -> HttpResponse:
    """429 after too many failures; the same for every name, whether somebody has it or not."""
    page = render(
        request, "accounts/locked.html", {"limit": settings.AXES_FAILURE_LIMIT}, status=429
    )
    # When exactly it opens would tell an account's lock from an address's.
    page["Retry-After"] = str(int(settings.LOCKOUT_ADDRESS_TIME.total_seconds()))
    return page


@login_not_required
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the admin's sign-in to the portal's own; refuse a user who has no business there."""
    if request.user.is_authenticated:
        raise PermissionDenied
    query = urlencode({"next": request.GET.get("next") or resolve_url("admin:index")})
    return HttpResponseRedirect(f"{resolve_url('login')}?{query}")

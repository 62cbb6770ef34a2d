"""The pages for signing in and out."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.decorators import method_decorator

from accounts.forms import SignInForm


class SignIn(LoginView):
    """Sign in; whoever is signed in already goes straight on."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    """Sign out, by POST only."""


@login_not_required
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Send the admin's sign-in to the portal's own; refuse a user who has no business there."""
    if request.user.is_authenticated:
        raise PermissionDenied
    query = urlencode({"next": request.GET.get("next") or resolve_url("admin:index")})
    return HttpResponseRedirect(f"{resolve_url('login')}?{query}")

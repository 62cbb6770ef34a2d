"""Pages on which somebody makes and ends keys for programs. Not here: calling with one (accounts/rest.py)."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.core.internal.httpkit import authenticated_user
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms.token import TokenForm
from accounts.models import Token
from coopportal.pagination import page_of

PER_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@reauthentication_required(allow_get=True)
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own keys, those that have ended too, and the form for another one.

    The answer to the form is the only one that ever holds the key.
    """
    user = authenticated_user(request)
    form = TokenForm(request.POST or None, owner=user)
    if request.method == "POST" and form.is_valid():
        token = form.save(commit=False)
        told = {"token": token, "key": token.issue(by=user)}
        return render(request, "accounts/token_made.html", told)
    own = Token.objects.filter(owner=user)
    told = {"form": form, "tokens": page_of(request, own, per_page=PER_PAGE)}
    return render(request, "accounts/tokens.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once, then ends the key for good."""
    user = authenticated_user(request)
    token = get_object_or_404(Token, pk=pk, owner=user)
    if request.method != "POST":
        return render(request, "accounts/token_revoke.html", {"token": token})
    token.revoke(by=user)
    messages.success(request, _("Đã thu hồi khóa “%(name)s”.") % {"name": token.name})
    return HttpResponseRedirect(reverse("tokens"))

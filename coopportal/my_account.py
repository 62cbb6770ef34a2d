"""The page "Tài khoản của tôi": what each app knows of the person who is signed in, on one page.

Not here: the pages on which something of it is changed (accounts/views).
"""

from __future__ import annotations

from allauth.core.internal.httpkit import authenticated_user
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import second_factor
from accounts.models import Session, Token
from agreements.models import Representative
from coopportal.clock import today
from coopportal.pagination import page_of

#: Sessions shown; who has more ends them all.
MOST_SESSIONS = 20
MANDATES_PER_PAGE = 50


@require_safe
@never_cache
@login_required
def my_account(request: HttpRequest) -> HttpResponse:
    """Name, contact, password, second factor, sessions, mandates and tokens."""
    user = authenticated_user(request)
    sessions = Session.objects.of(user)
    mandates = (
        Representative.objects.filter(user=user)
        .select_related("agreement__partner", "agreement__vnpt_party")
        .order_by("-from_day", "agreement__slug")
    )
    told = {
        "has_second_factor": second_factor.has_one(user),
        "sessions": sessions[:MOST_SESSIONS],
        "session_count": sessions.count(),
        "current_session": request.session.session_key,
        "mandates": page_of(request, mandates, per_page=MANDATES_PER_PAGE),
        "tokens": Token.objects.alive().filter(owner=user),
        "today": today(),
    }
    return render(request, "accounts/account.html", told)

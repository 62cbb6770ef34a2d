"""How long a session lasts: not past half an hour of idleness, nor past a day's work.

What somebody had typed when it was over is kept for after the next sign-in (accounts/kept.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import kept
from accounts.sessions import BEGAN, SEEN, age
from coopportal.clock import now
from coopportal.rest.problems import API_PATH

#: How exactly a session's last use is known: not every page costs a write.
NOTED_EVERY = dt.timedelta(minutes=1)


class SessionLimits:
    """Ends a session that is over, and notes that one is used; before anybody asks who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a cookie there is no session to look at.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            if why := _over(request):
                answer = _end(request, why)
                if answer is not None:
                    return answer
            elif age(request.session, SEEN) >= NOTED_EVERY:
                request.session[SEEN] = now().timestamp()
        return self.get_response(request)


def _over(request: HttpRequest) -> str:
    """Why the session is over; empty while it is not."""
    if age(request.session, SEEN) >= settings.SESSION_IDLE:
        return _("Phiên làm việc đã kết thúc vì lâu không dùng. Hãy đăng nhập lại.")
    if age(request.session, BEGAN) >= settings.SESSION_LONGEST:
        return _("Phiên làm việc đã hết thời hạn của một ngày làm việc. Hãy đăng nhập lại.")
    return ""


def _end(request: HttpRequest, why: str) -> HttpResponse | None:
    """Sign out. A form that was just sent is kept, and its sender led to sign in; others go on."""
    typed = kept.collect(request)
    logout(request)
    if request.path.startswith(API_PATH):
        return None
    messages.warning(request, why)
    if typed is None:
        return None
    kept.keep(request, typed)
    query = urlencode({"next": reverse("kept")})
    return HttpResponseRedirect(f"{reverse('login')}?{query}")

"""Who may open a page at all. Not here: who may do what with a row (each app's permissions.py)."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase

_READING = {"GET", "HEAD", "OPTIONS"}


class SignInMiddleware(LoginRequiredMiddleware):
    """Demands a signed-in user, except for reading while PUBLIC_READ is on.

    A view for everybody (sign-in, health) says so with Django's `login_not_required`. A page that
    only users have (my work, the admin) asks for one itself; what writes needs one in any case.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if settings.PUBLIC_READ and request.method in _READING:
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

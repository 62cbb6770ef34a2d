"""Who may call the API at all. Not here: what a caller may see or do (each app's querysets, permissions)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request


class NoCsrfToken(PermissionDenied):
    """A session's request that changes something without the token of the page that sent it."""


class SignedInSession(SessionAuthentication):
    """The session of the pages. What it changes needs the CSRF token, as forms do.

    Stands after the authentication by token, whose challenge a refused caller is given.
    """

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as refused:
            raise NoCsrfToken from refused


class ReadsWherePublic(BasePermission):
    """Reading is for everybody while PUBLIC_READ is on, otherwise for whoever proves who calls.

    That may be a program whose token only reads: it calls as nobody in particular (``request.auth``
    is its token), reads what everybody reads, and changes nothing.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.method in SAFE_METHODS and (settings.PUBLIC_READ or request.auth is not None):
            return True
        if request.method and not hasattr(view, request.method.lower()):
            # Nobody may, signed in or not: the view goes on to say so (405).
            return True
        return bool(request.user and request.user.is_authenticated)


class ProvesWhoCalls(BasePermission):
    """A signed-in user or a program with a token, whatever it may do with it."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.auth is not None or bool(request.user and request.user.is_authenticated)

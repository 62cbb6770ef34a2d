"""Who may call the API at all. Not here: what a caller may see or do (each app's querysets, permissions)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request


class SignedInSession(SessionAuthentication):
    """The session of the pages; says how to sign in, so that a refusal is a 401 and no 403."""

    def authenticate_header(self, request: Request) -> str:
        return 'Session realm="Coopportal"'


class ReadsWherePublic(BasePermission):
    """Reading is for everybody while PUBLIC_READ is on, otherwise and for the rest one signs in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if settings.PUBLIC_READ and request.method in SAFE_METHODS:
            return True
        if request.method and not hasattr(view, request.method.lower()):
            # Nobody may, signed in or not: the view goes on to say so (405).
            return True
        return bool(request.user and request.user.is_authenticated)

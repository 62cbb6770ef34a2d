"""Answers that a caller keeps: an ETag that names everything an answer is made of, and the 304.

The tag is known before the answer is computed, from one row of the database or two. It is taken before
the data is read: should a write fall in between, the tag is the older one, and the caller asks again.
See ADR 11.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import get_language
from rest_framework.request import Request
from rest_framework.views import APIView

from coopportal.clock import today
from coopportal.versions.models import DataVersion

#: What decides the form of an answer, and whose it is.
VARY = ("Accept", "Accept-Language", "Cookie", "Authorization")
_CODE = ("*.py", "*.json", "*.mo", "*.html")
_PACKAGES = ("accounts", "agreements", "coopportal", "deliverables", "locale", "templates")


@cache
def code_version() -> str:
    """A digest of the portal's code and of what it runs on: a new release may say the same in other words."""
    told = hashlib.sha256()
    root = Path(settings.BASE_DIR)
    for package in _PACKAGES:
        for path in sorted(path for form in _CODE for path in (root / package).rglob(form)):
            told.update(f"{path.relative_to(root)}\0".encode())
            told.update(hashlib.sha256(path.read_bytes()).digest())
    for name in sorted(f"{own.metadata['Name']}=={own.version}" for own in distributions()):
        told.update(f"{name}\0".encode())
    return told.hexdigest()


def _caller(user: Any) -> tuple[Any, ...]:
    """What of the caller an answer depends on; mandates are data, and so in the data's version."""
    if not user.is_authenticated:
        return ()
    return (user.pk, user.is_active, user.is_staff, user.is_superuser)


def etag_of(request: Request) -> str:
    """A weak ETag: equal tags mean answers of equal content.

    It names the data's version, the day (``as_of`` and mandates default to it, phases begin on it), the
    caller, the language, the form, the whole address (answers link to others) and the code.
    """
    told = (
        DataVersion.current(),
        today().isoformat(),
        _caller(request.user),
        get_language(),
        request.accepted_renderer.format,
        request._request.build_absolute_uri(),
        code_version(),
    )
    return f'W/"{hashlib.sha256(repr(told).encode()).hexdigest()[:32]}"'


def forbid_stale(request: Request, response: HttpResponseBase) -> None:
    """No cache hands an answer on without asking here first, and none hands it to another caller."""
    user = getattr(request, "user", None)
    own = user is not None and user.is_authenticated
    response["Cache-Control"] = "private, no-cache" if own else "no-cache"
    patch_vary_headers(response, VARY)


def _opaque(etag: str) -> str:
    return etag.removeprefix("W/")


class NotModified(Exception):  # noqa: N818  (no error: the caller has the answer already)
    """The caller holds the answer that this request would get."""


class Conditional(APIView):
    """A view that reads: tells an ETag, and answers 304 before anything is computed."""

    etag = ""

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD"):
            return
        self.etag = etag_of(request)
        held = parse_etags(request.headers.get("If-None-Match", ""))
        if _opaque(self.etag) in {_opaque(etag) for etag in held}:
            raise NotModified

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, NotModified):
            # Plain: no form of answer is written.
            return HttpResponse(status=304)
        return super().handle_exception(exc)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.etag and response.status_code in (200, 304):
            response["ETag"] = self.etag
        return response

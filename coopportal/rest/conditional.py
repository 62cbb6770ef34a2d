"""Answers that a caller keeps: an ETag that names everything an answer is made of, and the 304.

The tag of lists, rows and summaries is known before the answer is computed, from one row of the database.
It is taken before the data is read: should a write fall in between, the tag is the older one, and the
caller asks again. Whatever can be written to under ``If-Match`` carries the tag of its own content
instead (``names_content``), which other people's writes do not change. See ADR 14.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import get_language
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from coopportal.clock import today
from coopportal.rest import kept
from coopportal.rest.renderers import JSONAnswer
from coopportal.versions.models import DataVersion

#: What decides the form of an answer, and whose it is.
VARY = ("Accept", "Accept-Language", "Cookie", "Authorization")
_CODE = ("*.py", "*.json", "*.mo")
_PACKAGES = ("accounts", "agreements", "coopportal", "deliverables", "locale")


@cache
def code_version() -> str:
    """A digest of the portal's code and its pinned packages: a new release may tell the same otherwise."""
    root = Path(settings.BASE_DIR)
    files = [
        path for package in _PACKAGES for form in _CODE for path in (root / package).rglob(form)
    ]
    told = hashlib.sha256()
    for path in sorted([*files, root / "requirements.txt"]):
        told.update(f"{path.relative_to(root)}\0".encode())
        told.update(hashlib.sha256(path.read_bytes()).digest())
    return told.hexdigest()


def caller_of(user: Any) -> tuple[Any, ...]:
    """What of the caller an answer depends on; mandates are data, and so in the data's version."""
    if not user.is_authenticated:
        return ()
    return (user.pk, user.is_active, user.is_staff, user.is_superuser)


def etag_of(request: Request, version: str) -> str:
    """A weak ETag: equal tags mean answers of equal content. Empty when the data's state is not known.

    It names the data's ``version``, the day (``as_of`` and mandates default to it, phases begin on it), the
    caller, the language, the form, the whole address (answers link to others) and the code.
    """
    if not version:
        return ""
    told = (
        version,
        today().isoformat(),
        caller_of(request.user),
        get_language(),
        request.accepted_renderer.format,
        request._request.build_absolute_uri(),
        code_version(),
        settings.STALE_AFTER_DAYS,
    )
    return f'W/"{hashlib.sha256(repr(told).encode()).hexdigest()[:32]}"'


def etag_of_content(content: bytes) -> str:
    """A strong ETag: equal tags mean the same bytes. What ``If-Match`` is compared with."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def forbid_stale(request: Request, response: HttpResponseBase) -> None:
    """No cache hands an answer on without asking here first, and none hands it to another caller.

    Asks only what the caller sent, for who it is may be the very thing that was refused.
    """
    own = "Authorization" in request.headers or settings.SESSION_COOKIE_NAME in request.COOKIES
    if "no-store" not in response.get("Cache-Control", ""):  # as a file says
        response["Cache-Control"] = "private, no-cache" if own else "no-cache"
    patch_vary_headers(response, VARY)


def is_held(request: Any, etag: str) -> bool:
    """Whether the caller says in ``If-None-Match`` that he holds this answer."""
    held = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in held or etag.removeprefix("W/") in {one.removeprefix("W/") for one in held}


class NotModified(Exception):  # noqa: N818  (no error: the caller has the answer already)
    """The caller holds the answer that this request would get."""


class ToldAgain(Exception):  # noqa: N818  (no error: the answer is at hand)
    """This process keeps the answer that this request would get."""

    def __init__(self, content: bytes) -> None:
        self.content = content


class Conditional(APIView):
    """A view that reads: tells an ETag, and answers 304 before anything is computed.

    Where answers are dear to compute and asked again and again, ``keeps_answers``: one that is at hand
    under its tag is told again (``kept.py``).
    """

    etag = ""
    #: The state of the data before any of it was read; empty where nothing is kept.
    version = ""
    keeps_answers: ClassVar[bool] = False

    def names_content(self) -> bool:
        """Whether this answer's tag is that of its bytes, known once they are written."""
        return False

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD") or self.names_content():
            return
        self.version = DataVersion.current()
        self.etag = etag_of(request, self.version)
        if self.etag and "If-None-Match" in request.headers and is_held(request, self.etag):
            raise NotModified
        if self._keeps(request) and (content := kept.answers.get(self.etag)) is not None:
            raise ToldAgain(content)

    def _keeps(self, request: Any) -> bool:
        return bool(
            self.keeps_answers
            and self.etag
            and request.accepted_renderer.format == JSONAnswer.format
        )

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, NotModified):
            # Plain: no form of answer is written.
            return HttpResponse(status=304)
        if isinstance(exc, ToldAgain):
            return HttpResponse(exc.content, content_type=JSONAnswer.media_type)
        return super().handle_exception(exc)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code not in (200, 304):
            return response
        if self.etag:
            response["ETag"] = self.etag
            if isinstance(response, Response) and self._keeps(request):
                response.add_post_render_callback(
                    lambda told: kept.answers.put(self.etag, told.content)
                )
        elif (
            request.method in ("GET", "HEAD")
            and self.names_content()
            and isinstance(response, Response)  # a file is none
        ):
            response.add_post_render_callback(lambda told: _named_by_content(request, told))
        return response


def _named_by_content(request: Request, response: Any) -> Any:
    """The written answer with its tag; without its content where the caller holds that."""
    # One report's tag the view has named (docs/adr/0012).
    response.setdefault("ETag", etag_of_content(response.content))
    if is_held(request, response["ETag"]):
        response.status_code = 304
        response.content = b""
        del response["Content-Type"]
    return response

"""Answers that are no page: 400, 403 to 405, 413, 500, 503 and a stale form, in Vietnamese, with a way on."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from coopportal.bodies import most_bytes
from coopportal.clock import BadParameter
from coopportal.rest.problems import API_PATH, not_found as api_not_found, problem_response

#: Seconds after which whoever met a database that does not answer may try again.
_RETRY_AFTER = "5"


class BadParameterMiddleware:
    """Our 400 and 404 pages also while DEBUG would show technical ones: whoever starts the portal reads them.

    And words for a 405, which Django leaves empty: who signs in again is led to the address of a button.

    Other faults keep Django's technical page there, with its traceback.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # No view was found, so no view wrote this answer.
        if settings.DEBUG and response.status_code == 404 and request.resolver_match is None:
            return not_found(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return not_allowed(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, BadParameter):
            return bad_request(request, exception)
        return not_found(request, exception) if isinstance(exception, Http404) else None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: names the parameter and how to mend it where we know, else says that the request is broken."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    if request.path.startswith(API_PATH):
        return problem_response(
            request, 400, gettext("Máy chủ không hiểu yêu cầu này."), kind="malformed"
        )
    error = exception if isinstance(exception, BadParameter) else None
    if error is None and isinstance(exception, SuspiciousOperation):
        # The frame reads host, cookies and query of the request; any of them may be what is broken.
        return HttpResponse(render_to_string("errors/400_bare.html"), status=400)
    # Links of the frame keep what was asked, but not what was refused.
    request.refused_parameter = error.parameter if error else ""  # type: ignore[attr-defined]
    return render(request, "errors/400.html", {"error": error}, status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the user is known and may not do this."""
    if request.path.startswith(API_PATH):
        words = gettext("Tài khoản này không được làm việc đó.")
        return problem_response(request, 403, words, kind="forbidden")
    reason = str(exception) if exception and str(exception) else ""
    return render(request, "errors/403.html", {"reason": reason}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or none that this user may know of."""
    if request.path.startswith(API_PATH):
        return api_not_found(request)
    return render(request, "errors/404.html", status=404)


def not_allowed(request: HttpRequest, refused: HttpResponseNotAllowed) -> HttpResponse:
    """405: the address of a button was opened, or a page was sent something; nothing was done."""
    read = request.method in {"GET", "HEAD"}
    page = render(request, "errors/405.html", {"read": read}, status=405)
    page["Allow"] = refused["Allow"]
    return page


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more than may be sent at once; nothing was read of it, so nothing was saved."""
    found = request.resolver_match
    most = most_bytes(request, found.func if found else None) / 1_000_000
    if request.path.startswith(API_PATH):
        words = gettext("Nội dung gửi lên quá lớn: mỗi lần gửi được tối đa %(most)g MB.")
        return problem_response(request, 413, words % {"most": most}, kind="too-large")
    page = render_to_string("errors/413.html", {"most": f"{most:g}".replace(".", ",")})
    return HttpResponse(page, status=413)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: drawn without request, user or database, since any of them may be what failed.

    Called while the failure is being handled: where the database does not answer, it is a 503.
    """
    if _database_is_gone(sys.exc_info()[1]):
        return unavailable(request)
    if request.path.startswith(API_PATH):
        words = gettext("Máy chủ gặp lỗi; sự cố đã được ghi lại. Thử lại sau.")
        return problem_response(request, 500, words, kind="failure")
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database does not answer; the next request asks it again."""
    if request.path.startswith(API_PATH):
        words = gettext("Cơ sở dữ liệu hiện không trả lời. Thử lại sau số giây ghi ở Retry-After.")
        answer = problem_response(request, 503, words, kind="unavailable")
    else:
        answer = HttpResponse(render_to_string("errors/503.html"), status=503)
    answer["Retry-After"] = _RETRY_AFTER
    return answer


def _database_is_gone(error: BaseException | None) -> bool:
    """Whether a failure, or what it came of, is a database that cannot be reached, read or waited for."""
    while error is not None:
        # SQLite files a missing table under the same name; that is a migration forgotten.
        if isinstance(error, OperationalError | InterfaceError):
            return not str(error).startswith("no such")
        if type(error) is DatabaseError:  # SQLite: the file is no database
            return True
        error = error.__cause__ or error.__context__
    return False


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is missing or old; nothing was saved."""
    return HttpResponse(render_to_string("errors/csrf.html", {"back": request.path}), status=403)

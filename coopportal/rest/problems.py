"""Errors of the API in one shape, RFC 9457 problem+json, in the language the caller asks for."""

from __future__ import annotations

from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy as _
from rest_framework import exceptions, serializers
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response

from coopportal.clock import BadParameter
from coopportal.rest.access import NoCsrfToken

MEDIA_TYPE = "application/problem+json"
API_PATH = "/api/"

_TITLES = {
    400: _("Yêu cầu có chỗ chưa đúng"),
    401: _("Cần đăng nhập"),
    403: _("Không được phép"),
    404: _("Không tìm thấy"),
    405: _("Không dùng được phương thức này"),
    406: _("Không có dạng được yêu cầu"),
    409: _("Việc này không còn làm được"),
    412: _("Dữ liệu đã thay đổi"),
    413: _("Nội dung gửi lên quá lớn"),
    415: _("Không nhận dạng nội dung này"),
    422: _("Khóa đã dùng cho yêu cầu khác"),
    428: _("Thiếu điều kiện If-Match"),
    429: _("Quá nhiều yêu cầu"),
    500: _("Máy chủ gặp lỗi"),
    503: _("Cổng tạm ngừng ít phút"),
    507: _("Máy chủ không lưu được tệp"),
}


class FieldError(serializers.Serializer[Any]):
    """One field of what was sent and what is wrong with it."""

    field = serializers.CharField(help_text=_("Tên trường, ví dụ figures.0.value"))
    message = serializers.CharField(help_text=_("Sai ở đâu và sửa thế nào"))


class Problem(serializers.Serializer[Any]):
    """What every error answers. ``parameter`` names what to mend, where one parameter is to blame."""

    type = serializers.CharField(
        read_only=True, help_text=_("Loại lỗi, cố định, ví dụ urn:coopportal:problem:parameter")
    )
    title = serializers.CharField(read_only=True, help_text=_("Tên lỗi"))
    status = serializers.IntegerField(read_only=True, help_text=_("Mã HTTP"))
    detail = serializers.CharField(read_only=True, help_text=_("Sai ở đâu và sửa thế nào"))
    instance = serializers.CharField(read_only=True, help_text=_("Địa chỉ đã gọi"))
    parameter = serializers.CharField(required=False, help_text=_("Tham số cần sửa"))
    value = serializers.CharField(required=False, help_text=_("Giá trị đã nhận"))
    errors = FieldError(  # type: ignore[assignment]
        many=True, required=False, help_text=_("Khi ghi: mỗi trường chưa đúng một dòng")
    )
    state = serializers.CharField(
        required=False, help_text=_("Khi 409: tình trạng của báo cáo lúc này")
    )
    by = serializers.CharField(required=False, help_text=_("Khi 409: ai đã làm"))
    at = serializers.DateTimeField(required=False, help_text=_("Khi 409: lúc nào"))
    report = serializers.UUIDField(required=False, help_text=_("Báo cáo đang ở đó"))
    stored = serializers.JSONField(required=False, help_text=_("Khi 412: bản đang lưu"))
    sent = serializers.JSONField(required=False, help_text=_("Khi 412: bản đã gửi, chưa lưu"))


class FormExpected(exceptions.UnsupportedMediaType):
    """A file is sent as a form, not as JSON (415)."""


class ProblemRenderer(BaseRenderer):
    """Writes a problem; not for negotiation, so that every caller can be told what is wrong."""

    media_type = MEDIA_TYPE
    format = "problem"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        return orjson.dumps(data, default=str)


def problem(status: int, detail: Any, *, kind: str, path: str, **more: Any) -> dict[str, Any]:
    """The members of one problem; empty ones of ``more`` are left out."""
    return {
        "type": f"urn:coopportal:problem:{kind}",
        "title": str(_TITLES.get(status, _TITLES[400])),
        "status": status,
        "detail": str(detail),
        "instance": path,
        **{name: value for name, value in more.items() if value not in ("", None)},
    }


def problem_response(request: HttpRequest, status: int, detail: Any, *, kind: str) -> HttpResponse:
    """A problem outside the API's views: no such address, a request that never got that far, a failure."""
    content = orjson.dumps(problem(status, detail, kind=kind, path=request.path))
    return HttpResponse(content, status=status, content_type=MEDIA_TYPE)


def not_found(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """404 for an address under /api/ that does not exist."""
    return problem_response(
        request, 404, gettext("API không có địa chỉ này. Xem /api/docs/."), kind="not-found"
    )


_SAID: tuple[tuple[tuple[type[exceptions.APIException], ...], str, Any], ...] = (
    (
        (exceptions.NotAuthenticated, exceptions.AuthenticationFailed),
        "sign-in",
        _("Đăng nhập hoặc gửi khóa truy cập còn hiệu lực rồi gọi lại."),
    ),
    (
        (NoCsrfToken,),
        "csrf",
        _("Thiếu hoặc sai mã chống giả mạo của phiên. Gửi nó ở đầu mục X-CSRFToken."),
    ),
    ((exceptions.PermissionDenied,), "forbidden", _("Tài khoản này không được làm việc đó.")),
    (
        (exceptions.MethodNotAllowed,),
        "method",
        _("Địa chỉ này không nhận phương thức đó; xem đầu mục Allow."),
    ),
    (
        (exceptions.NotAcceptable,),
        "not-acceptable",
        _("Chỉ có application/json và, với danh sách, text/csv."),
    ),
    (
        (FormExpected,),
        "media-type",
        _("Gửi tệp dạng multipart/form-data, trường file."),
    ),
    (
        (exceptions.UnsupportedMediaType,),
        "media-type",
        _("Gửi nội dung dạng application/json."),
    ),
    (
        (exceptions.ParseError,),
        "malformed",
        _("Không đọc được JSON đã gửi. Kiểm tra dấu phẩy, ngoặc và mã UTF-8."),
    ),
    (
        (exceptions.Throttled,),
        "throttled",
        _("Gọi quá nhanh. Chờ số giây ghi ở đầu mục Retry-After."),
    ),
)


def _said(exc: exceptions.APIException) -> tuple[str, Any]:
    """Kind and words for the refusals of Django REST framework."""
    for kinds, kind, words in _SAID:
        if isinstance(exc, kinds):
            return kind, words
    return "refused", exc.detail


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raises into a problem; what nobody foresaw goes on to be logged as a 500."""
    path = context["request"].path
    if isinstance(exc, BadParameter):
        detail = problem(
            400,
            exc.message,
            kind="parameter",
            path=path,
            parameter=exc.parameter,
            value=exc.value,
        )
        return Response(detail, status=400)
    if isinstance(exc, Http404):
        words = str(exc) if exc.args else gettext("Không có, hoặc không có vào ngày được hỏi.")
        return Response(problem(404, words, kind="not-found", path=path), status=404)
    if isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    if not isinstance(exc, exceptions.APIException):
        return None
    kind, words = _said(exc)
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return Response(
        problem(exc.status_code, words, kind=kind, path=path),
        status=exc.status_code,
        headers=headers,
    )

"""How the API describes itself: OpenAPI 3.1 out of filters and answers, with Vietnamese labels."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from coopportal.rest.conditional import Conditional
from coopportal.rest.problems import MEDIA_TYPE, Problem

_REFUSALS = {
    400: _("Tham số chưa đúng; parameter nêu tên nó"),
    401: _("Cần đăng nhập"),
    404: _("Không có, hoặc người gọi không được thấy"),
    406: _("Không có dạng được yêu cầu"),
    # Of acts that write only.
    403: _("Người gọi không được làm việc này"),
    409: _("Báo cáo không còn ở chỗ người gọi đã thấy: ai đã làm gì, lúc nào"),
    412: _("Báo cáo hay bản nháp đã khác bản được đọc: stored là bản đang lưu, sent là bản đã gửi"),
    413: _("Nội dung gửi lên quá lớn"),
    415: _("Nội dung gửi lên không phải application/json; với tệp: multipart/form-data"),
    422: _("Idempotency-Key đã dùng cho một yêu cầu khác"),
    428: _("Thiếu If-Match"),
    429: _("Gọi quá nhanh; Retry-After nói phải chờ bao nhiêu giây"),
    507: _("Máy chủ không lưu được tệp lúc này; chưa có gì được lưu"),
}
_OF_READING = (400, 401, 404, 406, 429)
_OF_ACTING = (*_OF_READING, 403)
_OF_SENDING = (413, 415)
_DONE_BEFORE = _("Đã làm ở lần gọi trước với cùng Idempotency-Key")
_NOT_MODIFIED = _("Câu trả lời mà người gọi đang giữ (If-None-Match) vẫn đúng")
#: Read and answered by every view of ``conditional.Conditional``.
CONDITION = (
    OpenApiParameter(
        "If-None-Match",
        str,
        OpenApiParameter.HEADER,
        description=_("ETag của câu trả lời đang giữ; còn đúng thì nhận 304, không có nội dung"),
    ),
    OpenApiParameter(
        "ETag",
        str,
        OpenApiParameter.HEADER,
        response=[200, 304],
        description=_("Đổi khi câu trả lời có thể đã đổi"),
    ),
)


@dataclass(frozen=True)
class Act:
    """What one act of a view that writes takes and answers; a view holds them by name in ``acts``."""

    summary: Any
    takes: Any = None
    answers: Any = None
    status: int = 200
    #: Asked a second time under its key, it is answered with 200 and what was done the first time.
    again: bool = False
    as_table: bool = False
    parameters: tuple[OpenApiParameter, ...] = ()
    refusals: tuple[int, ...] = ()
    examples: tuple[OpenApiExample, ...] = ()
    media_types: tuple[str, ...] = ("application/json",)
    #: What the generator would call it, where that is another act's name already.
    operation: str = ""


def _refusals(statuses: Iterable[int]) -> dict[Any, Any]:
    return {
        (status, MEDIA_TYPE): OpenApiResponse(Problem, description=str(_REFUSALS[status]))
        for status in sorted(statuses)
    }


class PortalSchema(AutoSchema):
    """Asks the view what it takes and answers, instead of guessing from a model."""

    def _act(self) -> Act | None:
        act: Act | None = getattr(self.view, "acts", {}).get(
            f"{self.method.lower()} {getattr(self.view, 'action', '')}"
        )
        return act

    def get_operation_id(self) -> str:
        act = self._act()
        return (act.operation if act else "") or super().get_operation_id()

    def get_request_serializer(self) -> Any:
        act = self._act()
        return act.takes if act else super().get_request_serializer()

    def get_override_parameters(self) -> list[Any]:
        if act := self._act():
            view: Any = self.view
            return [*view.path_parameters(), *act.parameters, *self._condition()]
        asked = getattr(self.view, "schema_parameters", None)
        return [*(asked() if asked else ()), *self._condition()]

    def _condition(self) -> tuple[OpenApiParameter, ...]:
        """What a caller who holds an answer may say, of every view that reads conditionally."""
        reads = self.method == "GET" and isinstance(self.view, Conditional)
        return CONDITION if reads else ()

    def get_response_serializers(self) -> Any:
        view = self.view
        if not hasattr(view, "answer"):
            return super().get_response_serializers()
        if act := self._act():
            return self._answers_of(act)
        listed = getattr(view, "action", "") == "list"
        answer = view.answer if listed else (getattr(view, "detail_answer", None) or view.answer)
        answers: dict[Any, Any] = {(200, "application/json"): answer}
        if listed:
            answers[200, "text/csv"] = OpenApiTypes.STR
        return answers | self._not_modified() | _refusals(_OF_READING)

    def _answers_of(self, act: Act) -> dict[Any, Any]:
        told = OpenApiResponse(act.answers, description=str(act.summary))
        kinds = [(act.status, kind) for kind in act.media_types] if act.answers else [act.status]
        answers: dict[Any, Any] = dict.fromkeys(kinds, told)
        if act.again:
            answers[200, "application/json"] = OpenApiResponse(
                act.answers, description=str(_DONE_BEFORE)
            )
        if act.as_table:
            answers[200, "text/csv"] = OpenApiTypes.STR
        sent = _OF_SENDING if act.takes else ()
        return answers | self._not_modified() | _refusals({*_OF_ACTING, *sent, *act.refusals})

    def _not_modified(self) -> dict[Any, Any]:
        if not self._condition():
            return {}
        return {304: OpenApiResponse(description=str(_NOT_MODIFIED))}

    def get_summary(self) -> str | None:
        if act := self._act():
            return str(act.summary)
        summaries = getattr(self.view, "summaries", None)
        if not summaries:
            return super().get_summary()
        return str(summaries[0] if getattr(self.view, "action", "") == "list" else summaries[-1])

    def get_description(self) -> str:  # type: ignore[override]
        about = getattr(self.view, "about", "")
        return str(about)

    def get_examples(self) -> list[Any]:
        if act := self._act():
            return list(act.examples)
        examples = getattr(self.view, "schema_examples", None)
        return examples() if examples else []

    def get_tags(self) -> list[str]:
        name = getattr(self.view, "basename", None)
        return [name] if name else super().get_tags()


class TokenOfPrograms(OpenApiAuthenticationExtension):
    """How the schema names a program's token."""

    target_class = "accounts.rest.TokenOfProgram"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": str(_("Khóa truy cập, tạo ở trang Tài khoản của tôi")),
        }


class SessionOfPages(OpenApiAuthenticationExtension):
    """How the schema names the session of the pages."""

    target_class = "coopportal.rest.access.SignedInSession"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": str(_("Phiên đăng nhập của các trang")),
        }


def label_choices(result: Any, generator: Any, **kwargs: Any) -> Any:
    """Give each vocabulary its Vietnamese labels beside its keys, for programs; prose has them for people."""
    for component in result.get("components", {}).get("schemas", {}).values():
        keys = [key for key in component.get("enum", []) if key is not None]
        labels = dict(_LABEL.findall(component.get("description", "")))
        if keys and all(str(key) in labels for key in keys):
            component["x-enum-descriptions"] = [labels[str(key)] for key in keys]
    return result


#: A line of the generator's prose: ``* `over` - trên``.
_LABEL = re.compile(r"^\* `([^`]*)` - (.*)$", re.MULTILINE)

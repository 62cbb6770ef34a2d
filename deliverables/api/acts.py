"""What each act of writing takes and answers, for the description of the API; examples are real words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers

from coopportal.files.kinds import FileKind
from coopportal.rest.pages import Pages
from coopportal.rest.schema import Act
from coopportal.rest.views import FORMAT
from deliverables.api import typed
from deliverables.api.answers import CommentAnswer, FileAnswer, ReportAnswer

_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description=_("Khóa tự chọn, ví dụ một UUID; gửi lại cùng khóa thì không làm lần thứ hai"),
)
_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description=_('ETag của bản nháp đã đọc, ví dụ "3"'),
)
_MATCH_IF_SENT = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description=_(
        "ETag của báo cáo đã đọc (GET báo cáo ấy); đã khác thì nhận 412 và không có gì thay đổi. "
        "Không gửi thì không so"
    ),
)


class CommentPage(serializers.Serializer[Any]):
    """One page of remarks, oldest first."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = CommentAnswer(many=True)


class FilePage(serializers.Serializer[Any]):
    """One page of files, in the order in which they were attached."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = FileAnswer(many=True)


_SHA256 = OpenApiParameter(
    "sha256", str, OpenApiParameter.PATH, description=_("SHA-256 của nội dung tệp")
)


_FILE = {
    "sha256": "3b1c2a4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809",
    "name": "Biên bản nghiệm thu.pdf",
    "kind": "pdf",
    "size": 1468006,
    "pages": 12,
    "signed": True,
    "uploaded_by": "Nguyễn Thị Lan",
    "uploaded_at": "2026-11-20T09:30:00+07:00",
    "url": "/api/v1/reports/0d2f1c1e-6a52-4d7c-9c55-0f7a3a4ef001/files/"
    "3b1c2a4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809/",
}


def _example(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


_DRAFT = {
    "deliverable": "nghe-an-ioffice",
    "as_of": "2026-11-20",
    "stage": "deployed",
    "figures": [{"indicator": "agencies", "value": 43, "qualifier": "over"}],
    "evidence": [
        {
            "number": "123/BC-SKHCN",
            "issued_on": "2026-11-19",
            "locator": "trang 3",
            "quote": "đã triển khai tại trên 43 cơ quan, đơn vị",
        }
    ],
}

_REMARK = {
    "side": "partner",
    "by": "Nguyễn Văn A",
    "text": "Biên bản nghiệm thu đang chờ ký.",
    "at": "2026-09-14T09:30:00+07:00",
}

_VERB: dict[str, Any] = {
    "answers": ReportAnswer,
    "parameters": (_KEY, _MATCH_IF_SENT),
    "refusals": (409, 412, 422),
}

ACTS: dict[str, Act] = {
    "post create": Act(
        _("Lập bản nháp cho bên mà người gọi đại diện"),
        takes=typed.TypedDraft,
        answers=ReportAnswer,
        status=201,
        parameters=(_KEY,),
        again=True,
        refusals=(409, 422),
        examples=(_example("draft", _DRAFT),),
    ),
    "patch partial_update": Act(
        _("Sửa bản nháp; trường không gửi thì giữ nguyên"),
        takes=typed.TypedChange,
        answers=ReportAnswer,
        parameters=(_MATCH,),
        refusals=(409, 412, 428),
        examples=(_example("change", {"stage": "completed", "coverage": "toàn tỉnh"}),),
    ),
    "delete destroy": Act(
        _("Bỏ bản nháp"), status=204, parameters=(_MATCH,), refusals=(409, 412, 428)
    ),
    "post submit": Act(
        _("Gửi bên kia xác nhận"),
        takes=typed.Nothing,
        answers=ReportAnswer,
        parameters=(_KEY, _MATCH),
        refusals=(409, 412, 422, 428),
    ),
    "post withdraw": Act(_("Rút báo cáo đã gửi"), takes=typed.Nothing, **_VERB),
    "post confirm": Act(_("Xác nhận báo cáo của bên kia"), takes=typed.Nothing, **_VERB),
    "post send_back": Act(
        _("Trả lại báo cáo của bên kia, kèm lý do"),
        takes=typed.TypedReason,
        examples=(_example("return", {"reason": "Thiếu biên bản nghiệm thu."}),),
        **_VERB,
    ),
    "post dispute": Act(
        _("Không đồng ý, với trạng thái hoặc số liệu theo phía mình"),
        takes=typed.TypedDispute,
        examples=(
            _example(
                "dispute",
                {
                    "reason": "Mới nghiệm thu 32 đơn vị.",
                    "counter_figures": [{"indicator": "agencies", "value": 32}],
                },
            ),
        ),
        **_VERB,
    ),
    "post revise": Act(
        _("Lập bản nháp sửa báo cáo này, điền sẵn nội dung của nó"),
        takes=typed.Nothing,
        answers=ReportAnswer,
        status=201,
        again=True,
        parameters=(_KEY, _MATCH_IF_SENT),
        refusals=(409, 412, 422),
    ),
    "get comments": Act(
        examples=(
            OpenApiExample(
                "comments",
                value={"count": 1, "next": None, "previous": None, "results": [_REMARK]},
                response_only=True,
            ),
        ),
        summary=_("Trao đổi quanh một báo cáo"),
        answers=CommentPage,
        as_table=True,
        parameters=(*Pages.parameters, FORMAT),
    ),
    "post comments": Act(
        _("Viết vào trao đổi của một báo cáo"),
        takes=typed.TypedComment,
        answers=CommentAnswer,
        status=201,
        parameters=(_KEY, _MATCH_IF_SENT),
        again=True,
        refusals=(409, 412, 422),
        examples=(
            _example("comment", {"text": _REMARK["text"]}),
            OpenApiExample("comment.told", value=_REMARK, response_only=True),
        ),
    ),
    "get files": Act(
        _("Tệp minh chứng của một báo cáo"),
        answers=FilePage,
        as_table=True,
        parameters=(*Pages.parameters, FORMAT),
        examples=(
            OpenApiExample(
                "files",
                value={"count": 1, "next": None, "previous": None, "results": [_FILE]},
                response_only=True,
            ),
        ),
    ),
    "post files": Act(
        _("Đính kèm một tệp vào bản nháp: PDF, PNG, JPEG, DOCX, XLSX, tối đa 20 MB"),
        takes=typed.TypedFile,
        answers=FileAnswer,
        status=201,
        parameters=(_MATCH,),
        refusals=(409, 412, 428, 507),
        examples=(OpenApiExample("file", value=_FILE, response_only=True),),
    ),
    "get file": Act(
        _("Tải một tệp minh chứng"),
        answers=OpenApiTypes.BINARY,
        parameters=(_SHA256,),
        media_types=tuple(kind.media_type for kind in FileKind),
        operation="reports_file_retrieve",
    ),
    "delete file": Act(
        _("Gỡ một tệp khỏi bản nháp"),
        status=204,
        operation="reports_file_destroy",
        parameters=(_SHA256, _MATCH),
        refusals=(409, 412, 428),
    ),
}

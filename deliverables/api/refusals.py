"""How the API tells why a verb was not carried out: problems with what stands and what was sent."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from agreements.storing import NotStoredError
from coopportal.rest.problems import problem
from deliverables.actions import ConflictError, KeyReusedError, StaleReportError
from deliverables.api.typed import errors_in, errors_of_shape


class PreconditionRequired(Exception):  # noqa: N818  (the name of the status)
    """A draft is written to without saying which one was read (428)."""


class KeyUnusable(Exception):  # noqa: N818  (said by its message)
    """An ``Idempotency-Key`` that cannot be kept (400)."""


def response_of(
    exc: Exception, *, path: str, typed: dict[str, Any], sent: Any, stored: Any
) -> Response | None:
    """The problem that an exception of a verb is told as; ``None`` for what others tell.

    ``sent`` is what was sent, ``typed`` the same as it was read, ``stored`` makes the JSON of a report as
    the caller may read it.
    """
    told: dict[str, Any] | None = None
    if isinstance(exc, ValidationError):
        told = _fields(errors_in(exc, typed), path)
    elif isinstance(exc, serializers.ValidationError):
        told = _fields(errors_of_shape(exc.detail), path)
    elif isinstance(exc, StaleReportError):
        told = problem(412, exc, kind="stale", path=path, stored=stored(exc.report), sent=sent)
    elif isinstance(exc, ConflictError):
        told = problem(
            409,
            exc,
            kind="conflict",
            path=path,
            state=exc.report.state,
            by=exc.by,
            at=exc.at.isoformat() if exc.at else None,
            report=str(exc.report.uid),
        )
    elif isinstance(exc, NotStoredError):
        told = problem(507, exc, kind="not-stored", path=path)
    elif isinstance(exc, KeyReusedError):
        told = problem(422, exc, kind="key-reused", path=path, report=str(exc.report.uid))
    elif isinstance(exc, KeyUnusable):
        told = problem(
            400,
            _("Idempotency-Key gồm 1 đến 100 ký tự ASCII in được, ví dụ một UUID."),
            kind="key",
            path=path,
        )
    elif isinstance(exc, PreconditionRequired):
        told = problem(
            428,
            _(
                "Gửi If-Match với ETag của bản nháp đã đọc, để không ghi đè lên việc người khác vừa lưu."
            ),
            kind="precondition",
            path=path,
        )
    if told is None:
        return None
    response = Response(told, status=told["status"])
    response.exception = True
    return response


def _fields(errors: list[dict[str, str]], path: str) -> dict[str, Any]:
    detail = _("Có chỗ chưa đúng: %(fields)s. Mỗi chỗ ghi trong errors.") % {
        "fields": ", ".join(dict.fromkeys(error["field"] or "…" for error in errors))
    }
    return problem(400, detail, kind="fields", path=path, errors=errors)

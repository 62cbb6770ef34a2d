"""Handing a file out: as an attachment and never as a page. Who may have it was asked before."""

from __future__ import annotations

import logging

from django.http import FileResponse, Http404, HttpRequest
from django.utils.translation import gettext as _

from coopportal.files import disk
from coopportal.files.kinds import FileKind

_log = logging.getLogger(__name__)
#: Whatever a browser makes of it all the same may load nothing, run nothing and be framed nowhere.
_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def hand_out(request: HttpRequest, path: str, *, name: str, kind: str) -> FileResponse:
    """The file below MEDIA_ROOT, under its safe name (RFC 6266) and as the kind that its content is."""
    try:
        content = (disk.media() / path).open("rb")
    except OSError as error:
        _log.error("A file that a row names cannot be read: %s", path)
        raise Http404(_("Tệp này không còn trên máy chủ. Báo quản trị viên.")) from error
    # Contents that are compressed already would only lose their length on the way.
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    response = FileResponse(
        content, as_attachment=True, filename=name, content_type=FileKind(kind).media_type
    )
    response["Content-Security-Policy"] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response

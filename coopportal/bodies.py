"""How much one may send at once; refused before a byte of it is read. Not here: what it may say."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse


def most_bytes(request: HttpRequest) -> int:
    """Forms that carry files may be larger than words alone."""
    if request.content_type == "multipart/form-data":
        return int(settings.UPLOAD_LIMIT)
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


class BodyLimit:
    """Refuses a body by the length it announces; the server reads no further than that."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and int(length[:19]) > most_bytes(request):
            raise RequestDataTooBig
        return self.get_response(request)

"""Answers are compressed on their way, but for those that a strong ETag names."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class Compressed(GZipMiddleware):
    """Other bytes would need another tag, and a weak one is what ``If-Match`` never holds for (RFC 9110).

    So what can be written to under ``If-Match`` goes as it is: whoever reads it compressed could not
    write. It is one report, a few kilobytes; whatever is large carries a weak tag or none.
    """

    def process_response(self, request: Any, response: HttpResponseBase) -> Any:
        if response.get("ETag", "").startswith('"'):
            return response
        return super().process_response(request, response)

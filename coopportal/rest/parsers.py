"""What the API reads: JSON that both databases can keep. Not here: what it may say (serializers)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class JSONBody(JSONParser):
    """JSON by the letter: UTF-8, no NaN, no halves of characters, of a depth that somebody means.

    Text with NUL is refused too, for PostgreSQL keeps none.
    """

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            told = orjson.loads(stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))
        except ValueError as error:
            raise ParseError from error
        if _has_nul(told):
            raise ParseError
        return told


def _has_nul(told: Any) -> bool:
    """Whether NUL stands in any text or key, however deep; orjson lets nothing deeper than 1024 in."""
    waiting = [told]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if "\x00" in one:
                return True
        elif isinstance(one, dict):
            waiting += one.keys()
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return False

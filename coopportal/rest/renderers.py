"""What the API writes: JSON as fast as it can be written, CSV where a list is asked as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from django.utils.translation import gettext
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer

from coopportal.clock import BadParameter

FORMAT_PARAMETER = "format"


class JSONAnswer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data)


def in_one_piece(rows: Iterable[Any]) -> orjson.Fragment:
    """Rows written one by one into one JSON array: thousands of them weigh ten times as much as objects."""
    written = bytearray(b"[")
    for row in rows:
        if len(written) > 1:
            written += b","
        written += orjson.dumps(row)
    written += b"]"
    return orjson.Fragment(bytes(written))


class CSVAnswer(BaseRenderer):
    """Says that lists come as CSV too; the stream itself is made by the view."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        if data is None:  # OPTIONS says nothing, in whatever form
            return b""
        raise NotImplementedError


class Negotiation(DefaultContentNegotiation):
    """A ``?format=`` that does not exist is a mistake in a parameter, not a missing page."""

    def filter_renderers(self, renderers: Iterable[Any], format: str) -> list[Any]:  # noqa: A002
        renderers = list(renderers)
        fitting = [renderer for renderer in renderers if renderer.format == format]
        if not fitting:
            raise BadParameter(
                FORMAT_PARAMETER,
                gettext("Không có dạng này ở đây. Chọn: %(formats)s.")
                % {"formats": ", ".join(renderer.format for renderer in renderers)},
                format.replace("\x00", "")[:40],
            )
        return fitting

"""What names a report as somebody read it: its ETag, and whether ``If-Match`` means it (RFC 9110)."""

from __future__ import annotations

from typing import Any

from django.utils.http import parse_etags

from coopportal.rest.conditional import etag_of_content
from coopportal.rest.renderers import JSONAnswer
from deliverables.choices import ReportState
from deliverables.models import ProgressReport


def etag_of(told: dict[str, Any]) -> str:
    """The tag of a report as it is told to somebody: a draft's version, else that of the bytes (ADR 14)."""
    return etag_of_version(told["version"]) or etag_of_content(JSONAnswer().render(told))


def etag_of_version(version: int | None) -> str:
    """A draft's tag is its version, which every save renews (docs/adr/0012)."""
    return f'"{version}"' if version else ""


def matches(header: str, etag: str) -> bool:
    """Whether ``If-Match`` names what has this tag; a weak tag never does (RFC 9110, 13.1.1)."""
    tags = parse_etags(header)
    return tags == ["*"] or etag in tags


def name_version(response: Any, report: ProgressReport) -> None:
    """Let the answer to a write carry the tag of the draft that it leaves."""
    if report.state == ReportState.DRAFT:
        response["ETag"] = etag_of_version(report.version)

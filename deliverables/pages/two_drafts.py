"""A draft as it is stored beside what somebody typed over an older one, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from deliverables.actions import EvidenceSaid, Said
from deliverables.choices import Stage
from deliverables.models import Indicator
from deliverables.templatetags.reports import figure_in_words


@dataclass(frozen=True)
class TwoDrafts:
    """The stored report, the lines of both texts, and the boxes that would store the typed one."""

    report: Any
    title: str
    lines: list[tuple[str, str, str]]
    fields: list[tuple[str, str]]

    @property
    def same(self) -> bool:
        return all(stored == typed for _name, stored, typed in self.lines)


def two_drafts(report: Any, typed: Said | None, data: Mapping[str, Any]) -> TwoDrafts:
    """``data`` is what was posted: the boxes of this deliverable's form are handed on as they were."""
    stored = Said.of(report)
    typed = typed or stored
    keys = {**stored.figures, **typed.figures}
    indicators = {row.key: row for row in Indicator.objects.filter(key__in=keys)}
    lines = [
        (_("Số liệu tính đến"), _day(stored), _day(typed)),
        (_("Trạng thái"), _stage(stored), _stage(typed)),
        *(
            (row.name, _figure(stored, row), _figure(typed, row))
            for row in sorted(indicators.values(), key=lambda row: bytes(row.sort_key))
        ),
        (_("Phạm vi áp dụng"), stored.coverage, typed.coverage),
        (_("Minh chứng"), _documents(stored.evidence), _documents(typed.evidence)),
        (_("Diễn giải"), stored.narrative, typed.narrative),
    ]
    return TwoDrafts(report, report.deliverable.title, lines, _fields(report, typed, data))


def _day(said: Said) -> str:
    return str(said.as_of) if said.as_of else ""


def _stage(said: Said) -> str:
    return str(Stage(said.stage).label) if said.stage else ""


def _figure(said: Said, indicator: Any) -> str:
    figure: Any = said.figures.get(indicator.key)
    if figure is None:
        return ""
    shown = type("Shown", (), {**vars(figure), "indicator": indicator})
    return figure_in_words(shown)


def _documents(evidence: Any) -> str:
    def told(document: EvidenceSaid) -> str:
        day = str(document.issued_on) if document.issued_on else ""
        quote = f"“{document.quote}”" if document.quote else ""
        return ", ".join(
            filter(None, [document.number or document.title, day, document.locator, quote])
        )

    return "\n".join(told(document) for document in evidence)


def _fields(report: Any, typed: Said, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    prefix = f"h{report.deliverable_id}-"
    fields = [(name, str(data[name])) for name in data if name.startswith(prefix)]
    if not fields:
        return []
    have = {name for name, _value in fields}
    rest = {
        "ngay": typed.as_of.typed if typed.as_of else "",
        "pv": typed.coverage,
        "dg": typed.narrative,
    }
    return fields + [
        (prefix + name, value) for name, value in rest.items() if prefix + name not in have
    ]

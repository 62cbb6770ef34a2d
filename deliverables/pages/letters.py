"""Plain texts about a report, to paste into Zalo or a mail: what happened, what is asked, where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.choices import Side
from deliverables.choices import ReportSide, ReportState, Stage
from deliverables.pages.mandates import other_side, side_name
from deliverables.templatetags.reports import as_of_words, counter_told, figure_in_words


def address_of(request: HttpRequest, report: Any) -> str:
    """Where a report stands, whole, so that it can be opened from anywhere."""
    return request.build_absolute_uri(reverse("report", args=[report.uid]))


def report_lines(report: Any) -> list[str]:
    """What a report says, a line each: its stage and its figures."""
    lines = [f"- {_('Trạng thái')}: {Stage(report.stage).label}"]
    for row in report.measurements.all():
        unit = "" if row.value is None or row.indicator.unit == "%" else f" {row.indicator.unit}"
        lines.append(f"- {row.indicator.name}: {figure_in_words(row)}{unit}")
    return lines


def _named(report: Any) -> str:
    return f"{report.deliverable.title}, {_('số liệu')} {as_of_words(report)}"


def letter_of(request: HttpRequest, report: Any) -> str:
    """The message that goes with a report as it stands: sent, returned, disputed, confirmed."""
    agreement = report.deliverable.agreement
    if report.side == ReportSide.SOURCE:
        return ""
    own, other = side_name(agreement, report.side), side_name(agreement, other_side(report.side))
    verdict = next(iter(report.verdicts.all()), None)
    words = {"own": own, "other": other, "what": _named(report)}
    if report.state == ReportState.SUBMITTED:
        head = [_("%(own)s gửi %(other)s báo cáo: %(what)s.") % words, *report_lines(report)]
        ask = _("Đề nghị %(other)s xem và xác nhận tại:") % words
    elif report.state == ReportState.RETURNED and verdict:
        head = [_("%(other)s trả lại báo cáo của %(own)s: %(what)s.") % words]
        head.append(_("Lý do: %s") % verdict.reason)
        ask = _("Đề nghị %(own)s sửa và gửi lại tại:") % words
    elif report.state == ReportState.DISPUTED and verdict:
        head = [_("%(other)s không đồng ý với báo cáo của %(own)s: %(what)s.") % words]
        head += [_("%(own)s ghi:") % words, *report_lines(report)]
        if counter := counter_told(verdict, [row.indicator for row in report.measurements.all()]):
            head.append(_("%(other)s ghi: %(counter)s.") % {**words, "counter": counter})
        head.append(_("Lý do: %s") % verdict.reason)
        ask = _("Hai bên xem và thống nhất tại:")
    elif report.state == ReportState.CONFIRMED:
        head = [_("%(other)s đã xác nhận báo cáo của %(own)s: %(what)s.") % words]
        head += report_lines(report)
        ask = _("Xem tại:")
    else:
        return ""
    return "\n".join([*head, ask, address_of(request, report)])


def letter_of_many(request: HttpRequest, reports: Sequence[Any]) -> str:
    """One message for several reports that were sent or returned together."""
    if len(reports) == 1:
        return letter_of(request, reports[0])
    if not reports:
        return ""
    by_pair: dict[tuple[str, str, str], list[Any]] = {}
    for report in reports:
        agreement = report.deliverable.agreement
        own = side_name(agreement, report.side)
        other = side_name(agreement, other_side(report.side))
        by_pair.setdefault((report.state, own, other), []).append(report)
    texts = [_part(request, *pair, rows) for pair, rows in by_pair.items()]
    return "\n\n".join(texts)


def _part(request: HttpRequest, state: str, own: str, other: str, rows: Iterable[Any]) -> str:
    rows = list(rows)
    words = {"own": own, "other": other, "count": len(rows)}
    if state == ReportState.RETURNED:
        head = _("%(other)s trả lại %(own)s %(count)d báo cáo:") % words
        ask = _("Lý do: %s") % rows[0].verdicts.all()[0].reason
        page = "work"
    else:
        head = _("%(own)s gửi %(other)s %(count)d báo cáo, đề nghị xem và xác nhận:") % words
        ask, page = _("Mở danh sách tại:"), "review"
    lines = [f"- {_named(row)}" for row in rows]
    return "\n".join([head, *lines, ask, request.build_absolute_uri(reverse(page))])


def side_in_words(side: str) -> str:
    """A side in general, where no agreement names it."""
    return _("VNPT") if side == Side.VNPT else _("đối tác")

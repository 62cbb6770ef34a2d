"""How pages tell who reported what, and what became of it; who may read which report is decided elsewhere."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agreements.choices import Qualifier
from agreements.templatetags.coop import day, figure, qualifier, say_figure, say_number
from agreements.templatetags.sources import source_name
from coopportal.clock import ZONE
from coopportal.partial_dates import PartialDate
from deliverables.choices import PeriodState, ReportSide, Stage
from deliverables.models import OfficialChange

register = template.Library()


@register.filter
def reporter(report: Any) -> str:
    """Who says it: the side, or the source by its short name."""
    if report.side == ReportSide.SOURCE:
        names = dict.fromkeys(source_name(row.source) for row in report.citations.all())
        return ", ".join(names) or str(ReportSide.SOURCE.label)
    return str(ReportSide(report.side).label)


@register.simple_tag
def as_of(report: Any) -> str | SafeString:
    """The day a report speaks of, as precise as it says; "không ghi ngày" where it says none."""
    if report is None:
        return ""
    if report.as_of is None:
        return format_html('<span class="nodata">{}</span>', _("không ghi ngày"))
    return str(report.as_of)


@register.simple_tag
def as_of_words(report: Any) -> str:
    """The same inside a sentence: "ngày 04/05/2021", "tháng 12/2020", "không ghi ngày, xếp theo …"."""
    if report.as_of is None:
        return _("không ghi ngày, xếp theo ngày của nguồn: %(day)s") % {
            "day": day(report.as_of_end)
        }
    if report.as_of.precision == "day":
        return _("ngày %(day)s") % {"day": report.as_of}
    return str(report.as_of)


@register.simple_tag
def chain_head() -> tuple[int, str] | None:
    """Number and hash of the last official change, whatever moment is asked: what either side may keep."""
    return OfficialChange.objects.head()


@register.filter
def period_state_words(key: str) -> str:
    """What came of a deliverable in a reporting period: "Chưa báo cáo"."""
    return str(PeriodState(key).label)


@register.filter
def says_something(measurement: Any) -> bool:
    """True for a number and for words in place of one; False for "không nêu số"."""
    return bool(
        measurement.value is not None
        or measurement.text
        or measurement.qualifier not in (Qualifier.UNSPECIFIED, "")
    )


@register.simple_tag
def figures_told(figures: Any, coverage: str = "") -> SafeString:
    """The figures of a row, one a line; where there is none, how far it reaches, else "chưa có số".

    The indicator is named where the unit alone does not say what was counted.
    """
    told = [row for row in figures if says_something(row)]
    if not told:
        if coverage:
            return format_html("<span>{}</span>", coverage)
        return format_html('<span class="nodata">{}</span>', _("chưa có số"))
    named = len(told) > 1 or told[0].indicator.unit == "%"
    return format_html_join(
        "",
        '<span class="line">{}{}</span>',
        (
            (
                figure(row),
                format_html(' <span class="was">{}</span>', row.indicator.name) if named else "",
            )
            for row in told
        ),
    )


@register.simple_tag
def big_figure(measurement: Any) -> SafeString:
    """Qualifier and number without the unit, for a headline or a column that names the unit."""
    if measurement.value is None:
        return say_figure(None, "", measurement.qualifier, measurement.text)
    unit = "%" if measurement.indicator.unit == "%" else ""
    return say_figure(
        measurement.value,
        unit,
        measurement.qualifier,
        numerator=measurement.numerator,
        denominator=measurement.denominator,
    )


@register.simple_tag
def plain_figure(measurement: Any) -> str:
    """The same as plain words, for the text of a drawing: "trên 12.000", "73%"."""
    unit = "%" if measurement.indicator.unit == "%" else ""
    words = [qualifier(measurement.qualifier), f"{say_number(measurement.value)}{unit}"]
    return " ".join(filter(None, words))


def figure_in_words(measurement: Any) -> str:
    """The same for a cell; where there is no number its words, or "chưa có số"."""
    if measurement.value is None:
        return str(measurement.text or qualifier(measurement.qualifier) or _("chưa có số"))
    return plain_figure(measurement)


@register.simple_tag
def chart_sentence(chart: Any) -> str:
    """What the drawing shows, in one breath: how many points, from when to when, what is missing."""
    name = chart.indicator.name
    told = [
        f"{plain_figure(point.measurement)} {_unit(chart.indicator)}"
        f" {as_of_words(point.measurement.report)}".replace("  ", " ")
        for point in chart.points
    ]
    if len(told) == 1:
        sentence = _("%(name)s. Một điểm: %(point)s.") % {"name": name, "point": told[0]}
    else:
        sentence = _("%(name)s. %(count)d điểm, từ %(first)s đến %(last)s.") % {
            "name": name,
            "count": len(told),
            "first": told[0],
            "last": told[-1],
        }
    if chart.gaps:
        sentence += " " + _("Phần gạch chéo không có số liệu, không phải 0.")
    return sentence


def _unit(indicator: Any) -> str:
    return "" if indicator.unit == "%" else str(indicator.unit)


@register.filter
def px(value: float, shift: float = 0) -> str:
    """A height in a drawing, moved by so many pixels: digits and a point, whatever the language."""
    return f"{float(value) + float(shift):.1f}"


@register.filter
def day_or_partial(value: Any) -> str:
    """A whole or a partial day in a drawing's label."""
    return str(value) if isinstance(value, PartialDate) else day(value)


@register.filter
def says_its_figure(statement: Any) -> bool:
    """True when there is no figure to add to a statement's text: it has none, or its words hold it."""
    return statement.value is None or say_number(statement.value) in statement.text


@register.simple_tag
def counter_told(verdict: Any, indicators: Any) -> str:
    """What a side says instead: its stage and its figures, as plain words; empty where it names none."""
    told = [str(Stage(verdict.counter_stage).label)] if verdict.counter_stage else []
    for indicator in indicators:
        counter = verdict.counter_figures.get(indicator.key)
        if not counter:
            continue
        value = counter.get("value")
        number = say_number(value) if value not in (None, "") else counter.get("text", "")
        words = [qualifier(counter.get("qualifier")), number, indicator.unit if number else ""]
        told.append(" ".join(filter(None, words)))
    return "; ".join(filter(None, told))


@register.filter
def moment_told(instant: dt.datetime | None) -> str:
    """An instant in Việt Nam as a sentence says it: "09:30 ngày 14/09/2026"."""
    if instant is None:
        return ""
    local = timezone.localtime(instant, ZONE)
    return _("%(hour)s ngày %(day)s") % {"hour": local.strftime("%H:%M"), "day": day(local)}


@register.simple_tag
def past_figure(past: Any, indicator: Any) -> SafeString:
    """A figure said before, as a queue tells it beside the new one (``deliverables.flags.Past``)."""
    unit = "%" if indicator.unit == "%" else ""
    return say_figure(past.value, unit, past.qualifier, past.text)


@register.simple_tag
def counter_of(verdict: Any, report: Any) -> str:
    """The same for a report in hand, whose figures are fetched already."""
    return counter_told(verdict, [row.indicator for row in report.measurements.all()])

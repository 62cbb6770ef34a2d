"""How pages say dates, numbers, figures, names and addresses; what is true is decided elsewhere."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from agreements.choices import Qualifier
from agreements.present_names import later_name, say_present_name
from coopportal.clock import ZONE, Moment
from coopportal.figures import write_figure
from coopportal.partial_dates import PartialDate

register = template.Library()

#: Qualifiers that say nothing before a number.
_SILENT_QUALIFIERS = {"", Qualifier.EXACT, Qualifier.UNSPECIFIED}


# ---- dates ---------------------------------------------------------------------------------------


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """A whole day as 31/12/2020; an instant is told in Vietnamese time. Nothing gives nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value, ZONE) if timezone.is_aware(value) else value
    return value.strftime("%d/%m/%Y")


@register.filter
def partial_date(value: PartialDate | str | None, unknown: str = "") -> str | SafeString:
    """A date as precise as it is known; unknown is said, in the words given or "chưa rõ ngày"."""
    if value is None or value == "":
        return format_html('<i class="nodata">{}</i>', unknown or _("chưa rõ ngày"))
    return str(value)


# ---- numbers -------------------------------------------------------------------------------------


def say_number(value: Decimal | float | str) -> str:
    """13232 as "13.232", 73.50 as "73,5": dot between thousands, comma before decimals."""
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return write_figure(number)


@register.filter
def number(value: Any) -> str | SafeString:
    """A number in Vietnamese writing; no number is "chưa có số", never 0 and never blank."""
    if value is None or value == "":
        return format_html('<span class="nodata">{}</span>', _("chưa có số"))
    return say_number(value)


@register.filter
def qualifier(key: str | None) -> str:
    """The word before a number for a qualifier key: over -> "trên"; exact -> ""."""
    return "" if key is None or key in _SILENT_QUALIFIERS else str(Qualifier(key).label)


def say_figure(
    value: Any,
    unit: str = "",
    qualifier_key: str = "",
    text: str = "",
    *,
    numerator: Any = None,
    denominator: Any = None,
) -> SafeString:
    """Qualifier, value and unit together; words where there is no number, "chưa có số" where no words."""
    words = qualifier(qualifier_key)
    if value is None or value == "":
        if text:
            return format_html("<span>{}</span>", text)
        if words:
            return format_html("<span>{} {}</span>", words, unit)
        return format_html('<span class="nodata">{}</span>', _("chưa có số"))
    before = format_html('<span class="qual">{}</span> ', words) if words else ""
    glue = "" if unit == "%" else " "
    after = f"{glue}{unit}" if unit else ""
    share: str | SafeString = ""
    if numerator is not None and denominator is not None:
        share = format_html(
            ' <span class="was">({})</span>',
            _("%(part)s trong %(whole)s")
            % {"part": say_number(numerator), "whole": say_number(denominator)},
        )
    return format_html(
        '<span class="fig">{}<b>{}</b>{}{}</span>', before, say_number(value), after, share
    )


@register.simple_tag
def figure(measurement: Any) -> SafeString:
    """A measurement as a page says it: ``{% figure m %}`` gives "trên <b>12.000</b> tài khoản"."""
    return say_figure(
        measurement.value,
        measurement.indicator.unit,
        measurement.qualifier,
        measurement.text,
        numerator=measurement.numerator,
        denominator=measurement.denominator,
    )


@register.simple_tag
def figure_of(value: Any, unit: str = "", qualifier_key: str = "", text: str = "") -> SafeString:
    """The same for loose values, such as a statement's: ``{% figure_of s.value s.unit s.qualifier %}``."""
    return say_figure(value, unit, qualifier_key, text)


# ---- names by the day asked ------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def present_name(context: template.Context, party: Any) -> str | SafeString:
    """What a partner is called on the day asked, when that differs: "nay thuộc Bắc Ninh"; else nothing."""
    words = say_present_name(party, _moment(context).as_of)
    return format_html('<span class="was">{}</span>', words) if words else ""


@register.simple_tag(name="later_name", takes_context=True)
def later_name_tag(context: template.Context, party: Any) -> str | SafeString:
    """The same where room is short: "→ Bắc Ninh", read out as "nay thuộc Bắc Ninh"."""
    later = later_name(party, _moment(context).as_of)
    if not later:
        return ""
    return format_html(
        '<span class="was"><span aria-hidden="true">→</span><span class="vh">{}</span> {}</span>',
        _("nay thuộc") if party.is_province else _("nay là"),
        later,
    )


# ---- addresses that keep the moment ------------------------------------------------------------------


def _moment(context: template.Context) -> Moment:
    moment = context.get("moment")
    return moment if isinstance(moment, Moment) else Moment.now()


def address(path: str, query: QueryDict | dict[str, str]) -> str:
    """``path?a=b`` with the slashes of dates left readable."""
    if not isinstance(query, QueryDict):
        asked = QueryDict(mutable=True)
        asked.update(query)
        query = asked
    return f"{path}?{query.urlencode(safe='/')}" if query else path


@register.simple_tag(takes_context=True)
def url_at(context: template.Context, name: str, *args: Any) -> str:
    """``{% url %}`` that stays at the moment asked: ``{% url_at "agreement" partner.slug %}``."""
    return address(reverse(name, args=args), _moment(context).query)


@register.simple_tag(takes_context=True)
def list_at(context: template.Context, name: str, **filters: str) -> str:
    """A list narrowed by filters, at the moment asked: ``{% list_at "deliverables" stage="ready" %}``."""
    return address(reverse(name), _moment(context).query | filters)


@register.simple_tag(takes_context=True)
def link_to(context: template.Context, thing: Any, label: str = "") -> SafeString:
    """A link to the page of a row, at the moment asked; plain words while the portal has no such page."""
    words = label or str(thing)
    try:
        path = thing.get_absolute_url()
    except (AttributeError, NoReverseMatch):
        return format_html("{}", words)
    return format_html('<a href="{}">{}</a>', address(path, _moment(context).query), words)


@register.simple_tag(takes_context=True)
def url_with(context: template.Context, **changes: Any) -> str:
    """This page with some parameters changed; None or "" removes one. ``_`` in a name becomes ``-``."""
    request = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        key = name.replace("_", "-")
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = str(value)
    return address(request.path, query)


# ---- drawing ---------------------------------------------------------------------------------------


@register.simple_tag
def glyph(name: str) -> SafeString:
    """One glyph of the sprite, hidden from readers of the screen: ``{% glyph "i-warn" %}``."""
    return format_html('<svg class="g" aria-hidden="true"><use href="#{}"/></svg>', name)


@register.filter
def percent(value: float) -> SafeString:
    """A coordinate of a chart: two decimals with a point, whatever the language."""
    return mark_safe(f"{float(value):.2f}%")  # noqa: S308  (digits only)


@register.filter
def px(value: float) -> SafeString:
    """A coordinate of a chart in pixels: a point before decimals, whatever the language."""
    return mark_safe(f"{float(value):g}")  # noqa: S308  (digits only)

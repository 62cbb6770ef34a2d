"""What every page's frame needs: the moment asked for, the as-of bar and the navigation. No queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext, gettext_lazy as _

from coopportal.clock import (
    AS_OF_PARAMETER,
    KNOWN_ON_PARAMETER,
    BadParameter,
    Moment,
    today,
)
from coopportal.pagination import PAGE_PARAMETERS
from coopportal.query import LONGEST_VALUE

#: url name, label, narrow screens only. A page that is not in urls.py yet is left out.
_NAVIGATION = (
    ("overview", _("Tổng quan"), False),
    ("agreements", _("Đối tác"), False),
    ("systems", _("Hệ thống"), False),
    ("events", _("Sự kiện"), False),
    ("sources", _("Nguồn"), False),
    ("search", _("Tra cứu"), True),
)

#: Days people ask for most: the end of each year of the last terms, and the eve of the new map of
#: 1 July 2025. What is only read out comes first.
_QUICK_DAYS = (
    (dt.date(2020, 12, 31), "", _("Hết 2020")),
    (dt.date(2021, 12, 31), _("Hết"), "2021"),
    (dt.date(2022, 12, 31), _("Hết"), "2022"),
    (dt.date(2023, 12, 31), _("Hết"), "2023"),
    (dt.date(2024, 12, 31), _("Hết"), "2024"),
    (dt.date(2025, 6, 30), "", _("Trước sáp nhập tỉnh")),
    (dt.date(2025, 12, 31), "", _("Hết kỳ 2021–2025")),
)


@dataclass(frozen=True)
class NavigationItem:
    url: str
    label: str
    current: str
    narrow_only: bool
    count: int | None = None


@dataclass(frozen=True)
class QuickDay:
    """A link of the as-of bar; ``before`` is read out before the label where that alone says too little."""

    url: str
    before: str
    label: str
    current: bool


@dataclass(frozen=True)
class ClockBar:
    """The as-of bar: what was typed (kept when it was wrong), what travels along, where to go next."""

    today: str
    as_of_typed: str
    known_on_typed: str
    as_of_past: bool
    known_open: bool
    today_url: str
    bad: str = ""
    kept: list[tuple[str, str]] = field(default_factory=list)
    choices: list[QuickDay] = field(default_factory=list)


def moment_of(request: HttpRequest) -> Moment:
    """The moment this request asks for; today when the request's own days are refused elsewhere."""
    try:
        return Moment.from_query(request.GET)
    except BadParameter:
        return Moment.now()


def with_query(path: str, query: QueryDict) -> str:
    """``path?query`` with slashes of dates left readable."""
    return f"{path}?{query.urlencode(safe='/')}" if query else path


def _travelling(request: HttpRequest) -> dict[str, str]:
    """What links and forms of this page carry along: not what was refused, nor what no page takes."""
    refused = getattr(request, "refused_parameter", "")
    kept = {}
    for name, values in request.GET.lists():
        sound = len(name) <= 40 and len(values[0]) <= LONGEST_VALUE
        # A change of day starts again at the first page.
        stays = name != refused and name not in PAGE_PARAMETERS
        if sound and stays and "\x00" not in name + values[0]:
            kept[name] = values[0]
    return kept


def _at(request: HttpRequest, day: dt.date | None, *, keep_known: bool = True) -> str:
    kept = _travelling(request)
    kept.pop(AS_OF_PARAMETER, None)
    if not keep_known:
        kept.pop(KNOWN_ON_PARAMETER, None)
    if day is not None:
        kept[AS_OF_PARAMETER] = day.strftime("%d/%m/%Y")
    query = QueryDict(mutable=True)
    query.update(kept)
    return with_query(request.path, query)


def clock_bar(request: HttpRequest) -> ClockBar:
    """The bar for this request; never raises, so that error pages can show it too."""
    bad = ""
    try:
        moment = Moment.from_query(request.GET)
    except BadParameter as error:
        bad = error.parameter
        moment = Moment.now()
    shown = {AS_OF_PARAMETER: moment.as_of, KNOWN_ON_PARAMETER: moment.known_on}
    typed = {}
    for parameter, day in shown.items():
        text = request.GET.get(parameter, "").strip()[:40].replace("\x00", "")
        typed[parameter] = text if bad and text else day.strftime("%d/%m/%Y")
    latest = today()
    return ClockBar(
        today=latest.strftime("%d/%m/%Y"),
        as_of_typed=typed[AS_OF_PARAMETER],
        known_on_typed=typed[KNOWN_ON_PARAMETER],
        as_of_past=moment.as_of != latest,
        known_open=bad == KNOWN_ON_PARAMETER or moment.known_on != latest,
        today_url=_at(request, None, keep_known=False),
        bad=bad,
        kept=[
            (name, value)
            for name, value in _travelling(request).items()
            if name not in {AS_OF_PARAMETER, KNOWN_ON_PARAMETER}
        ],
        choices=[
            QuickDay(_at(request, day), str(before), str(label), day == moment.as_of)
            for day, before, label in _QUICK_DAYS
            if day <= latest
        ],
    )


def url_or_none(name: str) -> str | None:
    """The address of a named page, or None while the portal has no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def navigation(request: HttpRequest, moment: Moment) -> list[NavigationItem]:
    """The main menu at this moment; ``current`` is the value of aria-current, or empty."""
    items = []
    for name, label, narrow_only in _NAVIGATION:
        path = url_or_none(name)
        if path is None:
            continue
        query = QueryDict(mutable=True)
        query.update(moment.query)
        if request.path == path:
            current = "page"
        elif path != "/" and request.path.startswith(path):
            current = "true"
        else:
            current = ""
        items.append(NavigationItem(with_query(path, query), str(label), current, narrow_only))
    return items


def portal(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: ``moment``, ``clock``, ``nav`` and the doors in and out."""
    moment = moment_of(request)
    return {
        "moment": moment,
        "clock": SimpleLazyObject(lambda: clock_bar(request)),
        "nav": SimpleLazyObject(lambda: navigation(request, moment)),
        "login_url": url_or_none("login"),
        "logout_url": url_or_none("logout"),
        "portal_name": gettext("Cổng hợp tác số"),
    }

"""From the figure that stands to the one that is reported, in words. Not here: flags, what is true."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from agreements.choices import Qualifier
from agreements.templatetags.coop import day, qualifier, say_number

#: A figure with one of these words may lie above what is written, with one of those below.
_AT_LEAST, _AT_MOST = {Qualifier.OVER}, {Qualifier.ALMOST, Qualifier.BEFORE}


def day_of(past: Any) -> str:
    """The day a figure speaks of, as a sentence says it."""
    return day(past.as_of_end) if past.as_of is None else str(past.as_of)


def change_told(figure: Any, before: Any) -> str:
    """What a new figure changes: by how much, since when, and whether the word before it changed.

    ``before`` is the figure that stood (``deliverables.flags.Past``), or None.
    """
    if before is None:
        return _("lần đầu có số; trước đây chỉ có trạng thái") if figure.value is not None else ""
    told = []
    since = day_of(before)
    if figure.value is None or before.value is None:
        if figure.value is not None:
            told.append(_("lần đầu có số; ngày %s chưa có") % since)
        elif before.value is not None:
            told.append(_("nay không có số; ngày %s có") % since)
    else:
        told.append(_by_how_much(figure, before, since))
    if figure.qualifier != before.qualifier:
        told.append(_words_changed(figure.qualifier, before.qualifier))
    return "; ".join(filter(None, told))


def _by_how_much(figure: Any, before: Any, since: str) -> str:
    moved: Decimal = figure.value - before.value
    if not moved:
        return _("không đổi so với %s") % since
    amount = say_number(abs(moved))
    if figure.indicator.unit == "%":
        amount = _("%s điểm phần trăm") % amount
    bounds = (figure.qualifier, before.qualifier)
    if moved > 0 and figure.qualifier in _AT_LEAST and before.qualifier == Qualifier.EXACT:
        amount = _("ít nhất %s") % amount
    elif any(word not in {Qualifier.EXACT, ""} for word in bounds):
        amount = _("khoảng %s") % amount
    words = (
        _("tăng %(amount)s so với %(day)s") if moved > 0 else _("giảm %(amount)s so với %(day)s")
    )
    return words % {"amount": amount, "day": since}


def _words_changed(now: str, then: str) -> str:
    def word(key: str) -> str:
        if key == Qualifier.UNSPECIFIED:
            return _("không có số")
        return qualifier(key) or str(Qualifier.EXACT.label)

    return _("mức độ đổi: %(then)s → %(now)s") % {"then": word(then), "now": word(now)}

"""The official log."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_lazy as _

from coopportal.clock import BadParameter, Moment
from coopportal.filtersets import AskedFilter, ListFilterSet, WordFilter
from coopportal.rest.pages import CountOf
from deliverables.choices import ChangeKind
from deliverables.filters.places import deliverable_key, place_of
from deliverables.models import OfficialChange

_PLACE = place_of("report__deliverable__")


class CursorFilter(AskedFilter):
    """Changes after the one whose number is given."""

    schema = {"type": "integer", "minimum": 0, "maximum": 10**18}
    field_class = forms.CharField

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not (value.isascii() and value.isdigit() and len(value) <= 18):
            raise BadParameter(
                self.name,
                gettext("Ghi số thứ tự của thay đổi cuối cùng đã nhận, ví dụ 106."),
                value[:40],
            )
        return rows.filter(seq__gt=int(value))


class ChangeFilterSet(ListFilterSet):
    """The log in its own order, which never changes; a day narrows it only where one is asked for."""

    since = CursorFilter(about=_("Số thứ tự của thay đổi cuối cùng đã nhận"), example="0")
    kind = WordFilter(ChangeKind, "kind", about=_("Thay đổi"))
    deliverable = deliverable_key("report__deliverable")
    province = _PLACE["province"]
    partner = _PLACE["partner"]
    agreement = _PLACE["agreement"]
    phase = _PLACE["phase"]
    system = _PLACE["system"]

    unique = "seq"

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        return OfficialChange.objects.filter(
            Q(at__lt=moment.known_until), Q(report__as_of_end__lte=moment.as_of)
        )

    def count(self) -> int:
        """Of all changes up to now as many as the last one's number says, less what is of a later day.

        They are numbered without a gap, and nobody takes one away: so a million need no counting.
        """
        narrowed = any(self.data.get(name) for name in self.asked() if name != "since")
        if narrowed or self.moment.is_past:
            return super().count()
        since = int(self.data.get("since", "").strip() or 0)
        after = OfficialChange.objects.filter(seq__gt=since)
        later = after.filter(report__as_of_end__gt=self.moment.as_of)
        unheard = after.filter(at__gte=self.moment.known_until).exclude(pk__in=later.values("pk"))
        last = OfficialChange.objects.order_by("-seq").values_list(
            "seq", CountOf(later), CountOf(unheard)
        )
        for number, of_later_days, not_yet in last[:1]:
            return max(0, int(number) - since) - int(of_later_days) - int(not_yet)
        return 0

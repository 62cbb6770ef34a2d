"""The day a report speaks of, as typed. Not here: partial dates as values (coopportal/partial_dates.py)."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from coopportal.clock import today
from coopportal.partial_dates import PartialDate, PartialDateFormField

_LOOKS_LIKE_A_DAY = re.compile(r"\s*[0-9]{1,2}[/.-](?P<m>[0-9]{1,2})[/.-](?P<y>[0-9]{4})\s*")


def read_date(text: str) -> PartialDate:
    """dd/mm/yyyy, mm/yyyy or yyyy; raises ``ValueError`` with DESIGN.md's words and a way to mend it."""
    try:
        return PartialDate.parse(text)
    except ValueError as error:
        day = _LOOKS_LIKE_A_DAY.fullmatch(text)
        if day is None:
            raise ValueError(_("Nhập ngày dạng dd/mm/yyyy, ví dụ 14/09/2026")) from error
        month = f"{int(day['m']):02d}/{day['y']}"
        if 1 <= int(day["m"]) <= 12 and 1900 <= int(day["y"]) <= 2200:
            ways = _("Nhập dd/mm/yyyy, hoặc chỉ tháng: %s.") % month
        else:
            ways = _("Nhập dd/mm/yyyy, ví dụ 14/09/2026.")
        raise ValueError(f"{error} {ways}") from error


class TypedDateField(PartialDateFormField):
    """A partial date that is not in the future; keeps what was typed when it cannot be read."""

    def __init__(self, *, ended: bool = False, **kwargs: Any) -> None:
        """``ended``: the month or year must be over, for a figure of it would be official in no list yet."""
        self.ended = ended
        kwargs.setdefault(
            "widget", forms.TextInput({"placeholder": "dd/mm/yyyy", "autocomplete": "off"})
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, PartialDate) or value in self.empty_values or not str(value).strip():
            return value if isinstance(value, PartialDate) else None
        try:
            found = read_date(str(value).strip())
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error
        latest = today()
        if found.first_day > latest:
            raise ValidationError(
                _("%(day)s chưa tới. Ghi ngày không muộn hơn %(latest)s.")
                % {"day": str(found).capitalize(), "latest": latest.strftime("%d/%m/%Y")},
                code="future",
            )
        if self.ended and found.last_day > latest:
            raise ValidationError(
                _("%(period)s chưa hết. Ghi ngày cụ thể, ví dụ %(latest)s.")
                % {"period": str(found).capitalize(), "latest": latest.strftime("%d/%m/%Y")},
                code="running",
            )
        return found


class DayForm(forms.Form):
    """The day of a whole sheet: for every row that has no draft of another day."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["ngay"] = TypedDateField(
            label=gettext_lazy("Số liệu tính đến"),
            ended=True,
            initial=PartialDate.of(today()),
            error_messages={
                "required": gettext_lazy("Nhập ngày dạng dd/mm/yyyy, ví dụ 14/09/2026")
            },
        )

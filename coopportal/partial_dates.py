"""Dates known to the day, the month or only the year: the value, the model field and the form field."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy as _

# ASCII digits only: other scripts' digits are a slip of the keyboard, better asked about than guessed.
_ISO = re.compile(r"(?P<y>[0-9]{4})(?:-(?P<m>[0-9]{2})(?:-(?P<d>[0-9]{2}))?)?")
_VIETNAMESE = re.compile(r"(?:(?:(?P<d>[0-9]{1,2})[/.-])?(?P<m>[0-9]{1,2})[/.-])?(?P<y>[0-9]{4})")
UNKNOWN_DAY = _("chưa rõ ngày")


@dataclass(frozen=True, order=False)
class PartialDate:
    """A day (13/09/2014), a month (tháng 8/2014) or a year (năm 2020); unknown is ``None``, never this.

    Compares by its ISO prefix, so a month stands before each of its days.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError(gettext("Có ngày thì phải có tháng."))
        if not 1900 <= self.year <= 2200:
            raise ValueError(
                gettext("Năm %(year)s nằm ngoài khoảng 1900–2200.") % {"year": self.year}
            )
        if self.month is not None and not 1 <= self.month <= 12:
            raise ValueError(gettext("Không có tháng %(month)s.") % {"month": self.month})
        if self.day is not None and self.month is not None:
            days = calendar.monthrange(self.year, self.month)[1]
            if not 1 <= self.day <= days:
                raise ValueError(
                    gettext("Ngày %(day)02d/%(month)02d/%(year)s không có thật.")
                    % {"day": self.day, "month": self.month, "year": self.year}
                )

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read ``2014-09-13``, ``2014-08``, ``2014``, ``13/09/2014``, ``8/2014`` or ``tháng 8/2014``.

        Raises ``ValueError`` with a Vietnamese message for anything else and for days that do not exist.
        """
        cleaned = unicodedata.normalize("NFC", " ".join(text.split())).casefold()
        cleaned = cleaned.removeprefix("tháng ").removeprefix("năm ")
        match = _ISO.fullmatch(cleaned) or _VIETNAMESE.fullmatch(cleaned)
        if match is None:
            raise ValueError(
                gettext(
                    "Nhập ngày dạng dd/mm/yyyy, chỉ tháng dạng mm/yyyy, hoặc chỉ năm; ví dụ 14/09/2026."
                )
            )
        year, month, day = match["y"], match["m"], match["d"]
        return cls(int(year), int(month) if month else None, int(day) if day else None)

    @classmethod
    def of(cls, day: dt.date) -> PartialDate:
        return cls(day.year, day.month, day.day)

    @property
    def precision(self) -> str:
        """``day``, ``month`` or ``year``: the ``…_precision`` of the API."""
        if self.month is None:
            return "year"
        return "month" if self.day is None else "day"

    @property
    def iso(self) -> str:
        """The ISO 8601 prefix that is known: ``2014-09-13``, ``2014-08`` or ``2020``."""
        text = f"{self.year:04d}"
        if self.month is not None:
            text += f"-{self.month:02d}"
        if self.day is not None:
            text += f"-{self.day:02d}"
        return text

    @property
    def typed(self) -> str:
        """As one types it into a form, in any language: ``13/09/2014``, ``08/2014``, ``2014``."""
        return "/".join(reversed(self.iso.split("-")))

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.month or 1, self.day or 1)

    @property
    def last_day(self) -> dt.date:
        """The last day that the precision allows."""
        month = self.month or 12
        return dt.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        if self.month is None:
            return gettext("năm %(year)s") % {"year": self.year}
        if self.day is None:
            return gettext("tháng %(month)s/%(year)s") % {"month": self.month, "year": self.year}
        return f"{self.day:02d}/{self.month:02d}/{self.year:04d}"

    def __lt__(self, other: object) -> bool:
        return self.iso < other.iso if isinstance(other, PartialDate) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.iso <= other.iso if isinstance(other, PartialDate) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.iso > other.iso if isinstance(other, PartialDate) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.iso >= other.iso if isinstance(other, PartialDate) else NotImplemented


def say_date(value: PartialDate | None, unknown: Any = UNKNOWN_DAY) -> str:
    """The date as a page says it; an unknown one is said, not left blank."""
    return str(unknown if value is None else value)


def passed_by(path: str, day: dt.date) -> Q:
    """Rows whose partial date lies, with all its precision allows, on or before a day.

    ``2020-12`` has passed on 31/12/2020 and no day earlier. The column holds ISO prefixes, which sort as
    text; the prefixes of the day after are those that are still running.
    """
    after = (day + dt.timedelta(days=1)).isoformat()
    return Q(**{f"{path}__lt": after}) & ~Q(**{f"{path}__in": [after[:7], after[:4]]})


class PartialDateFormField(forms.CharField):
    """Text input for a partial date; keeps what was typed when it cannot be read."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.typed if isinstance(value, PartialDate) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, PartialDate) or value in self.empty_values:
            return value or None
        text = super().to_python(value)
        if not text:
            return None
        try:
            return PartialDate.parse(text)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)

    def run_validators(self, value: Any) -> None:
        if not isinstance(value, PartialDate):
            super().run_validators(value)


class PartialDateField(models.CharField):
    """Stores the ISO prefix that is known (``2014-08``), which sorts as text; NULL means unknown.

    Every way in (assignment, query, form, ``loaddata``) refuses what is no date, see ADR 3.
    """

    description = _("Ngày, tháng hoặc năm")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 10
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def to_python(self, value: Any) -> Any:
        if value is None or isinstance(value, PartialDate):
            return value
        if value == "":
            return None
        if isinstance(value, dt.date):
            return PartialDate.of(value)
        try:
            return PartialDate.parse(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> PartialDate | None:
        return None if value is None else PartialDate.parse(value)

    def get_prep_value(self, value: Any) -> Any:
        value = self.to_python(value)
        return None if value is None else value.iso

    def value_to_string(self, obj: models.Model) -> Any:
        value = self.to_python(self.value_from_object(obj))
        return None if value is None else value.iso

    def value_from_object(self, obj: models.Model) -> Any:
        return getattr(obj, self.attname)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        value = self.to_python(value)
        if value is None and not self.null:
            raise ValidationError(self.error_messages["null"], code="null")
        return value

    def formfield(self, **kwargs: Any) -> Any:
        return models.Field.formfield(self, form_class=PartialDateFormField, **kwargs)

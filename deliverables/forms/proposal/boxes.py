"""The boxes that several parts of a proposal's form share: a day to come, a figure, a line of text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from coopportal.typed_figures import read_typed, type_figure
from coopportal.vietnamese import nfc
from deliverables.forms.figure import FigureInput, read_for


class DueField(forms.DateField):
    """A whole day by which something is to be done; kept as typed when it cannot be read."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            input_formats=["%d/%m/%Y", "%Y-%m-%d"],
            widget=forms.DateInput(
                {"placeholder": "dd/mm/yyyy", "autocomplete": "off"}, format="%d/%m/%Y"
            ),
            error_messages={"invalid": gettext_lazy("Nhập ngày dạng dd/mm/yyyy, ví dụ 31/12/2027")},
            **kwargs,
        )


class LineField(forms.CharField):
    """Text in NFC; nothing of it is required before a proposal is sent."""

    def __init__(self, max_length: int, *, rows: int = 0, **kwargs: Any) -> None:
        widget = (
            forms.Textarea({"rows": rows}) if rows else forms.TextInput({"autocomplete": "off"})
        )
        kwargs.setdefault("widget", widget)
        super().__init__(max_length=max_length, required=False, **kwargs)

    def clean(self, value: Any) -> str:
        return nfc(super().clean(value)).strip()


class FigureField(forms.CharField):
    """A figure as Vietnamese type it, of an indicator where it is known which."""

    def __init__(self, *, indicator: Any = None, **kwargs: Any) -> None:
        self.indicator = indicator
        kwargs.setdefault("widget", FigureInput())
        super().__init__(max_length=40, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return type_figure(value) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        reading = read_for(self.indicator, text) if self.indicator else read_typed(text)
        if reading.value is None:
            raise ValidationError(reading.error, code="figure")
        return reading.value


def choice(label: Any, choices: Any, empty: Any = "", **kwargs: Any) -> forms.ChoiceField:
    """A list to choose from, or to leave alone."""
    return forms.ChoiceField(
        label=label, choices=[("", empty or _("chưa chọn")), *choices], required=False, **kwargs
    )

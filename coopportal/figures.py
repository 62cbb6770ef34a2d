"""Numbers as Vietnamese type them: 12.000 and 24,5. Not here: units, qualifiers, how pages show them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from coopportal.typed_figures import asked_about, type_figure
from coopportal.vietnamese import nfc

_GROUPED = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?")
_PLAIN = re.compile(r"-?[0-9]+(?:,[0-9]+)?")


def read_figure(text: str) -> Decimal:
    """``"12.000"`` is twelve thousand, ``"24,5"`` is 24.5, ``"1 200"`` is 1200.

    Raises ``ValueError`` for everything else: "12.5" may mean two things, and a guess would be a wrong
    figure that nobody notices.
    """
    bare = "".join(nfc(text).split())
    if not (_GROUPED.fullmatch(bare) or _PLAIN.fullmatch(bare)):
        raise ValueError(text)
    return Decimal(bare.replace(".", "").replace(",", "."))


def write_figure(value: Decimal | int) -> str:
    """The way back, without idle zeros: ``12.000``, ``24,5``."""
    whole, _point, decimals = (
        f"{value:,f}".partition(".") if value % 1 else (f"{int(value):,}", "", "")
    )
    decimals = decimals.rstrip("0")
    return whole.replace(",", ".") + (f",{decimals}" if decimals else "")


class FigureFormField(forms.DecimalField):
    """A text box for one figure. A browser's number box would read 12.000 as 12."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": _(
            "Ghi số như 12.000 hoặc 24,5: dấu chấm ngăn hàng nghìn, dấu phẩy trước phần lẻ."
        ),
    }

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        # 15,123 would be asked about when it comes back; 15,1230 is not.
        return type_figure(value) if isinstance(value, Decimal | int) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return value
        if value in self.empty_values:
            return None
        if question := asked_about(str(value)):
            raise ValidationError(question, code="ambiguous")
        try:
            return read_figure(str(value))
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            typed = self.to_python(data)
        except ValidationError:
            return True
        return bool(typed != (None if initial is None else Decimal(initial)))


class CountFormField(FigureFormField):
    """The same for what is counted: no fraction of it."""

    default_error_messages = {
        "invalid": _("Ghi số nguyên như 12 hoặc 1.200: dấu chấm ngăn hàng nghìn."),
        "max_decimal_places": _("Ghi số nguyên, không có phần lẻ."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "decimal_places": 0})

    def clean(self, value: Any) -> Any:
        figure = super().clean(value)
        return None if figure is None else int(figure)

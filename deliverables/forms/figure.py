"""One figure as a form holds it: the word before it, the number, "Giữ nguyên". Not here: whole reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from agreements.choices import Qualifier
from coopportal.typed_figures import Reading, counted_in_whole, read_typed
from deliverables.actions.said import FigureSaid
from deliverables.choices import ValueKind

#: What a person chooses from; "không nêu số" is what a source does, who reports has or has no figure.
QUALIFIERS = [
    (key, gettext_lazy("không có số") if key == Qualifier.UNSPECIFIED else label)
    for key, label in Qualifier.choices
]
#: Words that say enough without a number.
WORDS_ENOUGH = {
    Qualifier.MANY,
    Qualifier.MOST,
    Qualifier.ALL,
    Qualifier.SOME,
    Qualifier.SUFFICIENT,
    Qualifier.BASICALLY,
}


def same_as(measurement: Any) -> FigureSaid:
    """The same figure as a measurement in hand: "Giữ nguyên"."""
    return FigureSaid(
        measurement.value,
        measurement.qualifier,
        measurement.text,
        measurement.numerator,
        measurement.denominator,
    )


def read_for(indicator: Any, text: str) -> Reading:
    """Read a figure of an indicator: its unit says what is counted, its kind what may be negative."""
    return read_typed(
        text,
        whole=counted_in_whole(indicator.unit),
        percent=indicator.unit == "%",
        negative=indicator.value_kind == ValueKind.INCREMENT,
    )


@dataclass(frozen=True)
class FigureRow:
    """One indicator's line: what stood before, and the boxes for what is said now."""

    indicator: Any
    previous: Any
    qualifier: Any
    figure: Any
    keep: Any
    warning: str = ""


class FigureInput(forms.TextInput):
    """A text box for one figure; a browser's number box would read 12.000 as 12."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "class": "r", **attrs})


def clean_figure(
    indicator: Any, typed: str, qualifier: str, *, keep: bool, previous: Any
) -> tuple[FigureSaid | None, str]:
    """What was said of an indicator, and a warning where it was taken for something; None: nothing said.

    Raises :class:`ValidationError` with a question or a way to mend it. An empty box is no figure.
    """
    if keep and previous is not None:
        _nothing_else_typed(indicator, typed, previous)
        return same_as(previous), ""
    if not typed:
        return _without_number(qualifier), ""
    reading = read_for(indicator, typed)
    if reading.value is None:
        raise ValidationError(reading.error, code="figure")
    if qualifier == Qualifier.UNSPECIFIED:
        raise ValidationError(
            _("Đã chọn “không có số” thì để trống ô số, hoặc chọn lại mức độ."), code="both"
        )
    return FigureSaid(reading.value, qualifier or Qualifier.EXACT), reading.warning


def _nothing_else_typed(indicator: Any, typed: str, previous: Any) -> None:
    if typed and read_for(indicator, typed).value != previous.value:
        raise ValidationError(
            _("Đã chọn “Giữ nguyên” mà ghi số khác. Bỏ chọn, hoặc xóa số vừa ghi."), code="both"
        )


def _without_number(qualifier: str) -> FigureSaid | None:
    if qualifier in {"", Qualifier.EXACT}:
        return None
    if qualifier == Qualifier.UNSPECIFIED or qualifier in WORDS_ENOUGH:
        return FigureSaid(None, qualifier)
    raise ValidationError(
        _("Chọn “%(word)s” thì ghi số, hoặc chọn “không có số”.")
        % {"word": Qualifier(qualifier).label},
        code="missing",
    )

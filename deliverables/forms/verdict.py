"""What one types when returning, disputing or talking about a report. Not here: who may."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from agreements.choices import Qualifier
from coopportal.typed_figures import type_figure
from coopportal.vietnamese import nfc
from deliverables.choices import Stage
from deliverables.forms.figure import QUALIFIERS, FigureInput, clean_figure

#: The usual reasons; the last one is in one's own words.
OTHER_REASON = "khac"
REASONS = (
    ("minh-chung", gettext_lazy("Thiếu minh chứng")),
    ("so-khac", gettext_lazy("Số khác với hệ thống của %(own)s")),
    ("sai-ky", gettext_lazy("Sai kỳ hoặc sai đơn vị tính")),
    (OTHER_REASON, gettext_lazy("Lý do khác")),
)
_LONGEST = 2000


class ReturnForm(forms.Form):
    """Why a report goes back, and what the other side is to do; both are told as one text."""

    wish = forms.CharField(
        label=gettext_lazy("Cần làm gì?"),
        widget=forms.Textarea({"rows": 3}),
        max_length=_LONGEST,
        required=False,
    )

    def __init__(self, data: Any = None, *, own: str = "", **kwargs: Any) -> None:
        """``own``: the side that returns, by name, for the other side reads the reason."""
        super().__init__(data, **kwargs)
        self.labels = {
            key: str(label) % {"own": own or _("bên xác nhận")} for key, label in REASONS
        }
        self.fields["reason"] = forms.ChoiceField(
            label=gettext_lazy("Lý do trả lại"),
            choices=list(self.labels.items()),
            widget=forms.RadioSelect,
            error_messages={"required": gettext_lazy("Chọn lý do trả lại.")},
        )
        self.order_fields(["reason", "wish"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("reason") == OTHER_REASON and not data.get("wish"):
            self.add_error("wish", _("Chọn “Lý do khác” thì ghi rõ lý do, bên kia cần làm gì."))
        return data

    @property
    def told(self) -> str:
        """The reason as the other side reads it."""
        wish = nfc(self.cleaned_data["wish"])
        if self.cleaned_data["reason"] == OTHER_REASON:
            return wish
        label = self.labels[self.cleaned_data["reason"]]
        return f"{label}. {wish}" if wish else f"{label}."


class DisputeForm(forms.Form):
    """Another stage, other figures, and why. At least one of them differs from what the report says."""

    reason = forms.CharField(
        label=gettext_lazy("Vì sao không đồng ý?"),
        widget=forms.Textarea({"rows": 3}),
        max_length=_LONGEST,
        error_messages={"required": gettext_lazy("Ghi vì sao không đồng ý.")},
    )
    stage = forms.ChoiceField(
        label=gettext_lazy("Trạng thái theo bên mình"),
        choices=[("", gettext_lazy("như báo cáo")), *Stage.choices],
        required=False,
    )

    def __init__(self, data: Any = None, *, report: Any, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", f"kd{report.pk}")
        super().__init__(data, **kwargs)
        self.report = report
        self.measurements = list(report.measurements.all())
        for row in self.measurements:
            name = row.indicator.key
            self.fields[f"q-{name}"] = forms.ChoiceField(
                label=row.indicator.name, choices=QUALIFIERS, required=False
            )
            self.fields[f"s-{name}"] = forms.CharField(
                label=row.indicator.name, widget=FigureInput(), required=False, max_length=40
            )

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        """Per figure of the report: the measurement and the two boxes for the other side's figure."""
        return [
            (row, self[f"q-{row.indicator.key}"], self[f"s-{row.indicator.key}"])
            for row in self.measurements
        ]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        data["figures"] = {}
        for row in self.measurements:
            self._clean_figure(row, data)
        if not self.errors and not data["figures"] and not self._other_stage(data):
            raise ValidationError(
                _("Ghi trạng thái hoặc số khác theo bên mình. Chỉ cần bổ sung thì chọn “Trả lại”."),
                code="nothing",
            )
        return data

    def _other_stage(self, data: dict[str, Any]) -> str:
        stage = data.get("stage", "")
        return "" if stage == self.report.stage else stage

    def _clean_figure(self, row: Any, data: dict[str, Any]) -> None:
        name = row.indicator.key
        try:
            figure, warning = clean_figure(
                row.indicator,
                (data.get(f"s-{name}") or "").strip(),
                data.get(f"q-{name}") or Qualifier.EXACT,
                keep=False,
                previous=None,
            )
            if warning:
                raise ValidationError(f"{warning}. " + _("Ghi lại cho rõ."), code="figure")
        except ValidationError as error:
            self.add_error(f"s-{name}", error)
            return
        if figure is not None:
            data["figures"][name] = figure

    @property
    def counter_stage(self) -> str:
        return self._other_stage(self.cleaned_data)

    @property
    def counter_figures(self) -> dict[str, Any]:
        """As a verdict keeps them: numbers as plain text, so that JSON does not round them."""
        return {
            key: {
                "value": None if figure.value is None else f"{figure.value.normalize():f}",
                "qualifier": figure.qualifier,
                "text": figure.text,
            }
            for key, figure in self.cleaned_data["figures"].items()
        }

    @property
    def told(self) -> str:
        return nfc(self.cleaned_data["reason"])


class CommentForm(forms.Form):
    """A short word about a report, between the two sides."""

    text = forms.CharField(
        label=gettext_lazy("Trao đổi"),
        widget=forms.Textarea({"rows": 2}),
        max_length=_LONGEST,
        error_messages={"required": gettext_lazy("Ghi nội dung trao đổi.")},
    )


def typed_or_empty(value: Any) -> str:
    """A figure for a box, or nothing."""
    return "" if value is None else type_figure(value)

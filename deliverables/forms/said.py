"""Everything a report says, as one form: the sheet has one a deliverable, the report form one with more room.

Not here: who may report, how a draft is kept (deliverables/actions).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy

from agreements.choices import Qualifier
from coopportal.partial_dates import PartialDate
from coopportal.typed_figures import type_figure
from deliverables.actions.said import FigureSaid, Said
from deliverables.choices import Stage
from deliverables.forms.dates import TypedDateField
from deliverables.forms.documents import (
    DOCUMENT_BOXES,
    EvidenceRow,
    add_document,
    check_document,
    documents_said,
)
from deliverables.forms.figure import QUALIFIERS, FigureInput, FigureRow, clean_figure, same_as


class OtherIndicator(forms.ModelChoiceField):
    """An indicator of the catalogue that this deliverable has not been measured by so far."""

    def label_from_instance(self, indicator: Any) -> str:
        return f"{indicator.name} ({indicator.unit})"


def standing_reach(deliverable: Any) -> str:
    """How far it reached by the last official report, to go on with; a number in it was that day's figure."""
    reach = str(getattr(deliverable, "coverage", None) or "")
    return "" if any(letter.isdigit() for letter in reach) else reach


class SaidForm(forms.Form):
    """What one side says of a deliverable as of a day.

    ``previous`` maps indicator keys to the measurement that stands; ``draft`` is a report to go on with
    or to copy from. An empty box says nothing of that indicator: it is no figure, and no 0.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        deliverable: Any,
        indicators: Sequence[Any],
        previous: Mapping[str, Any],
        stage_before: str | None,
        draft: Any = None,
        documents: int = 1,
        catalogue: Any = None,
        with_day: bool = True,
    ) -> None:
        self.deliverable, self.indicators, self.previous = deliverable, indicators, previous
        self.draft, self.stage_before, self.documents = draft, stage_before, documents
        self.with_day = with_day
        self.warnings: dict[str, str] = {}
        super().__init__(data, prefix=f"h{deliverable.pk}")
        self._add_stage()
        for indicator in indicators:
            self._add_figure(indicator)
        for place in range(documents):
            named = "" if with_day else f"{_('Minh chứng')}, {deliverable.title}"
            cited = self.cited[place] if place < len(self.cited) else None
            add_document(self, place, cited, named)
        if with_day:
            self._add_day_and_words()
        if catalogue is not None:
            self._add_other(catalogue)
        if not with_day:
            # What stood on the page: a colleague may have saved since, and that is nothing I typed.
            for field in self.fields.values():
                field.show_hidden_initial = True

    # ---- boxes ----

    def _add_stage(self) -> None:
        stage = self.draft.stage if self.draft else self.stage_before
        self.fields["tt"] = forms.ChoiceField(
            label=gettext_lazy("Trạng thái triển khai"),
            choices=Stage.choices if stage else [("", gettext_lazy("chọn…")), *Stage.choices],
            initial=stage or "",
            widget=forms.Select(self._named(_("Trạng thái"), None, col="tt")),
            error_messages={"required": gettext_lazy("Chọn trạng thái triển khai.")},
        )
        if not self.indicators:
            self.fields["giu"] = forms.BooleanField(
                label=gettext_lazy("Giữ nguyên"),
                required=False,
                widget=forms.CheckboxInput({"data-col": "g"}),
            )

    def _kept_as(self, key: str) -> dict[str, str]:
        """What the script puts into the boxes when "Giữ nguyên" is ticked."""
        row = self.previous[key]
        value = "" if row.value is None else type_figure(row.value)
        return {"data-col": "g", "data-figure": value, "data-qualifier": row.qualifier}

    def _named(self, what: str, indicator: Any, *, col: str) -> dict[str, str]:
        """On the sheet boxes have no label of their own beside them; the script goes by column."""
        attrs = {"data-col": col}
        if not self.with_day:
            of = [self.deliverable.title, indicator.name if indicator else ""]
            attrs["aria-label"] = ", ".join(filter(None, [what, *of]))
        return attrs

    def _add_figure(self, indicator: Any) -> None:
        said = self._drafted.get(indicator.key)
        name = indicator.key
        self.fields[f"q-{name}"] = forms.ChoiceField(
            label=gettext_lazy("Mức độ"),
            choices=QUALIFIERS,
            required=False,
            initial=said.qualifier if said else Qualifier.EXACT,
            widget=forms.Select(self._named(_("Mức độ"), indicator, col="q")),
        )
        self.fields[f"s-{name}"] = forms.CharField(
            label=indicator.name,
            widget=FigureInput(
                **self._named(_("Số liệu"), indicator, col="s"),
                **{"data-indicator": indicator.key},
            ),
            required=False,
            max_length=40,
            initial=type_figure(said.value) if said and said.value is not None else "",
        )
        if name in self.previous:
            self.fields[f"g-{name}"] = forms.BooleanField(
                label=gettext_lazy("Giữ nguyên"),
                required=False,
                widget=forms.CheckboxInput(self._kept_as(name)),
                initial=bool(said) and same_as(said) == same_as(self.previous[name]),
            )

    def _add_day_and_words(self) -> None:
        draft = self.draft
        self.fields["ngay"] = TypedDateField(
            label=gettext_lazy("Số liệu tính đến"),
            ended=True,
            initial=draft and draft.as_of,
            error_messages={
                "required": gettext_lazy("Nhập ngày dạng dd/mm/yyyy, ví dụ 14/09/2026")
            },
        )
        self.fields["pv"] = forms.CharField(
            label=gettext_lazy("Phạm vi áp dụng"),
            max_length=200,
            required=False,
            initial=draft and draft.coverage,
        )
        self.fields["dg"] = forms.CharField(
            label=gettext_lazy("Diễn giải"),
            max_length=2000,
            required=False,
            widget=forms.Textarea({"rows": 3}),
            initial=draft and draft.narrative,
        )

    def _add_other(self, catalogue: Any) -> None:
        self.fields["ct"] = OtherIndicator(
            catalogue,
            to_field_name="key",
            required=False,
            label=gettext_lazy("Chỉ tiêu"),
            empty_label=gettext_lazy("không thêm"),
        )
        self.fields["q"] = forms.ChoiceField(
            label=gettext_lazy("Mức độ"), choices=QUALIFIERS, required=False, initial="exact"
        )
        self.fields["s"] = forms.CharField(
            label=gettext_lazy("Số"), widget=FigureInput(), required=False, max_length=40
        )

    # ---- what stands in them ----

    @cached_property
    def _drafted(self) -> dict[str, Any]:
        if self.draft is None:
            return {}
        return {row.indicator.key: row for row in self.draft.measurements.all()}

    @cached_property
    def cited(self) -> list[Any]:
        return list(self.draft.citations.all()) if self.draft else []

    @property
    def rows(self) -> list[FigureRow]:
        return [
            FigureRow(
                indicator,
                self.previous.get(indicator.key),
                self[f"q-{indicator.key}"],
                self[f"s-{indicator.key}"],
                self[f"g-{indicator.key}"] if f"g-{indicator.key}" in self.fields else None,
                self.warnings.get(f"s-{indicator.key}", ""),
            )
            for indicator in self.indicators
        ]

    @property
    def evidence(self) -> list[EvidenceRow]:
        return [
            EvidenceRow(*(self[f"{box}{place}"] for box in DOCUMENT_BOXES))
            for place in range(self.documents)
        ]

    @property
    def touched(self) -> bool:
        """Whether anything was typed, or a draft goes on: an untouched row is neither kept nor sent."""
        return self.draft is not None or (self.is_bound and self.has_changed())

    @property
    def ready(self) -> bool:
        return self.touched and self.is_valid() and not self.warnings

    # ---- what was typed ----

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        data["figures"] = {}
        for indicator in self.indicators:
            self._take(indicator, indicator.key, f"-{indicator.key}", data)
        if other := data.get("ct"):
            self._take(other, other.key, "", data)
        elif data.get("s"):
            self.add_error("ct", _("Chọn chỉ tiêu của con số vừa ghi."))
        for place in range(self.documents):
            check_document(self, place, data)
        return data

    def _take(self, indicator: Any, key: str, box: str, data: dict[str, Any]) -> None:
        try:
            figure, warning = clean_figure(
                indicator,
                (data.get(f"s{box}") or "").strip(),
                data.get(f"q{box}") or "",
                keep=bool(data.get(f"g{box}")),
                previous=self.previous.get(key),
            )
        except ValidationError as error:
            self.add_error(f"s{box}", error)
            return
        if figure is not None:
            data["figures"][key] = figure
        if warning and figure is not None and figure.value is not None:
            self.warnings[f"s{box}"] = warning
            # Shown as it was taken, so that sending it once more is to agree.
            typed: Any = self.data
            self.data = typed.copy()
            self.data[self.add_prefix(f"s{box}")] = type_figure(figure.value)  # type: ignore[index]
        if figure is None and box == "":
            self.add_error("s", _("Ghi số của chỉ tiêu vừa chọn, hoặc chọn “không có số”."))

    # ---- what is said ----

    def said(self, as_of: PartialDate | None = None) -> Said:
        """What was typed, for the verbs; ``as_of`` where the form itself does not ask for the day.

        The sheet has no room for reach and narrative: it goes on with those of the draft, or with the
        reach that stands.
        """
        data = self.cleaned_data
        figures: dict[str, FigureSaid] = data["figures"]
        if "ngay" in self.fields:
            as_of, coverage, narrative = data["ngay"], data["pv"], data["dg"]
        elif self.draft:
            coverage, narrative = self.draft.coverage, self.draft.narrative
        else:
            coverage, narrative = standing_reach(self.deliverable), ""
        return Said(
            as_of=as_of,
            stage=data["tt"],
            narrative=narrative,
            coverage=coverage,
            figures=figures,
            evidence=tuple(documents_said(self, self.documents, self.cited)),
        )

    def refuse(self, refusal: ValidationError) -> None:
        """Show what a verb refused beside the boxes that it speaks of."""
        for name, messages in refusal.error_dict.items() if hasattr(refusal, "error_dict") else ():
            box = self._box_of(name)
            self.add_error(box if box in self.fields else None, messages)
        if not hasattr(refusal, "error_dict"):
            self.add_error(None, refusal)

    def _box_of(self, name: str) -> str:
        """The box of a name of :class:`deliverables.actions.said.Said`."""
        if name.startswith("figures."):
            key = name.split(".")[1]
            return f"s-{key}" if f"s-{key}" in self.fields else "s"
        if name.startswith("evidence."):
            _evidence, place, *rest = name.split(".")
            boxes = {"issued_on": "mn", "locator": "mt", "quote": "mq"}
            return boxes.get(rest[0] if rest else "", "mc") + place
        return {"as_of": "ngay", "stage": "tt", "narrative": "dg", "coverage": "pv"}.get(name, "")

"""What the API takes from whoever writes: its shape, field by field. What can stand, the verbs decide."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError as Refused
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agreements.choices import Qualifier
from coopportal.partial_dates import PartialDate
from deliverables.actions import EvidenceSaid, FigureSaid, Said
from deliverables.choices import Stage
from deliverables.models.comment import COMMENT_LETTERS

_ISO = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
#: Rows that one report may hold: the catalogue has 17 indicators, a report rests on a few documents.
MOST_FIGURES, MOST_DOCUMENTS = 200, 50


class Typed(serializers.Serializer[Any]):
    """Takes its own fields only: what it does not know is refused by name, never dropped in silence."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        if unknown:
            words = _("Không nhận trường này. Chỉ gửi: %(fields)s.") % {
                "fields": ", ".join(self.fields)
            }
            raise serializers.ValidationError({str(name)[:60]: [words] for name in unknown})
        return super().to_internal_value(data)


@extend_schema_field({"type": "number", "examples": [12000, 24.5]})
class PlainNumber(serializers.DecimalField):
    """A JSON number. A text is refused: "12.000" would be twelve to one reader, 12 000 to another."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=20, decimal_places=4, **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise serializers.ValidationError(
                _("Gửi số JSON không đặt trong nháy, ví dụ 12000 hoặc 24.5.")
            )
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "pattern": f"^{_ISO.pattern}$", "examples": ["2026-09"]})
class PartialDay(serializers.CharField):
    """An ISO date to the day, the month or the year."""

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        if not _ISO.fullmatch(text):
            raise serializers.ValidationError(
                _("Ghi ngày dạng 2026-09-14, tháng 2026-09 hoặc năm 2026.")
            )
        try:
            return PartialDate.parse(text)
        except ValueError as refusal:
            raise serializers.ValidationError(str(refusal)) from refusal


class TypedFigure(Typed):
    """One indicator's figure. Without a value say why in ``qualifier`` or ``text``; null is not 0."""

    indicator = serializers.SlugField(max_length=60, help_text=_("Mã chỉ tiêu"))
    value = PlainNumber(required=False, allow_null=True)
    numerator = PlainNumber(required=False, allow_null=True)
    denominator = PlainNumber(required=False, allow_null=True)
    qualifier = serializers.ChoiceField(
        choices=Qualifier.choices,
        required=False,
        help_text=_("Không gửi: exact khi có số, unspecified khi không"),
    )
    text = serializers.CharField(required=False, allow_blank=True, max_length=200)


class TypedDocument(Typed):
    """A document that proves the figures: number or title, day of issue, page, its words."""

    number = serializers.CharField(required=False, allow_blank=True, max_length=80)
    title = serializers.CharField(required=False, allow_blank=True, max_length=300)
    issued_on = PartialDay(required=False, allow_null=True)
    locator = serializers.CharField(required=False, allow_blank=True, max_length=80)
    quote = serializers.CharField(required=False, allow_blank=True, max_length=240)
    url = serializers.CharField(required=False, allow_blank=True, max_length=500)


class TypedChange(Typed):
    """What a draft is to say instead; what is not sent stays, ``figures`` and ``evidence`` as a whole."""

    as_of = PartialDay(required=False)
    stage = serializers.ChoiceField(choices=Stage.choices, required=False)
    narrative = serializers.CharField(required=False, allow_blank=True, max_length=5000)
    coverage = serializers.CharField(required=False, allow_blank=True, max_length=200)
    figures = TypedFigure(many=True, required=False, max_length=MOST_FIGURES)  # type: ignore[call-arg]
    evidence = TypedDocument(many=True, required=False, max_length=MOST_DOCUMENTS)  # type: ignore[call-arg]

    def validate_figures(self, figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
        keys = [figure["indicator"] for figure in figures]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise serializers.ValidationError(
                _("Mỗi chỉ tiêu một dòng; ghi hai lần: %(keys)s.") % {"keys": ", ".join(twice)}
            )
        return figures


class TypedDraft(TypedChange):
    """A new draft; whose it is and in which state follows from who sends it."""

    deliverable = serializers.SlugField(max_length=120, help_text=_("Mã hạng mục"))
    as_of = PartialDay()
    stage = serializers.ChoiceField(choices=Stage.choices)


class TypedReason(Typed):
    reason = serializers.CharField(max_length=2000, help_text=_("Lý do, bên kia đọc được"))


class TypedDispute(TypedReason):
    """Why, and what this side says instead: a stage, figures, or both."""

    counter_stage = serializers.ChoiceField(choices=Stage.choices, required=False)
    counter_figures = TypedFigure(many=True, required=False, max_length=MOST_FIGURES)  # type: ignore[call-arg]

    validate_counter_figures = TypedChange.validate_figures


class TypedComment(Typed):
    text = serializers.CharField(max_length=COMMENT_LETTERS)


class Nothing(Typed):
    """Verbs that take no words take none."""


def figures_said(figures: list[dict[str, Any]]) -> dict[str, FigureSaid]:
    return {figure["indicator"]: FigureSaid.read(figure) for figure in figures}


def said_in(typed: dict[str, Any], before: Said | None = None) -> Said:
    """What a draft says once this was taken over ``before``."""
    parts: dict[str, Any] = {name: typed[name] for name in _PLAIN if name in typed}
    if "figures" in typed:
        parts["figures"] = figures_said(typed["figures"])
    if "evidence" in typed:
        parts["evidence"] = tuple(EvidenceSaid(**row) for row in typed["evidence"])
    if before is None:
        return Said(**parts)
    return replace(before, **parts)


_PLAIN = ("as_of", "stage", "narrative", "coverage")


class TypedFile(Typed):
    """One file; what it is, its content tells."""

    file = serializers.FileField(allow_empty_file=True)


def errors_in(refusal: Refused, typed: dict[str, Any]) -> list[dict[str, str]]:
    """What the verbs refused, by the fields as they were sent: ``figures.0.value`` for the first figure."""
    places = {
        f"{name}.{row['indicator']}": f"{name}.{place}"
        for name in ("figures", "counter_figures")
        for place, row in enumerate(typed.get(name) or ())
    }
    told = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
    found = []
    for name, messages in told.items():
        field = next(
            (
                place + name[len(key) :]
                for key, place in places.items()
                if name == key or name.startswith(f"{key}.")
            ),
            name,
        )
        found += [{"field": field, "message": str(message)} for message in messages]
    return found


def errors_of_shape(detail: Any, path: str = "") -> list[dict[str, str]]:
    """The same of what the serializers refused, nested as it is."""
    if isinstance(detail, dict):
        return [
            error
            for name, inner in detail.items()
            for error in errors_of_shape(
                inner, path if name == "non_field_errors" else f"{path}.{name}".strip(".")
            )
        ]
    if isinstance(detail, list) and any(isinstance(inner, dict) for inner in detail):
        return [
            error
            for place, inner in enumerate(detail)
            for error in errors_of_shape(inner, f"{path}.{place}".strip("."))
            if inner
        ]
    words = detail if isinstance(detail, list) else [detail]
    return [{"field": path, "message": str(word)} for word in words]

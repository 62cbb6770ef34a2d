"""What somebody says in a report, as typed at any door, and whether it can stand. Writes nothing."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from agreements.choices import Qualifier, SourceScope
from agreements.models import Citation, Source
from agreements.models.source import DOCUMENT_WORDS, validate_quote_length
from coopportal.clock import today
from coopportal.partial_dates import PartialDate
from coopportal.vietnamese import nfc
from deliverables.choices import ReportSide
from deliverables.models import Indicator, Measurement, ProgressReport
from deliverables.models.report import plain


@dataclass(frozen=True)
class FigureSaid:
    """One indicator's figure; without a value there is no figure, which is not 0."""

    value: Decimal | None = None
    qualifier: str = Qualifier.EXACT
    text: str = ""
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    @classmethod
    def read(cls, told: FigureSaid | Mapping[str, Any]) -> FigureSaid:
        """From its members as JSON or a form gives them; without a word of its kind a value is exact."""
        if isinstance(told, FigureSaid):
            return told
        numbers = {name: _decimal(told.get(name)) for name in ("value", "numerator", "denominator")}
        usual = Qualifier.EXACT if numbers["value"] is not None else Qualifier.UNSPECIFIED
        return cls(
            qualifier=str(told.get("qualifier") or usual),
            text=nfc(str(told.get("text") or "")),
            **numbers,
        )

    def plain(self) -> dict[str, str | None]:
        """As JSON keeps it: numbers as text, so that none is rounded; what was not said is left out."""
        told = {
            "value": plain(self.value),
            "numerator": plain(self.numerator),
            "denominator": plain(self.denominator),
            "qualifier": str(self.qualifier),
            "text": self.text,
        }
        return {name: value for name, value in told.items() if value or name == "value"}


@dataclass(frozen=True)
class EvidenceSaid:
    """A document that proves it: number, title, day of issue, page, its own words, where it can be read."""

    number: str = ""
    title: str = ""
    issued_on: PartialDate | None = None
    locator: str = ""
    quote: str = ""
    url: str = ""

    @classmethod
    def of(cls, citation: Citation) -> EvidenceSaid:
        """What a stored citation says, with its source."""
        source: Any = citation.source
        return cls(
            number=source.number,
            title=source.title,
            issued_on=source.issued_on,
            locator=citation.locator,
            quote=citation.quote,
            url=source.url,
        )


@dataclass(frozen=True)
class Said:
    """What a draft says of a deliverable; ``figures`` by the key of their indicator."""

    as_of: PartialDate | None
    stage: str
    narrative: str = ""
    coverage: str = ""
    figures: Mapping[str, FigureSaid] = field(default_factory=dict)
    evidence: Sequence[EvidenceSaid] = ()

    @classmethod
    def of(cls, report: ProgressReport) -> Said:
        """What a stored report says. Prefetch ``measurements__indicator`` and ``citations__source``."""
        as_of: Any = report.as_of
        return cls(
            as_of=as_of,
            stage=report.stage,
            narrative=report.narrative,
            coverage=report.coverage,
            figures={
                row.indicator.key: FigureSaid(
                    row.value, row.qualifier, row.text, row.numerator, row.denominator
                )
                for row in report.measurements.all()
            },
            evidence=tuple(EvidenceSaid.of(row) for row in report.citations.all()),
        )

    def digest(self, *more: Any) -> str:
        """SHA-256 of what is said: tells two requests of one key apart."""
        told = [dataclasses.asdict(self), *map(str, more)]
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, default=_canonical)
        return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: Any) -> Any:
    return value.iso if isinstance(value, PartialDate) else str(value)


Problems = dict[str, list[str]]


def check(said: Said, *, side: str, indicators: Mapping[str, Indicator]) -> None:
    """Refuse what cannot stand, all of it at once: a ``ValidationError`` by the name of each field.

    ``indicators`` are those of ``said.figures`` that exist. Names are those of :class:`Said`, with
    ``figures.<key>.<field>`` and ``evidence.<n>.<field>`` (from 0) inside.
    """
    problems: Problems = {}
    _check_day(said, side, problems)
    report = ProgressReport(
        stage=said.stage, narrative=said.narrative, coverage=said.coverage, side=side
    )
    _take(problems, "", lambda: report.clean_fields(exclude=_NOT_SAID))
    _check_figures(said.figures, indicators, "figures.", problems)
    for place, document in enumerate(said.evidence):
        _check_document(document, f"evidence.{place}.", problems)
    if problems:
        raise ValidationError(dict(problems))


def check_figures(
    figures: Mapping[str, FigureSaid], indicators: Mapping[str, Indicator], prefix: str
) -> None:
    """The same for figures alone; names begin with ``prefix``."""
    problems: Problems = {}
    _check_figures(figures, indicators, prefix, problems)
    if problems:
        raise ValidationError(dict(problems))


def _check_figures(
    figures: Mapping[str, FigureSaid],
    indicators: Mapping[str, Indicator],
    prefix: str,
    problems: Problems,
) -> None:
    for key, figure in figures.items():
        if key in indicators:
            _check_figure(indicators[key], figure, f"{prefix}{key}.", problems)
        else:
            problems[f"{prefix}{key}"] = [
                _("Không có chỉ tiêu “%(key)s”.") % {"key": str(key)[:60]}
            ]


def _decimal(value: Any) -> Decimal | None:
    """A number of JSON or a form; what is none stays as it is, for the check to refuse by its field."""
    if value in (None, ""):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return value


#: Columns of a report that nobody types.
_NOT_SAID = [
    field.name
    for field in ProgressReport._meta.concrete_fields
    if field.name not in {"stage", "narrative", "coverage"}
]


def _take(problems: Problems, prefix: str, cleaning: Any) -> None:
    """Run a cleaning of Django's and keep what it complains of, under the names of the door."""
    try:
        cleaning()
    except ValidationError as refusal:
        for name, messages in refusal.message_dict.items():
            problems.setdefault(f"{prefix}{name}", []).extend(messages)


def _check_day(said: Said, side: str, problems: Problems) -> None:
    if said.as_of is None:
        if side != ReportSide.SOURCE:
            problems["as_of"] = [_("Ghi số liệu tính đến ngày nào, dạng dd/mm/yyyy.")]
        return
    latest = today()
    if said.as_of.first_day > latest:
        problems["as_of"] = [
            _("Ngày %(day)s chưa tới. Chọn ngày không muộn hơn %(latest)s.")
            % {"day": said.as_of.typed, "latest": f"{latest:%d/%m/%Y}"}
        ]
    elif said.as_of.last_day > latest:
        # Official only from its last day on: confirmed today, it would be in no list.
        problems["as_of"] = [
            _("%(period)s chưa hết. Ghi ngày cụ thể, ví dụ %(latest)s.")
            % {"period": str(said.as_of).capitalize(), "latest": f"{latest:%d/%m/%Y}"}
        ]


def _check_figure(
    indicator: Indicator, figure: FigureSaid, prefix: str, problems: Problems
) -> None:
    row = measurement(indicator, figure)
    _take(problems, prefix, lambda: row.clean_fields(exclude=["report", "indicator"]))
    if any(name.startswith(prefix) for name in problems):
        return
    _take(problems, prefix, row.clean)
    # The constraints of the table, asked without the database: sixty rows are checked in one go.
    broken = {
        "measurement_exact_has_value": row.qualifier == Qualifier.EXACT and row.value is None,
        "measurement_unspecified_has_none": (
            row.qualifier == Qualifier.UNSPECIFIED and row.value is not None
        ),
        "measurement_share_complete": row.numerator is not None
        and (row.denominator is None or row.denominator <= 0),
    }
    for constraint in Measurement._meta.constraints:
        if broken.get(constraint.name):
            name = "denominator" if constraint.name == "measurement_share_complete" else "value"
            problems.setdefault(f"{prefix}{name}", []).append(
                str(constraint.violation_error_message)
            )


def _check_document(document: EvidenceSaid, prefix: str, problems: Problems) -> None:
    if not (document.number.strip() or document.title.strip()):
        problems[f"{prefix}number"] = [_("Ghi số, ký hiệu hoặc tên của văn bản.")]
        return
    row = source(document)
    names = ["title", "number", "issued_on", "url"]
    _take(problems, prefix, lambda: row.clean_fields(exclude=_all_but(Source, names)))
    if row.url and f"{prefix}url" not in problems:
        _take(problems, prefix, lambda: _web_address(row.url))
    words = Citation(locator=document.locator, quote=document.quote)
    names = ["locator", "quote"]
    _take(problems, prefix, lambda: words.clean_fields(exclude=_all_but(Citation, names)))
    _take(problems, prefix, lambda: _short_enough(words.quote))
    issued = document.issued_on
    if issued is not None and issued.first_day > today():
        problems.setdefault(f"{prefix}issued_on", []).append(
            _("Văn bản chưa được ban hành vào ngày này; kiểm tra lại ngày.")
        )


def _web_address(url: str) -> None:
    try:
        URLValidator(schemes=["http", "https"])(url)
    except ValidationError as refusal:
        raise ValidationError({"url": refusal}) from refusal


def _short_enough(quote: str) -> None:
    try:
        validate_quote_length(quote, DOCUMENT_WORDS)
    except ValidationError as refusal:
        raise ValidationError({"quote": refusal}) from refusal


def _all_but(model: Any, names: Iterable[str]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.name not in names]


def measurement(indicator: Indicator, figure: FigureSaid) -> Measurement:
    """The row that keeps a figure, not stored yet and of no report yet."""
    return Measurement(
        indicator=indicator,
        value=figure.value,
        qualifier=figure.qualifier,
        text=figure.text,
        numerator=figure.numerator,
        denominator=figure.denominator,
    )


def source(document: EvidenceSaid) -> Source:
    """The row that keeps a document, not stored yet; the number stands for a title where there is none."""
    issued_on: Any = document.issued_on
    return Source(
        scope=SourceScope.FILED,
        title=document.title.strip() or document.number.strip(),
        number=document.number.strip(),
        issued_on=issued_on,
        url=document.url.strip(),
    )

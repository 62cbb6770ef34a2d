"""The list of figures that stand: each with its day, who reported it, and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from coopportal.clock import Moment
from coopportal.lists import Column
from deliverables.models import Indicator, Measurement, Verdict
from deliverables.pages.delivered import CITED
from deliverables.templatetags.delivery import verdicts_in_words
from deliverables.templatetags.reports import plain_figure, reporter


def with_what_they_rest_on(rows: Sequence[Any], moment: Moment) -> list[Any]:
    """Figures of the keys that rows have, with their reports, deliverables and partners: three queries.

    They are fetched when it is known which: a country's would be joined with all that before they are sorted.
    """
    figures = Measurement.objects.select_related(
        "indicator",
        "report__deliverable__agreement__partner",
        "report__deliverable__phase",
    ).prefetch_related(
        Prefetch("report__citations", queryset=CITED),
        Prefetch("report__verdicts", queryset=Verdict.objects.order_by("at")),
    )
    found = figures.in_bulk([row.pk for row in rows])
    return [found[row.pk] for row in rows if row.pk in found]


def indicator_choices() -> list[tuple[str, str]]:
    return list(Indicator.objects.order_by("sort_key").values_list("key", "name"))


def _partner(figure: Any) -> str:
    agreement = figure.report.deliverable.agreement
    return str(agreement.partner.short_name) if agreement else ""


def _phase(figure: Any) -> str:
    phase = figure.report.deliverable.phase
    return str(phase.years) if phase else ""


def _sources(figure: Any) -> str:
    cited = figure.report.citations.all()
    return "; ".join(dict.fromkeys(row.source.short_name for row in cited))


COLUMNS: tuple[Column, ...] = (
    (_("Đối tác"), _partner),
    (_("Giai đoạn"), _phase),
    (_("Mã hạng mục"), lambda figure: figure.report.deliverable.slug),
    (_("Hạng mục"), lambda figure: figure.report.deliverable.title),
    (_("Chỉ tiêu"), lambda figure: figure.indicator.name),
    (_("Số liệu"), plain_figure),
    (_("Đơn vị"), lambda figure: figure.indicator.unit),
    (_("Tính đến"), lambda figure: figure.report.as_of),
    (_("Xếp theo ngày"), lambda figure: f"{figure.report.as_of_end:%d/%m/%Y}"),
    (_("Bên báo cáo"), lambda figure: reporter(figure.report)),
    (_("Ý kiến hai bên"), lambda figure: verdicts_in_words(figure.report)),
    (_("Nguồn"), _sources),
)

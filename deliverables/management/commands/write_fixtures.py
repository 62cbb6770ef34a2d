"""Command: write the shipped fixtures again from the database, derived columns and all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import serializers
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Model
from django.utils.translation import gettext as _

from agreements import models as agreements
from deliverables import models as deliverables
from deliverables.choices import ReportSide

#: What each file holds, in the order in which rows need one another.
REFERENCE: tuple[type[Model], ...] = (
    agreements.Province,
    agreements.Party,
    agreements.Theme,
    agreements.Category,
    agreements.System,
    agreements.SystemAlias,
    deliverables.Indicator,
)
COOPERATION: tuple[type[Model], ...] = (
    agreements.Agreement,
    agreements.Phase,
    agreements.CooperationArea,
    agreements.Person,
    agreements.Event,
    agreements.Participation,
    agreements.Statement,
    agreements.Discrepancy,
    agreements.DiscrepancySide,
    deliverables.Deliverable,
    deliverables.ProgressReport,
    deliverables.Measurement,
    deliverables.OfficialChange,
)


def _rows(models: Iterable[type[Model]]) -> list[Model]:
    return [row for model in models for row in model._default_manager.order_by("pk")]


def _cited_by(rows: Iterable[Model]) -> set[int]:
    """The primary keys of the citations that rows of a file link to."""
    return {
        citation
        for row in rows
        if hasattr(row, "citations")
        for citation in row.citations.values_list("pk", flat=True)
    }


class Command(BaseCommand):
    help = "Ghi lại fixtures/reference.json và fixtures/cooperation.json từ cơ sở dữ liệu."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--into", type=Path, default=settings.BASE_DIR / "fixtures", help="Thư mục ghi vào."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if (
            deliverables.ProgressReport.objects.exclude(side=ReportSide.SOURCE).exists()
            or deliverables.Verdict.objects.exists()
            or deliverables.Target.objects.exists()
        ):
            raise CommandError(
                _(
                    "Cơ sở dữ liệu có báo cáo, ý kiến hoặc mục tiêu của hai bên. Bộ dữ liệu đi kèm "
                    "chỉ gồm nguồn công bố: chạy lệnh này trên cơ sở dữ liệu mới, "
                    "chỉ nạp dữ liệu đi kèm."
                )
            )
        reference, cooperation = _rows(REFERENCE), _rows(COOPERATION)
        # A citation, and its source, stands in the first file that needs it.
        early_citations = list(
            agreements.Citation.objects.filter(pk__in=_cited_by(reference)).order_by("pk")
        )
        early_sources = {citation.source_id for citation in early_citations}
        sources = list(agreements.Source.objects.order_by("pk"))
        citations = list(
            agreements.Citation.objects.exclude(pk__in=[c.pk for c in early_citations]).order_by(
                "pk"
            )
        )
        self._write(
            options["into"] / "reference.json",
            [*(s for s in sources if s.pk in early_sources), *early_citations, *reference],
        )
        self._write(
            options["into"] / "cooperation.json",
            [*(s for s in sources if s.pk not in early_sources), *citations, *cooperation],
        )

    def _write(self, path: Path, rows: list[Model]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = serializers.serialize(
            "json",
            rows,
            indent=1,
            ensure_ascii=False,
            use_natural_foreign_keys=True,
            use_natural_primary_keys=True,
        )
        path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
        self.stdout.write(_("%(path)s: %(count)s dòng") % {"path": path.name, "count": len(rows)})

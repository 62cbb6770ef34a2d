"""The log of what became and ceased to be official: feed, data version, proof against tampering."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from agreements.models import Citation
from coopportal.rest.compiled import ROWS, CompiledModels, statements
from deliverables.choices import ChangeKind, one_of
from deliverables.models.evidence import EvidenceFile
from deliverables.models.report import Measurement, ProgressReport

#: What stands before the first change of the chain.
GENESIS = "0" * 64


def fetch_content(reports: Sequence[ProgressReport]) -> None:
    """Have at hand what the reports say: two statements, none where it is there; one more for files.

    A figure tells whether its report has files: most have none, and are asked for none.
    """
    by_key = {report.pk: report for report in reports if not _has_content(report)}
    if not by_key:
        return
    figures: dict[int, list[Any]] = {key: [] for key in by_key}
    citations: dict[int, list[Any]] = {key: [] for key in by_key}
    for figure in _kept("figures", _figures).ask({ROWS: [*by_key]}):
        figure.report = by_key[figure.report_id]
        figures[figure.report_id].append(figure)
    for citation in _kept("citations", _citations).ask({ROWS: [*by_key]}):
        citations[citation.cited_by].append(citation)
    filed = []
    for key, report in by_key.items():
        _prefetched(report, "measurements", figures[key])
        _prefetched(report, "citations", citations[key])
        if not figures[key] or any(figure.filed for figure in figures[key]):
            filed.append(report)
        else:
            _prefetched(report, "files", [])
    prefetch_related_objects(
        filed, Prefetch("files", EvidenceFile.objects.select_related("stored"))
    )


def _prefetched(report: ProgressReport, relation: str, rows: list[Any]) -> None:
    """As ``prefetch_related`` leaves it: whoever called a verb may ask more of its report."""
    answer = getattr(report, relation).get_queryset()
    answer._result_cache, answer._prefetch_done = rows, True
    kept: Any = report
    kept.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = answer


def _has_content(report: ProgressReport) -> bool:
    at_hand = getattr(report, "_prefetched_objects_cache", {})
    return "measurements" in at_hand and "citations" in at_hand and "files" in at_hand


def _kept(what: str, rows: Callable[[], models.QuerySet[Any]]) -> CompiledModels:
    kept: CompiledModels = statements.get(
        (fetch_content, what), lambda: CompiledModels.of(rows(), [ROWS])
    )
    return kept


def _figures() -> models.QuerySet[Any]:
    filed = Exists(EvidenceFile.objects.filter(report=OuterRef("report")))
    figures = Measurement.objects.filter(report__in=[ROWS]).select_related("indicator")
    return figures.annotate(filed=filed).order_by("indicator__key")


def _citations() -> models.QuerySet[Any]:
    cited = Citation.objects.filter(reports__in=[ROWS]).select_related("source__filing")
    return cited.annotate(cited_by=F("reports__pk")).order_by("pk")


#: JSON of which there is only one way to write it.
canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def link_hash(*, seq: int, kind: str, at: dt.datetime, content: str, previous_hash: str) -> str:
    """The hash of one link of the chain; ``content`` is the report's, in canonical JSON already.

    The text hashed is the canonical JSON of the five members, keys in order. Times, kinds and hashes
    have no letter that JSON would write differently.
    """
    told = (
        f'{{"at":"{at.astimezone(dt.UTC).isoformat()}","content":{content},'
        f'"kind":"{kind}","previous_hash":"{previous_hash}","seq":{seq}}}'
    )
    return hashlib.sha256(told.encode()).hexdigest()


class OfficialSequence(models.Model):
    """The one row that is locked while a change is numbered, so that readers never miss a number.

    It holds no number itself: the log does, and two truths could part.
    """

    class Meta:
        verbose_name = _("khóa đánh số thay đổi")
        verbose_name_plural = _("khóa đánh số thay đổi")
        constraints = [
            models.CheckConstraint(
                name="officialsequence_single_row",
                condition=models.Q(id=1),
                violation_error_message=_("Chỉ có một dòng khóa, mang số 1."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def lock(cls) -> None:
        """Hold the row until the surrounding transaction ends."""
        row = cls.objects.select_for_update().filter(pk=1)
        if not row:
            cls.objects.get_or_create(pk=1)
            list(row.all())


class OfficialChangeManager(models.Manager["OfficialChange"]):
    def record(self, report: ProgressReport, kind: ChangeKind, at: dt.datetime) -> OfficialChange:
        """Append one change; see :meth:`record_all`."""
        return self.record_all([(report, kind)], at)[0]

    def record_all(
        self, turns: Sequence[tuple[ProgressReport, ChangeKind]], at: dt.datetime
    ) -> list[OfficialChange]:
        """Append changes in their order. Call inside the transaction that makes or ends the reigns.

        Numbers follow commit order and have no gap, because the sequence row stays locked until then.
        The reports are hashed as they are in hand: fetch them in the same transaction.
        """
        OfficialSequence.lock()
        last = self.order_by("-seq").values("seq", "hash").first()
        seq, previous = (last["seq"], last["hash"]) if last else (0, GENESIS)
        fetch_content([report for report, _kind in turns])
        changes = []
        for report, kind in turns:
            seq += 1
            change = OfficialChange(
                seq=seq, report=report, kind=kind, at=at, previous_hash=previous
            )
            previous = change.hash = change.compute_hash()
            changes.append(change)
        return self.bulk_create(changes)

    def head(self) -> tuple[int, str] | None:
        """Number and hash of the last change: whoever keeps them can hold the other side to the log."""
        last: tuple[int, str] | None = self.order_by("-seq").values_list("seq", "hash").first()
        return last

    def first_broken(self) -> OfficialChange | None:
        """The first change that does not hold; ``None`` when the chain is whole.

        It does not hold when its number, its link, its hash, or its time is not what the chain and the
        report say. :meth:`unlogged` finds what is missing at the chain's end.
        """
        expected, previous = 1, GENESIS
        rows = self.select_related("report__deliverable", "report__revises").prefetch_related(
            "report__measurements__indicator", "report__citations__source", "report__files__stored"
        )
        # In portions: a country's log does not fit in memory.
        for change in rows.order_by("seq").iterator(chunk_size=2000):
            if (
                change.seq != expected
                or change.previous_hash != previous
                or change.hash != change.compute_hash()
                or change.at != change.reign_time()
            ):
                return change
            expected, previous = expected + 1, change.hash
        return None

    def unlogged(self) -> ProgressReport | None:
        """A report whose reign began or ended without a line in the log; ``None`` when there is none."""
        logged = self.filter(report=OuterRef("pk"))
        return (
            ProgressReport.objects.filter(
                Q(official_from__isnull=False)
                & ~Exists(logged.filter(kind=ChangeKind.BECAME_OFFICIAL))
                | Q(official_to__isnull=False) & ~Exists(logged.filter(kind=ChangeKind.CEASED))
            )
            .order_by("pk")
            .first()
        )


class OfficialChange(models.Model):
    """One report became official or ceased to be, numbered and chained by SHA-256."""

    seq = models.PositiveBigIntegerField(_("số thứ tự"), primary_key=True)
    report = models.ForeignKey(
        ProgressReport, on_delete=models.PROTECT, related_name="changes", verbose_name=_("báo cáo")
    )
    kind = models.CharField(_("thay đổi"), max_length=20, choices=ChangeKind)
    at = models.DateTimeField(_("lúc"))
    hash = models.CharField(_("mã băm"), max_length=64)
    previous_hash = models.CharField(_("mã băm trước"), max_length=64)

    objects = OfficialChangeManager()

    class Meta:
        verbose_name = _("thay đổi số liệu chính thức")
        verbose_name_plural = _("thay đổi số liệu chính thức")
        ordering = ["seq"]
        constraints = [
            one_of("kind", ChangeKind, "officialchange"),
            models.UniqueConstraint(
                fields=["report", "kind"],
                name="officialchange_kind_once",
                violation_error_message=_("Thay đổi này của báo cáo đã được ghi."),
            ),
            models.UniqueConstraint(
                fields=["previous_hash"],
                name="officialchange_chain_unforked",
                violation_error_message=_("Sau thay đổi đó đã có thay đổi khác."),
            ),
        ]
        # For the few latest of a day: a country's log is not read to its end to find five.
        indexes = [models.Index(fields=["at"], name="officialchange_at")]

    def __str__(self) -> str:
        return f"#{self.seq} {self.get_kind_display()}"

    def reign_time(self) -> dt.datetime | None:
        """When the report itself says that this happened."""
        began = self.kind == ChangeKind.BECAME_OFFICIAL
        return self.report.official_from if began else self.report.official_to

    def compute_hash(self) -> str:
        """SHA-256 over the previous hash and everything this change stands for, in canonical JSON."""
        return link_hash(
            seq=self.seq,
            kind=str(self.kind),
            at=self.at,
            content=canonical(self.report.content()),
            previous_hash=self.previous_hash,
        )

"""How what is said is stored in a draft: figures, documents and the words cited from them, in bulk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from agreements.models import Citation, Filing, Source
from coopportal.vietnamese import fold, nfc
from deliverables.actions.said import EvidenceSaid, Said, measurement, source
from deliverables.choices import ReportSide
from deliverables.models import Deliverable, Indicator, Measurement, ProgressReport

CitationLink = ProgressReport.citations.through


@dataclass(frozen=True)
class Page:
    """A draft and what it is to say; ``kept`` are the citations that it has already, by what they say."""

    report: ProgressReport
    deliverable: Deliverable
    said: Said
    kept: Mapping[EvidenceSaid, int]


def indicators_of(said: Iterable[Said]) -> dict[str, Indicator]:
    """The indicators that are spoken of, by key; those that do not exist are left out. One query."""
    keys = {key for one in said for key in one.figures}
    if not keys:
        return {}
    return {row.key: row for row in Indicator.objects.filter(key__in=keys)}


def take(report: ProgressReport, said: Said) -> None:
    """Set the columns of a draft to what is said; stores nothing."""
    report.as_of = said.as_of  # type: ignore[assignment]
    if said.as_of is not None:
        report.as_of_end = said.as_of.last_day
    report.stage = said.stage
    report.narrative = nfc(said.narrative)
    report.coverage = nfc(said.coverage)


def kept_citations(reports: Iterable[ProgressReport]) -> dict[int, dict[EvidenceSaid, int]]:
    """For each draft the citations it has, by what they say. One query."""
    found: dict[int, dict[EvidenceSaid, int]] = {report.pk: {} for report in reports}
    links = CitationLink.objects.filter(progressreport__in=found).select_related("citation__source")
    for link in links:
        row = link.citation
        found[link.progressreport_id][EvidenceSaid.of(row)] = row.pk
    return found


def without_figures(reports: Iterable[ProgressReport]) -> None:
    """Take away the figures of drafts: rows that nothing else can rest on yet."""
    _delete(Measurement.objects.filter(report__in=[report.pk for report in reports]))


def write_figures(pages: Iterable[Page], indicators: Mapping[str, Indicator]) -> None:
    """Store the figures of drafts that have none yet. One statement however many."""
    rows = []
    for page in pages:
        for key, figure in page.said.figures.items():
            row = measurement(indicators[key], figure)
            row.report = page.report
            rows.append(row)
    Measurement.objects.bulk_create(rows)


def write_evidence(pages: Iterable[Page]) -> None:
    """Let each draft rest on exactly the documents said. At most five statements however many.

    A document that a side names the same way is one source for the agreement; words that were cited
    already are the same citation.
    """
    pages = list(pages)
    sources: dict[str, tuple[Source, Page]] = {}
    words: dict[tuple[str, str, str], Citation] = {}
    wanted: list[tuple[int, int | tuple[str, str, str]]] = []
    for page in pages:
        for document in map(_tidy, page.said.evidence):
            if document in page.kept:
                wanted.append((page.report.pk, page.kept[document]))
                continue
            if page.report.side == ReportSide.SOURCE:
                raise ValidationError(
                    {"evidence": _("Nguồn công bố được thêm ở trang quản trị, không ở đây.")}
                )
            slug = _slug(document, page)
            if slug not in sources:
                row = source(document)
                row.slug = slug
                sources[slug] = (row, page)
            key = (slug, document.locator, document.quote)
            words.setdefault(key, Citation(locator=document.locator, quote=document.quote))
            wanted.append((page.report.pk, key))
    _store(sources, words)
    links = {(report, key if isinstance(key, int) else words[key].pk) for report, key in wanted}
    had = {(page.report.pk, pk) for page in pages for pk in page.kept.values()}
    if gone := had - links:
        _unlink(gone)
    if new := links - had:
        CitationLink.objects.bulk_create(
            CitationLink(progressreport_id=report, citation_id=citation)
            for report, citation in sorted(new)
        )


def _tidy(document: EvidenceSaid) -> EvidenceSaid:
    title, number = nfc(document.title), nfc(document.number)
    return EvidenceSaid(
        number=number,
        title=title or number,
        issued_on=document.issued_on,
        locator=nfc(document.locator),
        quote=nfc(document.quote),
        url=document.url.strip(),
    )


def _slug(document: EvidenceSaid, page: Page) -> str:
    """The key of a document: the same for whoever of the side names the same one, readable, not to guess."""
    agreement, side = page.deliverable.agreement_id, page.report.side
    day = document.issued_on.iso if document.issued_on else ""
    told = "|".join(
        [str(agreement), side, fold(document.number), fold(document.title), day, document.url]
    )
    digest = hashlib.sha256(told.encode()).hexdigest()[:16]
    name = slugify(fold(document.number or document.title))[:50].strip("-")
    return f"{name or 'van-ban'}-{digest}"


def _agreement(page: Page) -> int:
    agreement = page.deliverable.agreement_id
    assert agreement is not None, "a side's report is of an agreement"
    return agreement


def _store(
    sources: Mapping[str, tuple[Source, Page]], words: Mapping[tuple[str, str, str], Citation]
) -> None:
    """Sources, their filings and citations, those that exist already included: three statements.

    "Update" to the same value gives the ids of rows that were there before. All in one order, so that
    two who store the same documents wait for each other and never for ever.
    """
    if not sources:
        return
    sources = dict(sorted(sources.items()))
    words = dict(sorted(words.items()))
    Source.objects.bulk_create(
        [row for row, _page in sources.values()],
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=["slug"],
    )
    Filing.objects.bulk_create(
        [
            Filing(source=row, agreement_id=_agreement(page), side=page.report.side)
            for row, page in sources.values()
        ],
        ignore_conflicts=True,
    )
    for (slug, _locator, _quote), row in words.items():
        row.source = sources[slug][0]
    Citation.objects.bulk_create(
        list(words.values()),
        update_conflicts=True,
        unique_fields=["source", "locator", "quote"],
        update_fields=["quote"],
    )


def _unlink(gone: set[tuple[int, int]]) -> None:
    citations = {citation for _report, citation in gone}
    links = CitationLink.objects.filter(
        progressreport__in={report for report, _citation in gone}, citation__in=citations
    )
    rows = links.values_list("pk", "progressreport", "citation")
    CitationLink.objects.filter(
        pk__in=[pk for pk, report, citation in rows if (report, citation) in gone]
    ).delete()
    forget_evidence(citations)


def forget_evidence(citations: Iterable[int]) -> None:
    """Take away documents that were never sent and on which nothing rests any more.

    Nobody but their own side ever saw them, so their history goes too. Whoever rests on one of them at
    the same moment waits for the lock, or is seen to rest on it.
    """
    unsent = Source.objects.filter(
        filing__isnull=False,
        filing__sent_at__isnull=True,
        document__isnull=True,
        citations__in=list(citations),
    )
    sources = sorted(set(unsent.values_list("pk", flat=True)))
    if not sources:
        return
    list(Source.objects.select_for_update().filter(pk__in=sources).order_by("slug"))
    cited = ~Exists(CitationLink.objects.filter(citation=OuterRef("pk")))
    _delete(Citation.objects.filter(cited, source__in=sources))
    words = Citation.objects.filter(source__in=sources).values_list("source", flat=True)
    idle = sorted(set(sources) - set(words))
    _delete(Filing.objects.filter(source__in=idle))
    _delete(Source.objects.filter(pk__in=idle))


def _delete(rows: QuerySet[Any]) -> None:
    """Without a line in the history: it would keep the words of what nobody ever sent."""
    rows._raw_delete(rows.db)

"""What lies on somebody's desk beside the sheet: what came back, other drafts, what was sent and waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest

from deliverables.choices import Decision
from deliverables.models import ProgressReport, Verdict
from deliverables.pages.delivered import with_all_they_say
from deliverables.pages.letters import letter_of
from deliverables.pages.mandates import Mandate
from deliverables.pages.review_rows import days_since

#: Reports of each kind on the page; there is a word on those beyond.
MOST = 30


@dataclass(frozen=True)
class Returned:
    """A report that came back: by whom, why, how long ago."""

    report: Any
    by: str
    reason: str
    days: int


@dataclass(frozen=True)
class Sent:
    """A report that waits for the other side, with the message to remind it by."""

    report: Any
    waits_for: str
    days: int
    letter: str


@dataclass(frozen=True)
class Desk:
    """The lists of the page."""

    returned: list[Returned]
    drafts: list[Any]
    sent: list[Sent]
    more_sent: int
    awaiting: int


def desk_of(
    request: HttpRequest, mandates: Sequence[Mandate], in_sheet: Iterable[int] = ()
) -> Desk:
    """Fetch the lists: a fixed number of queries. ``in_sheet``: drafts that stand in the sheet already."""
    user = request.user
    by_agreement = {mandate.agreement.pk: mandate for mandate in mandates}
    reports = ProgressReport.objects.all()
    refusals = Verdict.objects.filter(decision=Decision.RETURN).order_by("at")
    returned = (
        reports.returned_to(user)
        .select_related("deliverable")
        .prefetch_related(Prefetch("verdicts", queryset=refusals))
        .order_by("decided_at", "pk")[:MOST]
    )
    drafts = (
        reports.drafts_of(user)
        .exclude(pk__in=list(in_sheet))
        .select_related("deliverable", "author")
        .order_by("-created_at", "-pk")[:MOST]
    )
    waiting = reports.sent_by_side_of(user).order_by("submitted_at", "pk")
    sent = list(
        with_all_they_say(
            waiting.select_related(
                "deliverable__agreement__partner", "deliverable__agreement__vnpt_party"
            )
        )[: MOST + 1]
    )
    return Desk(
        returned=[
            Returned(
                row,
                by_agreement[row.deliverable.agreement_id].other,
                row.verdicts.all()[0].reason,
                days_since(row.decided_at),
            )
            for row in returned
        ],
        drafts=list(drafts),
        sent=[
            Sent(
                row,
                by_agreement[row.deliverable.agreement_id].other,
                days_since(row.submitted_at),
                letter_of(request, row),
            )
            for row in sent[:MOST]
        ],
        more_sent=waiting.count() - MOST if len(sent) > MOST else 0,
        awaiting=reports.awaiting_verdict_of(user).count(),
    )

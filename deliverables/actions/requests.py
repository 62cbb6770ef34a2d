"""A request sent twice is done once: what its sender's key stands for (docs/adr/0012)."""

from __future__ import annotations

from collections.abc import Callable

from django.db import IntegrityError, transaction

from accounts.models import User
from coopportal.clock import now
from deliverables.actions.refusals import ConflictError, KeyReusedError, StaleReportError
from deliverables.models import HandledRequest, ProgressReport


def handled(user: User, key: str) -> HandledRequest | None:
    """What was done under a key of this user already; an empty key stands for nothing."""
    if not key:
        return None
    return (
        HandledRequest.objects.filter(user=user, key=key)
        .select_related("report__deliverable")
        .first()
    )


def remember(user: User, key: str, digest: str, report: ProgressReport) -> None:
    """Keep that a request was carried out, in the transaction that did it."""
    if key:
        HandledRequest(user=user, key=key, digest=digest, report=report, at=now()).save(
            force_insert=True
        )


def once(
    act: Callable[[], ProgressReport], *, by: User, key: str, digest: str
) -> tuple[ProgressReport, bool]:
    """Carry out ``act`` unless a request of this user with this key was; the report, and whether it was new.

    Raises :class:`KeyReusedError` where the key stood for something else, and whatever ``act`` raises. Of
    two that arrive at once one is carried out, and the other is given what came of it.
    """
    if known := handled(by, key):
        return _same(known, digest), False
    try:
        with transaction.atomic():
            report = act()
            remember(by, key, digest, report)
    except (ConflictError, StaleReportError, IntegrityError):
        if known := handled(by, key):
            return _same(known, digest), False
        raise
    return report, True


def _same(known: HandledRequest, digest: str) -> ProgressReport:
    if known.digest != digest:
        raise KeyReusedError(known.report)
    return known.report

"""What the navigation tells somebody who acts for a side: work to do, verdicts to give, counted."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.asked import ANYBODY, anybody_like
from accounts.models import User
from agreements.choices import Side
from agreements.models import Representative
from coopportal.clock import today
from coopportal.context import NavigationItem
from coopportal.rest.compiled import Compiled, statements
from deliverables.models import ProgressReport, Proposal


def duties(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: ``duties``, the menu's first items. Nothing is asked for the public."""
    return {"duties": SimpleLazyObject(lambda: _items(request))}


def _of_agreement(queue: QuerySet[Any], path: str = "deliverable__agreement") -> Subquery:
    """How many rows of a queue belong to the mandate's agreement; NULL for none."""
    rows = queue.filter(**{path: OuterRef("agreement")}).order_by()
    return Subquery(rows.values(path).annotate(count=Count("pk")).values("count"))


def _mandates(user: User) -> QuerySet[Any, Any]:
    """What a person may act in today, by which side, and how much waits there."""
    reports = ProgressReport.objects.all()
    return (
        Representative.objects.on(today())
        .filter(user=user)
        .annotate(
            returned=_of_agreement(reports.returned_to(user)),
            awaiting=_of_agreement(reports.awaiting_verdict_of(user)),
            proposed=_of_agreement(Proposal.objects.awaiting(user), "agreement"),
        )
        .values_list("agreement", "side", "returned", "awaiting", "proposed")
    )


def _items(request: HttpRequest) -> list[NavigationItem]:
    """Own work first for who speaks for a partner, verdicts first for who speaks for VNPT. One query.

    Every page asks it, so its statement is kept: put together for anybody with these rights.
    """
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []

    def put_together() -> Compiled:
        return Compiled.of(_mandates(anybody_like(user)), [ANYBODY])

    kept = statements.get((_items, today(), user.is_active, user.is_superuser), put_together)
    by_agreement = {row[0]: row[1:] for row in kept.ask({ANYBODY: user.pk})}
    if not by_agreement:
        return []
    returned = sum(row[1] or 0 for row in by_agreement.values())
    awaiting = sum((row[2] or 0) + (row[3] or 0) for row in by_agreement.values())
    items = [
        _item(request, "work", _("Việc của tôi"), returned),
        _item(request, "review", _("Chờ xác nhận"), awaiting),
    ]
    sides = {row[0] for row in by_agreement.values()}
    return items if Side.PARTNER in sides else items[::-1]


def _item(request: HttpRequest, name: str, label: str, count: int) -> NavigationItem:
    path = reverse(name)
    below = "true" if request.path.startswith(path) else ""
    current = "page" if request.path == path else below
    return NavigationItem(path, label, current, narrow_only=False, count=count or None)

"""Whose turn it is: the reports that wait for a person, asked one question a method.

Not here: who may read a report (deliverables/models/report.py), who may act on it (permissions.py).
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef

from accounts.models import User
from agreements.models import Representative
from coopportal.clock import today
from deliverables.choices import ReportSide, ReportState


def _mandates(user: User | AnonymousUser) -> Any:
    return Representative.objects.acting(user, today())


class ReportQueues(models.QuerySet[Any]):
    """The queues of a user; empty for whoever represents nobody today."""

    def _of_side(self, user: User | AnonymousUser, **side: Any) -> Any:
        if not (user.is_authenticated and user.is_active):
            return self.none()
        mine = _mandates(user).filter(agreement=OuterRef("deliverable__agreement"), **side)
        return self.filter(Exists(mine))

    def awaiting_verdict_of(self, user: User | AnonymousUser) -> Any:
        """What the other side sent and this user may decide on: its own side's turn.

        Nobody decides on what he or she wrote, an administrator on nothing.
        """
        if getattr(user, "is_superuser", False):
            return self.none()
        rows = self._of_side(user).exclude(author=user.pk or 0)
        mine = _mandates(user).filter(
            agreement=OuterRef("deliverable__agreement"), side=OuterRef("side")
        )
        return rows.filter(
            ~Exists(mine),
            side__in=[ReportSide.PARTNER, ReportSide.VNPT],
            state=ReportState.SUBMITTED,
        )

    def sources_open_to(self, user: User | AnonymousUser) -> Any:
        """Figures of public sources in use, on which neither side has spoken and this user may."""
        if getattr(user, "is_superuser", False):
            return self.none()
        return (
            self._of_side(user)
            .exclude(author=user.pk or 0)
            .filter(side=ReportSide.SOURCE, state=ReportState.PUBLISHED, official_to__isnull=True)
        )

    def drafts_of(self, user: User | AnonymousUser) -> Any:
        """Open drafts of the sides that this user represents, colleagues' included."""
        return self._of_side(user, side=OuterRef("side")).filter(state=ReportState.DRAFT)

    def sent_by_side_of(self, user: User | AnonymousUser) -> Any:
        """What this user's side sent and the other has not decided on yet."""
        return self._of_side(user, side=OuterRef("side")).filter(state=ReportState.SUBMITTED)

    def returned_to(self, user: User | AnonymousUser) -> Any:
        """What came back to this user's side, until the side has sent a report of the same thing since.

        A draft that takes it up does not yet answer it, nor does one that was withdrawn.
        """
        later = self.model._default_manager.filter(
            deliverable=OuterRef("deliverable"),
            side=OuterRef("side"),
            submitted_at__gt=OuterRef("decided_at"),
        ).exclude(state=ReportState.WITHDRAWN)
        return self._of_side(user, side=OuterRef("side")).filter(
            ~Exists(later), state=ReportState.RETURNED
        )

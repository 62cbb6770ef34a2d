"""Questions about whom an account stands for, beyond one agreement. Not here: what that permits."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts import asked
from accounts.models import User
from agreements.choices import Side
from agreements.models import Representative
from coopportal.clock import today


def acts_for_vnpt(user: User) -> bool:
    """Whether an account stands for VNPT anywhere, today or from a later day on."""
    day = today()

    def mandates() -> QuerySet[Representative]:
        return Representative.objects.filter(
            Q(until_day__isnull=True) | Q(until_day__gte=day), user=asked.ANYBODY, side=Side.VNPT
        )

    return asked.is_any(("acts for VNPT", day), mandates, user)

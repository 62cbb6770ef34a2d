"""Questions about whom an account stands for, beyond one agreement. Not here: what that permits."""

from __future__ import annotations

from django.db.models import Q

from accounts.models import User
from agreements.choices import Side
from agreements.models import Representative
from coopportal.clock import today


def acts_for_vnpt(user: User) -> bool:
    """Whether an account stands for VNPT anywhere, today or from a later day on."""
    return Representative.objects.filter(
        Q(until_day__isnull=True) | Q(until_day__gte=today()), user=user, side=Side.VNPT
    ).exists()

"""Accounts that nobody has used for long. Not here: closing them, which an administrator does."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import DateTimeField, F, Max, QuerySet
from django.db.models.functions import Coalesce, Greatest

from accounts.models import User
from coopportal.clock import now

#: After so long unused an account is to be closed (level 2, TCVN 14423:2026: 45 days).
SLEEPS_AFTER = dt.timedelta(days=45)


def with_last_use(users: QuerySet[User]) -> QuerySet[Any]:
    """Annotates ``last_used``: the last sign-in or call with a token, else when the account was made."""
    called = Coalesce(Max("tokens__last_used_at"), F("date_joined"), output_field=DateTimeField())
    signed_in = Coalesce("last_login", "date_joined")
    return users.annotate(last_used=Greatest(signed_in, called))


def asleep() -> QuerySet[User]:
    """Open accounts that were not used for 45 days, longest asleep first."""
    rows = with_last_use(User.objects.filter(is_active=True))
    return rows.filter(last_used__lt=now() - SLEEPS_AFTER).order_by("last_used", "pk")

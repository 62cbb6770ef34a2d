"""When signing in is refused for a while: five failures of one account, or from one address.

Password and second factor count together. Not here: the page that says so (accounts/views/sign_in.py),
who lifts it (accounts/admin).
"""

from __future__ import annotations

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.db.models import QuerySet, Sum
from django.http import HttpRequest

from accounts.models import User

#: Longest name that is counted; what is longer is no account's name anyway.
_LONGEST_NAME = 150


def account_key(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The name that failures are counted under: one for user name and e-mail of the same account.

    Names that nobody has are counted alike, or the lock would tell which names exist.
    """
    typed = str((credentials or {}).get("username") or request.POST.get("username") or "")
    found: dict[str, str] = request.__dict__.setdefault("_account_keys", {})
    if typed not in found:
        user = User.objects.named(typed)
        found[typed] = user.username if user else typed.strip().casefold()[:_LONGEST_NAME]
    return found[typed]


class LockoutHandler(AxesDatabaseHandler):
    """Counts failures by account (long) and by address (a quarter of an hour), each with its limit.

    An account's success forgives that account alone: otherwise whoever has one could sign in between
    guesses at another and never be locked out.
    """

    def get_user_attempts(
        self, request: Any, credentials: dict[str, Any] | None = None
    ) -> list[QuerySet[Any]]:
        by_account, by_address = self.filter_user_attempts(request, credentials)
        at = request.axes_attempt_time
        return [
            by_account.filter(attempt_time__gte=at - settings.AXES_COOLOFF_TIME),
            by_address.filter(attempt_time__gte=at - settings.LOCKOUT_ADDRESS_TIME),
        ]

    def get_failures(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        by_account, by_address = (
            attempts.aggregate(total=Sum("failures_since_start"))["total"] or 0
            for attempts in self.get_user_attempts(request, credentials)
        )
        if by_address >= settings.LOCKOUT_ADDRESS_LIMIT:
            return max(by_account, settings.AXES_FAILURE_LIMIT)
        return int(by_account)

    def reset_user_attempts(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        by_account, _by_address = self.filter_user_attempts(request, credentials)
        count, _kinds = by_account.delete()
        return int(count)


def is_locked_out(request: HttpRequest, user: User) -> bool:
    """Whether this account, or the address of this request, is locked; the answer is then the lock's."""
    if AxesProxyHandler.is_allowed(request, {"username": user.get_username()}):
        return False
    request.axes_locked_out = True  # type: ignore[attr-defined]  # read by AxesMiddleware
    return True


def record_failure(request: HttpRequest, user: User) -> None:
    """A second factor that was wrong counts like a wrong password."""
    AxesProxyHandler.user_login_failed(
        sender=__name__, credentials={"username": user.get_username()}, request=request
    )


def lift(user: User) -> None:
    """Let an account sign in again at once; failures from addresses stay counted for others."""
    AxesProxyHandler.reset_attempts(username=user.get_username())

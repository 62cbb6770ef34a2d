"""How a name and a password are checked: by user name or e-mail, with the same work whatever comes of it.

Not here: counting failures (accounts/lockout.py), the second factor (accounts/second_factor.py).
"""

from __future__ import annotations

from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.exceptions import AxesBackendPermissionDenied
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts import asked
from accounts.models import User


def _work_in_vain(password: str | None) -> None:
    """Hash once, as for a real account: the time an answer takes must not tell whether there is one."""
    User().set_password(password)


class LockedOut(AxesStandaloneBackend):
    """Stands before all others: a locked account or address gets no further, right password or not."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> None:
        try:
            super().authenticate(request, username=username, password=password, **credentials)
        except AxesBackendPermissionDenied:
            _work_in_vain(password)
            raise


class NameOrEmail(ModelBackend):
    """Signs in whoever knows the password of the account with that user name or e-mail address."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> User | None:
        if username is None or password is None:
            return None
        user = User.objects.named(username)
        if user is None:
            _work_in_vain(password)
            return None
        # The password first: a closed account costs the same work, and gets the same answer.
        known = user.check_password(password)
        return user if known and self.user_can_authenticate(user) else None

    def get_user(self, user_id: int) -> User | None:
        """The account of a session that is signed in; None once it was closed."""
        user = asked.account_of(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None

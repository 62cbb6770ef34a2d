"""Who has a second factor, who must have one, and how one is taken away.

Not here: its pages (accounts/views/second_factor.py), its secrets (accounts/ciphers.py), who counts as
acting for VNPT (agreements/mandates.py, named in settings).
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.module_loading import import_string

from accounts import asked
from accounts.models import User

#: A session remembers that its user has a second factor: else every page would ask the database.
_SEEN = "has_second_factor"


def has_one(user: User) -> bool:
    """Whether signing in asks this account for a code after the password."""

    def codes() -> QuerySet[Authenticator]:
        return Authenticator.objects.filter(user_id=asked.ANYBODY, type=Authenticator.Type.TOTP)

    return user.pk is not None and asked.is_any("second factor", codes, user)


def administers(user: User) -> bool:
    """Whoever gets into the admin."""
    return user.is_staff or user.is_superuser


def is_required_of(user: User) -> bool:
    """Whether this account may do nothing without one: by the setting and the rules it names."""
    return settings.SECOND_FACTOR_REQUIRED and any(
        import_string(rule)(user) for rule in settings.SECOND_FACTOR_REQUIRED_OF
    )


def is_missing(request: HttpRequest, user: User) -> bool:
    """Whether the signed-in user must set one up first."""
    if not settings.SECOND_FACTOR_REQUIRED or request.session.get(_SEEN):
        return False
    if has_one(user):
        request.session[_SEEN] = True
        return False
    return is_required_of(user)


@transaction.atomic
def remove(user: User) -> None:
    """Take the second factor away, for somebody who lost it; all sessions end.

    The password may be one that only sufficed with it, so a new one is due.
    """
    Authenticator.objects.filter(user_id=user.pk).delete()
    user.require_new_password()
    user.end_sessions()


def forget(request: HttpRequest, user: User) -> None:
    """What follows when somebody turned his or her own off: a password that suffices alone is due."""
    request.session.pop(_SEEN, None)
    if not is_required_of(user):
        user.require_new_password()

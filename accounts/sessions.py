"""The session engine: sessions in the database, each with its account, its beginning and its last use.

Django's own engine with columns of our own, so that a person sees his or her sessions and ends them.
Not here: how long a session lasts (accounts/session_limits.py).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest

from coopportal.client import client_address
from coopportal.clock import now

if TYPE_CHECKING:
    from accounts.models import Session

#: Where a session keeps, in seconds since 1970, when somebody signed in and was last seen.
BEGAN, SEEN = "began", "seen"
#: What is told of a session beside its times: from which address, with which browser.
ADDRESS, BROWSER = "address", "browser"


class SessionStore(DatabaseStore):
    """Fills the columns of ``accounts.models.Session`` from what the session holds."""

    def load(self) -> dict[str, Any]:
        # Apps are not ready yet when Django imports the engine.
        from accounts import asked

        found = asked.session_of(self.session_key)
        if found is None or found[1] <= now():
            self._session_key = None
            return {}
        told: dict[str, Any] = self.decode(found[0])
        return told

    @classmethod
    def get_model_class(cls) -> type[Session]:
        # Models are not loaded yet when Django imports the engine.
        from accounts.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        if SESSION_KEY in data:
            # However somebody was signed in: the limits begin to run with the first save.
            data.setdefault(BEGAN, now().timestamp())
            data.setdefault(SEEN, data[BEGAN])
        row: Any = super().create_model_instance(data)
        if SESSION_KEY in data:
            row.user_id = int(data[SESSION_KEY])
            row.began_at = moment(data[BEGAN])
            row.seen_at = moment(data[SEEN])
            row.address = data.get(ADDRESS)
            row.browser = data.get(BROWSER, "")
        return row


def begin(request: HttpRequest) -> None:
    """Note who is signing in from where; the limits of a session begin anew."""
    session = request.session
    session[BEGAN] = session[SEEN] = now().timestamp()
    session[ADDRESS] = client_address(request)
    session[BROWSER] = request.headers.get("User-Agent", "")[:200]


def moment(seconds: float) -> dt.datetime:
    """An instant as a session keeps it."""
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)


def age(session: SessionBase, mark: str) -> dt.timedelta:
    """How long ago a session began or was last seen; no time at all when it does not say."""
    since = session.get(mark)
    return now() - moment(since) if since is not None else dt.timedelta(0)

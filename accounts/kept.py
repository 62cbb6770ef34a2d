"""What somebody sent when the session had just ended: kept until he or she has signed in again.

It is kept for that person alone, in the session of that browser, without passwords or codes; files have
to be chosen again. Not here: the page that shows it (accounts/views/own.py).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest

#: Where the session holds it.
_KEPT = "kept_form"
_SECRET = ("password", "code", "csrfmiddlewaretoken")


#: Who is just signing in, or sets a password, has nothing else to lose.
_NEVER = ("/dang-nhap/", "/dang-xuat/", "/quen-mat-khau/", "/tai-khoan/mat-khau/")


@dataclass(frozen=True)
class Typed:
    """A form as it was sent: where to, by whom, and its fields in order, each with one value."""

    path: str
    user_id: str
    fields: list[list[str]]
    had_files: bool


def collect(request: HttpRequest) -> Typed | None:
    """What this request has sent; None when there is nothing that could be lost."""
    if request.method != "POST" or request.path.startswith(_NEVER):
        return None
    fields = [
        [name, value]
        for name, values in request.POST.lists()
        if not any(secret in name for secret in _SECRET)
        for value in values
    ]
    if not any(value.strip() for _name, value in fields) and not request.FILES:
        return None
    owner = str(request.session[SESSION_KEY])
    return Typed(request.get_full_path(), owner, fields, bool(request.FILES))


def keep(request: HttpRequest, typed: Typed) -> None:
    """Hold it in the session that has just begun."""
    request.session[_KEPT] = asdict(typed)


def what_is_kept(request: HttpRequest) -> Typed | None:
    """What is kept for whoever is signed in now; somebody else's is not shown."""
    held: dict[str, Any] | None = request.session.get(_KEPT)
    if held is None or held["user_id"] != str(request.user.pk):
        return None
    return Typed(**held)


def drop(request: HttpRequest) -> None:
    """It was not needed after all."""
    request.session.pop(_KEPT, None)

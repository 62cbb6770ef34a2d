"""How much one may send at once; refused before a byte of it is read. Not here: what it may say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

View = TypeVar("View", bound=Callable[..., Any])


def takes_files(view: View) -> View:
    """Mark a view, or an act of an API's view, as one of the doors through which files come in."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def most_bytes(request: HttpRequest, view: Callable[..., Any] | None = None) -> int:
    """A form that carries files may be larger than words alone, where files are taken at all.

    ``view`` is where the request goes; as long as that is not known, it may be such a door.
    """
    if request.content_type == "multipart/form-data" and (view is None or _is_door(view, request)):
        return int(settings.UPLOAD_LIMIT)
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _is_door(view: Callable[..., Any], request: HttpRequest) -> bool:
    # An endpoint of the API is a class with one act for each method.
    act = getattr(view, "actions", {}).get(str(request.method).lower(), "")
    return getattr(getattr(view, "cls", None), act, view).__dict__.get("takes_files", False)


class BodyLimit:
    """Refuses a body by the length it announces; the server reads no further than that."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _refuse_more_than(most_bytes(request), request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        """Before any other middleware has looked into the body for its token."""
        _refuse_more_than(most_bytes(request, view), request)


def _refuse_more_than(most: int, request: HttpRequest) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isascii() and length.isdigit() and int(length[:19]) > most:
        raise RequestDataTooBig

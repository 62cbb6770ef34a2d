"""What a request's address may ask: known parameters only, said once, of readable length."""

from __future__ import annotations

from collections.abc import Collection

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext

from coopportal.clock import AS_OF_PARAMETER, KNOWN_ON_PARAMETER, BadParameter, Moment

#: Longer than any name in the portal; a longer text is no question but a mistake or an attack.
LONGEST_VALUE = 200


def check_parameters(query: QueryDict, known: Collection[str]) -> None:
    """Refuse, by name, a parameter that is not known, written twice, unreadable or too long."""
    for name, values in query.lists():
        shown = name.replace("\x00", "")[:40]
        if name not in known:
            raise BadParameter(
                shown, gettext("Trang này không có tham số như vậy. Bỏ nó khỏi địa chỉ.")
            )
        if len(values) > 1:
            raise BadParameter(
                shown, gettext("Tham số được ghi nhiều lần. Giữ lại một."), values[0][:40]
            )
        if "\x00" in values[0]:
            raise BadParameter(
                shown,
                gettext("Có ký tự không đọc được (NUL). Gõ lại."),
                values[0].replace("\x00", "")[:40],
            )
        if len(values[0]) > LONGEST_VALUE:
            raise BadParameter(
                shown,
                gettext("Dài %(length)d ký tự; tối đa %(most)d. Rút ngắn lại.")
                % {"length": len(values[0]), "most": LONGEST_VALUE},
                values[0][:40],
            )


def check_query(request: HttpRequest, *allowed: str) -> None:
    """The same for a page, which always knows its two days."""
    check_parameters(request.GET, {AS_OF_PARAMETER, KNOWN_ON_PARAMETER, *allowed})


def page_moment(request: HttpRequest, *allowed: str) -> Moment:
    """Check the whole query string, then read the two days: the first line of every reading page."""
    check_query(request, *allowed)
    return Moment.from_query(request.GET)

"""Pages of a list: the number from the address, and a refusal that names it when there is no such page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext

from coopportal.clock import BadParameter

#: Page number of a list in its address.
PAGE_PARAMETER = "trang"
#: The same for the systems of a matrix whose partners go by ``trang``.
SYSTEMS_PAGE_PARAMETER = "trang-he-thong"
PAGE_PARAMETERS = frozenset({PAGE_PARAMETER, SYSTEMS_PAGE_PARAMETER})


class _Counted(Paginator):
    """Pages of rows that somebody knows better how to count."""

    def __init__(self, rows: Any, per_page: int, count: Callable[[], int]) -> None:
        super().__init__(rows, per_page)
        self._count = count

    @cached_property
    def count(self) -> int:
        return self._count()


def page_of(
    request: HttpRequest, rows: Any, *, per_page: int, count: Callable[[], int] | None = None
) -> Page[Any]:
    """The page asked for by ``trang``, else the first; raise :class:`BadParameter` where there is none.

    ``count`` tells how many rows there are, where counting them one by one is no way.
    """
    return page_in(request.GET, rows, per_page=per_page, count=count)


def page_in(
    query: Mapping[str, str],
    rows: Any,
    *,
    per_page: int,
    parameter: str = PAGE_PARAMETER,
    count: Callable[[], int] | None = None,
) -> Page[Any]:
    """The same by a parameter of its own, where one address goes through two lists."""
    paginator = _Counted(rows, per_page, count) if count else Paginator(rows, per_page)
    asked = query.get(parameter, "").strip() or "1"
    try:
        return paginator.page(asked)
    except InvalidPage as error:
        raise BadParameter(
            parameter,
            gettext("Không có trang này. Danh sách có %(pages)d trang.")
            % {"pages": paginator.num_pages},
            asked[:40],
        ) from error

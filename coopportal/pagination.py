"""Pages of a list: the number from the address, and a refusal that names it when there is no such page."""

from __future__ import annotations

from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import HttpRequest
from django.utils.translation import gettext

from coopportal.clock import BadParameter

#: Page number of a list in its address.
PAGE_PARAMETER = "trang"


def page_of(request: HttpRequest, rows: Any, *, per_page: int) -> Page[Any]:
    """The page asked for by ``trang``, else the first; raise :class:`BadParameter` where there is none."""
    paginator = Paginator(rows, per_page)
    asked = request.GET.get(PAGE_PARAMETER, "").strip() or "1"
    try:
        return paginator.page(asked)
    except InvalidPage as error:
        raise BadParameter(
            PAGE_PARAMETER,
            gettext("Không có trang này. Danh sách có %(pages)d trang.")
            % {"pages": paginator.num_pages},
            asked[:40],
        ) from error

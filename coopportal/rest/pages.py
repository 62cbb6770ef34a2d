"""Pages of an API list: ``count, next, previous, results``, counted only when it must be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.db.models import IntegerField, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from coopportal.clock import BadParameter
from coopportal.rest import kept

PAGE, SIZE = "page", "page_size"
PER_PAGE, MOST_PER_PAGE = 50, 500
#: Nobody reads page 1,000,000; a longer number would not fit the database's OFFSET.
_MOST_PAGES = 1_000_000


def whole_number(request: HttpRequest, name: str, *, usual: int, most: int) -> int:
    """A parameter that is a number from 1 to ``most``; raise :class:`BadParameter` for others."""
    text = request.GET.get(name, "").strip()
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise BadParameter(
            name, gettext("Ghi một số từ 1 đến %(most)d.") % {"most": most}, text[:40]
        )
    return int(text)


def refuse_pages_of_a_table(request: Request) -> None:
    """A table is the whole list; raise :class:`BadParameter` for whoever asks a page of it."""
    for name in (PAGE, SIZE):
        if request.query_params.get(name):
            raise BadParameter(
                name, gettext("CSV là cả danh sách, không chia trang. Bỏ tham số này.")
            )


def address(request: HttpRequest, **changes: Any) -> str:
    """This request's absolute address with some parameters changed; None removes one."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    path = f"{request.path}?{query.urlencode(safe='/')}" if query else request.path
    return request.build_absolute_uri(path)


class CountOf(Subquery):
    """How many rows a queryset has, asked in the same statement with a plan of its own."""

    output_field = IntegerField()
    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS _counted)"

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows.order_by().values("pk"))


def page_of(
    request: HttpRequest,
    rows: QuerySet[Any],
    told: QuerySet[Any],
    explain: Callable[[], None],
    key: bytes | None = None,
) -> tuple[dict[str, Any], Sequence[Any]]:
    """One page of ``rows`` with its envelope, ``results`` still to be filled.

    ``told`` (already ``values_list``) tells rows in the same order, without what narrows them. The page
    is chosen and counted first and told then, two queries in all: narrowing a hundred thousand rows needs
    few of the joins that telling fifty takes, and a planner that sees more than eight of them at once
    keeps to the order in which they are written. ``explain`` is called for an empty list and may raise.
    ``key`` is that of :func:`page_by`.
    """

    def choose(start: int, size: int, counted: bool) -> list[Any]:
        columns = ("pk", CountOf(rows)) if counted else ("pk",)
        return list(rows.values_list(*columns)[start : start + size])

    def tell(keys: Sequence[Any]) -> list[Any]:
        return list(told.filter(pk__in=keys))

    return page_by(request, choose, tell, rows.count, explain, key=key)


def page_by(
    request: HttpRequest,
    choose: Callable[[int, int, bool], Sequence[Any]],
    tell: Callable[[Sequence[Any]], Sequence[Any]],
    count_all: Callable[[], int],
    explain: Callable[[], None],
    *,
    key: bytes | None = None,
) -> tuple[dict[str, Any], Sequence[Any]]:
    """The same where rows are chosen, each with the count of all, and told in ways of one's own.

    Where ``key`` names everything that the count depends on, a count that is kept under it is not made
    again, and ``choose`` is called without: a million rows take a second to count.
    """
    size = whole_number(request, SIZE, usual=PER_PAGE, most=MOST_PER_PAGE)
    number = whole_number(request, PAGE, usual=1, most=_MOST_PAGES)
    start = (number - 1) * size
    known = None if key is None else kept.counts.find(key)
    chosen = choose(start, size, known is None)
    page = tell([row[0] for row in chosen]) if chosen else []
    if not page and number == 1:
        explain()
    if known is not None:
        count = known
    else:
        count = chosen[0][1] if chosen else count_all() if number > 1 else 0
        if key is not None:
            kept.counts.put(key, count)
    more = start + len(page) < count
    if not page and number > 1:
        raise BadParameter(
            PAGE,
            gettext("Không có trang này. Danh sách có %(pages)d trang.")
            % {"pages": max(1, -(-count // size))},
            str(number),
        )
    envelope: dict[str, Any] = {
        "count": count,
        "next": address(request, page=number + 1) if more else None,
        "previous": address(request, page=number - 1 if number > 2 else None)
        if number > 1
        else None,
        "results": [],
    }
    return envelope, page


class Pages:
    """How pages look, for the description of the API."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri", "example": None}
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {
                "count": {"type": "integer", "minimum": 0, "example": 1},
                "next": {**link, "description": str(_("Trang sau"))},
                "previous": {**link, "description": str(_("Trang trước"))},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[Any]:
        return []

    parameters: ClassVar[tuple[OpenApiParameter, ...]] = (
        OpenApiParameter(
            PAGE,
            {"type": "integer", "minimum": 1, "maximum": _MOST_PAGES},
            description=_("Trang thứ mấy, từ 1; CSV là cả danh sách, không chia trang"),
        ),
        OpenApiParameter(
            SIZE,
            {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE},
            description=format_lazy(
                _("Số dòng một trang; không ghi thì là {usual}"), usual=PER_PAGE
            ),
        ),
    )


class FeedPages(Pages):
    """A log that is read on from a number: pages would shift while one reads."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        told = super().get_paginated_response_schema(schema)
        told["required"].append("cursor")
        told["properties"]["cursor"] = {
            "type": "integer",
            "minimum": 0,
            "example": 1,
            "description": str(_("Dùng làm since cho lần gọi sau, cả khi chưa có gì mới")),
        }
        return told

    parameters = (Pages.parameters[1],)

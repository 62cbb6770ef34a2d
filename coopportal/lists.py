"""A list as a page shows it: filtered, sorted, cut into pages, with addresses that keep, and as CSV.

One call in a view::

    @require_safe
    def events(request):
        listing = listing_of(request, EventFilterSet, columns=EVENT_COLUMNS, name="su-kien")
        if listing.csv_asked:
            return listing.as_csv()
        return render(request, "agreements/events.html", {"list": listing})

``columns`` are what the CSV holds, heading and value of a row::

    EVENT_COLUMNS = (
        (_("Ngày"), lambda event: event.happened_on),
        (_("Sự kiện"), lambda event: event.title),
    )

``shape`` turns some rows into what the page and the CSV tell of them at the moment, all at once;
``grouped_by`` are columns that come before the order while nobody has asked for one, so that the
template may put headings between the rows (``list.grouped``).

In the template: ``list.form`` has a field per filter (send it with GET), ``list.kept`` is what hidden
inputs must carry along, ``list.also_narrowed`` the filters that the form does not offer, ``list.sorts``
the links that sort (label, url, ``up``, ``down`` or empty), ``list.page`` Django's page and
``list.shown`` its rows as shaped, ``list.previous_url``, ``list.next_url``, ``list.csv_url`` the links
around it, ``list.total`` how many rows there are, ``list.narrowed`` whether anything narrows them and
``list.all_url`` the list without that. Everything keeps the two days asked.

Parameters: those of the FilterSet by its own names (the API's too), ``sap-xep`` (a word of its
orderings, ``-`` before it turns it around), ``trang``, ``so-dong`` and ``dang=csv``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.utils.translation import gettext, gettext_lazy as _

from coopportal.clock import AS_OF_PARAMETER, KNOWN_ON_PARAMETER, BadParameter, Moment, today
from coopportal.csv_rows import csv_response
from coopportal.filtersets import ORDERING_PARAMETER, ListFilterSet
from coopportal.pagination import PAGE_PARAMETER, page_of
from coopportal.query import check_query
from coopportal.rest import kept
from coopportal.rest.conditional import caller_of
from coopportal.versions.models import DataVersion

SORT_PARAMETER = "sap-xep"
SIZE_PARAMETER = "so-dong"
FORMAT_PARAMETER = "dang"
#: Rows of a page when none is asked, and the most that may be asked.
PER_PAGE, MOST_PER_PAGE = 50, 200
#: Rows that a CSV shapes at a time.
_CSV_CHUNK = 500

#: What the words of ``orderings`` are called above a list.
SORT_LABELS = {
    "as_of": _("Ngày số liệu"),
    "code": _("Mã"),
    "deliverable": _("Hạng mục"),
    "due_on": _("Thời hạn"),
    "end_year": _("Năm cuối"),
    "family": _("Nhóm"),
    "happened_on": _("Ngày"),
    "horizon": _("Thời hạn"),
    "indicator": _("Chỉ tiêu"),
    "issued_on": _("Ngày ban hành"),
    "kind": _("Loại"),
    "last_used": _("Dùng lần cuối"),
    "name": _("Tên"),
    "official_from": _("Chính thức từ"),
    "partner": _("Đối tác"),
    "phase": _("Giai đoạn"),
    "position": _("Thứ tự"),
    "signed_on": _("Ngày ký"),
    "slug": _("Mã"),
    "stage": _("Trạng thái"),
    "start_year": _("Năm đầu"),
    "system": _("Hệ thống"),
    "title": _("Tên"),
    "unit": _("Đơn vị"),
}

Column = tuple[Any, Callable[[Any], Any]]


@dataclass(frozen=True)
class Sort:
    """A link that sorts by one word; ``direction`` is ``up``, ``down`` or empty as things stand."""

    word: str
    label: str
    url: str
    direction: str


class Listing:
    """One list at one address; see the module's docstring for what templates use."""

    def __init__(
        self,
        request: HttpRequest,
        filterset: type[ListFilterSet],
        moment: Moment,
        *,
        columns: Sequence[Column],
        name: str,
        rows: Callable[[QuerySet[Any]], QuerySet[Any]] | None,
        shape: Callable[[Sequence[Any], Moment], Sequence[Any]],
        grouped_by: Sequence[Any],
        per_page: int,
    ) -> None:
        self.request = request
        self.moment = moment
        self.columns = columns
        self.name = name
        self.shape = shape
        asked = request.GET.copy()
        self.ordering = asked.get(SORT_PARAMETER, "").strip() or filterset.default_ordering
        data = {own: asked.get(own, "") for own in filterset.asked()}
        data[ORDERING_PARAMETER] = self.ordering
        self._asked = data
        self.narrowed = any(data[own] for own in filterset.asked())
        self.filterset = filterset(data, moment=moment, user=request.user, for_form=True)
        try:
            found = self.filterset.qs
        except BadParameter as error:
            if error.parameter == ORDERING_PARAMETER:
                raise BadParameter(SORT_PARAMETER, error.message, error.value) from error
            raise
        self.rows: QuerySet[Any] = rows(found) if rows else found
        self.grouped = bool(grouped_by) and not asked.get(SORT_PARAMETER, "").strip()
        if self.grouped:
            self.rows = self.rows.order_by(*grouped_by, *self.rows.query.order_by)
        self.per_page = self._size(per_page)

    def _size(self, usual: int) -> int:
        text = self.request.GET.get(SIZE_PARAMETER, "").strip()
        if not text:
            return usual
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_PER_PAGE):
            raise BadParameter(
                SIZE_PARAMETER,
                gettext("Ghi số dòng một trang, từ 1 đến %(most)d.") % {"most": MOST_PER_PAGE},
                text[:40],
            )
        return int(text)

    @property
    def form(self) -> Any:
        return self.filterset.form

    @cached_property
    def page(self) -> Page[Any]:
        """The page asked; refuses one that is not there, and explains an empty list's unknown keys."""
        page = page_of(self.request, self.rows, per_page=self.per_page, count=self._count)
        if not page.paginator.count:
            self.filterset.explain()
        return page

    def _count(self) -> int:
        """How many rows there are; of a country's deliverables once, until something has changed."""
        if not self.filterset.dear_to_count or not (version := DataVersion.current()):
            return self.filterset.count()
        asked = [(name, value) for name in self.filterset.asked() if (value := self._asked[name])]
        whose = caller_of(self.request.user)
        kind = type(self.filterset).__qualname__
        key = kept.key_of(kind, version, today(), whose, self.moment, asked)
        return kept.counts.get(key, self.filterset.count)

    @cached_property
    def shown(self) -> Sequence[Any]:
        """The page's rows as shaped for it."""
        return self.shape(list(self.page.object_list), self.moment)

    @property
    def total(self) -> int:
        return self.page.paginator.count

    # ---- addresses ----

    def url(self, *without: str, **changes: str) -> str:
        """This address with some parameters changed or left out; ``_`` in a name stands for ``-``."""
        query: QueryDict = self.request.GET.copy()
        for name in without:
            query.pop(name, None)
        for name, value in changes.items():
            query[name.replace("_", "-")] = value
        for name in [name for name in query if not str(query[name]).strip()]:
            del query[name]
        return f"{self.request.path}?{query.urlencode(safe='/')}" if query else self.request.path

    @property
    def previous_url(self) -> str:
        if not self.page.has_previous():
            return ""
        number = self.page.previous_page_number()
        return self.url(PAGE_PARAMETER) if number == 1 else self.url(trang=str(number))

    @property
    def next_url(self) -> str:
        return self.url(trang=str(self.page.next_page_number())) if self.page.has_next() else ""

    @property
    def csv_url(self) -> str:
        return self.url(PAGE_PARAMETER, SIZE_PARAMETER, dang="csv")

    @property
    def all_url(self) -> str:
        return self.url(*self.filterset.filters, PAGE_PARAMETER)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Hidden inputs for the filter form: days, order and page size stay, the page starts again."""
        names = (AS_OF_PARAMETER, KNOWN_ON_PARAMETER, SORT_PARAMETER, SIZE_PARAMETER)
        return [(name, self.request.GET[name]) for name in names if self.request.GET.get(name)]

    def also_narrowed(self, *offered: str) -> list[tuple[str, str, str, str, str]]:
        """Filters asked that the page's form has no field for.

        Name, label, value, the address without it, and the value in words.
        """
        return [
            (name, str(own.label), value, self.url(name, PAGE_PARAMETER), own.told(value))
            for name, own in self.filterset.filters.items()
            if name not in offered and (value := self.request.GET.get(name, "").strip())
        ]

    @property
    def sorts(self) -> list[Sort]:
        found = []
        for word in self.filterset.orderings:
            standing = "" if self.grouped else self.ordering
            direction = {word: "up", f"-{word}": "down"}.get(standing, "")
            asked = f"-{word}" if direction == "up" else word
            url = self.url(PAGE_PARAMETER, sap_xep=asked)
            found.append(Sort(word, str(SORT_LABELS.get(word, word)), url, direction))
        return found

    # ---- CSV ----

    @property
    def csv_asked(self) -> bool:
        return csv_asked(self.request)

    def as_csv(self) -> StreamingHttpResponse:
        """Every row of the list as it is narrowed and sorted, not only the page's."""
        if not self.rows.exists():
            self.filterset.explain()
        return csv_response(
            self.name, [heading for heading, _value in self.columns], self._csv_rows()
        )

    def _csv_rows(self) -> Iterator[list[Any]]:
        rows = self.rows.iterator(chunk_size=_CSV_CHUNK)
        while chunk := list(islice(rows, _CSV_CHUNK)):
            for row in self.shape(chunk, self.moment):
                yield [value(row) for _heading, value in self.columns]


def as_they_are(rows: Sequence[Any], moment: Moment) -> Sequence[Any]:
    """The shape of rows that need none."""
    return rows


def csv_asked(request: HttpRequest) -> bool:
    """Whether ``dang=csv`` stands in the address; refuse any other form."""
    asked = request.GET.get(FORMAT_PARAMETER, "")
    if asked not in {"csv", ""}:
        raise BadParameter(FORMAT_PARAMETER, gettext("Chỉ có dạng csv."), asked[:40])
    return bool(asked)


def listing_of(
    request: HttpRequest,
    filterset: type[ListFilterSet],
    *,
    columns: Sequence[Column],
    name: str,
    rows: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None,
    shape: Callable[[Sequence[Any], Moment], Sequence[Any]] = as_they_are,
    grouped_by: Sequence[Any] = (),
    per_page: int = PER_PAGE,
    also: Sequence[str] = (),
) -> Listing:
    """Read a list's whole address; raise :class:`BadParameter` for whatever cannot be meant.

    ``rows`` adds what the page's rows need (``select_related`` …) and narrows nothing, ``also`` names
    parameters of the page's own, ``name`` is that of the CSV file.
    """
    check_query(
        request,
        *filterset.asked(),
        SORT_PARAMETER,
        PAGE_PARAMETER,
        SIZE_PARAMETER,
        FORMAT_PARAMETER,
        *also,
    )
    csv_asked(request)
    return Listing(
        request,
        filterset,
        Moment.from_query(request.GET),
        columns=columns,
        name=name,
        rows=rows,
        shape=shape,
        grouped_by=grouped_by,
        per_page=per_page,
    )

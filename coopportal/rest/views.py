"""What every reading endpoint does: check the address, take the moment, ask one query, answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext, gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import viewsets
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from coopportal.clock import Moment, today
from coopportal.csv_rows import csv_response
from coopportal.filtersets import ORDERING_PARAMETER, ListFilterSet
from coopportal.query import check_parameters
from coopportal.rest import conditional, kept, pages, problems, throttles
from coopportal.rest.answers import Answer, Scope, headings_of
from coopportal.rest.conditional import caller_of
from coopportal.rest.renderers import FORMAT_PARAMETER, CSVAnswer, JSONAnswer
from coopportal.rest.shown import examples

AS_OF, KNOWN_ON = "as_of", "known_on"

_DAYS = (
    OpenApiParameter(
        AS_OF,
        {"type": "string", "format": "date"},
        description=_("Đúng vào ngày này; không ghi thì là hôm nay"),
    ),
    OpenApiParameter(
        KNOWN_ON,
        {"type": "string", "format": "date"},
        description=_("Theo số liệu đã chính thức đến hết ngày này; không ghi thì là hôm nay"),
    ),
)

FORMAT = OpenApiParameter(
    FORMAT_PARAMETER,
    {"type": "string", "enum": [JSONAnswer.format, CSVAnswer.format]},
    description=_("Dạng trả lời"),
)


class TellsProblems:
    """A view that tells every refusal as a problem, whatever form of answer was asked, and its rate."""

    request: Any

    def handle_exception(self, exc: Exception) -> Any:
        # Who proves nobody never gets as far as the throttles.
        unproved = isinstance(exc, AuthenticationFailed | NotAuthenticated)
        if unproved and (rate := throttles.too_many_failures(self.request)):
            exc = Throttled(rate.reset)
        return super().handle_exception(exc)  # type: ignore[misc]

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        if getattr(response, "exception", False):
            request.accepted_renderer = problems.ProblemRenderer()
            request.accepted_media_type = problems.MEDIA_TYPE
        response = super().finalize_response(  # type: ignore[misc]
            request, response, *args, **kwargs
        )
        if rate := getattr(request, "rate", None):
            for name, value in throttles.rate_headers(rate).items():
                response[name] = value
        return response


class ApiView(TellsProblems, viewsets.ViewSet):
    """An endpoint of the API. Whoever keeps an answer asks again before using it."""

    renderer_classes: Any = [JSONAnswer]

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        conditional.forbid_stale(request, response)
        return response

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What may be asked here stands in the Allow header."""
        return Response(status=204)


class ReadView(conditional.Conditional, ApiView):
    """One noun: its list, narrowed and ordered by its FilterSet, and one row by its stable key.

    ``answer`` is the JSON of a row, ``detail_answer`` that of a row alone where it tells more.
    ``rows`` may add what the answer's columns need.
    """

    answer: ClassVar[type[Answer]]
    detail_answer: ClassVar[type[Answer] | None] = None
    filterset_class: ClassVar[type[ListFilterSet]]
    #: The column of the key in the address, and an example of one.
    key = "slug"
    key_example = ""
    lookup_url_kwarg = "key"
    lookup_value_regex = "[^/]+"
    #: Tells the schema's generator how lists are wrapped.
    pagination_class: ClassVar[type[pages.Pages]] = pages.Pages
    summaries: ClassVar[tuple[Any, Any]] = ("", "")
    renderer_classes = [JSONAnswer, CSVAnswer]

    def get_renderers(self) -> Any:
        return super().get_renderers() if self.is_table() else [JSONAnswer()]

    def is_table(self) -> bool:
        """Whether this answer may be asked as CSV: a list, and OPTIONS, which says nothing in any form."""
        return self.action in ("list", "metadata")

    def rows(self, rows: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
        return rows

    def narrowed(self, rows: QuerySet[Any], key: str) -> QuerySet[Any]:
        """The row that a key of the address means."""
        return rows.filter(**{self.key: key})

    def missing(self, key: str, scope: Scope) -> str:
        """Why there is no such row, where more can be said than that."""
        return gettext("Không có “%(key)s”, hoặc không có vào ngày được hỏi.") % {"key": key[:80]}

    # ---- acts ----

    def list(self, request: Request) -> HttpResponseBase:
        scope = self.scope(request, *self.list_parameters())
        filterset = self.filterset_class(request.query_params, moment=scope.moment, user=scope.user)
        if request.accepted_renderer.format == CSVAnswer.format:
            return self.as_csv(request, scope, filterset)
        plan = self.answer.plan(scope)
        every = filterset.queryset.order_by(*filterset.qs.query.order_by)
        told = plan.of(self.rows(every, scope))
        envelope, page = pages.page_of(
            request._request, filterset.qs, told, filterset.explain, self.key_of_count(request)
        )
        envelope["results"] = [plan.make(row) for row in page]
        return Response(envelope)

    def retrieve(self, request: Request, key: str) -> HttpResponseBase:
        scope = self.scope(request)
        if "\x00" in key:
            raise Http404
        plan = (self.detail_answer or self.answer).plan(scope)
        rows = self.filterset_class.rows_at(scope.moment, scope.user)
        row = plan.of(self.rows(self.narrowed(rows, key), scope)).first()
        if row is None:
            raise Http404(self.missing(key, scope))
        return Response(plan.make(row))

    def as_csv(self, request: Request, scope: Scope, filterset: ListFilterSet) -> HttpResponseBase:
        pages.refuse_pages_of_a_table(request)
        plan = self.answer.table_plan(scope)
        rows = plan.of(self.rows(filterset.qs, scope))
        if not rows.exists():
            filterset.explain()
        cells = map(plan.make, rows.iterator(chunk_size=2000))
        return csv_response(self.basename or "", headings_of(self.answer), cells)

    def key_of_count(self, request: Request) -> bytes | None:
        """Of everything that the number of the list's rows depends on; None where that is not known."""
        if not self.version:
            return None
        asked = sorted(
            (name, value)
            for name, value in request.query_params.items()
            if name not in (pages.PAGE, pages.SIZE, ORDERING_PARAMETER, FORMAT_PARAMETER)
        )
        path = request._request.path
        return kept.key_of(self.version, today(), caller_of(request.user), path, asked)

    # ---- the address ----

    def list_parameters(self) -> tuple[str, ...]:
        return (
            *self.filterset_class.parameters(),
            *(own.name for own in self.pagination_class.parameters),
        )

    def scope(self, request: Request, *allowed: str) -> Scope:
        """Refuse what the address may not hold; then whose question at which moment it is."""
        check_parameters(request.query_params, {*allowed, AS_OF, KNOWN_ON, FORMAT_PARAMETER})
        moment = Moment.from_query(request.query_params, as_of=AS_OF, known_on=KNOWN_ON)
        return Scope(moment, request.user)

    # ---- what the schema's generator asks ----

    def path_parameters(self) -> Sequence[OpenApiParameter]:
        if not self.detail:
            return []
        example = [self.key_example] if self.key_example else []
        own = OpenApiParameter(
            self.lookup_url_kwarg,
            {"type": "string", **({"examples": example} if example else {})},
            OpenApiParameter.PATH,
            description=_("Mã cố định"),
        )
        return [own]

    def schema_parameters(self) -> Sequence[OpenApiParameter]:
        if self.action != "list":
            return [*self.path_parameters(), *_DAYS]
        return [
            *self._filter_parameters(),
            *_DAYS,
            *self.pagination_class.parameters,
            FORMAT,
        ]

    def schema_examples(self) -> Sequence[OpenApiExample]:
        """A row that the shipped data answers; a test holds the file to that."""
        name = f"{self.basename}.{self.action}"
        row = examples().get(name)
        return [] if row is None else [OpenApiExample(name, value=row, response_only=True)]

    def _filter_parameters(self) -> Sequence[OpenApiParameter]:
        filterset = self.filterset_class
        own = [
            OpenApiParameter(
                name,
                {**asked.schema, **({"examples": [asked.example]} if asked.example else {})},
                description=asked.about,
            )
            for name, asked in filterset.asked().items()
        ]
        if filterset.orderings:
            words = list(filterset.orderings)
            one = f"-?({'|'.join(words)})"
            own.append(
                OpenApiParameter(
                    "ordering",
                    {"type": "string", "pattern": f"^{one}(,{one})*$", "examples": words[:1]},
                    description=_("Sắp xếp theo: %(words)s; thêm dấu - phía trước để đảo chiều")
                    % {"words": ", ".join(words)},
                )
            )
        return own

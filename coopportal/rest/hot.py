"""Lists and rows that are asked often: a ``ReadView`` by statements that are put together once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.http import Http404, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from coopportal.clock import today
from coopportal.filtersets import ListFilterSet
from coopportal.rest import pages
from coopportal.rest.answers import Answer, Reader, Scope
from coopportal.rest.compiled import ROWS, Compiled, NotKept, mark, statements
from coopportal.rest.conditional import caller_of
from coopportal.rest.renderers import CSVAnswer
from coopportal.rest.views import ReadView

_KEY = mark("key")


@dataclass(frozen=True)
class _Telling:
    """The statement that tells rows, what makes the JSON of one, and where a row says its number."""

    statement: Compiled
    make: Reader
    number: int


class HotView(ReadView):
    """What ``rows`` adds, and ``narrowed``, must depend on the scope alone, and a key only be compared."""

    def list(self, request: Request) -> HttpResponseBase:
        shape, compared = self.filterset_class.shape_of(request.query_params)
        if shape is None or request.accepted_renderer.format == CSVAnswer.format:
            return super().list(request)
        scope = self.scope(request, *self.list_parameters())
        try:
            choosing = {
                counted: self._kept(
                    scope,
                    (shape, counted),
                    partial(self._choosing, request, scope, compared, counted),
                )
                for counted in (True, False)
            }
            telling = self._kept(scope, "rows", lambda: self._telling(scope, self.answer, ROWS))
        except (NotKept, EmptyResultSet):
            return super().list(request)
        asked = {mark(name): value for name, value in compared.items()}

        def filterset() -> ListFilterSet:
            """Made only where nothing was found, to say why."""
            return self.filterset_class(request.query_params, moment=scope.moment, user=scope.user)

        def count_all() -> int:
            return int(filterset().qs.count())

        def choose(start: int, size: int, counted: bool) -> Sequence[Any]:
            return choosing[counted].ask(asked, f" LIMIT {size} OFFSET {start}")

        def tell(numbers: Sequence[Any]) -> Sequence[Any]:
            found = telling.statement.ask({ROWS: [*numbers]})
            by_number = {row[telling.number]: row for row in found}
            return [by_number[number] for number in numbers if number in by_number]

        def explain() -> None:
            own = filterset()
            own.refuse()
            own.explain()

        envelope, page = pages.page_by(
            request._request, choose, tell, count_all, explain, key=self.key_of_count(request)
        )
        envelope["results"] = [telling.make(row) for row in page]
        return Response(envelope)

    def retrieve(self, request: Request, key: str) -> HttpResponseBase:
        scope = self.scope(request)
        if "\x00" in key:
            raise Http404
        answer = self.detail_answer or self.answer
        try:
            telling = self._kept(scope, "row", lambda: self._telling(scope, answer, _KEY))
        except (NotKept, EmptyResultSet):
            return super().retrieve(request, key)
        found = telling.statement.ask({_KEY: key})
        if not found:
            raise Http404(self.missing(key, scope))
        return Response(telling.make(found[0]))

    def _kept(self, scope: Scope, shape: Hashable, make: Callable[[], Any]) -> Any:
        """By whose question at which moment it is: mandates default to today, as ``as_of`` does."""
        whose = (type(self), scope.moment, today(), caller_of(scope.user))
        return statements.get((*whose, shape), make)

    def _choosing(
        self, request: Request, scope: Scope, compared: dict[str, str], counted: bool
    ) -> Compiled:
        marks = {name: mark(name) for name in compared}
        asked = {**request.query_params.dict(), **marks}
        rows = self.filterset_class(asked, moment=scope.moment, user=scope.user).qs
        columns = ("pk", pages.CountOf(rows)) if counted else ("pk",)
        return Compiled.of(rows.values_list(*columns), [*marks.values()])

    def _telling(self, scope: Scope, answer: type[Answer], which: Any) -> _Telling:
        plan = answer.plan(scope)
        number = plan.columns.take("pk")
        rows = self.filterset_class.rows_at(scope.moment, scope.user)
        own = rows.filter(pk__in=[which]) if which == ROWS else self.narrowed(rows, which)
        told = plan.of(self.rows(own, scope).order_by())
        return _Telling(Compiled.of(told, [which]), plan.make, number)

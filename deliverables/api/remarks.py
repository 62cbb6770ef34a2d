"""Remarks beside a report by API: read by those who represent either side, and written by them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpResponseBase
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from coopportal.rest.answers import Answer
from deliverables import actions
from deliverables.api import typed
from deliverables.models import Comment, ProgressReport
from deliverables.permissions import can_comment


class KeepsRemarks:
    """The remarks of ``ReportView``. Mix in after ``WritesReports``, whose ground they stand on."""

    comment_answer: ClassVar[type[Answer]]

    @action(detail=True, methods=["get", "post"])
    def comments(self: Any, request: Request, key: str) -> HttpResponseBase:
        """Remarks beside a report, oldest first; for those who represent either side."""
        if request.method == "POST":
            return self._say(request, key)
        rows = Comment.objects.visible_to(request.user).order_by("at", "pk")
        return self._beside(request, key, rows, self.comment_answer)

    def _say(self: Any, request: Request, key: str) -> HttpResponseBase:
        """One remark more; under a key that made one already, that one."""
        text = self._read(request, typed.TypedComment)["text"]
        report = self._report(request, key)
        made: list[Comment] = []

        def say() -> ProgressReport:
            self._hold(request, report, can_comment)
            made.append(actions.comment(report, by=request.user, text=text))  # type: ignore[arg-type]
            return report

        _report, new = self._done(request, say)
        rows = Comment.objects.visible_to(request.user)
        if new:
            rows = rows.filter(pk=made[-1].pk)
        else:
            rows = rows.said_under(self._key(request), by=request.user, text=text)  # type: ignore[arg-type]
        plan = self.comment_answer.plan(self._now(request))
        told = plan.of(rows).first()
        if told is None:  # The caller speaks for no side any more.
            raise Http404
        return Response(plan.make(told), status=201 if new else 200)

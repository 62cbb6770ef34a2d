"""Writing reports by API: drafts and verbs, each a call of ``deliverables.actions``; no rule lives here."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.db import connection
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.asked import anybody_like
from coopportal.clock import Moment, today
from coopportal.csv_rows import csv_response
from coopportal.query import check_parameters
from coopportal.rest import pages
from coopportal.rest.answers import Answer, Reader, Scope, headings_of
from coopportal.rest.compiled import ONE, ROWS, Compiled, CompiledModels, statements
from coopportal.rest.conditional import caller_of
from coopportal.rest.renderers import FORMAT_PARAMETER, CSVAnswer
from deliverables import actions, permissions
from deliverables.api import typed
from deliverables.api.refusals import KeyUnusable, PreconditionRequired, response_of
from deliverables.api.tags import etag_of, etag_of_version, matches, name_version
from deliverables.choices import ReportState
from deliverables.models import Deliverable, ProgressReport
from deliverables.models.change import fetch_content
from deliverables.permissions import represents_either_side

KEY_HEADER = "Idempotency-Key"


class WritesReports:
    """The acts of ``ReportView`` that change something. Mix in before ``ReadView``."""

    answer: ClassVar[type[Answer]]
    #: What was sent, as it came and once it is read: a refusal tells it again.
    sent: Any
    asked: dict[str, Any]

    # ---- drafts ----

    def create(self, request: Request) -> HttpResponseBase:
        """Begin a draft for the side that the caller represents."""
        sent = self._read(request, typed.TypedDraft)
        deliverable = Deliverable.objects.filter(slug=sent["deliverable"]).first()
        if deliverable is None:
            raise Http404(_("Không có hạng mục “%(key)s”.") % {"key": sent["deliverable"]})
        said = typed.said_in(sent)
        return self._once(
            request,
            lambda: actions.start_draft(deliverable, by=request.user, said=said),  # type: ignore[arg-type]
            made=True,
        )

    def partial_update(self, request: Request, key: str) -> HttpResponseBase:
        """Let a draft say something else; ``If-Match`` names the draft that was read."""
        sent = self._read(request, typed.TypedChange)
        report = self._report(request, key)
        fetch_content([report])
        before = actions.Said.of(report)
        said = typed.said_in(sent, before)
        version = self._version(request, report, said)
        report = actions.save_draft(report, by=request.user, said=said, version=version)  # type: ignore[arg-type]
        return self._told(request, report)

    def destroy(self, request: Request, key: str) -> HttpResponseBase:
        """Throw a draft away; ``If-Match`` names the draft that was read."""
        check_parameters(request.query_params, {FORMAT_PARAMETER})
        report = self._report(request, key)
        version = self._version(request, report, None)
        actions.discard_draft(report, by=request.user, version=version)  # type: ignore[arg-type]
        return Response(status=204)

    # ---- verbs ----

    @action(detail=True, methods=["post"])
    def submit(self, request: Request, key: str) -> HttpResponseBase:
        """Send a draft to the other side; ``If-Match`` names the draft that was read."""

        def verb(report: ProgressReport) -> None:
            version = self._version(request, report, None)
            actions.submit(report, by=request.user, version=version)  # type: ignore[arg-type]

        return self._act(request, key, typed.Nothing, verb)

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, key: str) -> HttpResponseBase:
        return self._act(
            request,
            key,
            typed.Nothing,
            lambda report: actions.withdraw(report, by=request.user),  # type: ignore[arg-type]
            permissions.can_withdraw,
        )

    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, key: str) -> HttpResponseBase:
        return self._act(
            request,
            key,
            typed.Nothing,
            lambda report: actions.confirm(report, by=request.user),  # type: ignore[arg-type]
            permissions.can_decide,
        )

    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, key: str) -> HttpResponseBase:
        return self._act(
            request,
            key,
            typed.TypedReason,
            lambda report: actions.send_back(report, by=request.user, **self.asked),  # type: ignore[arg-type]
            permissions.can_decide,
        )

    @action(detail=True, methods=["post"])
    def dispute(self, request: Request, key: str) -> HttpResponseBase:
        def verb(report: ProgressReport) -> None:
            figures = typed.figures_said(self.asked.get("counter_figures", []))
            words = {**self.asked, "counter_figures": figures}
            actions.dispute(report, by=request.user, **words)  # type: ignore[arg-type]

        return self._act(request, key, typed.TypedDispute, verb, permissions.can_decide)

    @action(detail=True, methods=["post"])
    def revise(self, request: Request, key: str) -> HttpResponseBase:
        """A new draft that revises this report; asked again, the draft that is open already."""
        self._read(request, typed.Nothing)
        report = self._report(request, key)

        def revise() -> ProgressReport:
            self._hold(request, report, permissions.can_revise)
            return actions.revise(report, by=request.user)  # type: ignore[arg-type]

        return self._once(request, revise, made=True)

    # ---- what stands beside a report ----

    def _beside(
        self, request: Request, key: str, rows: QuerySet[Any], answer: type[Answer]
    ) -> HttpResponseBase:
        """What stands beside a report and only those read who represent either side: pages, or a table."""
        allowed = {own.name for own in pages.Pages.parameters}
        check_parameters(request.query_params, {*allowed, FORMAT_PARAMETER})
        report = self._report(request, key)
        if not represents_either_side(request.user, report.deliverable.agreement_id):
            raise Http404
        rows = rows.filter(report=report)
        if request.accepted_renderer.format == CSVAnswer.format:
            pages.refuse_pages_of_a_table(request)
            table = answer.table_plan(self._now(request))
            cells = map(table.make, table.of(rows))
            return csv_response(self.action, headings_of(answer), cells)  # type: ignore[attr-defined]
        plan = answer.plan(self._now(request))
        envelope, page = pages.page_of(request._request, rows, plan.of(rows), lambda: None)
        envelope["results"] = [plan.make(row) for row in page]
        return Response(envelope)

    # ---- what all of them do ----

    def _read(self, request: Request, form: type[typed.Typed]) -> dict[str, Any]:
        """What was sent, in its shape; kept to be told again with a refusal."""
        check_parameters(request.query_params, {FORMAT_PARAMETER})
        # Read before Django REST framework takes the stream: the digest of a keyed request needs it.
        body = request._request.body
        self.asked, self.sent = {}, request.data if body else {}
        sent = form(data=self.sent)
        sent.is_valid(raise_exception=True)
        self.asked = dict(sent.validated_data)
        return self.asked

    def _report(self, request: Request, key: str) -> ProgressReport:
        """Fetch and authorise in one breath: what the caller may not see is not there."""
        try:
            uid = uuid.UUID(key)
        except ValueError as error:
            raise Http404 from error
        report = acted_on(uid, request.user)
        if report is None:
            raise Http404
        return report

    def _version(self, request: Request, report: ProgressReport, said: actions.Said | None) -> int:
        """The version that ``If-Match`` names, if it is the draft's; else 428 or 412."""
        sent = request.headers.get("If-Match", "")
        if not sent:
            raise PreconditionRequired
        if report.state == ReportState.DRAFT and not matches(sent, etag_of_version(report.version)):
            raise actions.StaleDraftError(report, said)
        return report.version

    def _hold(
        self, request: Request, report: ProgressReport, may: Callable[[Any, ProgressReport], bool]
    ) -> None:
        """Where ``If-Match`` is sent it names the report as a GET would tell it to the caller; else 412.

        Whoever may not act is not told so by a tag: the verb refuses.
        """
        sent = request.headers.get("If-Match")
        if sent is None or not may(request.user, report):
            return
        told = self._json(request, report)
        # An administrator may act on what is told to the two sides only: "*" means it, no tag does.
        if not matches(sent, etag_of(told) if told else ""):
            raise actions.StaleReportError(report)

    def _act(
        self,
        request: Request,
        key: str,
        form: type[typed.Typed],
        verb: Callable[[ProgressReport], None],
        may: Callable[[Any, ProgressReport], bool] | None = None,
    ) -> HttpResponseBase:
        """Do a verb once. Whoever ``may`` do it and sends ``If-Match`` is held to what it names."""
        self._read(request, form)
        report = self._report(request, key)

        def act() -> ProgressReport:
            if may is not None:
                self._hold(request, report, may)
            verb(report)
            return report

        return self._once(request, act)

    def _key(self, request: Request) -> str:
        """What the caller's key is kept as; empty where none was sent."""
        key = request.headers.get(KEY_HEADER)
        if key is None:
            return ""
        if not (1 <= len(key) <= 100 and key.isascii() and key.isprintable()):
            raise KeyUnusable
        return f"api {key}"

    def _done(
        self, request: Request, act: Callable[[], ProgressReport]
    ) -> tuple[ProgressReport, bool]:
        key = self._key(request)
        if not key:
            return act(), True
        asked = f"{request.method} {request.path}\n".encode() + request._request.body
        digest = hashlib.sha256(asked).hexdigest()
        return actions.once(act, by=request.user, key=key, digest=digest)  # type: ignore[arg-type]

    def _once(
        self, request: Request, act: Callable[[], ProgressReport], *, made: bool = False
    ) -> HttpResponseBase:
        report, new = self._done(request, act)
        return self._told(request, report, made=made and new)

    def _told(
        self, request: Request, report: ProgressReport, *, made: bool = False
    ) -> HttpResponseBase:
        response = Response(self._json(request, report), status=201 if made else 200)
        if made:
            address = reverse("api:reports-detail", args=[report.uid])
            response["Location"] = request.build_absolute_uri(address)
        name_version(response, report)
        return response

    def _json(self, request: Request, report: ProgressReport) -> Any:
        """The report as a GET would tell it now; by a statement put together once a day for each caller."""
        scope = self._now(request)

        def put_together() -> tuple[Compiled, Reader]:
            plan = self.answer.plan(scope)
            rows = ProgressReport.objects.told_at(scope.moment, scope.user).filter(pk__in=[ROWS])
            return Compiled.of(plan.of(rows), [ROWS]), plan.make

        shape = (WritesReports, type(self), scope.moment, caller_of(scope.user))
        statement, make = statements.get(shape, put_together)
        found = statement.ask({ROWS: [report.pk]})
        return make(found[0]) if found else None

    def _now(self, request: Request) -> Scope:
        return Scope(Moment.now(), request.user)

    def handle_exception(self, exc: Exception) -> Any:
        request: Request = self.request  # type: ignore[attr-defined]
        told = response_of(
            exc,
            path=request.path,
            typed=getattr(self, "asked", {}),
            sent=getattr(self, "sent", None),
            stored=lambda report: self._json(request, report),
        )
        if told is None:
            return super().handle_exception(exc)  # type: ignore[misc]
        if stored := told.data.get("stored"):
            told["ETag"] = etag_of(stored)
        return told


#: Stands for the report that is asked for; no report has it.
_UID = uuid.UUID(int=0xF5EED)


def acted_on(uid: uuid.UUID, user: Any) -> ProgressReport | None:
    """A report that a user may see, with the side for which he or she acts there, by a kept statement."""
    stored = partial(ProgressReport._meta.get_field("uid").get_db_prep_value, connection=connection)

    def put_together() -> CompiledModels:
        rows = ProgressReport.objects.acted_on_by(
            anybody_like(user) if user.is_authenticated else user
        )
        own = rows.select_related("deliverable", "revises").filter(uid=_UID).order_by()
        return CompiledModels.of(own, [stored(_UID), *([ONE] if user.is_authenticated else [])])

    shape = (acted_on, today(), user.is_authenticated, user.is_active, user.is_superuser)
    found = statements.get(shape, put_together).ask({stored(_UID): stored(uid), ONE: user.pk})
    return found[0] if found else None

"""Files of reports by API: listed, attached, taken away and handed out; no rule lives here."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpResponseBase
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from coopportal.bodies import takes_files
from coopportal.files.handing_out import hand_out
from coopportal.query import check_parameters
from coopportal.rest.answers import Answer
from coopportal.rest.problems import FormExpected
from coopportal.rest.renderers import FORMAT_PARAMETER
from deliverables import actions
from deliverables.api import typed
from deliverables.api.tags import name_version
from deliverables.models import EvidenceFile


class KeepsFiles:
    """The acts of ``ReportView`` about files. Mix in after ``WritesReports``, whose ground they stand on."""

    file_answer: ClassVar[type[Answer]]

    @takes_files
    @action(detail=True, methods=["get", "post"], parser_classes=[MultiPartParser])
    def files(self: Any, request: Request, key: str) -> HttpResponseBase:
        """Files of a report for those who represent either side; attached by the side that drafts it."""
        if request.method == "POST":
            return self._attach(request, key)
        rows = EvidenceFile.objects.visible_to(request.user).order_by("pk")
        return self._beside(request, key, rows, self.file_answer)

    def _attach(self: Any, request: Request, key: str) -> HttpResponseBase:
        check_parameters(request.query_params, {FORMAT_PARAMETER})
        report = self._report(request, key)
        version = self._version(request, report, None)
        if not (request.content_type or "").startswith("multipart/form-data"):
            raise FormExpected(request.content_type or "")
        form = typed.TypedFile(data=request.data)
        form.is_valid(raise_exception=True)
        row = actions.attach_upload(
            report,
            by=request.user,  # type: ignore[arg-type]
            upload=form.validated_data["file"],
            version=version,
        )
        plan = self.file_answer.plan(self._now(request))
        told = plan.of(EvidenceFile.objects.filter(pk=row.pk)).get()
        response = Response(plan.make(told), status=201)
        response["Location"] = request.build_absolute_uri(plan.make(told)["url"])
        name_version(response, report)
        return response

    @action(detail=True, methods=["get", "delete"], url_path="files/(?P<sha256>[0-9a-f]{64})")
    def file(self: Any, request: Request, key: str, sha256: str) -> HttpResponseBase:
        """One file: handed out as an attachment, or taken away from a draft."""
        check_parameters(request.query_params, {FORMAT_PARAMETER})
        report = self._report(request, key)
        seen = EvidenceFile.objects.visible_to(request.user).select_related(
            "stored", "report__deliverable"
        )
        row = seen.filter(report=report, stored__sha256=sha256).first()
        if row is None:
            raise Http404
        if request.method == "DELETE":
            row.report = report
            version = self._version(request, report, None)
            actions.detach_file(row, by=request.user, version=version)  # type: ignore[arg-type]
            response = Response(status=204)
            name_version(response, report)
            return response
        return hand_out(request._request, str(row.stored.file), name=row.name, kind=row.stored.kind)

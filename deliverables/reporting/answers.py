"""What the pages of reporting have in common: who comes in, and how a conflict is told (409, 412)."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.models import User
from agreements.models import Agreement
from deliverables import permissions
from deliverables.actions import ConflictError, KeyReusedError, StaleDraftError
from deliverables.actions.signing import ProposalConflictError, StaleProposalError
from deliverables.pages.mandates import Mandate, mandates_of
from deliverables.pages.report import mandate_for, reports_with_context
from deliverables.pages.two_drafts import TwoDrafts, two_drafts

View = Callable[..., HttpResponseBase]


def representatives_only(view: View) -> View:
    """A page of those who stand for a side: signed in, with a mandate of today; others get 403.

    Conflicts that the verbs raise are told as pages of their own.
    """

    @login_required
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except StaleDraftError as refusal:
            pair = two_drafts(refusal.report, refusal.said, request.POST)
            return stale(request, str(refusal), [pair])
        except (ConflictError, KeyReusedError) as refusal:
            return conflict(request, refusal)
        except (ProposalConflictError, StaleProposalError) as refusal:
            return proposal_conflict(request, refusal)

    return guarded


def actor(request: HttpRequest) -> User:
    """Who acts: these pages let nobody in who has not signed in."""
    assert isinstance(request.user, User), "representatives_only stands before every page"
    return request.user


def allow(rule: Callable[[User, Any], bool], request: HttpRequest, report: Any) -> None:
    """Ask a rule of permissions.py before anything that was typed is looked at; the verb asks it again."""
    if not rule(actor(request), report):
        raise PermissionDenied


def own_draft(request: HttpRequest, report: Any) -> None:
    """A draft of one's own side: whoever is of the other side gets 403, what is no draft any more 409."""
    allow(permissions.can_write, request, report)
    if not permissions.can_edit(actor(request), report):
        raise ConflictError(report)


def mandates_or_403(user: Any) -> list[Mandate]:
    mandates = mandates_of(user)
    if not mandates:
        raise PermissionDenied(
            _(
                "Trang này dành cho người đại diện một bên của thỏa thuận. Tài khoản của anh, chị "
                "hiện không đại diện bên nào; liên hệ quản trị viên nếu cần."
            )
        )
    return mandates


def report_or_404(request: HttpRequest, uid: uuid.UUID) -> tuple[Any, Mandate]:
    """A report that this user may see and for whose agreement he or she stands; else 404, or 403."""
    rows = reports_with_context().visible_to(request.user)
    report = get_object_or_404(rows, uid=uid)
    mandate = mandate_for(request.user, report)
    if mandate is None:
        raise PermissionDenied(
            _("Trang này dành cho người đại diện hai bên của thỏa thuận có báo cáo đó.")
        )
    return report, mandate


def agreement_or_404(agreement: Agreement | None, user: Any) -> Mandate:
    """The mandate for an agreement; what has none is nobody's to report on."""
    if agreement is None:
        raise Http404
    for mandate in mandates_of(user):
        if mandate.agreement.pk == agreement.pk:
            return mandate
    raise PermissionDenied(_("Chỉ người đại diện một bên của thỏa thuận này mới báo cáo được."))


def go_on(request: HttpRequest, fallback: str) -> HttpResponse:
    """After an act: back to the page it came from where that is one of ours, else to ``fallback``."""
    asked = request.POST.get("tiep", "")
    ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return redirect(asked if ours else fallback)


def conflict(request: HttpRequest, refusal: ConflictError | KeyReusedError) -> HttpResponse:
    """409: somebody was first; who, what and when."""
    context = {
        "message": str(refusal),
        "report_url": reverse("report", args=[refusal.report.uid]),
    }
    return render(request, "errors/409.html", context, status=409)


def proposal_conflict(
    request: HttpRequest, refusal: ProposalConflictError | StaleProposalError
) -> HttpResponse:
    """409, or 412 for a draft that was saved since: who, what and when."""
    status = 412 if isinstance(refusal, StaleProposalError) else 409
    url = reverse("proposal", args=[refusal.proposal.uid])
    context = {"message": str(refusal), "proposal_url": url}
    return render(request, "errors/409.html", context, status=status)


def stale(request: HttpRequest, message: str, pairs: list[TwoDrafts]) -> HttpResponse:
    """412: the draft was saved elsewhere; both texts, so that nothing is lost."""
    context: Mapping[str, Any] = {"message": message, "pairs": pairs}
    return render(request, "errors/412.html", context, status=412)


def new_key() -> str:
    """A key for one form: sent twice, it is carried out once."""
    return uuid.uuid4().hex

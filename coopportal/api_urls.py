"""Addresses of the API: every noun under /api/v1/, its description and its page of documentation."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from rest_framework.routers import SimpleRouter

from agreements.api import views as promise
from coopportal.api_docs import DocsView, RootView, SchemaView
from coopportal.rest.problems import not_found
from deliverables.api import views as delivery
from deliverables.api.me import MeView
from deliverables.api.summary import SummaryView

NOUNS = {
    "provinces": promise.ProvinceView,
    "parties": promise.PartyView,
    "agreements": promise.AgreementView,
    "phases": promise.PhaseView,
    "areas": promise.AreaView,
    "systems": promise.SystemView,
    "indicators": delivery.IndicatorView,
    "deliverables": delivery.DeliverableView,
    "deployments": delivery.DeploymentView,
    "reports": delivery.ReportView,
    "events": promise.EventView,
    "statements": promise.StatementView,
    "discrepancies": promise.DiscrepancyView,
    "sources": promise.SourceView,
    "changes": delivery.ChangeView,
}

router = SimpleRouter()
for name, view in NOUNS.items():
    router.register(name, view, basename=name)

v1 = [
    path("", RootView.as_view({"get": "list"}, lists=tuple(NOUNS)), name="root"),
    path("me/", MeView.as_view({"get": "retrieve"}, basename="me"), name="me"),
    path("summary/", SummaryView.as_view({"get": "list"}, basename="summary"), name="summary"),
    *router.urls,
]

urlpatterns = [
    path("v1/", include((v1, "api"))),
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
    # Nothing is done there, so no form's token is asked: a program is told that there is no such address.
    re_path(r"^.*$", csrf_exempt(login_not_required(not_found))),
]

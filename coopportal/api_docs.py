"""The API's description and the page that shows it; both for whoever may read the portal."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from coopportal.rest.views import ApiView, TellsProblems


class RootView(ApiView):
    """Where each noun is."""

    #: Names of the lists, given by the addresses.
    lists: tuple[str, ...] = ()

    @extend_schema(exclude=True)
    def list(self, request: Request) -> Response:
        told: dict[str, Any] = {
            name: reverse(f"api:{name}-list", request=request) for name in self.lists
        }
        told["summary"] = reverse("api:summary", request=request)
        told["me"] = reverse("api:me", request=request)
        told["schema"] = reverse("api-schema", request=request)
        told["docs"] = reverse("api-docs", request=request)
        return Response(told)


class SchemaView(TellsProblems, SpectacularAPIView):
    """OpenAPI 3.1, as YAML or, where asked, JSON."""


# Swagger's stylesheet draws its arrows as data: images; nothing else is loosened.
@method_decorator(csp_update({"img-src": "data:"}), name="dispatch")
class DocsView(TellsProblems, SpectacularSwaggerSplitView):
    """Swagger UI out of the installed package: no file from elsewhere, no inline script or style."""

    template_name = "api/docs.html"
    url_name = "api-schema"

"""The API's description and the page that shows it; both for whoever may read the portal."""

from __future__ import annotations

from functools import cache
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from coopportal.query import check_parameters
from coopportal.rest import conditional
from coopportal.rest.renderers import FORMAT_PARAMETER
from coopportal.rest.views import ApiView, TellsProblems


class RootView(ApiView):
    """Where each noun is."""

    #: Names of the lists, given by the addresses.
    lists: tuple[str, ...] = ()

    @extend_schema(exclude=True)
    def list(self, request: Request) -> Response:
        check_parameters(request.query_params, {FORMAT_PARAMETER})
        told: dict[str, Any] = {
            name: reverse(f"api:{name}-list", request=request) for name in self.lists
        }
        told["summary"] = reverse("api:summary", request=request)
        told["me"] = reverse("api:me", request=request)
        told["schema"] = reverse("api-schema", request=request)
        told["docs"] = reverse("api-docs", request=request)
        return Response(told)


_WRITERS = {"json": OpenApiJsonRenderer, "yaml": OpenApiYamlRenderer}


@cache
def _described(language: str, form: str) -> bytes:
    """The description in one language and form. It is made of code alone, so a process makes it once."""
    with override(language):
        written: Any = _WRITERS[form]().render(SchemaGenerator().get_schema(public=True))
        return bytes(written)


class SchemaView(TellsProblems, SpectacularAPIView):
    """OpenAPI 3.1, as YAML or, where asked, JSON. Its ETag is that of its bytes, weak: they go compressed."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        check_parameters(request.query_params, {FORMAT_PARAMETER})
        renderer: Any = request.accepted_renderer
        content = _described(get_language() or settings.LANGUAGE_CODE, renderer.format)
        etag = f"W/{conditional.etag_of_content(content)}"
        if conditional.is_held(request, etag):
            response = HttpResponse(status=304)
        else:
            response = HttpResponse(content, content_type=renderer.media_type)
            name = f"coopportal.{renderer.format}"
            response["Content-Disposition"] = f'inline; filename="{name}"'
        response["ETag"] = etag
        conditional.forbid_stale(request, response)
        return response


# Swagger's stylesheet draws its arrows as data: images; nothing else is loosened.
@method_decorator(csp_update({"img-src": "data:"}), name="dispatch")
class DocsView(TellsProblems, SpectacularSwaggerSplitView):
    """Swagger UI out of the installed package: no file from elsewhere, no inline script or style."""

    template_name = "api/docs.html"
    url_name = "api-schema"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        check_parameters(request.query_params, {"script"})
        return super().get(request, *args, **kwargs)

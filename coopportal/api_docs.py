"""The API's description and the page that shows it; both for whoever may read the portal."""

from __future__ import annotations

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1, as YAML or, where asked, JSON."""


# Swagger's stylesheet draws its arrows as data: images; nothing else is loosened.
@method_decorator(csp_update({"img-src": "data:"}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI out of the installed package: no file from elsewhere, no inline script or style."""

    template_name = "api/docs.html"
    url_name = "api-schema"

"""Which language an answer speaks: pages Vietnamese, the API what its caller accepts."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


class LanguageMiddleware(LocaleMiddleware):
    """Negotiates the language under /api/ only.

    Pages have no English catalogue yet: a browser that prefers English would be told that it reads
    English, and read Vietnamese with Django's own English in between.
    """

    def process_request(self, request: HttpRequest) -> None:
        if request.path_info.startswith("/api/"):
            super().process_request(request)
            return
        translation.activate(settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = settings.LANGUAGE_CODE

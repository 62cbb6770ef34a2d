"""The WSGI entry: `gunicorn coopportal.wsgi --preload`."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils import translation

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopportal.settings")

application = get_wsgi_application()


def _load() -> None:
    """Load what the first request would, so that workers share it: views, addresses, words."""
    import_module(settings.ROOT_URLCONF)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            get_resolver()._populate()


_load()
# What is loaded by now stays: the collector need not look it over again for every large answer, and workers
# that share it do not copy it only because it was looked at.
gc.collect()
gc.freeze()

"""The WSGI entry: `gunicorn coopportal.wsgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopportal.settings")

application = get_wsgi_application()

# What is loaded by now stays: the collector need not look it over again for every large answer, and workers
# that share it (`--preload`) do not copy it only because it was looked at.
gc.collect()
gc.freeze()

"""The WSGI entry: `gunicorn coopportal.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopportal.settings")

application = get_wsgi_application()

"""Settings of a server that tests start in a process of its own: production's, without collected files."""

from coopportal.settings import *  # noqa: F403
from coopportal.settings import STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

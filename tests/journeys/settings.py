"""The portal's own settings for the served portal; static files go to a folder of that run."""

import os

from coopportal.settings import *  # noqa: F403

STATIC_ROOT = os.environ["JOURNEYS_STATIC_ROOT"]

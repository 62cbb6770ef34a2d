"""The tests; the cast and the real data are in conftest.py."""

import os

from hypothesis import settings

# No deadline: how long one example takes says more about the machine than about the code. CI tries the
# same examples each time, so that a change is judged by itself; at home every run tries others.
settings.register_profile("coopportal", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("coopportal")

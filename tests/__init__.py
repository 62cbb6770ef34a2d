"""The tests; the cast and the real data are in conftest.py."""

from hypothesis import settings

# No deadline: how long one example takes says more about the machine than about the code.
settings.register_profile("coopportal", deadline=None)
settings.load_profile("coopportal")

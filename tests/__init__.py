"""The tests; the cast and the real data are in conftest.py."""

"""What a browser draws is the same on both databases: it is looked at where the suite runs on SQLite."""

import os

import pytest

looked_at_once = pytest.mark.skipif(
    os.environ.get("DATABASE_URL", "").startswith("postgres"),
    reason="both databases give the same page: looked at where the suite runs on SQLite",
)

"""What a browser draws is the same on both databases: it is looked at where the suite runs on SQLite.

On PostgreSQL the journeys go that write: the two sides, signing, periods, files and keys.
"""

import os

import pytest

looked_at_once = pytest.mark.skipif(
    os.environ.get("DATABASE_URL", "").startswith("postgres"),
    reason="both databases give the same page: looked at where the suite runs on SQLite",
)

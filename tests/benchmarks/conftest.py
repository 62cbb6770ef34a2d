"""The synthetic country of the benchmarks' tests: small, and nothing else beside it."""

import pytest
from django.core.management import call_command

from tests.deliverables.test_generate_national import empty_of_reports


@pytest.fixture
def country(db: None) -> None:
    empty_of_reports()
    call_command("generate_national", provinces=3, systems=4, hosts=2, verbosity=0)

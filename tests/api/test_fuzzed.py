"""Schemathesis over the served description: whatever fits it, or just does not, is answered as described.

Against the WSGI application with the real data, on the database of the run. Few questions each time, many
under the marker ``slow``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: Not compressed: what is checked is what the view wrote.
HEADERS = {"Host": "127.0.0.1", "Accept-Encoding": "identity"}


@cache
def _schema() -> Any:
    """Asked for once: describing the API takes longer than using it."""
    return schemathesis.openapi.from_wsgi(
        "/api/schema/?format=json",
        get_wsgi_application(),
        config=schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}}),
        headers=HEADERS,
    )


@pytest.fixture
def described(db: None) -> Iterator[Any]:
    """The schema as it is served, and the application in this test's transaction."""
    # A request of a server gives its connection back; here it is the test's own.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    try:
        yield _schema()
    finally:
        request_started.connect(close_old_connections)
        request_finished.connect(close_old_connections)


schema = schemathesis.pytest.from_fixture("described")
_ALL: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "phases": [Phase.explicit, Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


@schema.parametrize()
@settings(max_examples=4, **_ALL)
def test_a_few_questions_to_each_address(case: Any) -> None:
    case.call_and_validate(checks=CHECKS, headers=HEADERS)


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=300, **{**_ALL, "derandomize": False})
def test_many_questions_to_each_address(case: Any) -> None:
    case.call_and_validate(checks=CHECKS, headers=HEADERS)

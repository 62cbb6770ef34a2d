"""Schemathesis over the served description: whatever fits it, or just does not, is answered as described.

Against the WSGI application with the real data, on the database of the run: each address is read by
anybody and written to by an officer's program. A few questions each time; under the marker ``slow`` many,
and every bound of every parameter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.choices import TokenScope
from accounts.models import Token
from coopportal.clock import now
from deliverables.choices import ReportSide, ReportState
from tests import factories

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
def _schema(*, bounds: bool) -> Any:
    """As it is served; ``bounds`` also tries every parameter at, and just beyond, what it may be."""
    return schemathesis.openapi.from_wsgi(
        "/api/schema/?format=json",
        get_wsgi_application(),
        config=schemathesis.Config.from_dict(
            {
                "generation": {"with-security-parameters": False},
                "phases": {"coverage": {"enabled": bounds}},
            }
        ),
        headers=HEADERS,
    )


@pytest.fixture
def own_connection(db: None) -> Iterator[None]:
    """A request of a server gives its connection back; here it is the test's own."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def a_little(own_connection: None) -> Any:
    return _schema(bounds=False)


@pytest.fixture
def a_lot(own_connection: None) -> Any:
    return _schema(bounds=True)


class Writer:
    """An officer's program, and a report of each kind that it may do something with."""

    def __init__(self) -> None:
        cooperation = factories.Cooperation()
        _token, key = Token.objects.issue(
            owner=cooperation.officer,
            name="thử",
            scope=TokenScope.REPORT,
            expires_at=now() + dt.timedelta(days=1),
            by=cooperation.officer,
        )
        self.headers = {**HEADERS, "Authorization": f"Bearer {key}"}
        theirs = {"author": cooperation.manager, "side": ReportSide.VNPT}
        self.deliverable = cooperation.deliverable.slug
        self.reports = [
            str(report.uid)
            for report in (
                cooperation.report(ReportState.DRAFT),
                cooperation.report(ReportState.SUBMITTED),
                cooperation.report(ReportState.SUBMITTED, **theirs),
                cooperation.report(ReportState.PUBLISHED, side=ReportSide.SOURCE),
                cooperation.report(ReportState.CONFIRMED),
            )
        ]

    def aim(self, case: Any) -> None:
        """Let most questions mean something that is there: keys made of letters alone never do."""
        chance = crc32(repr((case.path_parameters, case.query, case.body)).encode())
        if "/reports/{key}/" in case.path and chance % 4:
            case.path_parameters["key"] = self.reports[chance % len(self.reports)]
        if not chance % 4:
            return
        if "If-Match" in case.headers and chance % 3:
            case.headers["If-Match"] = '"1"'
        if isinstance(case.body, dict):
            meant = {"deliverable": self.deliverable, "as_of": "2021-05-03"}
            case.body.update({name: meant[name] for name in meant.keys() & case.body.keys()})
            for name in {"figures", "counter_figures"} & case.body.keys():
                for figure in case.body[name] if isinstance(case.body[name], list) else ():
                    if isinstance(figure, dict):
                        figure["indicator"] = "schools"


@pytest.fixture
def writer(db: None) -> Writer:
    return Writer()


def ask(case: Any, writer: Writer) -> None:
    """One question, taken back afterwards: the next one meets the same reports."""
    headers = HEADERS
    if case.method != "GET" or case.path.startswith("/api/v1/reports/{key}/comments"):
        writer.aim(case)
        headers = writer.headers
    with transaction.atomic():
        case.call_and_validate(checks=CHECKS, headers=headers)
        transaction.set_rollback(True)


_ALL: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "phases": [Phase.explicit, Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


@schemathesis.pytest.from_fixture("a_little").parametrize()
@settings(max_examples=3, **_ALL)
def test_a_few_questions_to_each_address(case: Any, writer: Writer) -> None:
    ask(case, writer)


@pytest.mark.slow
@schemathesis.pytest.from_fixture("a_lot").parametrize()
@settings(max_examples=60, **{**_ALL, "derandomize": False})
def test_many_questions_to_each_address(case: Any, writer: Writer) -> None:
    ask(case, writer)

"""What all tests share: the real data, the cast, and the walls (no network, a browser or a reason)."""

import datetime as dt
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from accounts.models import User
from agreements.choices import Side
from agreements.models import Agreement, Representative
from coopportal.rest import kept
from tests import snapshots
from tests.chromium import CHROMIUM, chromium_launch

# --- The real data ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database holds the shipped data, as `loaddata reference cooperation` brings it.

    A test sees it inside its own transaction. A test that commits (`transactional_db`, a live
    server) finds it too: afterwards the database is put back instead of being flushed.
    """
    with django_db_blocker.unblock():
        call_command("loaddata", "reference", "cooperation", verbosity=0)
        snapshot = snapshots.take(connection)

    def put_back(self: TransactionTestCase) -> None:
        snapshot.restore()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", put_back)
        yield
    with django_db_blocker.unblock():
        _hang_up_others()


def _hang_up_others() -> None:
    """Threads of a live server keep their connections; PostgreSQL drops no database that has any."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


# --- The cast ---------------------------------------------------------------------------------

MakeUser = Callable[..., User]


@pytest.fixture
def make_user(db: None) -> MakeUser:
    """`make_user("lan", side=Side.PARTNER, agreements=["nghe-an"])`; signs in with force_login."""

    def make(
        username: str, *, side: Side | None = None, agreements: tuple[str, ...] = (), **values: Any
    ) -> User:
        user = User.objects.create_user(
            username, password=values.pop("password", None), full_name=username, **values
        )
        for slug in agreements:
            Representative.objects.create(
                user=user,
                agreement=Agreement.objects.get(slug=slug),
                side=side,
                from_day=dt.date(2020, 1, 1),
            )
        return user

    return make


@pytest.fixture
def nghe_an_officer(make_user: MakeUser) -> User:
    return make_user("can-bo-nghe-an", side=Side.PARTNER, agreements=("nghe-an",))


@pytest.fixture
def bac_giang_officer(make_user: MakeUser) -> User:
    return make_user("can-bo-bac-giang", side=Side.PARTNER, agreements=("bac-giang",))


@pytest.fixture
def vnpt_nghe_an_manager(make_user: MakeUser) -> User:
    return make_user("vnpt-nghe-an", side=Side.VNPT, agreements=("nghe-an",))


@pytest.fixture
def vnpt_manager_elsewhere(make_user: MakeUser) -> User:
    """Acts for VNPT, but not in Nghệ An."""
    return make_user("vnpt-bac-giang", side=Side.VNPT, agreements=("bac-giang",))


@pytest.fixture
def consumer(make_user: MakeUser) -> User:
    """Signs in (a dashboard, a data team) and stands for nobody."""
    return make_user("bang-dieu-khien")


@pytest.fixture
def administrator(make_user: MakeUser) -> User:
    return make_user("quan-tri-vien", is_staff=True, is_superuser=True)


# --- Files ------------------------------------------------------------------------------------


@pytest.fixture(autouse=True, scope="session")
def files_of_this_run() -> Iterator[None]:
    """What tests stored goes with the run."""
    yield
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


# --- Memory -----------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Every test asks as the first: no answer that another test was told is at hand."""
    kept.answers.clear()
    kept.counts.clear()


# --- Counting ---------------------------------------------------------------------------------


@pytest.fixture
def query_count(db: None) -> Callable[[], CaptureQueriesContext]:
    """`with query_count() as queries: …` then `assert len(queries) == 3`; prints them on failure."""
    return lambda: CaptureQueriesContext(connection)


# --- The walls --------------------------------------------------------------------------------


def _stays_here(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a socket file
    host = str(address[0])
    return host in {"localhost", "::1"} or host.startswith("127.")


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Nothing leaves this machine: a connection to anywhere else fails at once."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if not _stays_here(address):
            raise AssertionError(f"A test tried to reach {address!r}.")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


_BROWSER_REQUIRED = any(
    os.environ.get(name, "").lower() in {"1", "true", "yes"} for name in ("CI", "REQUIRE_BROWSER")
)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test in a browser is skipped with a reason where there is none, and fails in CI."""
    if "browser" not in getattr(item, "fixturenames", ()) or CHROMIUM:
        return
    reason = "no Chromium on this machine (Debian: apt install chromium)"
    if _BROWSER_REQUIRED:
        pytest.fail(f"A browser is required here: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium, kept from calling home."""
    return {**browser_type_launch_args, **chromium_launch()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh"}

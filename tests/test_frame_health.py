"""The two probes and the security headers of every answer."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings


def test_healthz_answers_without_touching_the_database(client: Client) -> None:
    # Without the `db` mark, any query here would fail the test.
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_readyz_is_ready_when_every_migration_is_applied(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_says_how_many_migrations_are_missing(client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"1 migrations missing\n")


@pytest.mark.django_db
def test_readyz_is_not_ready_without_a_database(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: object) -> None:
        raise OperationalError("connection refused at 10.0.0.7")

    monkeypatch.setattr("django.db.migrations.loader.MigrationLoader.build_graph", refuse)
    response = client.get("/readyz")
    assert response.status_code == 503
    # The reason stays inside: addresses of servers are nobody's business.
    assert response.content == b"database does not answer\n"


@pytest.mark.django_db
@pytest.mark.parametrize("public_read", [True, False])
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/dang-nhap/"])
def test_probes_and_sign_in_need_no_user(
    client: Client, settings: Settings, public_read: bool, path: str
) -> None:
    settings.PUBLIC_READ = public_read
    assert client.get(path).status_code == 200


@pytest.mark.django_db
def test_every_answer_carries_the_strict_policy(client: Client) -> None:
    response = client.get("/dang-nhap/")
    policy = dict(
        part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";")
    )
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_a_refused_page_carries_the_policy_too(client: Client) -> None:
    response = client.get("/khong-co-trang-nay/")
    assert response.status_code == 404
    assert "default-src 'none'" in response["Content-Security-Policy"]

"""Static files as production serves them: hashed, compressed, and every one a page asks for is there."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from coopportal import settings as portal_settings


@pytest.mark.django_db
def test_a_page_finds_every_file_in_the_manifest(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    backend = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**portal_settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    call_command("collectstatic", interactive=False, verbosity=0)

    page = client.get("/").content.decode()
    asked = set(re.findall(r"/static/([^\"]+)", page))
    assert any(re.fullmatch(r"coop\.[0-9a-f]{12}\.css", name) for name in asked)
    assert {name for name in asked if not (tmp_path / name).is_file()} == set()
    assert list(tmp_path.glob("coop.*.css.gz"))

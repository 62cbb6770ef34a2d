"""Pages speak Vietnamese to every browser; the API answers in the language its caller accepts."""

import pytest
from django.test import Client

ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/thoa-thuan/", "/dang-nhap/", "/khong-co/"])
def test_pages_are_vietnamese_whatever_the_browser_prefers(client: Client, path: str) -> None:
    answer = client.get(path, headers=ENGLISH)
    assert '<html lang="vi">' in answer.content.decode()
    assert answer["Content-Language"] == "vi"


@pytest.mark.django_db
def test_the_admin_is_vietnamese_too(administrator: object, client: Client) -> None:
    client.force_login(administrator)  # type: ignore[arg-type]
    page = client.get("/quan-tri/", headers=ENGLISH).content.decode()
    assert '<html lang="vi"' in page
    assert "Recent actions" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(("accepts", "title"), [("en", "Not found"), ("vi", "Không tìm thấy")])
def test_the_api_negotiates(client: Client, accepts: str, title: str) -> None:
    answer = client.get("/api/v1/phases/khong-co/", headers={"Accept-Language": accepts})
    assert answer.json()["title"] == title

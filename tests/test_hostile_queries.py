"""What nobody means: every page refuses it by name, in Vietnamese, and offers a way on."""

import pytest
from django.test import Client

from accounts.models import User
from tests.addresses import reading_pages
from tests.links import Links

pytestmark = pytest.mark.django_db

LONG = "a" * 10_240

#: Query string as it comes over the wire → the parameter that the refusal must name.
HOSTILE = {
    "tinh-den=31/02/2021": "tinh-den",
    "tinh-den=2021-02-31": "tinh-den",
    "tinh-den=29/02/2021": "tinh-den",
    "tinh-den=00/00/0000": "tinh-den",
    "tinh-den=31/12/9999": "tinh-den",
    "tinh-den=99999-01-01": "tinh-den",
    "tinh-den=2020": "tinh-den",
    "tinh-den=-1": "tinh-den",
    "tinh-den=%D9%A1/%D9%A1/%D9%A2%D9%A0%D9%A2%D9%A0": "tinh-den",  # Arabic digits
    "tinh-den=%00": "tinh-den",
    "tinh-den=%FF%FE": "tinh-den",
    "tinh-den=%3Cscript%3Ealert(1)%3C/script%3E": "tinh-den",
    "tinh-den=01/01/2020&tinh-den=01/01/2021": "tinh-den",
    f"tinh-den={LONG}": "tinh-den",
    "biet-den=tomorrow": "biet-den",
    "biet-den=31/04/2021": "biet-den",
    "biet-den=01/01/3000": "biet-den",
    "biet-den=' OR 1=1 --": "biet-den",
    "khong-co=1": "khong-co",
    "khong-co": "khong-co",
    "q[]=1": "q[]",
    "Tinh-Den=01/01/2020": "Tinh-Den",
    f"khong-co={LONG}": "khong-co",
    f"{LONG}=1": "a" * 40,
    "%3Cb%3E=1": "&lt;b&gt;",
    "kho%00ng=1": "khong",
}

#: Of pages that are lists.
HOSTILE_LISTS = {
    "trang=9999": "trang",
    "trang=0": "trang",
    "trang=-1": "trang",
    "trang=abc": "trang",
    "trang=1e3": "trang",
    "trang=%EF%BC%91%EF%BC%91": "trang",  # fullwidth digits: 11
    "trang=1&trang=2": "trang",
    "trang=%00": "trang",
    f"trang={'9' * 10_240}": "trang",
}


def _short(text: str) -> str:
    return text[:30]


_LISTS = {
    *{"agreements", "systems", "deliverables", "changes", "events", "sources"},
    *{"phases", "discrepancies", "figures"},
}
_PAGES = reading_pages()


def _refusal(client: Client, path: str, query: str) -> str:
    """The text of a refusal that is a whole page in Vietnamese."""
    answer = client.get(path, QUERY_STRING=query)
    assert answer.status_code in {400, 404}, (path, query[:80], answer.status_code)
    assert answer["Content-Type"].startswith("text/html")
    text = answer.content.decode()
    assert '<html lang="vi">' in text
    assert "Địa chỉ có chỗ chưa đúng" in text or "Không có trang này" in text
    assert 'href="/"' in text or "Về trang tổng quan" in text
    assert "<script>alert" not in text
    assert len(text) < 30_000, "a refusal does not repeat what it was sent"
    return text


@pytest.mark.parametrize("name", sorted(_PAGES))
def test_a_page_refuses_by_name(client: Client, name: str) -> None:
    asked = HOSTILE | (HOSTILE_LISTS if name in _LISTS else {})
    for query, parameter in asked.items():
        text = _refusal(client, _PAGES[name], query)
        assert f"<code>{parameter}" in text, (query[:80], parameter)


@pytest.mark.parametrize(
    "query",
    ["khong-co=1", "kho%00ng=1", "trang=9999", "tinh-den=31/02/2021", "biet-den=x", LONG],
    ids=_short,
)
def test_every_way_on_from_a_refusal_leads_somewhere(client: Client, query: str) -> None:
    page = Links.of(_refusal(client, "/su-kien/", query))
    links = [link for link in page.links if link.startswith("/")]
    assert any("tinh-den=" in link for link in links), "the quick choices"
    assert {link: status for link in links if (status := client.get(link).status_code) != 200} == {}


@pytest.mark.parametrize("name", sorted(set(_PAGES) - _LISTS))
def test_a_page_without_pages_never_fails_for_their_number(client: Client, name: str) -> None:
    for query in HOSTILE_LISTS:
        assert "trang" in _refusal(client, _PAGES[name], query)


@pytest.mark.parametrize("query", ["q=%00", f"q={LONG}", "q=a&q=b", "q=a%00b"], ids=_short)
def test_the_search_refuses_by_name(client: Client, query: str) -> None:
    assert "<code>q</code>" in _refusal(client, "/tra-cuu/", query)


def test_the_search_says_that_bytes_are_no_words(client: Client) -> None:
    answer = client.get("/tra-cuu/", QUERY_STRING="q=%FF%FE%FA")
    assert answer.status_code == 200
    assert "không có chữ hay số nào để tìm" in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("giai-doan=khong-co&voi=nghe-an-2014-2020", "giai-doan"),
        ("giai-doan=nghe-an-2014-2020&voi=khong-co", "voi"),
        ("giai-doan=%00&voi=nghe-an-2014-2020", "giai-doan"),
        (f"giai-doan={LONG}&voi={LONG}", "giai-doan"),
    ],
    ids=_short,
)
def test_a_comparison_refuses_by_name(client: Client, query: str, parameter: str) -> None:
    assert f"<code>{parameter}" in _refusal(client, "/so-sanh/", query)


@pytest.mark.parametrize("name", sorted(_LISTS))
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("sap-xep=khong-co", "sap-xep"),
        ("sap-xep=--name", "sap-xep"),
        ("so-dong=0", "so-dong"),
        ("so-dong=1000000", "so-dong"),
        ("so-dong=abc", "so-dong"),
        ("dang=exe", "dang"),
    ],
)
def test_a_list_refuses_how_it_cannot_be_shown(
    client: Client, name: str, query: str, parameter: str
) -> None:
    assert f"<code>{parameter}" in _refusal(client, _PAGES[name], query)


@pytest.mark.parametrize("query", [*HOSTILE, "q=%00", f"q={LONG}", "q=a&q=b"], ids=_short)
def test_suggestions_refuse_too(client: Client, query: str) -> None:
    assert client.get("/tra-cuu/goi-y/", QUERY_STRING=query).status_code == 400


@pytest.mark.parametrize(
    "words",
    [
        "%",
        "_",
        "'",
        '"',
        "\\",
        "' OR '1'='1",
        "<script>alert(1)</script>",
        "đ" * 200,
        "🏛",
        "\u200b",
    ],
    ids=ascii,
)
def test_the_search_takes_any_text_as_words(client: Client, words: str) -> None:
    answer = client.get("/tra-cuu/", {"q": words})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize("name", sorted(_PAGES))
def test_a_page_only_reads(client: Client, consumer: User, name: str) -> None:
    signed_in = Client()
    signed_in.force_login(consumer)
    for method in ("post", "put", "delete", "patch"):
        # Without a user, whatever would change something is sent to sign in first.
        assert getattr(client, method)(_PAGES[name]).status_code == 302
        refused = getattr(signed_in, method)(_PAGES[name])
        assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD")
        assert "không nhận nội dung gửi lên" in refused.content.decode()
    assert client.head(_PAGES[name]).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/khong-co/",
        "/thoa-thuan/khong-co/",
        "/he-thong/%00/",
        "/hang-muc/%FF/",
        "/nguon/../../etc/passwd",
        f"/giai-doan/{LONG}/",
        "/thoa-thuan/Nghệ An/",
        "/he-thong/ioffice/extra/",
    ],
    ids=_short,
)
def test_an_address_that_is_none_is_a_404_in_vietnamese(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    text = answer.content.decode()
    assert "Không có trang này" in text
    assert "Về trang tổng quan" in text


@pytest.mark.parametrize("query", [*HOSTILE, *HOSTILE_LISTS, "next=//evil.example/"], ids=_short)
def test_signing_in_never_fails_for_its_address(client: Client, query: str) -> None:
    assert client.get("/dang-nhap/", QUERY_STRING=query).status_code in {200, 400}

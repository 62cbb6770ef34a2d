"""Search: what people type, with and without marks, means what they mean; hostile text is refused."""

import re

import pytest
import time_machine
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-11-21T10:00:00+07:00", tick=False):
        yield


def ask(client: Client, text: str, **query: str):
    response = client.get("/tra-cuu/", query_params={"q": text, **query})
    assert response.status_code == 200
    return response


def found(response) -> dict[str, list[str]]:
    """Group key -> what its rows are called."""
    return {
        group.key: [
            row.partner.short_name if group.key == "partners" else str(row) for row in group.rows
        ]
        for group in response.context["answer"].groups
    }


@pytest.mark.parametrize(
    ("typed", "partner"),
    [
        ("dien bien", "Điện Biên"),
        ("ĐIỆN BIÊN", "Điện Biên"),
        ("hoà bình", "Hòa Bình"),
        ("hòa bình", "Hòa Bình"),
        ("hoa binh", "Hòa Bình"),
        ("uỷ ban dan toc", "Ủy ban Dân tộc"),
        ("Ủy ban Dân tộc", "Ủy ban Dân tộc"),
    ],
)
def test_partners_by_any_spelling(client: Client, typed: str, partner: str) -> None:
    assert found(ask(client, typed))["partners"] == [partner]


def test_a_province_stands_before_those_that_carry_its_name(client: Client) -> None:
    assert found(ask(client, "quang  ngai"))["partners"] == [
        "Quảng Ngãi",
        "Tỉnh đoàn Quảng Ngãi",
        "Ngành Y tế Quảng Ngãi",
        "Ngành Giáo dục Quảng Ngãi",
        "Các huyện, thành phố Quảng Ngãi",
    ]


@pytest.mark.parametrize("typed", ["vnpt ioffice", "VNPT-iOffice", "vnpt-ioffice", "iOffice"])
def test_a_system_by_its_aliases(client: Client, typed: str) -> None:
    assert found(ask(client, typed))["systems"] == [
        "Hệ thống quản lý văn bản và điều hành VNPT-iOffice"
    ]


def test_a_province_leads_to_the_partner_that_signed(client: Client) -> None:
    assert found(ask(client, "bac ninh"))["partners"] == ["Bắc Giang"]
    assert found(ask(client, "An Giang"))["partners"] == ["Kiên Giang"]
    assert found(ask(client, "yen bai"))["partners"] == ["Lào Cai"]


def test_the_new_map_finds_nothing_before_its_day(client: Client) -> None:
    assert "partners" not in found(ask(client, "bac ninh", **{"tinh-den": "30/06/2025"}))


def test_titles_stand_before_what_is_reached_by_an_alias(client: Client) -> None:
    rows = found(ask(client, "vnpt ioffice"))

    assert "VNPT-iOffice" in rows["deliverables"][0]
    assert found(ask(client, "quang ngai"))["phases"][:2] == [
        "Quảng Ngãi 2015–2020",
        "Quảng Ngãi 2021–2025",
    ]


def test_words_as_typed_come_before_each_of_them(client: Client) -> None:
    together = ask(client, "dien bien").context["answer"]
    apart = ask(client, "quang ngai vnedu").context["answer"]

    assert not together.scattered
    assert apart.scattered
    assert "quang-ngai-vnedu" in [
        row.slug for group in apart.groups if group.key == "deliverables" for row in group.rows
    ]


def test_every_kind_is_found_under_its_heading(client: Client) -> None:
    kinds = {
        "partners": "nghệ an",
        "systems": "vnedu",
        "deliverables": "vsr",
        "phases": "2014 2020",
        "areas": "nông nghiệp thông minh",
        "events": "ký kết",
        "people": "nguyễn đức trung",
        "sources": "báo nghệ an",
    }
    for kind, text in kinds.items():
        assert kind in found(ask(client, text)), text


def test_counts_are_honest_where_rows_are_left_out(client: Client) -> None:
    response = ask(client, "vnpt")
    groups = {group.key: group for group in response.context["answer"].groups}

    capped = groups["deliverables"]
    assert len(capped.rows) == 8
    assert capped.total > 8
    assert f"Còn {capped.hidden} kết quả nữa" in response.content.decode()


def test_nothing_typed_explains(client: Client) -> None:
    html = client.get("/tra-cuu/").content.decode()

    assert "Có thể bắt đầu từ" in html
    assert "kết quả" not in html


@pytest.mark.parametrize("typed", ["xyzzy", "điện biên xyzzy"])
def test_nothing_found_offers_a_way_on(client: Client, typed: str) -> None:
    html = ask(client, typed).content.decode()

    assert f"Không tìm thấy gì có “{typed}”" in html
    assert "Về trang tổng quan" in html


@pytest.mark.parametrize("typed", ["%", "---", "🙂"])
def test_signs_alone_are_no_question(client: Client, typed: str) -> None:
    assert "không có chữ hay số nào để tìm" in ask(client, typed).content.decode()


def test_percent_and_underscore_match_nothing_but_words(client: Client) -> None:
    assert found(ask(client, "a_b%")) == found(ask(client, "a b"))


def test_what_was_typed_is_shown_as_text(client: Client) -> None:
    html = ask(client, "<script>alert(1)</script>").content.decode()

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


@pytest.mark.parametrize(
    ("typed", "told"),
    [("nghe\x00an", "NUL"), ("a" * 10_000, "Dài 10000 ký tự; tối đa 200")],
)
def test_unreadable_text_is_refused_by_name(client: Client, typed: str, told: str) -> None:
    response = client.get("/tra-cuu/", query_params={"q": typed})
    text = " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())

    assert response.status_code == 400
    assert "Tham số q" in text
    assert told in text


def test_unknown_parameter_is_refused_by_name(client: Client) -> None:
    response = client.get("/tra-cuu/?q=vnedu&sort=ten")

    assert response.status_code == 400
    assert "<code>sort</code>" in response.content.decode()


def test_results_keep_the_moment(client: Client) -> None:
    html = ask(client, "vnedu", **{"tinh-den": "01/06/2021"}).content.decode()

    assert 'name="tinh-den" value="01/06/2021"' in html
    assert "Đang xem số liệu như ngày <b>01/06/2021</b>" in html


@pytest.mark.parametrize(
    ("typed", "queries"), [("vnedu", 8), ("quang ngai", 9), ("vnedu ngai", 16)]
)
def test_one_query_a_group(client: Client, query_count, typed: str, queries: int) -> None:
    with query_count() as asked:
        ask(client, typed)

    assert len(asked) == queries

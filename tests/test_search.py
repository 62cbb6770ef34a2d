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
        ("nghệ ăn", "Nghệ An"),
        ("Qủang Ngaĩ", "Quảng Ngãi"),
    ],
)
def test_partners_by_any_spelling(client: Client, typed: str, partner: str) -> None:
    assert found(ask(client, typed))["partners"][0] == partner


@pytest.mark.parametrize(
    ("typed", "meant"), [("quản lí văn bản", "quản lý văn bản"), ("kĩ thuật", "kỹ thuật")]
)
def test_i_and_y_are_one_sound_after_some_letters(client: Client, typed: str, meant: str) -> None:
    assert found(ask(client, meant))
    assert found(ask(client, typed)) == found(ask(client, meant))


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
        "statements": "chính quyền điện tử",
        "discrepancies": "ngày ký",
        "sources": "báo nghệ an",
    }
    for kind, text in kinds.items():
        assert kind in found(ask(client, text)), text


def test_people_lead_to_the_partner_they_met(client: Client) -> None:
    html = ask(client, "nguyễn đức trung").content.decode()

    assert '<a href="/thoa-thuan/nghe-an/#moc">Nguyễn Đức Trung</a>' in html


def test_counts_are_honest_where_rows_are_left_out(client: Client) -> None:
    response = ask(client, "vnpt")
    groups = {group.key: group for group in response.context["answer"].groups}

    capped = groups["deliverables"]
    assert len(capped.rows) == 8
    assert capped.total > 8
    assert f"Xem cả {capped.total} kết quả" in response.content.decode()


@pytest.mark.parametrize("typed", ["nghe an", "quang ngai", "vnpt", "vnedu ngai"])
def test_each_kind_alone_shows_all_that_was_counted(client: Client, typed: str) -> None:
    together = ask(client, typed).context["answer"]
    assert together.groups

    for group in together.groups:
        alone = ask(client, typed, nhom=group.key).context["alone"]
        assert (alone.label, alone.total) == (group.label, group.total)
        assert [row.pk for row in alone.rows[: len(group.rows)]] == [row.pk for row in group.rows]
        assert len(alone.rows) == min(group.total, 50)


@pytest.mark.parametrize(
    ("query", "parameter", "told"),
    [
        ("q=vnedu&nhom=tinh", "nhom", "Chọn một trong: partners, systems,"),
        ("q=vnedu&nhom=systems&trang=9999", "trang", "Danh sách có 1 trang."),
        ("q=vnedu&trang=2", "trang", "Chỉ có trang khi xem một loại kết quả."),
    ],
)
def test_a_kind_or_page_that_is_not_there_is_refused(
    client: Client, query: str, parameter: str, told: str
) -> None:
    response = client.get(f"/tra-cuu/?{query}")
    text = " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())

    assert response.status_code == 400
    assert f"Tham số {parameter}" in text
    assert told in text


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
    ("typed", "queries"), [("vnedu", 10), ("quang ngai", 12), ("vnedu ngai", 20)]
)
def test_one_query_a_group(client: Client, query_count, typed: str, queries: int) -> None:
    with query_count() as asked:
        ask(client, typed)

    assert len(asked) == queries


# ---- suggestions while typing ---------------------------------------------------------------------


def suggested(client: Client, text: str, **query: str) -> list[tuple[str, str, str]]:
    response = client.get("/tra-cuu/goi-y/", query_params={"q": text, **query})
    assert response.status_code == 200
    return [(row["kind"], row["label"], row["hint"]) for row in response.json()["suggestions"]]


def test_suggestions_name_partners_before_systems_before_deliverables(client: Client) -> None:
    rows = suggested(client, "nghệ ăn")

    assert rows[0] == ("Đối tác", "Nghệ An", "UBND tỉnh Nghệ An")
    assert {kind for kind, _label, _hint in rows[1:]} == {"Hạng mục"}
    assert len(rows) == 8
    assert suggested(client, "vnpt")[0] == ("Hệ thống", "VNPT-PAY", "thanh toán trực tuyến")
    assert "Nguồn" in {kind for kind, _label, _hint in suggested(client, "báo nghệ an")}


def test_a_merged_province_is_suggested_with_its_name_of_the_day(client: Client) -> None:
    assert suggested(client, "bac ninh") == [("Đối tác", "Bắc Giang", "nay thuộc Bắc Ninh")]
    assert suggested(client, "bac ninh", **{"tinh-den": "30/06/2025"}) == []
    assert ("Đối tác", "Bắc Giang", "UBND tỉnh Bắc Giang") in suggested(
        client, "bac giang", **{"tinh-den": "30/06/2025"}
    )


def test_suggestions_lead_to_pages_at_the_moment(client: Client) -> None:
    query = {"q": "vnedu", "tinh-den": "01/06/2021", "biet-den": "01/06/2022"}
    rows = client.get("/tra-cuu/goi-y/", query_params=query).json()["suggestions"]

    assert rows
    for row in rows:
        assert row["url"].endswith("?tinh-den=01/06/2021&biet-den=01/06/2022")
        assert client.get(row["url"]).status_code == 200


@pytest.mark.parametrize("typed", ["", "n", "%", "🙂"])
def test_too_little_to_suggest_from_asks_nothing(client: Client, query_count, typed: str) -> None:
    with query_count() as asked:
        assert suggested(client, typed) == []

    assert len(asked) == 0


@pytest.mark.parametrize("typed", ["vnedu", "quang ngai", "nghe an", "xyzzy"])
def test_suggestions_cost_one_query(client: Client, query_count, typed: str) -> None:
    with query_count() as asked:
        suggested(client, typed)

    assert len(asked) == 1


def test_suggestions_are_kept_by_the_browser_and_by_nobody_else(client: Client) -> None:
    control = client.get("/tra-cuu/goi-y/?q=vnedu").headers["Cache-Control"]

    assert {part.strip() for part in control.split(",")} == {"private", "max-age=120"}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("q=%00", "q"),
        ("q=" + "a" * 10_000, "q"),
        ("q=a&q=b", "q"),
        ("q=vnedu&trang=2", "trang"),
        ("q=vnedu&tinh-den=31/02/2021", "tinh-den"),
    ],
)
def test_a_bad_question_is_named_in_the_answer(client: Client, query: str, parameter: str) -> None:
    response = client.get(f"/tra-cuu/goi-y/?{query}")

    assert response.status_code == 400
    assert response.json()["parameter"] == parameter
    assert response.json()["message"]


def test_without_a_script_the_boxes_are_plain_fields(client: Client) -> None:
    html = client.get("/tra-cuu/?tinh-den=01/06/2021").content.decode()

    assert 'role="combobox"' not in html
    assert html.count('data-suggest="/tra-cuu/goi-y/?tinh-den=01/06/2021"') == 2

"""The questions of the articles, answered by the API alone, in the JSON that design.md §6 promises."""

from __future__ import annotations

from collections import Counter

import pytest
from django.test import Client

from tests.api.conftest import Get


def names(answer: dict) -> list[str]:
    return [row["agreement"]["partner"]["short_name"] for row in answer["results"]]


def test_one_phase_in_full(get: Get) -> None:
    assert get("phases/kien-giang-2014-2020/") == {
        "slug": "kien-giang-2014-2020",
        "parent": None,
        "agreement": {
            "slug": "kien-giang",
            "partner": {
                "slug": "ubnd-kien-giang",
                "name": "UBND tỉnh Kiên Giang",
                "short_name": "Kiên Giang",
                "kind": "province",
                "province": {
                    "code": "91",
                    "name": "Kiên Giang",
                    "present": {"code": "91", "name": "An Giang"},
                },
            },
        },
        "start_year": 2014,
        "end_year": 2020,
        "open_ended": False,
        "term_basis": "explicit",
        "instrument": "hop_tac_chien_luoc",
        "number": "",
        "title": "Hợp tác chiến lược về viễn thông - công nghệ thông tin giai đoạn 2014-2020",
        "signed_on": "2014-09-04",
        "signed_on_precision": "day",
        "areas": [
            {
                "position": 1,
                "name": "Xây dựng hạ tầng VT-CNTT đáp ứng nhu cầu triển khai Chính quyền điện tử của tỉnh",
                "themes": ["infrastructure", "e_government"],
                "continues": [],
                "lineage_basis": None,
            },
            {
                "position": 2,
                "name": "Ứng dụng CNTT để xây dựng Chính quyền điện tử của Tỉnh",
                "themes": ["it_application", "e_government"],
                "continues": [],
                "lineage_basis": None,
            },
            {
                "position": 3,
                "name": "Xây dựng giải pháp tổng thể an toàn thông tin, Chính quyền điện tử và đào tạo "
                "nguồn nhân lực VT-CNTT cho Tỉnh",
                "themes": ["security", "human_resources"],
                "continues": [],
                "lineage_basis": None,
            },
        ],
        "citations": [
            {
                "source": "vnmedia-2014",
                "quote": "trong các ngày 4/9, 9/9, 11/9, 13/9 và 15/9",
                "locator": "đoạn 4",
            },
            {
                "source": "vnmedia-2014",
                "quote": "ký kết hợp tác chiến lược giữa hai bên, vào ngày 4/9/2014",
                "locator": "đoạn 3",
            },
            {
                "source": "vnmedia-2014",
                "quote": "2014 - 2020 với 4 UBND tỉnh và Ủy ban Dân tộc",
                "locator": "đoạn 2",
            },
        ],
        "amendments": [],
    }


def test_the_counts_of_the_articles(get: Get) -> None:
    """13 main phases of 10 partners (9 provinces and Ủy ban Dân tộc); 4 subsidiary ones of a phase each."""
    main = get("phases/", parent="none")["results"]
    partners = Counter(row["agreement"]["partner"]["kind"] for row in main)
    assert (len(main), partners) == (13, {"province": 12, "ministry": 1})
    assert len({row["agreement"]["slug"] for row in main}) == 10
    under = {
        row["agreement"]["slug"]: row["parent"]
        for row in get("phases/")["results"]
        if row["parent"] is not None
    }
    assert under == {
        "quang-ngai-cap-huyen": "quang-ngai-2015-2020",
        "quang-ngai-giao-duc": "quang-ngai-2015-2020",
        "quang-ngai-tinh-doan": "quang-ngai-2015-2020",
        "quang-ngai-y-te": "quang-ngai-2015-2020",
    }
    assert (get("phases/")["count"], get("agreements/")["count"]) == (17, 14)


def test_revenue_of_vnpt_is_the_figure_of_no_province(get: Get) -> None:
    told = get("statements/vnpt-doanh-thu-2020/")
    assert (told["value"], told["unit"], told["qualifier"]) == (163000, "tỷ đồng", "almost")
    assert (told["party"], told["agreement"], told["phase"]) == ("vnpt", None, None)
    rows = get("deliverables/", page_size=500)["results"]
    figures = [figure["value"] for row in rows for figure in row["figures"]]
    assert len(figures) > 20
    totals = [figure["value"] for figure in get("summary/")["totals"]["figures"]]
    assert 163000 not in {*figures, *totals}


def test_areas_of_a_phase_say_what_they_continue_and_who_says_so(get: Get) -> None:
    areas = get("phases/nghe-an-2020-2025/")["areas"]
    assert [(area["position"], area["continues"], area["lineage_basis"]) for area in areas] == [
        (1, ["nghe-an-2014-2020.2"], "our_reading"),
        (2, ["nghe-an-2014-2020.1"], "our_reading"),
        (3, ["nghe-an-2014-2020.3"], "our_reading"),
        (4, ["nghe-an-2014-2020.4"], "our_reading"),
        (5, ["nghe-an-2014-2020.5"], "our_reading"),
        (6, [], None),
    ]
    assert areas[0]["themes"] == ["it_application", "e_government", "digital_government"]
    assert set(areas[0]) == {"position", "name", "themes", "continues", "lineage_basis"}


def test_signed_in_september_2014(get: Get) -> None:
    rows = get("phases/", ordering="signed_on")["results"]
    signed = [
        (row["agreement"]["partner"]["short_name"], row["signed_on"])
        for row in rows
        if (row["signed_on"] or "").startswith("2014-09")
    ]
    assert signed == [
        ("Kiên Giang", "2014-09-04"),
        ("Ủy ban Dân tộc", "2014-09-09"),
        ("Ninh Thuận", "2014-09-11"),
        ("Nghệ An", "2014-09-13"),
        ("Hòa Bình", "2014-09-15"),
        ("Lào Cai", "2014-09-17"),
    ]


def test_a_month_stays_a_month(get: Get) -> None:
    phase = get("phases/dien-bien-2014-2020/")
    assert (phase["signed_on"], phase["signed_on_precision"]) == ("2014-08", "month")
    unknown = get("phases/bac-giang-2021-2025/")
    assert (unknown["signed_on"], unknown["signed_on_precision"]) == (None, None)


def test_in_force_on_a_day(get: Get) -> None:
    rows = get("phases/", in_force_on="2021-06-01", ordering="start_year")["results"]
    assert [row["slug"] for row in rows] == [
        "nghe-an-2020-2025",
        "bac-giang-2021-2025",
        "quang-ngai-2021-2025",
    ]


def test_names_as_signed_sort_as_vietnamese_does(get: Get) -> None:
    rows = get("agreements/", kind="province")["results"]
    assert [row["partner"]["short_name"] for row in rows] == [
        "Bắc Giang",
        "Điện Biên",
        "Hà Nam",
        "Hòa Bình",
        "Kiên Giang",
        "Lào Cai",
        "Nghệ An",
        "Ninh Thuận",
        "Quảng Ngãi",
    ]


@pytest.mark.parametrize(
    ("words", "partner"),
    [
        ("dien bien", "Điện Biên"),
        ("hoà bình", "Hòa Bình"),
        ("uỷ ban dan toc", "Ủy ban Dân tộc"),
    ],
)
def test_partners_are_found_without_or_with_other_tone_marks(
    get: Get, words: str, partner: str
) -> None:
    rows = get("agreements/", q=words)["results"]
    assert [row["partner"]["short_name"] for row in rows] == [partner]


def test_a_system_is_found_by_its_product_name(get: Get) -> None:
    assert [row["slug"] for row in get("systems/", q="vnpt ioffice")["results"]] == ["ioffice"]


# ---- the map -----------------------------------------------------------------------------------


def test_code_24_is_another_province_by_the_day(get: Get) -> None:
    before = get("phases/", province="24", as_of="2021-01-01")["results"]
    after = get("phases/", province="24", as_of="2026-01-01")["results"]
    assert [row["slug"] for row in before] == ["bac-giang-2015-2020", "bac-giang-2021-2025"]
    assert [row["slug"] for row in after] == ["bac-giang-2015-2020", "bac-giang-2021-2025"]
    told = [rows[0]["agreement"]["partner"]["province"] for rows in (before, after)]
    assert told == [
        {"code": "24", "name": "Bắc Giang", "present": {"code": "24", "name": "Bắc Giang"}},
        {"code": "24", "name": "Bắc Giang", "present": {"code": "24", "name": "Bắc Ninh"}},
    ]
    assert get("provinces/24/", as_of="2021-01-01")["name"] == "Bắc Giang"
    assert get("provinces/24/", as_of="2026-01-01")["name"] == "Bắc Ninh"


def test_91_today_is_an_giang_with_what_was_kien_giangs(get: Get) -> None:
    for as_of in ("2026-09-14", "2021-01-01"):
        rows = get("phases/", province="91", as_of=as_of)["results"]
        assert [row["slug"] for row in rows] == ["kien-giang-2014-2020"]
    # An Giang's own code then was 89, and nothing was signed with it.
    assert get("phases/", province="89", as_of="2021-01-01")["results"] == []


def test_an_expired_code_is_refused_with_its_successor(get: Get, refusal: Get) -> None:
    assert names(get("phases/", province="58", as_of="2021-01-01")) == ["Ninh Thuận"]
    problem = refusal("phases/", 400, province="58")
    assert problem == {
        "type": "urn:coopportal:problem:parameter",
        "title": "Yêu cầu có chỗ chưa đúng",
        "status": 400,
        "detail": "Mã 58 (Ninh Thuận) chỉ dùng đến hết ngày 30/06/2025. "
        "Dùng mã kế thừa 56 (Khánh Hòa).",
        "instance": "/api/v1/phases/",
        "parameter": "province",
        "value": "58",
    }
    assert names(get("phases/", province="56")) == ["Ninh Thuận"]


def test_before_2014_there_is_nothing(get: Get) -> None:
    for noun in ("phases", "agreements", "areas", "deliverables", "reports", "events"):
        assert get(f"{noun}/", as_of="2013-12-31")["results"] == []
    assert get("phases/", province="91", as_of="2013-12-31")["count"] == 0


def test_the_map_has_63_units_then_34(get: Get) -> None:
    assert get("provinces/", as_of="2025-06-30")["count"] == 63
    assert get("provinces/", as_of="2025-07-01")["count"] == 34
    assert get("provinces/")["count"] == 34


# ---- the delivery ------------------------------------------------------------------------------


def test_vsr_in_nghe_an_in_full(get: Get) -> None:
    answer = get("deliverables/", province="40", system="vsr")
    assert answer == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [
            {
                "slug": "nghe-an-vsr",
                "title": "Báo cáo thông minh VSR (LRIS), Nghệ An",
                "kind": "deployment",
                "agreement": "nghe-an",
                "phase": "nghe-an-2014-2020",
                "area": "nghe-an-2014-2020.2",
                "system": {"slug": "vsr", "name": "Hệ thống báo cáo thông minh VSR (LRIS)"},
                "connects_to": None,
                "stage": "piloting",
                "standing": "published",
                "as_of": "2020-12",
                "as_of_precision": "month",
                "as_of_end": "2020-12-31",
                "coverage": "43 cơ quan, đơn vị trên địa bàn tỉnh",
                "health": "not_computable",
                "figures": [
                    {
                        "indicator": "agencies",
                        "label": "Cơ quan, đơn vị sử dụng",
                        "value": 43,
                        "numerator": None,
                        "denominator": None,
                        "unit": "cơ quan, đơn vị",
                        "qualifier": "exact",
                        "text": "43 cơ quan, đơn vị",
                        "as_of": "2020-12",
                        "as_of_precision": "month",
                    }
                ],
                "citations": [
                    {
                        "source": "bao-nghe-an-2020",
                        "quote": "triển khai thí điểm hệ thống báo cáo thông minh VSR",
                        "locator": "đoạn 7",
                    },
                    {
                        "source": "bao-nghe-an-2020",
                        "quote": "tại 43 cơ quan, đơn vị trên địa bàn tỉnh",
                        "locator": "đoạn 7",
                    },
                ],
            }
        ],
    }


def test_vnedu_in_quang_ngai(get: Get) -> None:
    row = get("deployments/", province="51", system="vnedu")["results"][0]
    told = [(f["value"], f["qualifier"], f["unit"]) for f in row["figures"]]
    assert (32, "exact", "trường") in told
    assert (12000, "over", "tài khoản") in told


def test_the_set_aside_source_stays_readable_with_its_reason(get: Get) -> None:
    reports = get("reports/", deliverable="nghe-an-vsr")["results"]
    assert [(row["state"], row["stage"]) for row in reports] == [
        ("published", "piloting"),
        ("set_aside", "deployed"),
    ]
    assert reports[1]["set_aside_reason"]
    history = get("deliverables/nghe-an-vsr/")["reports"]
    assert [row["id"] for row in history] == [row["id"] for row in reports]


def test_deployments_by_stage(get: Get) -> None:
    stages = {
        "planned": 24,
        "proposal": 4,
        "piloting": 1,
        "in_progress": 3,
        "deployed": 29,
        "integrated": 8,
        "substantially_complete": 6,
        "completed": 1,
    }
    assert {stage: get("deployments/", stage=stage)["count"] for stage in stages} == stages
    assert get("deployments/")["count"] == 76
    assert get("deployments/", stage_group="done")["count"] == 29 + 8 + 6 + 1


def test_a_deliverable_is_not_there_before_its_phase(client: Client, get: Get) -> None:
    assert client.get("/api/v1/deliverables/nghe-an-vsr/?as_of=2014-09-12").status_code == 404
    then = get("deliverables/nghe-an-vsr/", as_of="2014-09-13")
    assert (then["stage"], then["standing"], then["figures"], then["reports"]) == (
        None,
        "none",
        [],
        [],
    )
    assert get("deliverables/", as_of="2014-09-13", stage="none", system="vsr")["count"] == 1


def test_the_log_is_read_on_by_cursor_and_skips_none(get: Get) -> None:
    seen, cursor = [], 0
    while rows := (answer := get("changes/", since=cursor, page_size=40))["results"]:
        seen += [row["seq"] for row in rows]
        cursor = answer["cursor"]
    assert seen == list(range(1, len(seen) + 1))
    assert answer == {"count": 0, "next": None, "previous": None, "results": [], "cursor": cursor}
    first = get("changes/", page_size=1)
    assert first["next"].endswith("/api/v1/changes/?page_size=1&since=1")
    assert first["count"] == len(seen)
    row = first["results"][0]
    assert set(row) == {
        "seq",
        "kind",
        "at",
        "report",
        "deliverable",
        "agreement",
        "side",
        "stage",
        "as_of",
        "as_of_precision",
        "hash",
        "previous_hash",
    }
    assert row["previous_hash"] == "0" * 64


def test_what_was_known_on_a_day(get: Get) -> None:
    early = get("deliverables/", as_of="2026-01-01", known_on="2014-12-31")["results"]
    told = {row["standing"] for row in early}
    assert told == {"published", "none"}
    assert get("reports/", known_on="2014-12-31")["count"] < get("reports/")["count"]
    assert (
        get("changes/", known_on="2014-12-31")["count"]
        == get("reports/", known_on="2014-12-31")["count"]
    )

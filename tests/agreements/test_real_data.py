"""The shipped data of the promise: the map, who signed what and when, and sources that disagree."""

import datetime as dt
from collections import Counter

import pytest
from django.db.models import Model

from agreements import models
from agreements.choices import Instrument, LineageBasis, PartyKind, SourceScope
from agreements.models import (
    Agreement,
    Citation,
    CooperationArea,
    Discrepancy,
    DiscrepancySide,
    Event,
    Participation,
    Party,
    Phase,
    Province,
    Source,
    Statement,
    System,
    SystemAlias,
)
from coopportal.vietnamese import fold

pytestmark = pytest.mark.django_db

BEFORE = dt.date(2025, 6, 30)
AFTER = dt.date(2025, 7, 1)


# --- The map ----------------------------------------------------------------------------------


def test_the_map_has_63_units_before_the_reform_and_34_after() -> None:
    assert Province.objects.count() == 87
    assert Province.objects.on(BEFORE).count() == 63
    assert Province.objects.on(AFTER).count() == 34
    assert Province.objects.on(dt.date(2026, 4, 30)).count() == 34


def test_no_code_means_two_units_on_the_same_day() -> None:
    for day in (BEFORE, AFTER, dt.date(2026, 4, 29), dt.date(2026, 4, 30)):
        codes = list(Province.objects.on(day).values_list("code", flat=True))
        assert len(codes) == len(set(codes)), day


def test_units_that_end_name_a_successor_that_starts_the_day_after() -> None:
    ended = Province.objects.filter(valid_to__isnull=False).select_related("successor")
    assert ended.count() == 53
    for unit in ended:
        assert unit.valid_to is not None, unit.name
        assert unit.successor is not None, unit.name
        assert unit.successor.valid_from == unit.valid_to + dt.timedelta(days=1), unit.name


@pytest.mark.parametrize(
    ("signed_as", "now_code", "now_name"),
    [
        ("Bắc Giang", "24", "Bắc Ninh"),
        ("Điện Biên", "11", "Điện Biên"),
        ("Hà Nam", "37", "Ninh Bình"),
        ("Hòa Bình", "25", "Phú Thọ"),
        ("Kiên Giang", "91", "An Giang"),
        ("Lào Cai", "15", "Lào Cai"),
        ("Nghệ An", "40", "Nghệ An"),
        ("Ninh Thuận", "56", "Khánh Hòa"),
        ("Quảng Ngãi", "51", "Quảng Ngãi"),
    ],
)
def test_each_partner_keeps_its_name_and_knows_its_successor(
    signed_as: str, now_code: str, now_name: str
) -> None:
    partner = Party.objects.get(kind=PartyKind.PROVINCE, short_name=signed_as)
    assert partner.province is not None
    assert partner.province.name == signed_as
    assert partner.province.valid_from is None
    present = partner.province.on(dt.date(2026, 11, 21))
    assert (present.code, present.name) == (now_code, now_name)


def test_a_reused_code_is_another_unit() -> None:
    assert Province.objects.on(BEFORE).get(code="24").name == "Bắc Giang"
    assert Province.objects.on(AFTER).get(code="24").name == "Bắc Ninh"


def test_dong_nai_became_a_city_on_the_word_of_a_secondary_source() -> None:
    province = Province.objects.on(dt.date(2026, 4, 29)).get(code="75")
    city = Province.objects.on(dt.date(2026, 4, 30)).get(code="75")
    assert (province.kind, city.kind) == ("province", "municipality")
    assert province.successor == city
    assert [citation.source.number for citation in city.citations.all()] == ["30/2026/QH16"]
    assert "thứ cấp" in city.note


# --- Who agreed what --------------------------------------------------------------------------


def test_agreements_and_phases_are_those_of_the_articles() -> None:
    assert Agreement.objects.count() == 14
    assert {agreement.slug for agreement in Agreement.objects.main()} == {
        "bac-giang",
        "dien-bien",
        "ha-nam",
        "hoa-binh",
        "kien-giang",
        "lao-cai",
        "nghe-an",
        "ninh-thuan",
        "quang-ngai",
        "uy-ban-dan-toc",
    }
    assert Phase.objects.count() == 17
    assert Counter(phase.years for phase in Phase.objects.main()) == {
        "2014–2020": 8,
        "2015–2020": 2,
        "2020–2025": 1,
        "2021–2025": 2,
    }


def test_partners_sort_by_the_names_under_which_they_signed() -> None:
    partners = [
        agreement.partner.short_name
        for agreement in Agreement.objects.main().filter(partner__kind=PartyKind.PROVINCE)
    ]
    assert partners == [
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


def test_the_committee_for_ethnic_affairs_is_no_province() -> None:
    committee = Party.objects.get(slug="uy-ban-dan-toc")
    assert committee.kind == PartyKind.MINISTRY
    assert committee.province is None
    assert committee.successor_on(dt.date(2025, 2, 28)) == ""
    assert committee.successor_on(dt.date(2025, 3, 1)) == "Bộ Dân tộc và Tôn giáo"


def test_signed_in_september_2014() -> None:
    signed = Phase.objects.filter(signed_on__startswith="2014-09").order_by("signed_on")
    assert [(phase.agreement.partner.short_name, str(phase.signed_on)) for phase in signed] == [
        ("Kiên Giang", "04/09/2014"),
        ("Ủy ban Dân tộc", "09/09/2014"),
        ("Ninh Thuận", "11/09/2014"),
        ("Nghệ An", "13/09/2014"),
        ("Hòa Bình", "15/09/2014"),
        ("Lào Cai", "17/09/2014"),
    ]


def test_dates_keep_the_precision_of_their_source() -> None:
    told = {phase.slug: str(phase.signed_on or "") for phase in Phase.objects.main()}
    assert told["dien-bien-2014-2020"] == told["ha-nam-2014-2020"] == "tháng 8/2014"
    assert told["nghe-an-2020-2025"] == "tháng 12/2020"
    assert told["quang-ngai-2021-2025"] == "23/04/2021"
    assert told["bac-giang-2021-2025"] == told["quang-ngai-2015-2020"] == ""


def test_in_force_on_1_june_2021() -> None:
    in_force = Phase.objects.in_force_on(dt.date(2021, 6, 1)).order_by("slug")
    assert [phase.slug for phase in in_force] == [
        "bac-giang-2021-2025",
        "nghe-an-2020-2025",
        "quang-ngai-2021-2025",
    ]


def test_terms_that_no_source_states_are_marked_inferred() -> None:
    inferred = Phase.objects.filter(term_basis="inferred").order_by("slug")
    assert [phase.slug for phase in inferred] == [
        "dien-bien-2014-2020",
        "ha-nam-2014-2020",
        "lao-cai-2014-2020",
    ]


def test_the_four_subsidiary_agreements_of_quang_ngai() -> None:
    below = Phase.objects.filter(parent__slug="quang-ngai-2015-2020").order_by("slug")
    assert [(phase.slug, phase.instrument, phase.end_year) for phase in below] == [
        ("quang-ngai-cap-huyen", Instrument.AGREEMENT, None),
        ("quang-ngai-giao-duc", Instrument.AGREEMENT, 2025),
        ("quang-ngai-tinh-doan", Instrument.AGREEMENT, None),
        ("quang-ngai-y-te", Instrument.SECTOR_COOPERATION, None),
    ]
    assert {phase.agreement.vnpt_party.slug for phase in below} == {"vnpt-quang-ngai"}
    assert not any(phase.in_force_on(dt.date(2019, 1, 1)) for phase in below)


def test_the_lineage_of_nghe_an_is_labelled_as_our_reading() -> None:
    areas = CooperationArea.objects.filter(phase__slug="nghe-an-2020-2025").prefetch_related(
        "continues"
    )
    assert [
        (
            area.position,
            [old.position for old in area.continues.all()],
            area.widened,
            area.lineage_basis,
        )
        for area in areas
    ] == [
        (1, [2], True, LineageBasis.OUR_READING),
        (2, [1], True, LineageBasis.OUR_READING),
        (3, [3], False, LineageBasis.OUR_READING),
        (4, [4], True, LineageBasis.OUR_READING),
        (5, [5], False, LineageBasis.OUR_READING),
        (6, [], False, ""),
    ]
    assert CooperationArea.objects.filter(phase__slug="nghe-an-2014-2020").count() == 5
    assert not CooperationArea.objects.exclude(lineage_basis="").exclude(
        phase__slug="nghe-an-2020-2025"
    )


def test_areas_of_the_other_phases() -> None:
    counted = Counter(area.phase.slug for area in CooperationArea.objects.select_related("phase"))
    assert counted == {
        "nghe-an-2014-2020": 5,
        "nghe-an-2020-2025": 6,
        "kien-giang-2014-2020": 3,
        "ninh-thuan-2014-2020": 3,
        "hoa-binh-2014-2020": 3,
        "uy-ban-dan-toc-2014-2020": 4,
        "bac-giang-2015-2020": 1,
        "bac-giang-2021-2025": 4,
        "quang-ngai-cap-huyen": 1,
        "quang-ngai-tinh-doan": 1,
        "quang-ngai-giao-duc": 2,
    }


# --- Systems and search -----------------------------------------------------------------------


def test_fifty_systems_each_with_a_name_of_its_source() -> None:
    assert System.objects.count() == 50
    assert set(System.objects.values_list("pk", flat=True)) == set(
        SystemAlias.objects.values_list("system", flat=True)
    )
    assert models.Theme.objects.count() == 16
    assert models.Category.objects.count() == 22
    assert {"ioffice", "igate", "lgsp", "ioc", "vnedu", "vsr", "soc", "eportal", "vdxp"} <= set(
        System.objects.values_list("slug", flat=True)
    )


def test_igate_is_one_product_with_two_functions() -> None:
    functions = System.objects.get(slug="igate").categories.values_list("key", flat=True)
    assert set(functions) == {"one_stop", "public_service_portal"}


@pytest.mark.parametrize(
    ("typed", "model", "slug"),
    [
        ("dien bien", Party, "ubnd-dien-bien"),
        ("hoà bình", Party, "ubnd-hoa-binh"),
        ("uỷ ban dan toc", Party, "uy-ban-dan-toc"),
        ("vnpt ioffice", System, "ioffice"),
    ],
)
def test_what_is_typed_without_diacritics_finds_what_it_means(
    typed: str, model: type[Model], slug: str
) -> None:
    found = model._default_manager.filter(search_text__contains=fold(typed))
    assert [row.natural_key()[0] for row in found] == [slug]  # type: ignore[attr-defined]


# --- People, events, statements ---------------------------------------------------------------


def test_seven_collectives_and_seven_people_make_fourteen() -> None:
    received = Participation.objects.filter(role="received").select_related("event")
    assert [(row.event.slug, row.group_label, row.count) for row in received] == [
        ("khen-thuong-nghe-an-2020", "tập thể", 7),
        ("khen-thuong-nghe-an-2020", "cá nhân", 7),
    ]
    assert sum(row.count or 0 for row in received) == 14


def test_titles_stand_as_each_source_gives_them() -> None:
    speeches = Participation.objects.filter(person__slug="pham-duc-long", role="spoke")
    assert {row.title for row in speeches} == {
        "Chủ tịch HĐQT, Tổng giám đốc Tập đoàn VNPT",
        "Chủ tịch Hội đồng thành viên",
    }
    liem = Participation.objects.filter(person__slug="huynh-quang-liem").order_by("event__slug")
    assert [(row.event.slug, row.title) for row in liem] == [
        ("ky-ket-bac-giang-2021", "Quyền Tổng giám đốc"),
        ("ky-ket-nghe-an-2020", "Phó Tổng Giám đốc Tập đoàn"),
    ]


def test_each_main_phase_with_a_signing_has_one_event_with_the_same_date() -> None:
    signings = Event.objects.filter(kind="signing").select_related("phase")
    assert signings.count() == 11
    assert len({event.phase for event in signings}) == 11
    assert all(event.phase and event.phase.signed_on == event.happened_on for event in signings)


def test_the_revenue_of_vnpt_belongs_to_no_agreement() -> None:
    revenue = Statement.objects.get(value=163000)
    assert (revenue.unit, revenue.qualifier, str(revenue.value_on)) == (
        "tỷ đồng",
        "almost",
        "năm 2020",
    )
    assert revenue.party == Party.objects.get(slug="vnpt")
    assert revenue.agreement is None
    assert revenue.phase is None


def test_before_2020_keeps_its_before() -> None:
    promised = Statement.objects.filter(slug__endswith="-2014-truoc-2020")
    assert {statement.phase.slug for statement in promised if statement.phase} == {
        "kien-giang-2014-2020",
        "ninh-thuan-2014-2020",
        "nghe-an-2014-2020",
        "hoa-binh-2014-2020",
    }
    assert {(str(row.horizon), row.horizon_qualifier) for row in promised} == {
        ("năm 2020", "before")
    }


# --- Sources, quotes, discrepancies -----------------------------------------------------------


def test_five_articles_with_the_digest_of_their_text() -> None:
    articles = Source.objects.filter(scope=SourceScope.ARTICLE).order_by("file")
    assert [
        (source.file[:3], str(source.issued_on), source.issued_basis, len(source.sha256))
        for source in articles
    ] == [
        ("000", "tháng 12/2020", "inferred", 64),
        ("001", "năm 2021", "inferred", 64),
        ("002", "17/09/2014", "inferred", 64),
        ("003", "04/05/2021", "explicit", 64),
        ("004", "tháng 12/2020", "explicit", 64),
    ]


def test_no_quote_has_more_than_twelve_words_and_each_says_where_it_stands() -> None:
    quotes = Citation.objects.exclude(quote="").select_related("source")
    assert quotes.count() > 200
    assert [citation.quote for citation in quotes if len(citation.quote.split()) > 12] == []
    assert [str(citation) for citation in quotes if not citation.locator.startswith("đoạn ")] == []


def test_external_sources_lend_no_words() -> None:
    assert not Citation.objects.filter(source__scope=SourceScope.EXTERNAL).exclude(quote="")


def test_the_signing_day_of_nghe_an_from_outside_is_kept_apart() -> None:
    sides = DiscrepancySide.objects.filter(discrepancy__slug="nghe-an-ngay-ky-2020")
    assert [(side.says, side.chosen, side.citation.source.is_external) for side in sides] == [
        ("tháng 12/2020", True, False),
        ("18/12/2020 (nguồn ngoài)", False, True),
        ("18/12/2020 (nguồn ngoài)", False, True),
        ("18/12/2020 (nguồn ngoài)", False, True),
    ]


def test_what_outside_sources_say_is_marked_so() -> None:
    outside = Statement.objects.exclude(citations__source__scope=SourceScope.ARTICLE)
    assert [(row.slug, str(row.value), row.unit) for row in outside] == [
        ("quang-ngai-2021-nam-linh-vuc", "5.0000", "lĩnh vực")
    ]


@pytest.mark.parametrize(
    ("slug", "in_use"),
    [
        ("igate-chuc-nang", ["vietnamplus-2020", "le-dong-thuy-2021"]),
        ("nghe-an-bang-khen", ["bao-nghe-an-2020"]),
        ("nghe-an-giai-doan-dau", ["bao-nghe-an-2020", "vnmedia-2014"]),
        ("nghe-an-ha-tang", ["vietnamplus-2020"]),
        ("nghe-an-loai-van-ban-2014", ["bao-nghe-an-2020"]),
        ("nghe-an-nganh-ung-dung", ["vietnamplus-2020"]),
        ("nghe-an-ngay-ky-2020", ["bao-nghe-an-2020"]),
        ("nghe-an-noi-dung-2014", ["bao-nghe-an-2020"]),
        ("nghe-an-ten-ioc", ["vietnamplus-2020"]),
        ("nghe-an-ten-lgsp", ["bao-nghe-an-2020"]),
        ("pham-duc-long-chuc-danh", ["vietnamplus-2020"]),
        ("quang-ngai-giao-duc-van-ban", ["le-dong-thuy-2021"]),
    ],
)
def test_each_discrepancy_keeps_all_sides_and_says_which_is_used(
    slug: str, in_use: list[str]
) -> None:
    discrepancy = Discrepancy.objects.get(slug=slug)
    sides = list(discrepancy.sides.select_related("citation__source"))
    assert len(sides) >= 2
    assert discrepancy.reason
    assert [side.citation.source.slug for side in sides if side.chosen] == in_use


def test_there_is_no_other_discrepancy() -> None:
    assert Discrepancy.objects.count() == 12


@pytest.mark.parametrize(
    "model",
    [Phase, CooperationArea, Event, Participation, Statement, SystemAlias, Party],
)
def test_whatever_asserts_something_cites_something(model: type[Model]) -> None:
    assert list(model._default_manager.filter(citations__isnull=True)) == []

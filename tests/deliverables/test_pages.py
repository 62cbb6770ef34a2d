"""Pages that tell what was delivered: partners, phases, systems, deliverables, a source."""

import datetime as dt
import re
from dataclasses import replace
from html import unescape

import pytest
import time_machine
from django.test import Client

from agreements.choices import LineageBasis, Qualifier, Side, SystemFamily
from agreements.models import Agreement, Discrepancy, Representative
from coopportal.partial_dates import PartialDate
from deliverables.choices import Decision, ReportState, Stage, ValueKind
from deliverables.models import Deliverable, Measurement, Target, Verdict
from deliverables.pages.deliverable import NEIGHBOURS
from deliverables.summaries.charts import Aim, chart
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-11-21T10:00:00+07:00", tick=False):
        yield


def page_of(client: Client, path: str, **query: str):
    """The ``page`` of a reading page's context; ``tinh_den`` becomes ``tinh-den``."""
    response = client.get(
        path, query_params={name.replace("_", "-"): value for name, value in query.items()}
    )
    assert response.status_code == 200, response.content[:500]
    return response.context["page"], words(response)


def told(page) -> list:
    """What the table of results tells."""
    return [entry for family in page.families for row in family.rows for entry in row.entries]


def words(response) -> str:
    """The text of a page as it is read: no markup, spaces made one."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def row_named(page, name: str):
    return next(row for family in page.families for row in family.rows if row.head.name == name)


# ---- exact answers -------------------------------------------------------------------------------


def test_vsr_in_nghe_an_is_piloted_in_43_agencies(client: Client) -> None:
    page, text = page_of(client, "/thoa-thuan/nghe-an/")

    head = row_named(page, "VSR (LRIS)").head

    assert head.stage == Stage.PILOTING
    assert [(row.value, row.qualifier, row.indicator.unit) for row in head.figures] == [
        (43, Qualifier.EXACT, "cơ quan, đơn vị")
    ]
    assert "Thí điểm : 43 cơ quan, đơn vị đang dùng" in text


def test_vsr_keeps_the_source_that_says_otherwise_beside_it(client: Client) -> None:
    page, text = page_of(client, "/hang-muc/nghe-an-vsr/")

    (difference,) = page.differences

    assert [(told.chosen, told.report.stage) for told in difference.tellings] == [
        (True, Stage.PILOTING),
        (False, Stage.DEPLOYED),
    ]
    assert difference.tellings[1].report.state == ReportState.SET_ASIDE
    assert "Hai nguồn nói khác nhau" in text
    assert f"Lý do chọn: {difference.reason}" in text
    assert [change.kind for change in page.journal] == [
        "became_official",
        "ceased",
        "became_official",
    ]


def test_vnedu_in_quang_ngai_has_32_schools_and_over_12000_accounts(client: Client) -> None:
    page, text = page_of(client, "/hang-muc/quang-ngai-vnedu/")

    told = [
        (one.figure.value, one.figure.qualifier, one.figure.indicator.unit)
        for one in page.headlines
    ]

    assert sorted(told) == [
        (32, Qualifier.EXACT, "trường"),
        (12000, Qualifier.OVER, "tài khoản"),
    ]
    assert "trên 12.000 tài khoản, ngày 04/05/2021" in text
    assert "“với trên 12.000 tài khoản SLLĐT” đoạn 11" in text


@pytest.mark.parametrize("slug", ["nghe-an", "quang-ngai", "bac-giang", "kien-giang"])
def test_the_revenue_of_vnpt_is_in_no_partners_figures(client: Client, slug: str) -> None:
    assert Agreement.objects.filter(slug=slug).exists()

    page, text = page_of(client, f"/thoa-thuan/{slug}/")

    assert "163.000" not in text
    assert 163000 not in {row.value for one in told(page) for row in one.figures}


def test_every_main_agreement_has_a_page_with_its_phases(client: Client) -> None:
    found = {
        slug: [phase.years for phase in page_of(client, f"/thoa-thuan/{slug}/")[0].phases]
        for slug in Agreement.objects.main().values_list("slug", flat=True)
    }

    assert len(found) == 10
    assert found["nghe-an"] == ["2014–2020", "2020–2025"]
    assert found["uy-ban-dan-toc"] == ["2014–2020"]
    assert sum(map(len, found.values())) == 13


def test_subsidiary_agreements_stand_on_the_page_above_them(client: Client) -> None:
    page, text = page_of(client, "/thoa-thuan/quang-ngai/")

    assert [phase.agreement.partner.short_name for phase, _tally in page.subsidiaries] == [
        "Các huyện, thành phố Quảng Ngãi",
        "Ngành Giáo dục Quảng Ngãi",
        "Ngành Y tế Quảng Ngãi",
        "Tỉnh đoàn Quảng Ngãi",
    ]
    assert "Thỏa thuận trong khuôn khổ này 4" in text
    below, text = page_of(client, "/thoa-thuan/quang-ngai-y-te/")
    assert [row.slug for row in below.parents] == ["quang-ngai"]
    assert "chưa rõ ngày ký" in text


# ---- time ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "heading"),
    [("30/06/2025", "<h1>Bắc Giang</h1>"), ("01/07/2025", "nay thuộc Bắc Ninh")],
)
def test_a_partner_goes_by_the_name_of_the_day_asked(
    client: Client, day: str, heading: str
) -> None:
    response = client.get("/thoa-thuan/bac-giang/", {"tinh-den": day})

    assert heading in response.content.decode()


def test_before_anything_was_signed_the_page_says_so(client: Client) -> None:
    page, text = page_of(client, "/thoa-thuan/nghe-an/", tinh_den="12/09/2014")

    assert not page.has_begun
    assert "Đến ngày 12/09/2014 chưa có giai đoạn nào của thỏa thuận này bắt đầu" in text
    assert "Hệ thống và kết quả" not in text


def test_a_past_day_shows_one_phase_and_nothing_that_came_later(client: Client) -> None:
    page, text = page_of(client, "/thoa-thuan/nghe-an/", tinh_den="30/12/2020")

    assert [phase.years for phase in page.phases] == ["2014–2020"]
    assert page.lineage is None
    # The articles of December 2020 were not out, so what they tell is not known yet.
    assert row_named(page, "VSR (LRIS)").head.stage is None
    assert "43" not in text


def test_a_figure_entered_later_does_not_stand_on_an_earlier_known_day(client: Client) -> None:
    row = factories.deliverable()
    schools = factories.indicator(unit="trường")
    factories.report(
        row,
        state=ReportState.PUBLISHED,
        figures={schools: 32},
        when=factories.at(dt.date(2024, 3, 1)),
    )

    before, _text = page_of(client, row.get_absolute_url(), biet_den="29/02/2024")
    after, _text = page_of(client, row.get_absolute_url(), biet_den="01/03/2024")

    assert before.current is None
    assert before.history == []
    assert [one.figure.value for one in after.headlines] == [32]


def test_a_deliverable_counts_once_its_phase_has_begun(client: Client) -> None:
    _page, text = page_of(client, "/hang-muc/nghe-an-vsr/", tinh_den="01/01/2014")

    assert "Đến ngày 01/01/2014 hạng mục này chưa bắt đầu" in text


# ---- areas ---------------------------------------------------------------------------------------


def test_five_areas_become_six_by_our_reading(client: Client) -> None:
    page, text = page_of(client, "/thoa-thuan/nghe-an/")

    told = [step.words for step in page.lineage.after]

    assert told == [
        "Mở rộng từ lĩnh vực 2",
        "Mở rộng từ lĩnh vực 1",
        "Giữ nguyên từ lĩnh vực 3",
        "Mở rộng từ lĩnh vực 4",
        "Giữ nguyên từ lĩnh vực 5",
        "Lĩnh vực mới",
    ]
    assert [curve.path for curve in page.lineage.curves[:2]] == [
        "M6 150C50 150 50 50 94 50",
        "M6 50C50 50 50 150 94 150",
    ]
    assert page.lineage.our_reading
    assert "là cách đọc của Cổng; các nguồn không nêu" in text


def test_areas_of_which_no_lineage_is_known_are_not_called_new(client: Client) -> None:
    page, text = page_of(client, "/thoa-thuan/bac-giang/")

    assert not page.lineage.known
    assert page.lineage.curves == []
    assert "Lĩnh vực mới" not in text
    assert "Chưa có thông tin lĩnh vực nào nối tiếp lĩnh vực nào" in text


def test_an_area_that_merges_two_and_one_that_ends(client: Client) -> None:
    agreement = factories.agreement()
    first = factories.phase(agreement=agreement, start_year=2014, end_year=2020)
    second = factories.phase(agreement=agreement, start_year=2021, end_year=2025)
    old = [factories.area(phase=first, position=n) for n in (1, 2, 3)]
    new = factories.area(phase=second, position=1, lineage_basis=LineageBasis.SOURCE)
    new.continues.set(old[:2])

    page, text = page_of(client, agreement.get_absolute_url())

    assert [step.words for step in page.lineage.after] == ["Gộp từ lĩnh vực 1 và 2"]
    assert [step.words for step in page.lineage.before][-1] == "Không nối tiếp ở giai đoạn sau"
    assert "cách đọc của Cổng" not in text


# ---- rows of results -----------------------------------------------------------------------------


def test_the_same_system_of_two_phases_is_one_row(client: Client) -> None:
    page, _text = page_of(client, "/thoa-thuan/nghe-an/")

    row = row_named(page, "IOC")

    assert [cell.stage for cell in row.cells] == [Stage.PROPOSAL, Stage.IN_PROGRESS]
    assert [other.stage for other in row.others] == [Stage.PROPOSAL]
    # What two phases share is told once.
    assert len(row.differences) == 1


def test_what_belongs_to_no_phase_keeps_a_row(client: Client) -> None:
    page, text = page_of(client, "/thoa-thuan/quang-ngai/")

    loose = [row for family in page.families for row in family.rows if row.loose]

    assert [row.head.name for row in loose] == ["Hội nghị truyền hình Tỉnh ủy"]
    assert "không gắn giai đoạn" in text


def test_two_sources_of_one_day_that_differ_are_both_told(client: Client) -> None:
    page, _text = page_of(client, "/hang-muc/nghe-an-ioffice/")

    (difference,) = page.differences

    assert {told.report.coverage for told in difference.tellings} == {
        "phần lớn cơ quan, đơn vị, địa phương",
        "nhiều cơ quan, đơn vị, địa phương",
    }
    assert [told.chosen for told in difference.tellings] == [True, True]
    assert difference.count_told == "Hai nguồn, cùng dùng"


def test_no_figure_is_not_zero(client: Client) -> None:
    row = factories.deliverable()
    factories.report(
        row,
        state=ReportState.PUBLISHED,
        figures={factories.indicator(): None, factories.indicator(unit="dự án"): 0},
    )

    page, text = page_of(client, row.get_absolute_url())

    assert [one.chart is None for one in page.headlines] == [True, False]
    assert "chưa có số" in text
    assert "0 dự án" in text


# ---- who may read what ---------------------------------------------------------------------------


@pytest.fixture
def told_to_one_side() -> tuple[factories.Cooperation, Deliverable]:
    """One figure confirmed, a later one handed in, a third returned with words meant for one side."""
    cooperation = factories.Cooperation()
    row = cooperation.deliverable
    units = factories.indicator()
    cooperation.report(ReportState.CONFIRMED, figures={units: 11})
    cooperation.report(ReportState.SUBMITTED, figures={units: 4321}, as_of_end=dt.date(2022, 5, 4))
    return cooperation, row


def test_what_awaits_the_other_side_is_told_to_both_sides_only(
    client: Client, told_to_one_side
) -> None:
    cooperation, row = told_to_one_side
    paths = [
        row.get_absolute_url(),
        row.agreement.get_absolute_url(),
        row.system.get_absolute_url(),
    ]

    for reader, sees in (
        (None, False),
        (cooperation.stranger, False),
        (cooperation.officer, True),
        (cooperation.manager, True),
    ):
        if reader:
            client.force_login(reader)
        for path in paths:
            _page, text = page_of(client, path)
            assert ("4.321" in text) is sees, (reader, path)
            assert "11 đơn vị" in text, (reader, path)


def test_names_of_officers_are_told_to_both_sides_only(client: Client, told_to_one_side) -> None:
    cooperation, row = told_to_one_side

    _page, text = page_of(client, row.get_absolute_url())
    assert cooperation.officer.full_name not in text

    client.force_login(cooperation.manager)
    _page, text = page_of(client, row.get_absolute_url())
    assert cooperation.officer.full_name in text


def test_contacts_are_told_to_those_who_represent_a_side(client: Client) -> None:
    cooperation = factories.Cooperation()
    path = cooperation.agreement.get_absolute_url()

    assert page_of(client, path)[0].contacts == []
    client.force_login(cooperation.stranger)
    assert page_of(client, path)[0].contacts == []
    client.force_login(cooperation.officer)
    assert {row.user for row in page_of(client, path)[0].contacts} == {
        cooperation.officer,
        cooperation.colleague,
        cooperation.manager,
    }


def test_a_disputed_report_stays_in_sight_until_a_later_one_is_confirmed(client: Client) -> None:
    cooperation = factories.Cooperation()
    units = factories.indicator()
    cooperation.report(
        ReportState.DISPUTED, figures={units: 61}, when=factories.at(dt.date(2023, 1, 5))
    )
    client.force_login(cooperation.manager)
    path = cooperation.deliverable.get_absolute_url()

    assert page_of(client, path)[0].waiting.state == ReportState.DISPUTED

    cooperation.report(
        ReportState.CONFIRMED, figures={units: 58}, when=factories.at(dt.date(2023, 2, 1))
    )

    page, _text = page_of(client, path)
    assert page.waiting is None
    assert len(page.history) == 2


def test_what_a_side_says_instead_is_told_to_both_sides_only(client: Client) -> None:
    cooperation = factories.Cooperation()
    schools = factories.indicator(unit="trường")
    disputed = cooperation.report(ReportState.DISPUTED, figures={schools: 61})
    Verdict.objects.create(
        report=disputed,
        side=Side.VNPT,
        decision=Decision.DISPUTE,
        reason="Ba trường đã thôi dùng.",
        counter_figures={schools.key: {"value": "58", "qualifier": Qualifier.EXACT}},
        by=cooperation.manager,
        at=factories.at(factories.DAY),
    )
    path = cooperation.deliverable.get_absolute_url()
    told = "VNPT: Ba trường đã thôi dùng. Theo bên này: 58 trường."

    client.force_login(cooperation.officer)
    assert told in page_of(client, path)[1]
    client.force_login(cooperation.stranger)
    assert "Ba trường" not in page_of(client, path)[1]


def test_a_figure_of_a_side_names_the_side_where_no_source_stands(client: Client) -> None:
    cooperation = factories.Cooperation()
    cooperation.report(ReportState.CONFIRMED, figures={factories.indicator(): 3})

    page, text = page_of(client, cooperation.agreement.get_absolute_url())

    assert [one.sources for one in told(page)] == [[]]
    assert "xác nhận Tỉnh, cơ quan đối tác" in text
    assert "hai bên đã xác nhận 1 trong 1 hạng mục" in text


def test_contacts_are_a_table_of_both_sides_and_say_who_is_missing(client: Client) -> None:
    cooperation = factories.Cooperation()
    Representative.objects.filter(side=Side.VNPT).exclude(user=cooperation.manager).delete()
    path = cooperation.agreement.get_absolute_url()

    client.force_login(cooperation.manager)
    page, text = page_of(client, path)
    assert page.silent_sides == []
    assert cooperation.officer.full_name in text

    Representative.objects.filter(agreement=cooperation.agreement, side=Side.PARTNER).delete()
    page, text = page_of(client, path)
    assert page.silent_sides == [str(Side.PARTNER.label)]
    assert "chưa có đầu mối đang hiệu lực" in text

    client.force_login(cooperation.stranger)
    _page, text = page_of(client, path)
    assert cooperation.manager.full_name not in text
    assert "Đầu mối hai bên" not in text


@pytest.mark.parametrize("slug", ["nghe-an", "quang-ngai", "bac-giang"])
def test_every_difference_is_told_once(client: Client, slug: str) -> None:
    html = client.get(f"/thoa-thuan/{slug}/").content.decode()

    for topic in Discrepancy.objects.values_list("topic", flat=True):
        summaries = re.findall(rf"<summary>[^<]*{re.escape(topic)}", html)
        assert len(summaries) <= 1, topic


def test_a_long_list_of_statements_is_folded_and_loses_none(client: Client) -> None:
    phase = factories.phase()
    for n in range(7):
        factories.statement(phase=phase, agreement=phase.agreement, text=f"Ý số {n}.")

    page, text = page_of(client, phase.agreement.get_absolute_url())

    (group,) = page.statements
    assert (len(group.first), len(group.more)) == (4, 3)
    assert all(f"Ý số {n}." in text for n in range(7))


def test_a_partner_leads_to_the_comparison_of_its_phases(client: Client) -> None:
    html = client.get("/thoa-thuan/nghe-an/", {"tinh-den": "31/12/2021"}).content.decode()
    link = re.search(r'href="(/so-sanh/[^"]+)"', html)

    assert link
    assert client.get(unescape(link[1])).context["page"].sides


# ---- charts --------------------------------------------------------------------------------------


def drawn(values: list[tuple[str, int | None]], **kind: str):
    """A chart of one deliverable's confirmed figures: ISO day and value of each."""
    row = factories.deliverable()
    indicator = factories.indicator(**kind)
    for day, value in values:
        factories.report(
            row,
            state=ReportState.CONFIRMED,
            as_of=PartialDate.parse(day),
            figures={indicator: value},
        )
    measurements = Measurement.objects.filter(report__deliverable=row).select_related("report")
    return chart(
        indicator,
        measurements,
        Target.objects.filter(deliverable=row),
        begins_on=dt.date(2021, 1, 1),
        ends_on=dt.date(2025, 12, 31),
        as_of=dt.date(2026, 11, 21),
    )


def test_a_line_joins_figures_of_neighbouring_years_and_no_missing_period() -> None:
    drawing = drawn([("2021-06-30", 10), ("2022-06-30", 20), ("2025-06-30", 40)])

    assert [(a.measurement.value, b.measurement.value) for a, b in drawing.lines] == [(10, 20)]
    # Before the first figure, from 2022 to 2025, and since 2025.
    assert len(drawing.gaps) == 3
    assert drawing.gaps[1].x == drawing.points[1].x


def test_a_report_without_a_number_breaks_the_line() -> None:
    drawing = drawn([("2022-01-31", 10), ("2022-06-30", None), ("2022-12-31", 20)])

    assert [point.measurement.value for point in drawing.points] == [10, 20]
    assert drawing.lines == []


def test_amounts_of_a_period_are_never_joined() -> None:
    drawing = drawn([("2022-06-30", 10), ("2022-12-31", 20)], value_kind=ValueKind.INCREMENT)

    assert drawing.lines == []


def test_without_any_number_there_is_nothing_to_draw() -> None:
    assert drawn([("2022-06-30", None)]) is None


def test_points_stay_inside_the_drawing_and_higher_is_more() -> None:
    drawing = drawn([("2021-06-30", 7), ("2022-06-30", 980)])

    low, high = drawing.points
    assert 0 <= low.x < high.x <= 100
    assert 26 <= high.y < low.y <= 196


@pytest.mark.parametrize(
    ("qualifier", "bound"),
    [
        (Qualifier.OVER, "up"),
        (Qualifier.ALMOST, "down"),
        (Qualifier.APPROX, "about"),
        (Qualifier.EXACT, ""),
    ],
)
def test_a_qualifier_is_drawn(qualifier: str, bound: str) -> None:
    report = factories.report(state=ReportState.DRAFT)
    row = factories.measurement(report, factories.indicator(), 12000, qualifier=qualifier)

    drawing = chart(
        row.indicator, [row], [], begins_on=None, ends_on=None, as_of=dt.date(2022, 1, 1)
    )

    assert [point.bound for point in drawing.points] == [bound]


def test_a_target_is_drawn_from_the_day_it_was_set(client: Client) -> None:
    row = factories.deliverable()
    indicator = factories.indicator(unit="trường")
    factories.report(row, state=ReportState.CONFIRMED, figures={indicator: 32})
    Target.objects.create(
        deliverable=row,
        indicator=indicator,
        value=100,
        due_on=dt.date(2025, 12, 31),
        set_on=dt.date(2022, 1, 1),
    )

    page, text = page_of(client, row.get_absolute_url())
    before, _text = page_of(client, row.get_absolute_url(), tinh_den="31/12/2021")

    (aim,) = page.headlines[0].chart.aims
    assert aim.x < aim.end < 100
    assert "Mục tiêu đã đặt" in text
    assert before.headlines[0].chart.aims == []
    assert before.targets == []


def test_words_of_a_gap_stand_clear_of_a_targets() -> None:
    drawing = drawn([("2021-06-30", 10)])
    for y, place in ((46, 180), (180, 44), (100, 44)):
        aimed = replace(drawing, aims=[Aim(target=None, x=0, end=100, y=y)], points=[])
        assert abs(aimed.gap_y - y) > 24, y
        assert aimed.gap_y in {place, 180}


def progress_told(client: Client, *, baseline: int | None, value: int | None, target: bool) -> str:
    row, indicator = factories.deliverable(), factories.indicator()
    factories.report(row, state=ReportState.CONFIRMED, figures={indicator: value})
    if target:
        Target.objects.create(
            deliverable=row,
            indicator=indicator,
            baseline=baseline,
            value=100,
            set_on=dt.date(2022, 1, 1),
        )
    return page_of(client, row.get_absolute_url())[1]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"target": False, "baseline": None, "value": 5}, "không tính được: chưa có mục tiêu"),
        ({"target": True, "baseline": 0, "value": 30}, "30 % trung bình của 1 mục tiêu"),
        ({"target": True, "baseline": 20, "value": 60}, "50 % trung bình của 1 mục tiêu"),
        (
            {"target": True, "baseline": None, "value": 30},
            "không tính được: mục tiêu chưa ghi số gốc",
        ),
        (
            {"target": True, "baseline": 0, "value": None},
            "không tính được: chưa có số liệu của chỉ tiêu đặt mục tiêu",
        ),
    ],
)
def test_progress_is_told_or_why_it_cannot_be(client: Client, given: dict, told: str) -> None:
    assert f"Tiến độ so với mục tiêu {told}" in progress_told(client, **given)


def test_a_later_target_replaces_the_one_before(client: Client) -> None:
    row, indicator = factories.deliverable(), factories.indicator()
    factories.report(row, state=ReportState.CONFIRMED, figures={indicator: 50})
    for value, day in ((100, dt.date(2022, 1, 1)), (200, dt.date(2023, 1, 1))):
        Target.objects.create(
            deliverable=row, indicator=indicator, baseline=0, value=value, set_on=day
        )

    page, text = page_of(client, row.get_absolute_url())

    assert [line.replaced for line in page.targets] == [True, False]
    assert page.progress.percent == 25
    assert "đã thay bằng mục tiêu sau" in text


def test_stages_stand_on_a_line_in_order_and_one_alone_draws_none(client: Client) -> None:
    row = factories.deliverable()
    factories.report(
        row, state=ReportState.CONFIRMED, stage=Stage.PILOTING, as_of=PartialDate(2021, 6, 30)
    )
    assert page_of(client, row.get_absolute_url())[0].stages is None

    factories.report(
        row, state=ReportState.CONFIRMED, stage=Stage.DEPLOYED, as_of=PartialDate(2023, 6, 30)
    )
    line = page_of(client, row.get_absolute_url())[0].stages

    assert [mark.report.stage for mark in line.marks] == [Stage.PILOTING, Stage.DEPLOYED]
    assert 0 <= line.marks[0].x < line.marks[1].x < line.now <= 100
    assert (
        "Trạng thái qua 2 báo cáo chính thức: từ “Thí điểm” đến “Đã triển khai”"
        in client.get(row.get_absolute_url()).content.decode()
    )


def test_a_history_is_handed_out_as_it_may_be_read(client: Client, told_to_one_side) -> None:
    cooperation, row = told_to_one_side
    path = f"{row.get_absolute_url()}?dang=csv"

    def lines() -> list[str]:
        response = client.get(path)
        return b"".join(response.streaming_content).decode("utf-8-sig").splitlines()

    public = lines()
    client.force_login(cooperation.officer)
    theirs = lines()

    assert (len(public), len(theirs)) == (2, 3)
    assert not any("4.321" in line for line in public)
    assert any("4.321" in line for line in theirs)
    assert "Tỉnh: xác nhận; VNPT: chờ" in theirs[1]
    assert client.get(f"{row.get_absolute_url()}?dang=pdf").status_code == 400


def test_what_continues_a_deliverable_is_said_at_its_head(client: Client) -> None:
    _page, text = page_of(client, "/hang-muc/nghe-an-ioc/")

    assert "Đã có hạng mục tiếp nối:" in text


def test_the_drawing_is_told_in_words_and_in_a_table(client: Client) -> None:
    html = client.get("/hang-muc/quang-ngai-vnedu/").content.decode()

    assert (
        'aria-label="Trường học đã triển khai. Một điểm: 32 trường ngày 04/05/2021.'
        ' Phần gạch chéo không có số liệu, không phải 0."' in html
    )
    assert html.count("<caption") == 5  # two twins, history, neighbours, journal


# ---- lists, phases, systems, sources -------------------------------------------------------------


def test_partners_stand_by_name_and_those_under_another_one_last(client: Client) -> None:
    response = client.get("/thoa-thuan/")

    names = [row.agreement.partner.short_name for row in response.context["list"].shown]

    assert names == [
        "Bắc Giang",
        "Điện Biên",
        "Hà Nam",
        "Hòa Bình",
        "Kiên Giang",
        "Lào Cai",
        "Nghệ An",
        "Ninh Thuận",
        "Quảng Ngãi",
        "Ủy ban Dân tộc",
        "Các huyện, thành phố Quảng Ngãi",
        "Ngành Giáo dục Quảng Ngãi",
        "Ngành Y tế Quảng Ngãi",
        "Tỉnh đoàn Quảng Ngãi",
    ]


def test_partners_in_force_on_a_day(client: Client) -> None:
    response = client.get("/thoa-thuan/", {"tinh-den": "01/06/2021"})

    rows = response.context["list"].shown

    assert [row.agreement.slug for row in rows if row.in_force] == [
        "bac-giang",
        "nghe-an",
        "quang-ngai",
    ]


def test_a_phase_says_what_was_signed_and_what_came_of_it(client: Client) -> None:
    page, text = page_of(client, "/giai-doan/nghe-an-2020-2025/")

    assert "tháng 12/2020" in text
    assert page.lineage.after[0].words == "Mở rộng từ lĩnh vực 2"
    assert page.before.slug == "nghe-an-2014-2020"
    assert [one.name for one in told(page)] == ["IOC"]


def test_a_system_is_compared_on_what_two_places_measure(client: Client) -> None:
    system = factories.system()
    shared, alone = factories.indicator(unit="trường"), factories.indicator(unit="lớp")
    for figures in ({shared: 10, alone: 1}, {shared: 20}, {}):
        factories.report(
            factories.deliverable(system=system), state=ReportState.CONFIRMED, figures=figures
        )

    page, text = page_of(client, system.get_absolute_url())

    (comparison,) = page.comparisons
    assert comparison.indicator == shared
    assert [(bar.figure.value, bar.width) for bar in comparison.bars] == [(20, 100), (10, 50)]
    assert len(comparison.silent) == 1
    assert page.named.partners == 3
    assert "Chưa có số của chỉ tiêu này" in text


def test_amounts_of_a_period_are_not_compared_between_places(client: Client) -> None:
    system = factories.system()
    added = factories.indicator(value_kind=ValueKind.INCREMENT)
    for value in (10, 20):
        factories.report(
            factories.deliverable(system=system),
            state=ReportState.CONFIRMED,
            figures={added: value},
        )

    page, text = page_of(client, system.get_absolute_url())

    assert page.comparisons == []
    assert "Chưa so sánh được" in text


def test_a_system_says_since_when_a_place_is_known_to_have_it(client: Client) -> None:
    row = factories.deliverable()
    for year, stage in ((2019, Stage.PILOTING), (2022, Stage.DEPLOYED)):
        factories.report(
            row, state=ReportState.CONFIRMED, stage=stage, as_of=PartialDate(year, 6, 30)
        )

    page, text = page_of(client, row.system.get_absolute_url())

    assert page.since[row.pk].as_of == PartialDate(2019, 6, 30)
    assert "30/06/2019 Thí điểm" in text


def test_what_two_places_differ_on_alike_is_told_once(client: Client) -> None:
    _page, text = page_of(client, "/he-thong/igate/")

    assert text.count("Hai nguồn, cùng dùng: VNPT-iGate là hệ thống gì") == 2  # summary and paper


def test_a_system_has_its_integrations_beside_its_deployments(client: Client) -> None:
    page, text = page_of(client, "/he-thong/ioffice/")

    assert [one.deliverable.slug for one in page.deployments] == [
        "nghe-an-ioffice",
        "quang-ngai-ioffice",
    ]
    assert [one.deliverable.slug for one in page.groups[0].rows] == ["quang-ngai-ioffice-vdxp"]
    assert "“VNPT iOffice”" in text


def test_a_source_lists_what_rests_on_it(client: Client) -> None:
    page, text = page_of(client, "/nguon/bao-nghe-an-2020/")

    assert "nghe-an-vsr" in {report.deliverable.slug for report in page.reports}
    assert {group.key for group in page.resting} >= {"phases", "areas", "events", "statements"}
    assert all(row.cited for group in page.resting for row in group.rows)
    assert "tại 43 cơ quan, đơn vị trên địa bàn tỉnh đoạn 7" in text


def test_a_source_says_what_it_contradicts_and_where(client: Client) -> None:
    page, text = page_of(client, "/nguon/vietnamplus-2020/")

    about = {getattr(row.about, "slug", None) for row in page.differences}

    assert {"nghe-an-vsr", "nghe-an-ioffice", "nghe-an-2014-2020"} <= about
    assert "Hai nguồn nói khác nhau: Báo cáo thông minh VSR (LRIS), Nghệ An" in text
    assert "Hai nguồn, cùng dùng: VNPT-iGate là hệ thống gì" in text
    assert [name for name, _rows in page.by_partner] == ["Nghệ An"]


def test_a_document_is_called_by_its_number_and_marked_as_outside(client: Client) -> None:
    response = client.get("/nguon/nq-202-2025-qh15/")

    html = response.content.decode()
    assert "<title>Nghị quyết 202/2025/QH15 (Quốc hội)" in html
    assert "nguồn ngoài" in html


def test_a_source_that_is_not_out_yet_carries_nothing(client: Client) -> None:
    page, text = page_of(client, "/nguon/bao-nghe-an-2020/", tinh_den="01/12/2020")

    assert page.total == 0
    assert "Đến ngày 01/12/2020 nguồn này chưa được công bố" in text


# ---- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/thoa-thuan/khong-co/", 404),
        ("/hang-muc/khong-co/", 404),
        ("/giai-doan/khong-co/", 404),
        ("/he-thong/khong-co/", 404),
        ("/nguon/khong-co/", 404),
        ("/thoa-thuan/?trang=9999", 400),
        ("/thoa-thuan/?trang=hai", 400),
        ("/hang-muc/nghe-an-vsr/?trang=2", 400),
        ("/thoa-thuan/nghe-an/?tinh-den=31/02/2021", 400),
        ("/thoa-thuan/nghe-an/?tinh-den=22/11/2026", 400),
        ("/he-thong/vnedu/?la=1", 400),
    ],
)
def test_what_cannot_be_answered_is_refused(client: Client, path: str, status: int) -> None:
    response = client.get(path)

    assert response.status_code == status
    if status == 400:
        parameter = path.partition("?")[2].partition("=")[0]
        assert parameter in response.content.decode()


@pytest.mark.parametrize(
    "path", ["/thoa-thuan/nghe-an/", "/hang-muc/nghe-an-vsr/", "/he-thong/vnedu/", "/nguon/"]
)
def test_pages_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code in (302, 403, 405)


def test_the_whole_catalogue_opens_on_any_day(client: Client) -> None:
    paths = [row.get_absolute_url() for row in Agreement.objects.all()]
    paths += [row.get_absolute_url() for row in Deliverable.objects.order_by("slug")[::9]]
    for day in ("01/01/2013", "01/09/2014", "31/12/2020", "01/07/2025", "21/11/2026"):
        for path in paths:
            assert client.get(path, {"tinh-den": day}).status_code == 200, (path, day)


# ---- weight --------------------------------------------------------------------------------------

#: What each page asks for, one query a word, however many rows: the rows of each section, what hangs on
#: them where a section has rows with rows of their own, and once the citations of all of them together.
_SIGNED = ["phases", "areas", "amendments", "phases below"]
_RESULTS = ["deliverables", "reports", "figures", "verdicts"]
_TOLD = ["events", "participants", "statements"]
ASKED = {
    "agreement": ["head", *_SIGNED, *_RESULTS, "systems", *_TOLD, "citations", "differences"],
    "phase": ["head", *_SIGNED, *_RESULTS, "systems", *_TOLD, "citations", "differences"],
    "system": [
        *["head", "functions", "names", "all that names it", *_RESULTS],
        *["citations", "differences", "since when"],
    ],
    "deliverable": [
        *["head", "progress", "reports", "figures", "verdicts", "statements", "citations"],
        *["targets", "due days", "differences", "neighbours", "their figures", "journal"],
    ],
    "source": [
        *["head", "reports", "figures", "verdicts", "phases", "events", "areas", "participants"],
        *["names", "statements", "systems", "parties", "provinces", "citations", "differences"],
    ],
}


def grow(agreement: Agreement, count: int) -> None:
    """``count`` of everything a partner's page lists, in two phases."""
    phases = list(agreement.phases.order_by("start_year"))
    for n in range(count):
        cited = [factories.citation()]
        for phase in phases:
            area = factories.area(phase=phase, position=n + 1)
            area.citations.set(cited)
            row = factories.deliverable(agreement=agreement, phase=phase, area=area)
            factories.report(
                row,
                state=ReportState.PUBLISHED,
                figures={factories.indicator(): n + 1},
                citations=cited,
                logged=True,
            )
            factories.report(row, state=ReportState.SET_ASIDE, citations=cited)
            disagreement = factories.discrepancy(phase=phase)
            disagreement.sides.create(position=1, citation=cited[0], says="một", chosen=True)
            row.discrepancies.add(disagreement)
        factories.statement(agreement=agreement, phase=phases[0]).citations.set(cited)
        happening = factories.event(agreement=agreement, happened_on="2021-05-04")
        factories.participation(event=happening, person=factories.person(), group_label="")
        happening.citations.set(cited)
        below = factories.phase(parent=phases[0], start_year=2021)
        below.citations.set(cited)


@pytest.fixture
def lasting() -> Agreement:
    agreement = factories.agreement()
    factories.phase(agreement=agreement, start_year=2014, end_year=2020)
    factories.phase(agreement=agreement, start_year=2021, end_year=2025)
    return agreement


@pytest.mark.parametrize("count", [1, 5, 40])
def test_queries_of_a_partner(client: Client, lasting, count, django_assert_num_queries) -> None:
    grow(lasting, count)
    with django_assert_num_queries(len(ASKED["agreement"])):
        page, _text = page_of(client, lasting.get_absolute_url())
    assert page.own.page.paginator.count == 2 * count
    assert len(page.subsidiaries) == count


@pytest.mark.parametrize("count", [1, 5, 40])
def test_queries_of_a_phase(client: Client, lasting, count, django_assert_num_queries) -> None:
    grow(lasting, count)
    with django_assert_num_queries(len(ASKED["phase"])):
        page, _text = page_of(client, lasting.phases.first().get_absolute_url())
    assert page.own.page.paginator.count == count


@pytest.mark.parametrize("count", [1, 5, 40])
def test_queries_of_a_system(client: Client, count, django_assert_num_queries) -> None:
    system = factories.system()
    for _n in range(count):
        factories.report(
            factories.deliverable(system=system),
            state=ReportState.PUBLISHED,
            figures={factories.indicator(): 3},
            citations=[factories.citation()],
        )
    with django_assert_num_queries(len(ASKED["system"])):
        page, _text = page_of(client, system.get_absolute_url())
    assert len(page.deployments) == count


@pytest.mark.parametrize("count", [1, 5, 40])
def test_queries_of_a_deliverable(client: Client, count, django_assert_num_queries) -> None:
    row = factories.deliverable()
    for n in range(count):
        factories.report(
            row,
            state=ReportState.PUBLISHED,
            figures={factories.indicator(): n},
            citations=[factories.citation()],
            as_of_end=dt.date(2021, 1, 1) + dt.timedelta(days=n),
            logged=True,
        )
        factories.report(
            factories.deliverable(agreement=row.agreement, phase=row.phase, system=row.system),
            state=ReportState.PUBLISHED,
            figures={factories.indicator(): n},
            citations=[factories.citation()],
        )
    with django_assert_num_queries(len(ASKED["deliverable"])):
        page, _text = page_of(client, row.get_absolute_url())
    assert len(page.history) == count
    assert len(page.neighbours) == min(count, NEIGHBOURS)


@pytest.mark.parametrize("count", [1, 5, 40])
def test_queries_of_a_source(client: Client, count, django_assert_num_queries) -> None:
    source = factories.source()
    for _n in range(count):
        cited = [factories.citation(source=source)]
        factories.report(
            state=ReportState.PUBLISHED, figures={factories.indicator(): 3}, citations=cited
        )
        factories.phase().citations.set(cited)
        factories.event().citations.set(cited)
        factories.statement().citations.set(cited)
        factories.area().citations.set(cited)
        disagreement = factories.discrepancy()
        disagreement.sides.create(position=1, citation=cited[0], says="một", chosen=True)
    with django_assert_num_queries(len(ASKED["source"])):
        page, _text = page_of(client, source.get_absolute_url())
    assert page.total == 5 * count
    assert len(page.differences) == count


@pytest.mark.parametrize("count", [1, 5, 40])
def test_queries_of_the_lists(client: Client, count, django_assert_num_queries) -> None:
    for _n in range(count):
        factories.report(factories.deliverable(), state=ReportState.PUBLISHED)
    with django_assert_num_queries(8):
        client.get("/thoa-thuan/")
    with django_assert_num_queries(6):
        client.get("/he-thong/")


def test_systems_stand_by_family_until_an_order_is_asked(client: Client) -> None:
    families = list(SystemFamily)
    grouped = client.get("/he-thong/").context["list"]
    sorted_by_name = client.get("/he-thong/", {"sap-xep": "-name"}).context["list"]

    places = [families.index(row.system.family) for row in grouped.shown]
    keys = [bytes(row.system.sort_key) for row in sorted_by_name.shown]

    assert places == sorted(places)
    assert not sorted_by_name.grouped
    assert keys == sorted(keys, reverse=True)


def test_partners_in_force_on_another_day_than_the_one_asked(client: Client) -> None:
    listing = client.get("/thoa-thuan/", {"in_force_on": "01/06/2021"}).context["list"]

    assert [row.agreement.slug for row in listing.shown] == ["bac-giang", "nghe-an", "quang-ngai"]
    assert "Bỏ lọc" in client.get("/thoa-thuan/", {"in_force_on": "01/06/2021"}).content.decode()


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/thoa-thuan/?q=bac+giang", "bac-giang,Bắc Giang,nay thuộc Bắc Ninh"),
        ("/he-thong/?q=vnedu", "vnedu"),
    ],
)
def test_a_list_is_handed_out_as_it_is_shown(client: Client, path: str, line: str) -> None:
    page = client.get(path)
    text = b"".join(client.get(f"{path}&dang=csv").streaming_content).decode("utf-8-sig")

    assert len(text.splitlines()) == 1 + page.context["list"].total
    assert line in text


def test_before_everything_the_list_of_partners_says_what_would_be_there(client: Client) -> None:
    assert "chưa có đối tác nào ký với VNPT" in words(
        client.get("/thoa-thuan/", {"tinh-den": "01/01/2013"})
    )


def test_a_long_history_is_cut_into_pages(client: Client) -> None:
    row = factories.deliverable()
    for n in range(25):
        factories.report(
            row, state=ReportState.CONFIRMED, as_of_end=dt.date(2021, 1, 1) + dt.timedelta(days=n)
        )

    first = client.get(row.get_absolute_url())
    second = client.get(row.get_absolute_url(), {"trang": "2"})

    assert [len(response.context["history"]) for response in (first, second)] == [20, 5]
    assert "Trang 1 trong 2" in words(first)

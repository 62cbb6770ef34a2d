"""A phase against its promises: what the sources bear out, and nothing that they do not."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.choices import LineageBasis, StatementKind
from agreements.models import Amendment
from agreements.terms import terms_of
from deliverables.choices import ReportState, Stage
from deliverables.models import Deliverable, Target
from deliverables.pages import reckoning
from deliverables.pages.reckoning import ReckoningPage
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day() -> Any:
    with time_machine.travel("2026-11-21T10:00:00+07:00", tick=False):
        yield


def asked(client: Client, phase: str, **query: str) -> HttpResponse:
    names = {name.replace("_", "-"): value for name, value in query.items()}
    response: Any = client.get(f"/giai-doan/{phase}/tong-ket/", names)
    return response


def page_of(client: Client, phase: str, **query: str) -> ReckoningPage:
    response: Any = asked(client, phase, **query)
    assert response.status_code == 200
    page: ReckoningPage = response.context["page"]
    return page


def outcomes(rows: Any) -> dict[str, int]:
    return dict(Counter(row.outcome.value for row in rows))


def by_slug(page: ReckoningPage) -> dict[str, Any]:
    return {row.thing.slug: row for row in page.whole.all_deliverables}


# --- The real data, checked by hand ---------------------------------------------------------------


def test_nghe_an_2014_2020(client: Client) -> None:
    page = page_of(client, "nghe-an-2014-2020")
    assert page.whole.over is True
    assert [(row.thing.position, row.outcome.value) for row in page.whole.areas] == [
        (1, "partly"),
        (2, "partly"),
        (3, "continued"),
        (4, "fulfilled"),
        (5, "continued"),
    ]
    assert [row.why for row in page.whole.areas[:2]] == [
        "9 trong 14 hạng mục đã ghi nhận có kết quả",
        "7 trong 9 hạng mục đã ghi nhận có kết quả",
    ]
    industry = page.whole.areas[4]
    assert [str(area) for area in industry.continued_by] == [
        "5. Hợp tác trong lĩnh vực công nghiệp CNTT"
    ]
    assert industry.our_reading
    assert outcomes(page.whole.all_deliverables) == {
        "fulfilled": 19,
        "unfinished": 5,
        "continued": 1,
        "unknown": 6,
    }
    told = by_slug(page)
    # Báo Nghệ An has it on trial in 43 agencies in December 2020, when the phase ended.
    assert told["nghe-an-vsr"].outcome == "unfinished"
    assert told["nghe-an-vsr"].why == "tin mới nhất, ngày 31/12/2020: thí điểm"
    assert [row.slug for row in told["nghe-an-ioc"].continued_by] == ["nghe-an-2020-2025-ioc"]
    # Told as a plan on the day of signing, never again: nobody knows what came of it.
    assert told["nghe-an-chu-ky-so"].why == (
        "tin mới nhất từ 17/09/2014: theo kế hoạch; sau đó không có tin"
    )
    assert outcomes(page.whole.all_promises) == {"unknown": 5}
    assert len(page.whole.assessments) == 6


def test_what_goes_on_in_2020_2025_has_been_silent_since(client: Client) -> None:
    page = page_of(client, "nghe-an-2020-2025")
    [ioc] = page.whole.all_deliverables
    assert (ioc.outcome.value, ioc.why) == (
        "unknown",
        "tin mới nhất từ 31/12/2020: đang triển khai; sau đó không có tin",
    )
    assert outcomes(page.whole.areas) == {"unknown": 6}
    asked_for = {row.thing.slug: row for row in page.whole.all_promises}
    assert [part.thing.slug for part in asked_for["nghe-an-2020-de-nghi-ioc"].parts] == [
        "nghe-an-2020-2025-ioc"
    ]
    while_it_ran = page_of(client, "nghe-an-2020-2025", tinh_den="31/12/2020")
    assert while_it_ran.whole.over is False
    assert outcomes(while_it_ran.whole.all_deliverables) == {"unfinished": 1}


def test_bac_giang_and_quang_ngai(client: Client) -> None:
    bac_giang = page_of(client, "bac-giang-2015-2020")
    assert outcomes(bac_giang.whole.areas) == {"fulfilled": 1}
    assert outcomes(bac_giang.whole.all_deliverables) == {"fulfilled": 8}
    # Lineage between its two phases is told by no source: nothing is said to be continued or ended.
    assert "tiếp nối" not in bac_giang.whole.areas[0].why
    assert outcomes(page_of(client, "bac-giang-2021-2025").whole.areas) == {"unknown": 4}
    quang_ngai = page_of(client, "quang-ngai-2015-2020")
    assert outcomes(quang_ngai.whole.all_deliverables) == {"fulfilled": 36, "unfinished": 1}
    assert by_slug(quang_ngai)["quang-ngai-he-sinh-thai-giao-duc"].outcome == "unfinished"
    # The public telecommunications are in place; that poverty was reduced, no source says.
    aims = {row.thing.slug: row for row in quang_ngai.whole.all_promises}
    aim = aims["quang-ngai-2015-vien-thong-cong-ich"]
    assert aim.outcome == "unknown"
    assert [part.outcome.value for part in aim.parts] == ["fulfilled"]


def test_both_clocks(client: Client) -> None:
    eve = page_of(client, "nghe-an-2014-2020", tinh_den="30/12/2020")
    assert eve.whole.over is False
    assert outcomes(eve.whole.areas) == {"unknown": 5}
    assert outcomes(eve.whole.all_deliverables) == {"unknown": 31}
    known = page_of(client, "quang-ngai-2015-2020", biet_den="03/05/2021")
    assert outcomes(known.whole.all_deliverables) == {"unknown": 37}
    before: Any = asked(client, "nghe-an-2014-2020", tinh_den="12/09/2014")
    assert "chưa bắt đầu, nên chưa có gì để tổng kết" in before.content.decode()


# --- The rule ---------------------------------------------------------------------------------


@pytest.fixture
def two_phases() -> tuple[Any, Any]:
    agreement = factories.agreement()
    old = factories.phase(agreement=agreement, start_year=2016, end_year=2020)
    return old, factories.phase(agreement=agreement, start_year=2021, end_year=2025)


def reported(row: Deliverable, stage: str, day: str = "2020-12-01", **values: Any) -> Deliverable:
    factories.report(
        row,
        state=ReportState.PUBLISHED,
        stage=stage,
        as_of_end=dt.date.fromisoformat(day),
        **values,
    )
    return row


def test_a_deliverable_by_its_latest_report(client: Client, two_phases: tuple[Any, Any]) -> None:
    old, new = two_phases

    def row(**values: Any) -> Deliverable:
        return factories.deliverable(phase=old, **values)

    done = reported(row(), Stage.DEPLOYED, "2017-01-01")
    doing, fresh = reported(row(), Stage.IN_PROGRESS, "2020-07-03"), row()
    reported(fresh, Stage.IN_PROGRESS, "2020-07-04")
    ended = reported(row(), Stage.ENDED, narrative="Bộ đã có hệ thống dùng chung.")
    no_reason, silent, taken_up = reported(row(), Stage.ENDED), row(), row()
    factories.deliverable(phase=new, continues=taken_up)
    missed = reported(row(), Stage.DEPLOYED)
    Target.objects.create(
        deliverable=missed,
        indicator=factories.indicator(),
        baseline=0,
        value=9,
        due_on=dt.date(2020, 6, 30),
        set_on=dt.date(2016, 1, 1),
    )
    late = reported(row(), Stage.DEPLOYED, figures={factories.indicator(): 1})
    Target.objects.create(
        deliverable=late,
        indicator=late.reports.get().measurements.get().indicator,
        baseline=0,
        value=9,
        due_on=dt.date(2020, 6, 30),
        set_on=dt.date(2016, 1, 1),
    )
    told = by_slug(page_of(client, old.slug))
    assert {key: (one.outcome.value, one.why) for key, one in told.items()} == {
        done.slug: ("fulfilled", "báo cáo mới nhất: đã triển khai"),
        doing.slug: ("unknown", "tin mới nhất từ 03/07/2020: đang triển khai; sau đó không có tin"),
        fresh.slug: ("unfinished", "tin mới nhất, ngày 04/07/2020: đang triển khai"),
        ended.slug: ("dropped", "Bộ đã có hệ thống dùng chung."),
        no_reason.slug: ("dropped", "báo cáo không nêu lý do dừng"),
        silent.slug: ("unknown", "chưa có báo cáo chính thức nào"),
        taken_up.slug: ("continued", "chưa có báo cáo; có hạng mục sau tiếp nối"),
        # A target without a figure is not known to be missed.
        missed.slug: ("fulfilled", "báo cáo mới nhất: đã triển khai"),
        late.slug: ("unfinished", "đã có kết quả nhưng hạn đã qua mà mục tiêu chưa đạt"),
    }


def test_an_area_and_a_promise_by_their_deliverables(
    client: Client, two_phases: tuple[Any, Any]
) -> None:
    old, new = two_phases
    areas = [factories.area(phase=old) for _ in range(5)]
    going_on = factories.area(phase=new, lineage_basis=LineageBasis.SOURCE)
    going_on.continues.set([areas[3]])
    for area, stages in zip(
        areas,
        (["deployed"], ["deployed", "suspended"], ["ended"], ["planned"], []),
        strict=True,
    ):
        for stage in stages:
            reported(factories.deliverable(phase=old, area=area), stage)
    commitment = factories.statement(phase=old, kind=StatementKind.COMMITMENT)
    objective = factories.statement(phase=old, kind=StatementKind.OBJECTIVE)
    for row in areas[0].deliverables.all():
        row.statements.set([commitment, objective])
    page = page_of(client, old.slug)
    assert [row.outcome.value for row in page.whole.areas] == [
        "fulfilled",
        "partly",
        "dropped",
        "continued",
        "unknown",
    ]
    assert not page.whole.areas[3].our_reading
    assert page.whole.areas[4].why == (
        "không hạng mục nào được ghi nhận trong lĩnh vực này; "
        "không lĩnh vực nào ở giai đoạn sau tiếp nối"
    )
    assert [(row.thing.pk, row.outcome.value) for row in page.whole.all_promises] == [
        (commitment.pk, "fulfilled"),
        (objective.pk, "unknown"),
    ]


def test_an_area_that_an_amendment_ended(client: Client, two_phases: tuple[Any, Any]) -> None:
    old, _new = two_phases
    area = factories.area(phase=old, until_day=dt.date(2018, 7, 1))
    Amendment.objects.create(
        phase=old,
        position=1,
        number="02/PL",
        signed_on="2018-06-15",
        effective_on=dt.date(2018, 7, 1),
        terms_before=terms_of(old, [area]),
    )
    [ended] = page_of(client, old.slug).whole.areas
    assert ended.outcome == "dropped"
    assert ended.why.endswith("; kết thúc từ ngày 01/07/2018 theo phụ lục 02/PL")
    [then] = page_of(client, old.slug, tinh_den="30/06/2018").whole.areas
    assert then.outcome == "unknown"


# --- The page ---------------------------------------------------------------------------------


def test_each_count_leads_to_as_many_lines(client: Client) -> None:
    phase = "nghe-an-2014-2020"
    page = page_of(client, phase)
    assert [(part.outcome.value, part.count) for part in page.outcomes] == [
        ("fulfilled", 20),
        ("partly", 2),
        ("unfinished", 5),
        ("continued", 3),
        ("unknown", 11),
    ]
    for part in page.outcomes:
        response: Any = asked(client, phase, ket_qua=part.outcome.value, dang="csv")
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [row["Kết quả"] for row in rows] == [part.outcome.label] * part.count
    shown = page_of(client, phase, ket_qua="dropped")
    assert shown.empty
    refused = asked(client, phase, ket_qua="xong")
    assert refused.status_code == 400
    assert "fulfilled, partly, unfinished" in refused.content.decode()


def test_a_line_of_the_csv_says_what_it_rests_on(client: Client) -> None:
    response: Any = asked(client, "nghe-an-2014-2020", dang="csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = {row["Mã"]: row for row in csv.DictReader(io.StringIO(text))}
    assert len(rows) == 41
    assert rows["nghe-an-vsr"] == {
        "Loại": "Hạng mục",
        "Mã": "nghe-an-vsr",
        "Nội dung": Deliverable.objects.get(slug="nghe-an-vsr").title,
        "Lĩnh vực số": "2",
        "Kết quả": "Chưa xong",
        "Căn cứ": "tin mới nhất, ngày 31/12/2020: thí điểm",
        "Tiếp nối bởi": "",
        "Trạng thái": "Thí điểm",
        "Số liệu": "Cơ quan, đơn vị sử dụng: 43 cơ quan, đơn vị",
        "Tính đến": "31/12/2020",
        "Nguồn": "Báo Nghệ An",
        "Trích dẫn": rows["nghe-an-vsr"]["Trích dẫn"],
    }
    assert "43 cơ quan, đơn vị" in rows["nghe-an-vsr"]["Trích dẫn"]
    assert rows["nghe-an-2014-2020.5"]["Tiếp nối bởi"] == (
        "5. Hợp tác trong lĩnh vực công nghiệp CNTT (2020–2025)"
    )


def test_the_phase_and_the_partner_lead_here(client: Client) -> None:
    for path in ("/giai-doan/nghe-an-2014-2020/", "/thoa-thuan/nghe-an/"):
        html = client.get(path, {"tinh-den": "31/12/2025"}).content.decode()
        assert "/giai-doan/nghe-an-2014-2020/tong-ket/?tinh-den=31/12/2025" in html


def test_how_much_is_asked_of_the_database(
    client: Client, query_count: Callable[[], CaptureQueriesContext]
) -> None:
    for phase in ("nghe-an-2014-2020", "nghe-an-2020-2025"):
        with query_count() as queries:
            asked(client, phase)
        # Phase, its neighbours, areas, amendments, which statements name what; deliverables, statements
        # and what these rest on, what goes on with what; reports, figures, verdicts, citations of those.
        assert len(queries) == 13


# --- A phase of many deliverables -------------------------------------------------------------


def filled(phase: Any, count: int) -> None:
    """Every second one without an area, each with a figure that rests on a source."""
    schools, area = factories.indicator(), factories.area(phase=phase)
    for number in range(count):
        row = factories.deliverable(phase=phase, area=area if number % 2 else None)
        stage = (Stage.DEPLOYED, Stage.DEPLOYED, Stage.ENDED, Stage.IN_PROGRESS)[number % 4]
        reported(row, stage, figures={schools: number}, citations=[factories.citation()])


def said(rows: Any) -> list[tuple[Any, ...]]:
    """All that a line of a deliverable says."""
    return [
        (
            row.thing.slug,
            row.outcome,
            row.why,
            [figure.value for figure in row.delivered.figures],
            [citation.pk for citation in row.citations],
        )
        for row in rows
    ]


@pytest.mark.parametrize("days", [{}, {"tinh_den": "30/06/2025", "biet_den": "30/06/2026"}])
@pytest.mark.parametrize("outcome", ["", "unfinished"])
def test_pages_together_tell_what_one_page_tells_and_each_counts_all(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    two_phases: tuple[Any, Any],
    days: dict[str, str],
    outcome: str,
) -> None:
    phase = two_phases[0]
    filled(phase, 13)
    asked_for = days | ({"ket_qua": outcome} if outcome else {})
    whole = page_of(client, phase.slug, **asked_for)
    lines = said(whole.shown.all_deliverables)
    assert len(lines) > 2
    assert not whole.page.has_other_pages()
    monkeypatch.setattr(reckoning, "ROWS_A_PAGE", 2)

    pages = [
        page_of(client, phase.slug, trang=str(number), **asked_for)
        for number in range(1, -(-len(lines) // 2) + 1)
    ]

    told = [said(row for section in page.told for row in section.rows) for page in pages]
    assert [line for own in told for line in own] == lines
    assert all(len(own) <= 2 for own in told)
    for page in pages:
        assert (page.counts, page.total) == (whole.counts, whole.total)


def test_the_next_page_is_a_link_and_another_outcome_starts_at_the_first(
    client: Client, monkeypatch: pytest.MonkeyPatch, two_phases: tuple[Any, Any]
) -> None:
    phase = two_phases[0]
    filled(phase, 9)
    monkeypatch.setattr(reckoning, "ROWS_A_PAGE", 2)
    path = f"/giai-doan/{phase.slug}/tong-ket/"

    html = asked(client, phase.slug, trang="2").content.decode()

    assert f'href="{path}?trang=3#hang-muc" rel="next"' in html
    assert f'href="{path}?ket-qua=unfinished"' in html
    assert f'href="{path}?dang=csv"' in html
    refused = asked(client, phase.slug, trang="999")
    assert refused.status_code == 400
    assert "Không có trang này" in refused.content.decode()


def test_the_file_has_every_line_whatever_the_page(
    client: Client, monkeypatch: pytest.MonkeyPatch, two_phases: tuple[Any, Any]
) -> None:
    phase = two_phases[0]
    filled(phase, 9)
    whole = b"".join(asked(client, phase.slug, dang="csv").streaming_content)  # type: ignore[attr-defined]
    monkeypatch.setattr(reckoning, "ROWS_A_PAGE", 2)

    answer: Any = asked(client, phase.slug, dang="csv")

    assert b"".join(answer.streaming_content) == whole
    rows = list(csv.DictReader(io.StringIO(whole.decode("utf-8-sig"))))
    own = [row for row in rows if row["Loại"] == "Hạng mục"]
    assert len(own) == 9
    assert all(row["Nguồn"] and row["Số liệu"] for row in own)


@pytest.mark.parametrize("count", [1, 5, 40])
def test_queries_do_not_grow_with_deliverables(
    client: Client,
    query_count: Callable[[], CaptureQueriesContext],
    two_phases: tuple[Any, Any],
    count: int,
) -> None:
    filled(two_phases[0], count)
    with query_count() as queries:
        page = page_of(client, two_phases[0].slug)
    assert len(page.page) == count
    assert len(queries) == 13

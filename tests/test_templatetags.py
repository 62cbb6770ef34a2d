"""The tags that say dates, numbers, figures, names and stages."""

import datetime as dt
import re
from decimal import Decimal
from types import SimpleNamespace

import pytest
import time_machine
from django.template import Context, Template
from django.test import RequestFactory

from agreements.models import Agreement
from agreements.templatetags import coop
from coopportal.clock import Moment, start_of
from coopportal.partial_dates import PartialDate
from deliverables.choices import Stage
from deliverables.models import ProgressReport
from deliverables.templatetags import delivery

PAST = Moment(dt.date(2020, 12, 31), dt.date(2026, 11, 21))


def say(template: str, **context: object) -> str:
    return Template("{% load coop delivery %}" + template).render(Context(context))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (PartialDate(2014, 9, 13), "13/09/2014"),
        (PartialDate(2014, 8), "tháng 8/2014"),
        (PartialDate(2020), "năm 2020"),
        (None, '<i class="nodata">chưa rõ ngày</i>'),
    ],
)
def test_a_date_is_as_precise_as_it_is_known(value, told: str) -> None:
    assert say("{{ value|partial_date }}", value=value) == told


def test_an_unknown_date_says_which(client) -> None:
    assert "chưa rõ ngày ký" in say('{{ value|partial_date:"chưa rõ ngày ký" }}', value=None)


def test_an_instant_is_told_in_vietnamese_time() -> None:
    evening_in_london = dt.datetime(2020, 12, 30, 18, 0, tzinfo=dt.UTC)
    assert coop.day(evening_in_london) == "31/12/2020"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Decimal("13232.0000"), "13.232"),
        (Decimal("73.5000"), "73,5"),
        (1234567, "1.234.567"),
        (Decimal("-1200.25"), "-1.200,25"),
        (0, "0"),
        (Decimal("1E+4"), "10.000"),
        (None, '<span class="nodata">chưa có số</span>'),
    ],
)
def test_numbers_are_written_as_in_vietnamese(value, told: str) -> None:
    assert say("{{ value|number }}", value=value) == told


def measurement(**values: object) -> SimpleNamespace:
    blank = {
        "value": None,
        "qualifier": "exact",
        "text": "",
        "numerator": None,
        "denominator": None,
    }
    unit = values.pop("unit", "trường")
    return SimpleNamespace(indicator=SimpleNamespace(unit=unit), **(blank | values))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"value": 32}, '<span class="fig"><b>32</b> trường</span>'),
        (
            {"value": 12000, "qualifier": "over", "unit": "tài khoản"},
            '<span class="fig"><span class="qual">trên</span> <b>12.000</b> tài khoản</span>',
        ),
        ({"value": 73, "unit": "%"}, '<span class="fig"><b>73</b>%</span>'),
        (
            {"value": 50, "unit": "%", "numerator": 2, "denominator": 4},
            '<span class="fig"><b>50</b>% <span class="was">(2 trong 4)</span></span>',
        ),
        ({"qualifier": "most", "text": "phần lớn cơ quan"}, "<span>phần lớn cơ quan</span>"),
        ({"qualifier": "most"}, "<span>phần lớn trường</span>"),
        ({"qualifier": "unspecified"}, '<span class="nodata">chưa có số</span>'),
        ({"value": 0}, '<span class="fig"><b>0</b> trường</span>'),
    ],
)
def test_a_figure_keeps_qualifier_and_unit_and_nothing_is_not_zero(values, told: str) -> None:
    assert say("{% figure m %}", m=measurement(**values)) == told


def test_text_of_a_source_is_escaped() -> None:
    told = say("{% figure m %}", m=measurement(qualifier="most", text="<b>đủ</b>"))
    assert told == "<span>&lt;b&gt;đủ&lt;/b&gt;</span>"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("slug", "day", "told"),
    [
        ("bac-giang", dt.date(2025, 6, 30), ""),
        ("bac-giang", dt.date(2025, 7, 1), "nay thuộc Bắc Ninh"),
        ("lao-cai", dt.date(2025, 7, 1), "gồm cả Yên Bái cũ"),
        ("nghe-an", dt.date(2026, 11, 21), ""),
        ("quang-ngai", dt.date(2025, 7, 1), "gồm cả Kon Tum cũ"),
        ("quang-ngai-tinh-doan", dt.date(2025, 7, 1), ""),  # the map is the province's
        ("uy-ban-dan-toc", dt.date(2025, 2, 28), ""),
        ("uy-ban-dan-toc", dt.date(2025, 3, 1), "nay là Bộ Dân tộc và Tôn giáo"),
    ],
)
def test_the_present_name_is_that_of_the_day_asked(slug: str, day: dt.date, told: str) -> None:
    partner = Agreement.objects.get(slug=slug).partner
    html = say("{% present_name p %}", p=partner, moment=Moment(day, day))

    assert html == (f'<span class="was">{told}</span>' if told else "")


@time_machine.travel("2026-11-21T10:00:00+07:00", tick=False)
def test_addresses_keep_the_moment() -> None:
    assert say('{% url_at "search" %}', moment=PAST) == "/tra-cuu/?tinh-den=31/12/2020"
    request = RequestFactory().get("/tra-cuu/?q=a&tinh-den=31/12/2020")
    assert (
        say('{% url_with q="b c" trang=2 %}', request=request)
        == "/tra-cuu/?tinh-den=31/12/2020&amp;q=b%20c&amp;trang=2"
    )
    assert say("{% url_with q=none %}", request=request, none=None) == (
        "/tra-cuu/?tinh-den=31/12/2020"
    )


def test_a_row_without_a_page_is_told_in_words() -> None:
    assert say("{% link_to thing %}", thing="A & B") == "A &amp; B"


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_has_glyph_tone_and_words(stage: Stage) -> None:
    html = say("{% stage key %}", key=stage.value)
    sprite = Template('{% include "partials/sprite.html" %}').render(Context())

    assert f'href="#st-{stage.value}"' in html
    assert f'id="st-{stage.value}"' in sprite
    assert str(stage.label) in html
    assert delivery.stage_tone(stage.value) in {"early", "doing", "done", "hold", "stop"}


def test_no_stage_is_said() -> None:
    html = say("{% stage key %}", key=None)
    assert "tone-none" in html
    assert "Chưa có thông tin" in html


def report(**values: object) -> ProgressReport:
    return ProgressReport(as_of_end=dt.date(2021, 5, 4), stage="deployed", **values)


@pytest.mark.parametrize(
    ("side", "state", "partner", "vnpt"),
    [
        ("partner", "submitted", "v-yes", "v-wait"),
        ("partner", "confirmed", "v-yes", "v-yes"),
        ("partner", "disputed", "v-yes", "v-no"),
        ("vnpt", "submitted", "v-wait", "v-yes"),
        ("vnpt", "returned", "v-no", "v-yes"),
    ],
)
def test_a_reporter_stands_to_its_report_the_other_side_decides(
    side: str, state: str, partner: str, vnpt: str
) -> None:
    html = say("{% standing r %}", r=report(side=side, state=state))
    assert re.findall(r'<span class="(v-\w+)">', html) == [partner, vnpt]


def test_a_verdict_given_later_was_still_awaited() -> None:
    decided = start_of(dt.date(2026, 3, 1))
    html = say(
        "{% standing r moment %}",
        r=report(side="partner", state="confirmed", decided_at=decided),
        moment=Moment(dt.date(2026, 2, 1), dt.date(2026, 2, 1)),
    )
    assert html.count("v-wait") == 2  # the half's class and its glyph


@pytest.mark.django_db
def test_a_published_figure_has_one_half(client) -> None:
    published = ProgressReport.objects.filter(state="published").first()
    html = say("{% standing r %}", r=published)

    assert "Nguồn công bố" in html
    assert "v-yes" not in html

"""The shipped data of the delivery: deployments, published reports, figures, and loading it twice."""

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.management import call_command
from django.db.models import Model

from agreements.models import Statement
from agreements.models.phase import _DerivedDateField
from coopportal.clock import Moment, start_of
from coopportal.vietnamese import FoldedTextField, SortKeyField
from deliverables.choices import ReportSide, ReportState
from deliverables.models import (
    Deliverable,
    Indicator,
    Measurement,
    OfficialChange,
    ProgressReport,
)
from deliverables.models.report import plain

pytestmark = pytest.mark.django_db

NOW = Moment(dt.date(2026, 11, 21), dt.date(2026, 11, 21))


def current(slug: str, moment: Moment = NOW) -> ProgressReport:
    """The report that a deliverable stands by at a moment."""
    report = (
        ProgressReport.objects.official(moment)
        .filter(deliverable__slug=slug)
        .latest_first()
        .first()
    )
    assert report is not None
    return report


def figures(report: ProgressReport) -> dict[str, tuple[str, str]]:
    """Indicator key → (qualifier, value), the value empty where the source gives no number."""
    return {
        row.indicator.key: (row.qualifier, plain(row.value) or "")
        for row in report.measurements.select_related("indicator")
    }


# --- Counts -----------------------------------------------------------------------------------


def test_the_76_deployments_by_stage() -> None:
    deployments = Deliverable.objects.deployments().official(NOW)
    assert Counter(row.stage for row in deployments) == {
        "planned": 24,
        "proposal": 4,
        "piloting": 1,
        "in_progress": 3,
        "deployed": 29,
        "integrated": 8,
        "substantially_complete": 6,
        "completed": 1,
    }
    assert Deliverable.objects.deployments().count() == 76


def test_deployments_by_partner() -> None:
    counted = Counter(
        row.agreement.slug if row.agreement else None
        for row in Deliverable.objects.deployments().select_related("agreement")
    )
    assert counted == {
        "quang-ngai": 26,
        "nghe-an": 26,
        "kien-giang": 6,
        "ninh-thuan": 6,
        "hoa-binh": 6,
        "bac-giang": 5,
        None: 1,
    }


def test_the_other_kinds_of_deliverables() -> None:
    assert Counter(Deliverable.objects.values_list("kind", flat=True)) == {
        "deployment": 76,
        "integration": 7,
        "service": 5,
        "training": 4,
        "investment": 3,
        "infrastructure": 2,
    }


def test_every_deliverable_has_a_report_today() -> None:
    assert [row.slug for row in Deliverable.objects.official(NOW) if row.report_id is None] == []
    assert Deliverable.objects.official(NOW).count() == Deliverable.objects.count() == 97


def test_the_two_conference_systems_without_a_phase() -> None:
    without_phase = Deliverable.objects.filter(phase__isnull=True).order_by("slug")
    assert [(row.slug, row.agreement and row.agreement.slug) for row in without_phase] == [
        ("hoi-nghi-truc-tuyen-toan-quoc", None),
        ("quang-ngai-hoi-nghi-tinh-uy", "quang-ngai"),
    ]


def test_a_deliverable_stays_within_its_agreement() -> None:
    for row in Deliverable.objects.exclude(phase=None).select_related("phase", "area"):
        assert row.phase is not None
        assert row.phase.agreement_id == row.agreement_id, row.slug
        assert row.area is None or row.area.phase_id == row.phase_id, row.slug


def test_the_operations_centre_continues_its_scheme() -> None:
    continuing = Deliverable.objects.exclude(continues=None)
    assert [(row.slug, row.continues and row.continues.slug) for row in continuing] == [
        ("nghe-an-2020-2025-ioc", "nghe-an-ioc")
    ]


def test_integrations_name_what_they_connect_only_where_the_source_does() -> None:
    integrations = Deliverable.objects.filter(kind="integration").order_by("slug")
    assert [
        (row.slug, row.system and row.system.slug, row.connects_to and row.connects_to.slug)
        for row in integrations
    ] == [
        ("bac-giang-tich-hop-cong-dich-vu-cong", "dvc-bac-giang", None),
        ("bac-giang-tich-hop-quan-ly-van-ban", "qlvb-bac-giang", None),
        ("quang-ngai-igate-bien-lai", "igate", "bien-lai"),
        ("quang-ngai-igate-dvcqg", "igate", "dvcqg"),
        ("quang-ngai-igate-hoa-don", "igate", "hoa-don"),
        ("quang-ngai-igate-vnpt-pay", "igate", "vnpt-pay"),
        ("quang-ngai-ioffice-vdxp", "ioffice", "vdxp"),
    ]


# --- Figures ----------------------------------------------------------------------------------


def test_vsr_in_nghe_an_is_a_pilot_at_43_agencies() -> None:
    report = current("nghe-an-vsr")
    assert (report.stage, str(report.as_of)) == ("piloting", "tháng 12/2020")
    assert report.get_stage_display() == "Thí điểm"
    assert figures(report) == {"agencies": ("exact", "43")}
    assert report.measurements.get().indicator.unit == "cơ quan, đơn vị"


def test_vnedu_in_quang_ngai_has_32_schools_and_over_12000_accounts() -> None:
    report = current("quang-ngai-vnedu")
    assert (report.stage, str(report.as_of)) == ("deployed", "04/05/2021")
    assert figures(report) == {"schools": ("exact", "32"), "accounts": ("over", "12000")}
    units = dict(report.measurements.values_list("indicator__key", "indicator__unit"))
    assert units == {"schools": "trường", "accounts": "tài khoản"}


@pytest.mark.parametrize(
    ("slug", "stage", "told"),
    [
        (
            "quang-ngai-elearning",
            "deployed",
            {
                "schools_ratio": ("exact", "73"),
                "teachers": ("over", "4550"),
                "courses": ("exact", "13232"),
                "students": ("exact", "20400"),
            },
        ),
        ("quang-ngai-cap-quang", "completed", {"fiber_coverage": ("exact", "100")}),
        ("quang-ngai-hoi-nghi-tinh-uy", "deployed", {"video_conference_sites": ("exact", "13")}),
        (
            "quang-ngai-du-an-phong-chong-thien-tai",
            "deployed",
            {"projects": ("exact", "20"), "investment": ("exact", "25")},
        ),
        ("quang-ngai-he-thong-dung-chung", "deployed", {"interconnected_levels": ("exact", "3")}),
        ("nghe-an-sinh-vien-thuc-tap", "deployed", {"interns": ("exact", "300")}),
        ("nghe-an-tuyen-dung", "deployed", {"recruits": ("exact", "100")}),
        ("nghe-an-tap-huan-an-toan-thong-tin", "deployed", {"training_courses": ("many", "")}),
        ("bac-giang-dau-tu-ha-tang", "deployed", {"investment": ("unspecified", "")}),
        ("nghe-an-ha-tang", "substantially_complete", {"completion": ("almost", "")}),
        ("quang-ngai-ha-tang-ket-noi", "substantially_complete", {"completion": ("basically", "")}),
    ],
)
def test_figures_keep_their_qualifier_and_absence_is_no_zero(
    slug: str, stage: str, told: dict[str, tuple[str, str]]
) -> None:
    report = current(slug)
    assert report.stage == stage
    assert figures(report) == told


def test_one_account_figure_is_counted_once() -> None:
    assert Measurement.objects.filter(indicator__key="accounts").count() == 1
    assert not current("quang-ngai-so-lien-lac").measurements.exists()


def test_the_revenue_of_vnpt_is_in_no_deliverable() -> None:
    assert not Measurement.objects.filter(value__gte=163000)
    for name in ("title", "scope"):
        assert not Deliverable.objects.filter(**{f"{name}__contains": "163"})
    for name in ("narrative", "coverage"):
        assert not ProgressReport.objects.filter(**{f"{name}__contains": "163"})
    assert not Statement.objects.get(value=163000).deliverables.exists()


def test_percentages_are_never_summed() -> None:
    assert set(Indicator.objects.filter(unit="%").values_list("aggregation", flat=True)) == {"none"}


# --- Sources that differ ----------------------------------------------------------------------


def test_only_published_sources_with_citations() -> None:
    assert ProgressReport.objects.exclude(side=ReportSide.SOURCE).count() == 0
    assert Counter(ProgressReport.objects.values_list("state", flat=True)) == {
        ReportState.PUBLISHED: 100,
        ReportState.SET_ASIDE: 3,
    }
    assert not ProgressReport.objects.filter(citations__isnull=True)


@pytest.mark.parametrize(
    ("slug", "used", "not_used"),
    [
        ("nghe-an-vsr", ("piloting", "bao-nghe-an-2020"), ("deployed", "vietnamplus-2020")),
        ("nghe-an-lgsp", ("in_progress", "bao-nghe-an-2020"), ("deployed", "vietnamplus-2020")),
        (
            "nghe-an-ha-tang",
            ("substantially_complete", "vietnamplus-2020"),
            ("deployed", "bao-nghe-an-2020"),
        ),
    ],
)
def test_the_source_not_used_stays_with_its_reason(
    slug: str, used: tuple[str, str], not_used: tuple[str, str]
) -> None:
    def told(report: ProgressReport) -> tuple[str, str]:
        (source,) = set(report.citations.values_list("source__slug", flat=True))
        return report.stage, source

    aside = ProgressReport.objects.get(deliverable__slug=slug, state=ReportState.SET_ASIDE)
    assert told(current(slug)) == used
    assert told(aside) == not_used
    assert aside.set_aside_reason
    assert aside.official_from == aside.official_to


def test_both_words_on_the_reach_of_ioffice_stay_official() -> None:
    both = (
        ProgressReport.objects.official(NOW)
        .filter(deliverable__slug="nghe-an-ioffice")
        .latest_first()
    )
    assert [report.coverage.split()[0] for report in both] == ["phần", "nhiều"]
    assert [figures(report)["agencies"] for report in both] == [("most", ""), ("many", "")]


# --- The clocks -------------------------------------------------------------------------------


def test_reports_became_official_on_the_last_possible_day_of_their_source() -> None:
    for report in ProgressReport.objects.prefetch_related("citations__source"):
        (source,) = {row.source for row in report.citations.all() if row.source.scope == "article"}
        assert source.issued_on is not None
        assert report.official_from == start_of(source.issued_on.last_day), report
        told = report.as_of.last_day if report.as_of else source.issued_on.last_day
        assert report.as_of_end == told, report


def test_what_was_known_when() -> None:
    def known(day: dt.date) -> int:
        return Deliverable.objects.official(Moment(day, day)).exclude(report_id=None).count()

    assert known(dt.date(2014, 9, 16)) == 0
    assert known(dt.date(2014, 9, 17)) == 24
    assert known(dt.date(2026, 11, 21)) == 97
    early = Moment(as_of=dt.date(2026, 11, 21), known_on=dt.date(2020, 12, 30))
    assert Deliverable.objects.official(early).exclude(report_id=None).count() == 24


def test_the_chain_of_changes_holds() -> None:
    assert OfficialChange.objects.first_broken() is None
    assert OfficialChange.objects.count() == 106
    assert Counter(OfficialChange.objects.values_list("kind", flat=True)) == {
        "became_official": 103,
        "ceased": 3,
    }


# --- The fixtures themselves ------------------------------------------------------------------


def shipped_models() -> list[type[Model]]:
    names = {
        row["model"]
        for file in ("reference", "cooperation")
        for row in json.loads((settings.BASE_DIR / "fixtures" / f"{file}.json").read_text())
    }
    return [apps.get_model(name) for name in sorted(names)]


def everything() -> dict[str, list[Any]]:
    """Every shipped row with its keys and links, as Django serialises it."""
    return {
        model._meta.label: serializers.serialize("python", model._default_manager.order_by("pk"))
        for model in shipped_models()
    }


def test_loading_again_changes_nothing() -> None:
    before = everything()
    call_command("loaddata", "reference", "cooperation", verbosity=0)
    assert everything() == before


def test_writing_the_fixtures_gives_the_same_files(tmp_path: Path) -> None:
    call_command("write_fixtures", into=tmp_path, verbosity=0)
    for file in ("reference.json", "cooperation.json"):
        shipped = (settings.BASE_DIR / "fixtures" / file).read_text(encoding="utf-8")
        assert (tmp_path / file).read_text(encoding="utf-8") == shipped, file


def test_recomputing_derived_columns_changes_nothing() -> None:
    checked = 0
    for model in shipped_models():
        derived = [
            field
            for field in model._meta.get_fields()
            if isinstance(field, FoldedTextField | SortKeyField | _DerivedDateField)
        ]
        for row in model._default_manager.all() if derived else ():
            for field in derived:
                stored = getattr(row, field.attname)
                stored = bytes(stored) if isinstance(stored, memoryview) else stored
                assert field.pre_save(row, add=False) == stored, f"{row!r}.{field.name}"
                checked += 1
    assert checked > 1000


def test_every_shipped_row_is_clean() -> None:
    """What a form would refuse is not shipped either; uniqueness is the database's affair."""
    for model in shipped_models():
        for row in model._default_manager.all():
            row.full_clean(validate_unique=False, validate_constraints=False)

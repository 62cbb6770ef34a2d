"""The synthetic country: counts, marks, constraints, chain, one seed one country, no real data beside it."""

import datetime as dt
import re
import weakref
from collections import Counter
from typing import Any

import pytest
from django.contrib.auth.hashers import is_password_usable
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction
from django.test import Client

from accounts.models import User
from agreements import models as agreements
from deliverables import keepers
from deliverables.choices import ReportSide, ReportState
from deliverables.management.national.lives import Teller
from deliverables.management.national.loading import Table, count_on
from deliverables.management.national.rows import Rows
from deliverables.management.national.sizes import UNTIL, Sizes
from deliverables.models import (
    Deliverable,
    Measurement,
    OfficialChange,
    ProgressReport,
    Target,
    Verdict,
)
from deliverables.triggers import lifted
from tests import factories as make

SMALL = {"provinces": 4, "systems": 3, "hosts": 2, "reports": 12, "verbosity": 0}


def empty_of_reports() -> None:
    """The shipped data's map and catalogue stay; what hangs on its agreements goes, as in a new database."""
    kept = {agreements.Province, agreements.Theme, agreements.Category}
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute(
            "PRAGMA defer_foreign_keys = ON"
            if connection.vendor == "sqlite"
            else "SET CONSTRAINTS ALL DEFERRED"
        )
        for table in connection.introspection.django_table_names(only_existing=True):
            of_kept = any(table.startswith(model._meta.db_table) for model in kept)
            if table.startswith(("agreements_", "deliverables_")) and not of_kept:
                cursor.execute(f"DELETE FROM {table}")
        cursor.execute("DELETE FROM agreements_province_citations")


@pytest.fixture
def country(db: None) -> None:
    empty_of_reports()
    call_command("generate_national", **SMALL)


def fingerprint() -> dict[str, Any]:
    """What the country says, without keys that the database counts on."""
    last = OfficialChange.objects.order_by("-seq").values_list("hash", flat=True)[0]
    return {
        "chain": last,
        "figures": Measurement.objects.aggregate(
            count=models.Count("*"), total=models.Sum("value")
        ),
        "slugs": list(Deliverable.objects.order_by("slug").values_list("slug", "title", "due_on")),
        "states": Counter(ProgressReport.objects.values_list("state", "stage", "as_of_end")),
    }


@pytest.mark.django_db
def test_it_has_the_size_that_was_asked(country: None) -> None:
    sizes = Sizes(provinces=4, systems=3, hosts=2)
    assert Deliverable.objects.count() == sizes.deliverables == 4 * 3 * 3 * 2
    reports = ProgressReport.objects.count()
    assert 0.7 < reports / (12 * sizes.deliverables) < 1.3
    phases = Deliverable.objects.values_list("phase__start_year", flat=True)
    assert {(year - 2014) // 5 for year in phases} >= {0, 1, 2}
    assert ProgressReport.objects.filter(as_of_end__gt=UNTIL).count() == 0
    assert max(OfficialChange.objects.values_list("at", flat=True)).date() <= UNTIL


@pytest.mark.django_db
def test_it_is_as_varied_as_real_reports_are(country: None) -> None:
    states = Counter(ProgressReport.objects.values_list("state", flat=True))
    assert set(states) >= {
        ReportState.CONFIRMED,
        ReportState.PUBLISHED,
        ReportState.RETURNED,
        ReportState.DISPUTED,
        ReportState.SUBMITTED,
    }
    assert states[ReportState.CONFIRMED] > 0.7 * states.total()
    assert set(ProgressReport.objects.values_list("side", flat=True)) == set(ReportSide.values)
    assert ProgressReport.objects.filter(revises__official_to__isnull=False).exists()
    assert ProgressReport.objects.filter(as_of__isnull=True).exists()
    assert Measurement.objects.filter(value__isnull=True).exists()
    assert Measurement.objects.filter(denominator__isnull=False).exists()
    assert Verdict.objects.exclude(counter_figures={}).exists()
    assert Target.objects.exists()
    # 02 Hà Giang is part of 08 Tuyên Quang: its agreement ends with the old map.
    merged = agreements.Agreement.objects.get(slug="minh-hoa-02")
    assert merged.phases.count() == 2
    new = agreements.Agreement.objects.get(slug="minh-hoa-08-2025")
    assert [phase.begins_on > dt.date(2025, 7, 1) for phase in new.phases.all()] == [True]


@pytest.mark.django_db
def test_everything_says_that_it_is_made_up(country: None) -> None:
    named = {
        agreements.Party: "short_name",
        agreements.System: "name",
        agreements.Source: "title",
        agreements.CooperationArea: "name",
        agreements.Phase: "title",
        agreements.Event: "title",
        Deliverable: "title",
    }
    for model, column in named.items():
        names = list(model._default_manager.values_list(column, flat=True))
        assert names
        assert [name for name in names if "(minh họa)" not in name] == []
    assert not agreements.Source.objects.exclude(slug__startswith="minh-hoa").exists()
    unmarked = ProgressReport.objects.exclude(narrative="").exclude(
        narrative__startswith="Số liệu minh họa"
    )
    assert not unmarked.exists()
    for officer in User.objects.filter(username__startswith="minh-hoa-"):
        assert "(minh họa)" in officer.full_name
        assert not is_password_usable(officer.password)


@pytest.mark.django_db
def test_chain_reigns_and_what_stands_agree(country: None) -> None:
    assert OfficialChange.objects.first_broken() is None
    assert OfficialChange.objects.unlogged() is None
    assert not any(map(any, keepers.differences(connection).values()))
    connection.check_constraints()
    ats = list(OfficialChange.objects.order_by("seq").values_list("at", flat=True))
    assert ats == sorted(ats)


@pytest.mark.django_db
def test_derived_columns_are_what_the_models_would_write(country: None) -> None:
    for row in Deliverable.objects.order_by("?")[:20]:
        for name in ("search_text", "sort_key"):
            field = Deliverable._meta.get_field(name)
            stored = getattr(row, name)
            stored = bytes(stored) if name == "sort_key" else stored
            assert stored == field.compute(row)  # type: ignore[union-attr]
    for report in ProgressReport.objects.filter(as_of__isnull=False)[:50]:
        assert report.as_of is not None
        assert report.as_of_end == report.as_of.last_day


@pytest.mark.django_db
def test_rows_are_full_and_valid_to_the_models(country: None) -> None:
    for report in ProgressReport.objects.order_by("?")[:20]:
        report.full_clean()
    for measurement in Measurement.objects.order_by("?")[:20]:
        measurement.full_clean()


@pytest.mark.django_db
def test_pages_and_the_api_tell_it(country: None, client: Client) -> None:
    listed = client.get("/api/v1/deliverables/", {"province": "01"}).json()
    assert listed["count"] == 3 * 3 * 2
    assert "(minh họa)" in listed["results"][0]["title"]
    assert "(minh họa)" in client.get("/thoa-thuan/minh-hoa-01/").content.decode()


@pytest.mark.django_db
def test_new_rows_are_numbered_after_it_and_the_chain_goes_on(country: None) -> None:
    before = OfficialChange.objects.count()
    make.report(Deliverable.objects.all()[0], state=ReportState.CONFIRMED, logged=True)
    assert OfficialChange.objects.count() == before + 1
    assert OfficialChange.objects.first_broken() is None


@pytest.mark.django_db
def test_one_seed_is_one_country_and_another_seed_another() -> None:
    told = []
    for seed in (7, 7, 8):
        with transaction.atomic():
            empty_of_reports()
            User.objects.filter(username__startswith="minh-hoa-").delete()
            call_command("generate_national", seed=seed, **SMALL)
            told.append(fingerprint())
            transaction.set_rollback(True)
    assert told[0] == told[1]
    assert told[0]["chain"] != told[2]["chain"]


@pytest.mark.django_db
def test_every_option_does_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    empty_of_reports()
    size = ("--provinces=3", "--systems=4", "--hosts=4", "--scale=0.5", "--reports=4")
    days = ("--years=2", "--until=2020-12-31", "--seed=5")
    call_command("generate_national", *size, *days)
    sizes = Sizes(provinces=3, systems=4, hosts=2)
    assert Deliverable.objects.count() == sizes.deliverables == 3 * 3 * 4 * 2
    assert Deliverable.objects.values("system").distinct().count() == 4
    told = ProgressReport.objects.aggregate(
        first=models.Min("as_of_end"), last=models.Max("as_of_end")
    )
    assert dt.date(2018, 12, 31) <= told["first"] < dt.date(2019, 12, 31) < told["last"]
    assert told["last"] <= dt.date(2020, 12, 31)
    # The bars go to the screen, the sum of it all to whoever keeps what is printed.
    printed = capsys.readouterr()
    for bar, done in (("Tỉnh, thành phố", "3/3"), ("Thay đổi chính thức", "")):
        (line,) = [line for line in printed.err.splitlines() if line.startswith(bar)]
        assert done in line
    assert printed.out.startswith(
        f"{sizes.deliverables} hạng mục, {ProgressReport.objects.count()} báo cáo, "
        f"{Measurement.objects.count()} số liệu, {Verdict.objects.count()} ý kiến, "
        f"{OfficialChange.objects.count()} thay đổi chính thức"
    )


@pytest.mark.django_db
def test_it_says_nothing_where_nothing_is_to_be_said(
    country: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tuple(capsys.readouterr()) == ("", "")


@pytest.mark.django_db
def test_few_provinces_are_held_in_memory_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However large the country: one is told while the one before it is written."""
    empty_of_reports()
    told: list[weakref.ref[Rows]] = []
    held: list[int] = []
    tell = Teller.tell

    def noted(self: Teller, territory: Any) -> Rows:
        rows = tell(self, territory)
        told.append(weakref.ref(rows))
        held.append(sum(one() is not None for one in told))
        return rows

    monkeypatch.setattr(Teller, "tell", noted)
    call_command("generate_national", **SMALL | {"provinces": 9, "systems": 1, "reports": 2})
    assert len(told) >= 9
    assert max(held) <= 3


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--provinces=35", "Ghi một số từ 1 đến 34."),
        ("--provinces=0", "Ghi một số từ 1 đến 34."),
        ("--systems=1.5", "Ghi một số từ 1 trở lên."),
        ("--hosts=0", "Ghi một số từ 0.1 trở lên."),
        ("--reports=nan", "Ghi một số từ 1 trở lên."),
        ("--years=-1", "Ghi một số từ 0.1 trở lên."),
        ("--scale=0", "Ghi một số từ 0.001 trở lên."),
        ("--until=31/12/2020", "Ngày viết dạng 2026-06-30, không phải “31/12/2020”."),
        ("--until=2999-01-01", "Báo cáo không nói về ngày chưa đến: “2999-01-01”."),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused_by_name(option: str, words: str) -> None:
    name = option.partition("=")[0]
    with pytest.raises(CommandError, match=f"{re.escape(name)}: {re.escape(words)}"):
        call_command("generate_national", option)


@pytest.mark.django_db
def test_it_refuses_to_stand_beside_real_reports() -> None:
    before = Deliverable.objects.count()
    with pytest.raises(CommandError, match="đang có báo cáo thật"):
        call_command("generate_national", **SMALL)
    assert Deliverable.objects.count() == before


@pytest.mark.django_db
def test_it_refuses_to_come_twice(country: None) -> None:
    with pytest.raises(CommandError, match="đã có số liệu minh họa"):
        call_command("generate_national", **SMALL)


@pytest.mark.django_db
def test_one_real_report_among_synthetic_ones_is_real(country: None) -> None:
    make.report(state=ReportState.DRAFT)
    with pytest.raises(CommandError, match="đang có báo cáo thật"):
        call_command("generate_national", **SMALL)


@pytest.mark.django_db
def test_scale_takes_hosts_first_then_systems() -> None:
    assert Sizes().deliverables == 34 * 3 * 40 * 25
    assert Sizes().scaled(0.1).deliverables == 34 * 3 * 40 * 5 // 2
    tiny = Sizes().scaled(0.01)
    assert (tiny.hosts, tiny.systems) == (1.0, 10)


@pytest.mark.django_db
def test_loading_escapes_what_copy_would_read_as_its_own() -> None:
    table = Table(agreements.Theme, ("id", "key", "name", "position", "search_text"))
    odd = "dấu \\ gạch\tvà\ndòng \\N"
    table.rows = [(table.next_id(), "la", odd, 1, "")]
    assert table.flush() == 1
    assert agreements.Theme.objects.get(key="la").name == odd


@pytest.mark.django_db
def test_loading_lets_the_database_refuse(country: None) -> None:
    table = Table(Target, ("id", "deliverable_id", "indicator_id", "value", "baseline", "set_on"))
    target = Target.objects.all()[0]
    own = (target.deliverable_id, target.indicator_id, 5, 5, "2020-01-01")
    table.rows = [(table.next_id(), *own)]
    with pytest.raises(IntegrityError), transaction.atomic():
        table.flush()


@pytest.mark.django_db
def test_a_load_that_is_taken_back_gives_out_no_key_twice() -> None:
    """What is said to a sequence outlives the transaction on PostgreSQL; the rows of before do too."""
    report = make.report()
    with transaction.atomic():
        empty_of_reports()
        count_on([ProgressReport])
        transaction.set_rollback(True)
    assert ProgressReport.objects.filter(pk=report.pk).exists()
    later = make.report()
    assert later.pk > report.pk

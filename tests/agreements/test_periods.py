"""Making the periods of a phase: by verb, command and admin; what they refuse, and what stays as it was."""

import datetime as dt
from io import StringIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agreements.choices import PeriodKind
from agreements.models import Holiday, Phase, ReportingPeriod
from agreements.periods import make_periods, reckon_due_days_again
from coopportal.clock import ZONE
from tests import factories as make

pytestmark = pytest.mark.django_db


def told(phase: Phase) -> list[tuple[str, str, str]]:
    return [
        (row.name, f"{row.ends_on:%d/%m/%Y}", f"{row.due_on:%d/%m/%Y}")
        for row in phase.periods.all()
    ]


def test_the_quarters_of_a_phase_signed_in_its_first_year() -> None:
    phase = make.phase(start_year=2026, end_year=2027, signed_on="2026-06-20")
    made = make_periods(phase, PeriodKind.QUARTER)
    assert (made.added, made.kept) == (6, 0)
    assert told(phase) == [
        ("quý III/2026", "14/09/2026", "21/09/2026"),
        ("quý IV/2026", "14/12/2026", "21/12/2026"),
        ("quý I/2027", "14/03/2027", "19/03/2027"),
        ("quý II/2027", "14/06/2027", "21/06/2027"),
        ("quý III/2027", "14/09/2027", "21/09/2027"),
        ("quý IV/2027", "14/12/2027", "21/12/2027"),
    ]


def test_each_kind_is_named_as_administrations_write_it() -> None:
    phase = make.phase(start_year=2026, end_year=2026)
    for kind in PeriodKind:
        make_periods(phase, kind)
    names = [row.name for row in phase.periods.order_by("kind", "number")]
    assert names == [
        *("6 tháng đầu năm 2026", "6 tháng cuối năm 2026"),
        *(f"tháng {n}/2026" for n in range(1, 13)),
        *("quý I/2026", "quý II/2026", "quý III/2026", "quý IV/2026"),
        "năm 2026",
    ]


def test_what_is_there_already_stays_as_it_was() -> None:
    phase = make.phase(start_year=2026, end_year=2026)
    make_periods(phase, PeriodKind.YEAR)
    put_off = phase.periods.get()
    put_off.due_on = dt.date(2026, 12, 31)
    put_off.save()
    made = make_periods(phase, PeriodKind.YEAR, cutoff_day=31, due_working_days=1)
    assert (made.added, made.kept) == (0, 1)
    assert told(phase) == [("năm 2026", "14/12/2026", "31/12/2026")]


def test_a_phase_without_an_end_gets_next_year_too() -> None:
    phase = make.phase(start_year=2026, end_year=None, open_ended=True)
    with time_machine.travel(dt.datetime(2026, 12, 31, 23, 59, tzinfo=ZONE), tick=False):
        make_periods(phase, PeriodKind.YEAR)
    assert [row.year for row in phase.periods.all()] == [2026, 2027]
    with time_machine.travel(dt.datetime(2027, 1, 1, 0, 1, tzinfo=ZONE), tick=False):
        assert make_periods(phase, PeriodKind.YEAR).added == 1


@pytest.mark.parametrize(
    ("years", "says"),
    [
        ({"start_year": None, "end_year": 2026}, "chưa rõ ngày bắt đầu"),
        ({"start_year": 2026, "end_year": None}, "chưa rõ năm cuối"),
    ],
)
def test_a_term_that_is_not_known_is_refused_in_words(years: dict[str, int], says: str) -> None:
    phase = make.phase(**years)
    with pytest.raises(ValidationError, match=says):
        make_periods(phase, PeriodKind.YEAR)
    assert told(phase) == []


@pytest.mark.parametrize("wrong", [{"cutoff_day": 0}, {"cutoff_day": 32}, {"due_working_days": 0}])
def test_days_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="phải"):
        make_periods(make.phase(), PeriodKind.YEAR, **wrong)


def test_a_holiday_entered_later_moves_what_is_not_closed_yet() -> None:
    phase = make.phase(start_year=2026, end_year=2026)
    make_periods(phase, PeriodKind.QUARTER)
    for day, month in ((16, 3), (16, 9)):
        Holiday.objects.create(day=day, month=month, year=2026, name="Ngày nghỉ minh họa")
    assert reckon_due_days_again(phase, day=dt.date(2026, 3, 15)) == 1
    assert [due for _name, _ends, due in told(phase)] == [
        *("20/03/2026", "19/06/2026", "22/09/2026", "21/12/2026")
    ]


def test_only_the_solar_holidays_are_shipped() -> None:
    rows = Holiday.objects.values_list("day", "month", "year", "is_worked")
    assert sorted(rows) == [
        (1, 1, None, False),
        (1, 5, None, False),
        (2, 9, None, False),
        (30, 4, None, False),
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"day": 1, "month": 1},
        {"day": 32, "month": 1},
        {"day": 3, "month": 13},
        {"day": 3, "month": 1, "is_worked": True},
    ],
)
def test_a_holiday_is_a_day_once(values: dict[str, int]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Holiday.objects.create(name="x", **values)


def test_a_day_that_does_not_exist_is_named() -> None:
    with pytest.raises(ValidationError, match="không có thật"):
        Holiday(day=29, month=2, year=2026, name="x").full_clean()
    Holiday(day=29, month=2, year=2028, name="x").full_clean()


def test_a_due_day_comes_after_the_cut_off() -> None:
    phase = make.phase(start_year=2026, end_year=2026)
    make_periods(phase, PeriodKind.YEAR)
    with pytest.raises(IntegrityError), transaction.atomic():
        phase.periods.update(due_on=dt.date(2026, 12, 14))


# --- Doors ------------------------------------------------------------------------------------


def run(*args: str, **options: object) -> str:
    out = StringIO()
    call_command("make_periods", *args, stdout=out, **options)
    return out.getvalue()


def test_the_command_makes_one_phase_or_all_in_force() -> None:
    phase = make.phase(start_year=2026, end_year=2026)
    assert run(phase.slug, kind="half_year") == f"{phase}: thêm 2 kỳ, đã có 0 kỳ\n"
    assert run(phase.slug, kind="half_year", again=True) == f"{phase}: đổi hạn 0 kỳ\n"
    with time_machine.travel(dt.datetime(2026, 5, 5, tzinfo=ZONE), tick=False):
        assert str(phase) in run()
    in_force = set(Phase.objects.in_force_on(dt.date(2026, 5, 5)))
    quarters = ReportingPeriod.objects.filter(kind=PeriodKind.QUARTER)
    assert {row.phase for row in quarters} == in_force
    with pytest.raises(CommandError, match="Không có giai đoạn mang mã la-lung"):
        run("la-lung")


def test_the_admin_makes_them_too_and_tells_which_it_cannot(
    client: Client, administrator: User
) -> None:
    good, bad = make.phase(start_year=2026, end_year=2026), make.phase(start_year=None)
    client.force_login(administrator)
    answer = client.post(
        reverse("admin:agreements_phase_changelist"),
        {"action": "make_periods_quarter", "_selected_action": [good.pk, bad.pk]},
        follow=True,
    )
    assert good.periods.count() == 4
    assert bad.periods.count() == 0
    assert "Thêm 4 kỳ, đã có 0 kỳ." in answer.text
    assert "chưa rõ ngày bắt đầu" in answer.text

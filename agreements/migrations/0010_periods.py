"""Reporting periods of a phase, and the public holidays that their due days step over."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import coopportal.vietnamese


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0003_filings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalHoliday",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                ("day", models.PositiveSmallIntegerField(verbose_name="ngày")),
                ("month", models.PositiveSmallIntegerField(verbose_name="tháng")),
                (
                    "year",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Để trống nếu năm nào cũng nghỉ.",
                        null=True,
                        verbose_name="năm",
                    ),
                ),
                (
                    "name",
                    coopportal.vietnamese.VietnameseCharField(max_length=120, verbose_name="tên"),
                ),
                (
                    "is_worked",
                    models.BooleanField(
                        default=False,
                        help_text="Ngày cuối tuần đi làm để nghỉ bù ngày khác.",
                        verbose_name="ngày làm bù",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "lịch sử ngày nghỉ",
                "verbose_name_plural": "historical ngày nghỉ lễ",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalReportingPeriod",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("month", "Tháng"),
                            ("quarter", "Quý"),
                            ("half_year", "6 tháng"),
                            ("year", "Năm"),
                        ],
                        max_length=20,
                        verbose_name="loại kỳ",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="năm")),
                ("number", models.PositiveSmallIntegerField(verbose_name="kỳ thứ")),
                ("begins_on", models.DateField(verbose_name="từ ngày")),
                ("ends_on", models.DateField(verbose_name="ngày chốt số liệu")),
                ("due_on", models.DateField(verbose_name="hạn báo cáo")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "phase",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="agreements.phase",
                        verbose_name="giai đoạn",
                    ),
                ),
            ],
            options={
                "verbose_name": "lịch sử kỳ báo cáo",
                "verbose_name_plural": "historical kỳ báo cáo",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.PositiveSmallIntegerField(verbose_name="ngày")),
                ("month", models.PositiveSmallIntegerField(verbose_name="tháng")),
                (
                    "year",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Để trống nếu năm nào cũng nghỉ.",
                        null=True,
                        verbose_name="năm",
                    ),
                ),
                (
                    "name",
                    coopportal.vietnamese.VietnameseCharField(max_length=120, verbose_name="tên"),
                ),
                (
                    "is_worked",
                    models.BooleanField(
                        default=False,
                        help_text="Ngày cuối tuần đi làm để nghỉ bù ngày khác.",
                        verbose_name="ngày làm bù",
                    ),
                ),
            ],
            options={
                "verbose_name": "ngày nghỉ lễ",
                "verbose_name_plural": "ngày nghỉ lễ",
                "ordering": ["year", "month", "day"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("year", "month", "day"),
                        name="holiday_once",
                        violation_error_message="Ngày này đã có trong bảng.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("year__isnull", True)),
                        fields=("month", "day"),
                        name="holiday_every_year_once",
                        violation_error_message="Ngày này đã có trong bảng cho mọi năm.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("day__range", (1, 31)),
                            ("month__range", (1, 12)),
                            models.Q(
                                ("year__isnull", True),
                                ("year__range", (2000, 2200)),
                                _connector="OR",
                            ),
                        ),
                        name="holiday_day_plausible",
                        violation_error_message="Ngày phải từ 1 đến 31, tháng từ 1 đến 12.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_worked", False), ("year__isnull", False), _connector="OR"
                        ),
                        name="holiday_worked_has_year",
                        violation_error_message="Ngày làm bù phải ghi năm.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportingPeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("month", "Tháng"),
                            ("quarter", "Quý"),
                            ("half_year", "6 tháng"),
                            ("year", "Năm"),
                        ],
                        max_length=20,
                        verbose_name="loại kỳ",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="năm")),
                ("number", models.PositiveSmallIntegerField(verbose_name="kỳ thứ")),
                ("begins_on", models.DateField(verbose_name="từ ngày")),
                ("ends_on", models.DateField(verbose_name="ngày chốt số liệu")),
                ("due_on", models.DateField(verbose_name="hạn báo cáo")),
                (
                    "phase",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="periods",
                        to="agreements.phase",
                        verbose_name="giai đoạn",
                    ),
                ),
            ],
            options={
                "verbose_name": "kỳ báo cáo",
                "verbose_name_plural": "kỳ báo cáo",
                "ordering": ["phase", "ends_on", "begins_on"],
                "indexes": [
                    models.Index(fields=["phase", "-ends_on"], name="reportingperiod_by_cutoff")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["month", "quarter", "half_year", "year"])),
                        name="reportingperiod_kind_known",
                        violation_error_message="Giá trị không có trong danh mục. Chọn một mục trong danh sách.",
                    ),
                    models.UniqueConstraint(
                        fields=("phase", "kind", "year", "number"),
                        name="reportingperiod_once",
                        violation_error_message="Giai đoạn này đã có kỳ báo cáo đó.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("begins_on__lte", models.F("ends_on")),
                            ("due_on__gt", models.F("ends_on")),
                        ),
                        name="reportingperiod_days_in_order",
                        violation_error_message="Hạn báo cáo phải sau ngày chốt, ngày chốt sau ngày đầu.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("number__range", (1, 12)),
                            models.Q(("kind", "quarter"), ("number__gt", 4), _negated=True),
                            models.Q(("kind", "half_year"), ("number__gt", 2), _negated=True),
                            models.Q(("kind", "year"), ("number__gt", 1), _negated=True),
                        ),
                        name="reportingperiod_number_plausible",
                        violation_error_message="Năm chỉ có 12 tháng, 4 quý, hai kỳ 6 tháng.",
                    ),
                ],
            },
        ),
    ]

"""Amendments: what a phase said until a day; areas that came or ended with one."""

import django.db.models.deletion
from django.db import migrations, models

import coopportal.partial_dates
import coopportal.vietnamese


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0011_shipped_holidays"),
    ]

    operations = [
        migrations.CreateModel(
            name="Amendment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="thứ tự")),
                (
                    "number",
                    coopportal.vietnamese.VietnameseCharField(
                        blank=True, max_length=80, verbose_name="số, ký hiệu"
                    ),
                ),
                (
                    "title",
                    coopportal.vietnamese.VietnameseCharField(
                        blank=True, max_length=300, verbose_name="tên văn bản"
                    ),
                ),
                (
                    "signed_on",
                    coopportal.partial_dates.PartialDateField(
                        blank=True, null=True, verbose_name="ngày ký"
                    ),
                ),
                ("effective_on", models.DateField(verbose_name="có hiệu lực từ ngày")),
                ("terms_before", models.JSONField(verbose_name="nội dung trước đó")),
            ],
            options={
                "verbose_name": "phụ lục",
                "verbose_name_plural": "phụ lục",
                "ordering": ["phase", "position"],
            },
        ),
        migrations.AddField(
            model_name="cooperationarea",
            name="from_day",
            field=models.DateField(
                blank=True,
                help_text="Để trống nếu có từ đầu giai đoạn; phụ lục thêm thì ghi ngày.",
                null=True,
                verbose_name="có từ ngày",
            ),
        ),
        migrations.AddField(
            model_name="cooperationarea",
            name="until_day",
            field=models.DateField(
                blank=True,
                help_text="Phụ lục cho kết thúc thì ghi ngày đầu tiên không còn hiệu lực.",
                null=True,
                verbose_name="kết thúc từ ngày",
            ),
        ),
        migrations.AddField(
            model_name="historicalcooperationarea",
            name="from_day",
            field=models.DateField(
                blank=True,
                help_text="Để trống nếu có từ đầu giai đoạn; phụ lục thêm thì ghi ngày.",
                null=True,
                verbose_name="có từ ngày",
            ),
        ),
        migrations.AddField(
            model_name="historicalcooperationarea",
            name="until_day",
            field=models.DateField(
                blank=True,
                help_text="Phụ lục cho kết thúc thì ghi ngày đầu tiên không còn hiệu lực.",
                null=True,
                verbose_name="kết thúc từ ngày",
            ),
        ),
        migrations.AddConstraint(
            model_name="cooperationarea",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_day__isnull", True),
                    ("until_day__isnull", True),
                    ("until_day__gte", models.F("from_day")),
                    _connector="OR",
                ),
                name="cooperationarea_days_in_order",
                violation_error_message="Lĩnh vực không thể kết thúc trước ngày bắt đầu.",
            ),
        ),
        migrations.AddField(
            model_name="amendment",
            name="citations",
            field=models.ManyToManyField(
                blank=True,
                related_name="amendments",
                to="agreements.citation",
                verbose_name="trích dẫn",
            ),
        ),
        migrations.AddField(
            model_name="amendment",
            name="phase",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amendments",
                to="agreements.phase",
                verbose_name="giai đoạn",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.UniqueConstraint(
                fields=("phase", "position"),
                name="amendment_position_once",
                violation_error_message="Giai đoạn này đã có phụ lục ở thứ tự đó.",
            ),
        ),
    ]

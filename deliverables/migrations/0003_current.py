"""What stands on each day; kept by the database once the tables are whole (0046)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deliverables", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="CurrentFigure",
            fields=[
                (
                    "measurement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="current",
                        serialize=False,
                        to="deliverables.measurement",
                        verbose_name="số liệu",
                    ),
                ),
                ("begins", models.DateField(verbose_name="từ ngày")),
                ("ends", models.DateField(verbose_name="đến trước ngày")),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=4, max_digits=20, null=True, verbose_name="giá trị"
                    ),
                ),
                (
                    "numerator",
                    models.DecimalField(
                        decimal_places=4, max_digits=20, null=True, verbose_name="tử số"
                    ),
                ),
                (
                    "denominator",
                    models.DecimalField(
                        decimal_places=4, max_digits=20, null=True, verbose_name="mẫu số"
                    ),
                ),
                ("qualifier", models.CharField(max_length=20, verbose_name="từ chỉ mức")),
                (
                    "deliverable",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="current_figures",
                        to="deliverables.deliverable",
                        verbose_name="hạng mục",
                    ),
                ),
                (
                    "indicator",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="current_figures",
                        to="deliverables.indicator",
                        verbose_name="chỉ tiêu",
                    ),
                ),
            ],
            options={
                "verbose_name": "số liệu đang dùng",
                "verbose_name_plural": "số liệu đang dùng",
                "indexes": [
                    models.Index(fields=["deliverable", "indicator"], name="currentfigure_of"),
                    models.Index(fields=["ends", "indicator"], name="currentfigure_on"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CurrentReport",
            fields=[
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="current",
                        serialize=False,
                        to="deliverables.progressreport",
                        verbose_name="báo cáo",
                    ),
                ),
                ("begins", models.DateField(verbose_name="từ ngày")),
                ("ends", models.DateField(verbose_name="đến trước ngày")),
                ("stage", models.CharField(max_length=30, verbose_name="trạng thái")),
                ("state", models.CharField(max_length=20, verbose_name="tình trạng")),
                (
                    "deliverable",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="current_reports",
                        to="deliverables.deliverable",
                        verbose_name="hạng mục",
                    ),
                ),
            ],
            options={
                "verbose_name": "báo cáo đang dùng",
                "verbose_name_plural": "báo cáo đang dùng",
                "indexes": [
                    models.Index(fields=["deliverable", "begins"], name="currentreport_of"),
                    models.Index(fields=["ends", "begins"], name="currentreport_on"),
                ],
            },
        ),
    ]

"""Documents that a side files; how long a quotation may be depends on its source now."""

import django.db.models.deletion
from django.db import migrations, models

import coopportal.vietnamese


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="citation",
            name="quote",
            field=coopportal.vietnamese.VietnameseCharField(
                blank=True, max_length=240, verbose_name="trích dẫn"
            ),
        ),
        migrations.AlterField(
            model_name="historicalcitation",
            name="quote",
            field=coopportal.vietnamese.VietnameseCharField(
                blank=True, max_length=240, verbose_name="trích dẫn"
            ),
        ),
        migrations.CreateModel(
            name="Filing",
            fields=[
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="filing",
                        serialize=False,
                        to="agreements.source",
                        verbose_name="nguồn",
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("partner", "Tỉnh, cơ quan đối tác"), ("vnpt", "VNPT")],
                        max_length=10,
                        verbose_name="bên cung cấp",
                    ),
                ),
                (
                    "sent_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="gửi bên kia lúc"),
                ),
                (
                    "opened_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="công khai lúc"),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="filings",
                        to="agreements.agreement",
                        verbose_name="thỏa thuận",
                    ),
                ),
            ],
            options={
                "verbose_name": "văn bản do một bên cung cấp",
                "verbose_name_plural": "văn bản do hai bên cung cấp",
                "ordering": ["agreement", "source"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["partner", "vnpt"])),
                        name="filing_side_known",
                        violation_error_message="Giá trị không có trong danh mục. Chọn một mục trong danh sách.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opened_at__isnull", True),
                            models.Q(
                                ("sent_at__isnull", False), ("sent_at__lte", models.F("opened_at"))
                            ),
                            _connector="OR",
                        ),
                        name="filing_sent_before_opened",
                        violation_error_message="Văn bản phải được gửi bên kia trước khi công khai.",
                    ),
                ],
            },
        ),
    ]

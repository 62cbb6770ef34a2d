"""Contents that people handed in, each kept once, and which documents they are the text of."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import coopportal.vietnamese


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0040_amendments"),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "file",
                    models.FileField(
                        editable=False,
                        max_length=120,
                        unique=True,
                        upload_to="",
                        verbose_name="nơi lưu",
                    ),
                ),
                (
                    "sha256",
                    models.CharField(
                        max_length=64,
                        validators=[django.core.validators.RegexValidator("^[0-9a-f]{64}$")],
                        verbose_name="SHA-256",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pdf", "PDF"),
                            ("png", "PNG"),
                            ("jpeg", "JPEG"),
                            ("docx", "Word"),
                            ("xlsx", "Excel"),
                        ],
                        max_length=10,
                        verbose_name="loại tệp",
                    ),
                ),
                (
                    "size",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="số byte",
                    ),
                ),
                (
                    "pages",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="số trang"),
                ),
                ("signed", models.BooleanField(default=False, verbose_name="có chữ ký số")),
                ("stored_at", models.DateTimeField(auto_now_add=True, verbose_name="lưu lúc")),
            ],
            options={
                "verbose_name": "tệp đã lưu",
                "verbose_name_plural": "tệp đã lưu",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["pdf", "png", "jpeg", "docx", "xlsx"])),
                        name="storedfile_kind_known",
                        violation_error_message="Giá trị không có trong danh mục. Chọn một mục trong danh sách.",
                    ),
                    models.UniqueConstraint(
                        fields=("sha256",),
                        name="storedfile_content_once",
                        violation_error_message="Nội dung này đã được lưu.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "pdf"), ("pages__gt", 0)),
                            models.Q(
                                models.Q(("kind", "pdf"), _negated=True),
                                ("pages__isnull", True),
                                ("signed", False),
                            ),
                            _connector="OR",
                        ),
                        name="storedfile_pages_of_pdf",
                        violation_error_message="Số trang và chữ ký số chỉ ghi cho tệp PDF.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SourceFile",
            fields=[
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="document",
                        serialize=False,
                        to="agreements.source",
                        verbose_name="nguồn",
                    ),
                ),
                (
                    "name",
                    coopportal.vietnamese.VietnameseCharField(
                        max_length=200, verbose_name="tên tệp"
                    ),
                ),
                (
                    "stored",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="agreements.storedfile",
                        verbose_name="tệp",
                    ),
                ),
            ],
            options={
                "verbose_name": "tệp của văn bản",
                "verbose_name_plural": "tệp của văn bản",
                "ordering": ["source"],
            },
        ),
    ]

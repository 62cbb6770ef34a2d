"""Which digest was mailed to whom on which day."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deliverables", "0006_verbs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Digest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="ngày")),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(default=0, verbose_name="số lần gửi"),
                ),
                (
                    "claimed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="bắt đầu gửi lúc"),
                ),
                (
                    "sent_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="gửi xong lúc"),
                ),
                (
                    "error",
                    models.CharField(blank=True, max_length=300, verbose_name="lỗi lần trước"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="digests",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="người nhận",
                    ),
                ),
            ],
            options={
                "verbose_name": "thư nhắc việc",
                "verbose_name_plural": "thư nhắc việc",
                "ordering": ["-day", "user"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "day"),
                        name="digest_once_a_day",
                        violation_error_message="Thư nhắc việc của ngày này đã có.",
                    )
                ],
            },
        ),
    ]

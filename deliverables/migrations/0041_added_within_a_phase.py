"""What is added to a running phase has a day, and a due day that changes leaves the one before."""

import django.db.models.deletion
from django.db import migrations, models

from deliverables import triggers


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0040_amendments"),
        ("deliverables", "0040_proposals"),
    ]

    operations = [
        migrations.AddField(
            model_name="deliverable",
            name="agreed_on",
            field=models.DateField(
                blank=True,
                help_text="Để trống nếu có từ đầu giai đoạn; bổ sung giữa giai đoạn thì ghi ngày.",
                null=True,
                verbose_name="thỏa thuận từ ngày",
            ),
        ),
        migrations.AddField(
            model_name="historicaldeliverable",
            name="agreed_on",
            field=models.DateField(
                blank=True,
                help_text="Để trống nếu có từ đầu giai đoạn; bổ sung giữa giai đoạn thì ghi ngày.",
                null=True,
                verbose_name="thỏa thuận từ ngày",
            ),
        ),
        migrations.CreateModel(
            name="DueDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "due_before",
                    models.DateField(blank=True, null=True, verbose_name="thời hạn trước đó"),
                ),
                ("due_on", models.DateField(verbose_name="thời hạn")),
                ("set_on", models.DateField(verbose_name="đặt ngày")),
                (
                    "deliverable",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="due_days",
                        to="deliverables.deliverable",
                        verbose_name="hạng mục",
                    ),
                ),
            ],
            options={
                "verbose_name": "lần đổi thời hạn",
                "verbose_name_plural": "các lần đổi thời hạn",
                "ordering": ["deliverable", "set_on"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("deliverable", "set_on"),
                        name="dueday_once_a_day",
                        violation_error_message="Ngày này đã đổi thời hạn của hạng mục đó.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("due_before__isnull", True),
                            models.Q(("due_before", models.F("due_on")), _negated=True),
                            _connector="OR",
                        ),
                        name="dueday_differs",
                        violation_error_message="Thời hạn mới phải khác thời hạn đang có.",
                    ),
                ],
            },
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]

"""Drafts with a version, who moved a report on, comments, requests handled, the queue last seen."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import coopportal.vietnamese
from deliverables import keepers, triggers


def without_guards(apps, schema_editor):
    keepers.uninstall(schema_editor.connection)
    triggers.uninstall(schema_editor.connection)


def with_guards(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("agreements", "0003_filings"),
        ("deliverables", "0003_current"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    # The table of reports is rebuilt on SQLite: its guards go first and come back last (ADR 5).
    operations = [
        migrations.RunPython(without_guards, with_guards),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("partner", "Tỉnh, cơ quan đối tác"), ("vnpt", "VNPT")],
                        max_length=10,
                        verbose_name="phía",
                    ),
                ),
                (
                    "text",
                    coopportal.vietnamese.VietnameseTextField(
                        blank=True, max_length=2000, verbose_name="trao đổi"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="lúc")),
            ],
            options={
                "verbose_name": "trao đổi",
                "verbose_name_plural": "trao đổi",
                "ordering": ["report", "at", "id"],
            },
        ),
        migrations.CreateModel(
            name="HandledRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=100, verbose_name="khóa của yêu cầu")),
                ("digest", models.CharField(max_length=64, verbose_name="mã băm của yêu cầu")),
                ("at", models.DateTimeField(verbose_name="lúc")),
            ],
            options={
                "verbose_name": "yêu cầu đã xử lý",
                "verbose_name_plural": "yêu cầu đã xử lý",
            },
        ),
        migrations.CreateModel(
            name="Move",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Nháp"),
                            ("submitted", "Chờ xác nhận"),
                            ("confirmed", "Hai bên xác nhận"),
                            ("returned", "Trả lại"),
                            ("disputed", "Không đồng ý"),
                            ("withdrawn", "Đã rút"),
                            ("published", "Nguồn công bố"),
                            ("set_aside", "Không dùng, có nguồn tốt hơn"),
                        ],
                        max_length=20,
                        verbose_name="tình trạng",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="lúc")),
            ],
            options={
                "verbose_name": "bước của báo cáo",
                "verbose_name_plural": "các bước của báo cáo",
                "ordering": ["report", "at"],
            },
        ),
        migrations.CreateModel(
            name="QueueSeen",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="queue_seen",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="người dùng",
                    ),
                ),
                ("seen_at", models.DateTimeField(verbose_name="xem lúc")),
            ],
            options={
                "verbose_name": "lần xem hàng chờ",
                "verbose_name_plural": "lần xem hàng chờ",
            },
        ),
        migrations.AddField(
            model_name="progressreport",
            name="version",
            field=models.PositiveIntegerField(
                default=1, editable=False, serialize=False, verbose_name="lần lưu nháp"
            ),
        ),
        migrations.AddConstraint(
            model_name="progressreport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft"), models.Q(("side", "source"), _negated=True)),
                fields=("deliverable", "side", "as_of_end"),
                name="progressreport_one_open_draft",
                violation_error_message="Bên này đã có bản nháp của hạng mục cho ngày đó. Mở bản nháp đó để sửa tiếp.",
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="comments",
                to=settings.AUTH_USER_MODEL,
                verbose_name="người viết",
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="report",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="comments",
                to="deliverables.progressreport",
                verbose_name="báo cáo",
            ),
        ),
        migrations.AddField(
            model_name="handledrequest",
            name="report",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="handled_requests",
                to="deliverables.progressreport",
                verbose_name="báo cáo",
            ),
        ),
        migrations.AddField(
            model_name="handledrequest",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="handled_requests",
                to=settings.AUTH_USER_MODEL,
                verbose_name="người gửi",
            ),
        ),
        migrations.AddField(
            model_name="move",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moves",
                to=settings.AUTH_USER_MODEL,
                verbose_name="người thực hiện",
            ),
        ),
        migrations.AddField(
            model_name="move",
            name="report",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moves",
                to="deliverables.progressreport",
                verbose_name="báo cáo",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["partner", "vnpt"])),
                name="comment_side_known",
                violation_error_message="Giá trị không có trong danh mục. Chọn một mục trong danh sách.",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True),
                name="comment_says_something",
                violation_error_message="Ghi nội dung trao đổi.",
            ),
        ),
        migrations.AddConstraint(
            model_name="handledrequest",
            constraint=models.UniqueConstraint(
                fields=("user", "key"),
                name="handledrequest_key_once",
                violation_error_message="Yêu cầu mang khóa này đã được xử lý.",
            ),
        ),
        migrations.AddConstraint(
            model_name="move",
            constraint=models.UniqueConstraint(
                fields=("report", "state"),
                name="move_state_once",
                violation_error_message="Bước này của báo cáo đã được ghi.",
            ),
        ),
        migrations.AddConstraint(
            model_name="move",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "submitted",
                            "confirmed",
                            "returned",
                            "disputed",
                            "withdrawn",
                            "published",
                            "set_aside",
                        ],
                    )
                ),
                name="move_state_known",
                violation_error_message="Giá trị không có trong danh mục. Chọn một mục trong danh sách.",
            ),
        ),
        migrations.RunPython(with_guards, without_guards),
    ]

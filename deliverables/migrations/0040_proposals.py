"""What one side proposes to the other: kept as it was sent, by guards of the database."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import coopportal.vietnamese
from deliverables import triggers


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0011_shipped_holidays"),
        ("deliverables", "0020_digests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "uid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="mã"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("phase", "Giai đoạn mới"),
                            ("amendment", "Phụ lục"),
                            ("additions", "Hạng mục, mục tiêu trong giai đoạn"),
                        ],
                        max_length=20,
                        verbose_name="loại",
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("partner", "Tỉnh, cơ quan đối tác"), ("vnpt", "VNPT")],
                        max_length=10,
                        verbose_name="phía đề nghị",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Nháp"),
                            ("submitted", "Chờ bên kia đồng ý"),
                            ("accepted", "Đã đồng ý, có hiệu lực"),
                            ("returned", "Trả lại"),
                            ("withdrawn", "Đã rút"),
                        ],
                        default="draft",
                        max_length=20,
                        verbose_name="tình trạng",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="lần lưu")),
                ("payload", models.JSONField(default=dict, verbose_name="nội dung")),
                ("created_at", models.DateTimeField(verbose_name="lập lúc")),
                ("saved_at", models.DateTimeField(verbose_name="lưu lúc")),
                (
                    "submitted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="gửi lúc"),
                ),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="quyết định lúc"),
                ),
                (
                    "reason",
                    coopportal.vietnamese.VietnameseTextField(
                        blank=True, verbose_name="lý do trả lại"
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="agreements.agreement",
                        verbose_name="thỏa thuận",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="người lập",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decided_proposals",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="người quyết định",
                    ),
                ),
                (
                    "made_phase",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="made_by_proposals",
                        to="agreements.phase",
                        verbose_name="giai đoạn hình thành",
                    ),
                ),
                (
                    "phase",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="agreements.phase",
                        verbose_name="giai đoạn",
                    ),
                ),
                (
                    "revises",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="deliverables.proposal",
                        verbose_name="làm lại từ",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submitted_proposals",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="người gửi",
                    ),
                ),
            ],
            options={
                "verbose_name": "đề nghị ký kết",
                "verbose_name_plural": "đề nghị ký kết",
                "ordering": ["-saved_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["phase", "amendment", "additions"])),
                        name="proposal_kind_known",
                        violation_error_message="Giá trị không có trong danh mục. Chọn một mục trong danh sách.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["partner", "vnpt"])),
                        name="proposal_side_known",
                        violation_error_message="Giá trị không có trong danh mục. Chọn một mục trong danh sách.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["draft", "submitted", "accepted", "returned", "withdrawn"],
                            )
                        ),
                        name="proposal_state_known",
                        violation_error_message="Giá trị không có trong danh mục. Chọn một mục trong danh sách.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")),
                        fields=("agreement", "side", "kind"),
                        name="proposal_one_draft",
                        violation_error_message="Bên này đã có một bản nháp cùng loại. Mở bản nháp đó để sửa tiếp.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "phase"), ("phase__isnull", True)),
                            models.Q(
                                models.Q(("kind", "phase"), _negated=True), ("phase__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="proposal_phase_of_kind",
                        violation_error_message="Phụ lục và bổ sung phải thuộc một giai đoạn; giai đoạn mới thì không.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "draft"),
                                ("submitted_at__isnull", True),
                                ("submitted_by__isnull", True),
                            ),
                            models.Q(
                                models.Q(("state", "draft"), _negated=True),
                                ("submitted_at__isnull", False),
                                ("submitted_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_sent_by_somebody",
                        violation_error_message="Đề nghị đã gửi phải có người gửi và thời điểm gửi.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("state__in", ["accepted", "returned", "withdrawn"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state__in", ["accepted", "returned", "withdrawn"]),
                                    _negated=True,
                                ),
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_decided_by_somebody",
                        violation_error_message="Đề nghị đã có kết quả phải có người quyết định và thời điểm.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "returned"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="proposal_returned_with_reason",
                        violation_error_message="Trả lại thì phải ghi lý do.",
                    ),
                ],
            },
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]

"""Files of reports name a content that is stored once; until now no door let any in."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import coopportal.vietnamese
from deliverables import triggers


def without_guards(apps, schema_editor):
    if apps.get_model("deliverables", "EvidenceFile").objects.exists():
        raise RuntimeError(
            "deliverables_evidencefile has rows, which no door of the portal ever wrote. Take them away "
            "(their files are in MEDIA_ROOT) and hand the files in again after this migration."
        )
    triggers.uninstall(schema_editor.connection)


def with_guards(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0041_stored_files"),
        ("deliverables", "0041_added_within_a_phase"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(without_guards, with_guards),
        migrations.DeleteModel(name="EvidenceFile"),
        migrations.CreateModel(
            name="EvidenceFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    coopportal.vietnamese.VietnameseCharField(
                        max_length=200, verbose_name="tên tệp"
                    ),
                ),
                (
                    "uploaded_at",
                    models.DateTimeField(auto_now_add=True, verbose_name="tải lên lúc"),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="deliverables.progressreport",
                        verbose_name="báo cáo",
                    ),
                ),
                (
                    "stored",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="agreements.storedfile",
                        verbose_name="tệp",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence_files",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="người tải lên",
                    ),
                ),
            ],
            options={
                "verbose_name": "tệp minh chứng",
                "verbose_name_plural": "tệp minh chứng",
                "ordering": ["report", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("report", "stored"),
                        name="evidencefile_once",
                        violation_error_message="Tệp này đã được đính kèm.",
                    )
                ],
            },
        ),
        migrations.RunPython(with_guards, without_guards),
    ]

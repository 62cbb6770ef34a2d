"""The signed document of a proposal as a file, fixed with the proposal once it was sent."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import coopportal.vietnamese
from deliverables import triggers


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0041_stored_files"),
        ("deliverables", "0043_current_by_its_end"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProposalFile",
            fields=[
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="document_file",
                        serialize=False,
                        to="deliverables.proposal",
                        verbose_name="đề nghị",
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
                    "stored",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="agreements.storedfile",
                        verbose_name="tệp",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposal_files",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="người tải lên",
                    ),
                ),
            ],
            options={
                "verbose_name": "tệp của đề nghị",
                "verbose_name_plural": "tệp của đề nghị",
                "ordering": ["proposal"],
            },
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]

"""The count of calls. On PostgreSQL without a log: it is worth a minute, and costs no wait for the disk."""

from django.db import migrations, models


def unlogged(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE rates_callcount SET UNLOGGED")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="CallCount",
            fields=[
                (
                    "caller",
                    models.CharField(
                        max_length=80,
                        primary_key=True,
                        serialize=False,
                        verbose_name="người gọi",
                    ),
                ),
                ("minute", models.BigIntegerField(db_index=True, verbose_name="phút")),
                ("calls", models.BigIntegerField(verbose_name="lượt gọi")),
            ],
            options={"verbose_name": "số lượt gọi", "verbose_name_plural": "số lượt gọi"},
        ),
        migrations.RunPython(unlogged, migrations.RunPython.noop),
    ]

"""The data's token, and triggers on every table that an answer is read from."""

from django.db import migrations, models

from coopportal.versions import triggers

APPS = ("agreements", "deliverables")


def _tables(apps):
    """Of the models as they are at this migration: links between rows too, without the admin's history."""
    return [
        model._meta.db_table
        for app in APPS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if not model._meta.proxy and model._meta.managed and not hasattr(model, "history_id")
    ]


def watch(apps, schema_editor):
    triggers.watch(schema_editor.connection, _tables(apps))


def unwatch(apps, schema_editor):
    triggers.unwatch(schema_editor.connection, _tables(apps))


class Migration(migrations.Migration):
    initial = True
    dependencies = [("agreements", "0001_initial"), ("deliverables", "0002_guards")]
    operations = [
        migrations.CreateModel(
            name="DataVersion",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(primary_key=True, serialize=False),
                ),
                ("token", models.CharField(max_length=32, verbose_name="dấu")),
            ],
            options={
                "verbose_name": "phiên bản dữ liệu",
                "verbose_name_plural": "phiên bản dữ liệu",
            },
        ),
        migrations.RunPython(watch, unwatch),
    ]

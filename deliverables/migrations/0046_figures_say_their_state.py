"""A figure that stands says whether both sides stand by it; what stands is kept from here on."""

from django.db import migrations, models

from deliverables import keepers


def rest(apps, schema_editor):
    keepers.uninstall(schema_editor.connection)


def keep(apps, schema_editor):
    keepers.install(schema_editor.connection)
    keepers.rebuild(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("deliverables", "0045_changes_by_time"),
    ]

    operations = [
        migrations.RunPython(rest, migrations.RunPython.noop),
        # What is there is written anew below.
        migrations.AddField(
            model_name="currentfigure",
            name="state",
            field=models.CharField(default="", max_length=20, verbose_name="tình trạng"),
            preserve_default=False,
        ),
        migrations.RunPython(keep, rest),
    ]

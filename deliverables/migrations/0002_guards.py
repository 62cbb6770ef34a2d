"""The database's guards over what left draft, and the row that is locked while changes are numbered."""

from django.db import migrations

from deliverables import keepers, triggers


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)
    keepers.install(schema_editor.connection)
    apps.get_model("deliverables", "OfficialSequence").objects.get_or_create(pk=1)


def uninstall(apps, schema_editor):
    keepers.uninstall(schema_editor.connection)
    triggers.uninstall(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("deliverables", "0001_initial")]
    operations = [migrations.RunPython(install, uninstall)]

"""A list of all reports begins at the end of an index; what waits for somebody is found without the rest."""

from django.db import migrations, models

REPORT = "deliverables_progressreport"
INDEX = "report_latest"
#: Empty days last: SQLite has them there anyway, and does not know the words in an index.
LAST = {"postgresql": " NULLS LAST", "sqlite": ""}


def put_in_order(apps, schema_editor):
    last = LAST[schema_editor.connection.vendor]
    schema_editor.execute(
        f'CREATE INDEX "{INDEX}" ON "{REPORT}" (as_of_end DESC, official_from DESC{last}, id DESC)'
    )


def leave_in_no_order(apps, schema_editor):
    schema_editor.execute(f'DROP INDEX "{INDEX}"')


class Migration(migrations.Migration):
    dependencies = [
        ("deliverables", "0046_figures_say_their_state"),
    ]

    operations = [
        migrations.RunPython(put_in_order, leave_in_no_order),
        migrations.AddIndex(
            model_name="progressreport",
            index=models.Index(
                fields=["deliverable", "state"],
                name="report_waiting",
                condition=models.Q(("state__in", ["submitted", "returned"])),
            ),
        ),
    ]

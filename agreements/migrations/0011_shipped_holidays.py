"""The public holidays that follow the solar calendar: Bộ luật Lao động 2019, điều 112."""

from django.db import migrations

SHIPPED = (
    (1, 1, "Tết Dương lịch"),
    (30, 4, "Ngày Chiến thắng"),
    (1, 5, "Ngày Quốc tế lao động"),
    (2, 9, "Quốc khánh"),
)


def add(apps, schema_editor):
    Holiday = apps.get_model("agreements", "Holiday")
    Holiday.objects.using(schema_editor.connection.alias).bulk_create(
        Holiday(day=day, month=month, name=name) for day, month, name in SHIPPED
    )


class Migration(migrations.Migration):
    dependencies = [("agreements", "0010_periods")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]

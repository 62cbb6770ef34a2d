from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deliverables", "0044_proposal_files"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="officialchange",
            index=models.Index(fields=["at"], name="officialchange_at"),
        ),
    ]

"""Meta's ids of files that it has refused."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_how_the_model_speaks"),
        ("conversations", "0015_pokes_of_what_is_marked_unread"),
    ]

    operations = [
        migrations.CreateModel(
            name="RefusedFile",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("media_id", models.CharField(max_length=200)),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "number",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.whatsappnumber",
                    ),
                ),
            ],
            options={
                "verbose_name": "refused file",
                "verbose_name_plural": "refused files",
                "constraints": [models.UniqueConstraint(fields=("number", "media_id"), name="refused_once")],
            },
        ),
    ]

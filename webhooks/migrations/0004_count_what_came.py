"""How many items came in each quarter of an hour, and how they ended. What came before this migration is not counted."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_trigrams_and_audit_lock"),
        ("webhooks", "0003_replay_of_failed_items"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("slot", models.DateTimeField()),
                ("received", models.PositiveIntegerField()),
                ("done", models.PositiveIntegerField()),
                ("duplicate", models.PositiveIntegerField()),
                ("ignored", models.PositiveIntegerField()),
                ("failed", models.PositiveIntegerField()),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.business",
                    ),
                ),
                (
                    "number",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.whatsappnumber",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("slot", "business", "number"), name="tally_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(received=F("done") + F("duplicate") + F("ignored") + F("failed")),
                        name="tally_complete",
                    ),
                ],
            },
        ),
    ]

"""Conversations that are made up to try the bot, and calls of the model that are of no customer."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_how_the_model_speaks"),
        ("aibot", "0011_files_of_answers"),
        ("conversations", "0015_pokes_of_what_is_marked_unread"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="reservation",
            name="contact",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="conversations.contact",
            ),
        ),
        migrations.CreateModel(
            name="Trial",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("lines", models.JSONField(default=list)),
                ("state", models.JSONField(default=dict)),
                ("with_model", models.BooleanField(default=False)),
                ("said_at", models.DateTimeField()),
                ("waiting_since", models.DateTimeField(null=True)),
                ("ticket", models.UUIDField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("touched_at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.business",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "trial",
                "verbose_name_plural": "trials",
                "indexes": [
                    models.Index(
                        condition=models.Q(("waiting_since__isnull", False)),
                        fields=["waiting_since"],
                        name="trials_that_wait",
                    ),
                    models.Index(fields=["touched_at"], name="trials_by_age"),
                ],
                "constraints": [models.UniqueConstraint(fields=("business", "user"), name="trial_once")],
            },
        ),
    ]

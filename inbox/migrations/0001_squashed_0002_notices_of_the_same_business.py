"""What people want to be told, on which devices, and what they have been told."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.ids
from accounts.migrations.operations.keys import same_business
from accounts.migrations.operations.tables import CreateModels


class Migration(migrations.Migration):
    initial = True
    replaces = [("inbox", "0001_initial"), ("inbox", "0002_notices_of_the_same_business")]

    dependencies = [
        ("accounts", "0001_squashed_0012_how_the_model_speaks"),
        ("conversations", "0001_squashed_0016_refused_files"),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name="Preference",
                fields=[
                    (
                        "user",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.CASCADE,
                            primary_key=True,
                            related_name="+",
                            serialize=False,
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    ("push", models.BooleanField(default=True, verbose_name="notifications")),
                    ("sound", models.BooleanField(default=False, verbose_name="sound")),
                    ("keys", models.BooleanField(default=True, verbose_name="keys")),
                    (
                        "theme",
                        models.CharField(
                            choices=[("system", "as the system"), ("light", "light"), ("dark", "dark")],
                            default="system",
                            max_length=6,
                            verbose_name="colours",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "preference",
                    "verbose_name_plural": "preferences",
                },
            ),
            migrations.CreateModel(
                name="PushSubscription",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("endpoint", models.CharField(max_length=1000, unique=True)),
                    ("p256dh", models.CharField(max_length=100)),
                    ("auth", models.CharField(max_length=40)),
                    ("created_at", models.DateTimeField(auto_now_add=True)),
                    (
                        "user",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                        ),
                    ),
                ],
                options={
                    "verbose_name": "push subscription",
                    "verbose_name_plural": "push subscriptions",
                },
            ),
            migrations.CreateModel(
                name="WaitNotice",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("waiting_since", models.DateTimeField()),
                    ("pushed_at", models.DateTimeField()),
                    ("mailed_at", models.DateTimeField(null=True)),
                    (
                        "business",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="accounts.business",
                        ),
                    ),
                    (
                        "conversation",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            to="conversations.conversation",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "notice",
                    "verbose_name_plural": "notices",
                    "indexes": [models.Index(fields=["waiting_since"], name="waits_by_age")],
                    "constraints": [
                        models.UniqueConstraint(fields=("conversation", "waiting_since"), name="wait_told_once")
                    ],
                },
            ),
        ),
        # A conversation takes its notices along when it goes.
        same_business(
            ("inbox_waitnotice", "conversation_id", "conversations_conversation"), on_delete="ON DELETE CASCADE"
        ),
    ]

"""Sign-in, API keys, invitations, and what an owner may set."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.ids
import accounts.models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_number_health"),
    ]

    operations = [
        migrations.AddField(
            model_name="auditevent",
            name="address",
            field=models.GenericIPAddressField(blank=True, null=True, verbose_name="from"),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="api_key",
            field=models.CharField(blank=True, db_default="", max_length=16, verbose_name="API key"),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="request_id",
            field=models.CharField(blank=True, db_default="", max_length=64),
        ),
        migrations.AddField(
            model_name="business",
            name="ai_daily_tokens",
            field=models.PositiveBigIntegerField(
                blank=True,
                help_text="Empty: as much as the installation allows. 0: no model.",
                null=True,
                verbose_name="model tokens a day, granted",
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="ai_calls_per_hour",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Empty: as many as you are allowed.",
                null=True,
                verbose_name="model calls per customer and hour",
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="ai_daily_tokens",
            field=models.PositiveBigIntegerField(
                blank=True, help_text="Empty: as much as you are allowed.", null=True, verbose_name="model tokens a day"
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="bot_on",
            field=models.BooleanField(
                db_default=True, default=True, help_text="Off: every message waits for a person.", verbose_name="bot"
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="holidays",
            field=models.JSONField(
                blank=True,
                db_default=[],
                default=list,
                help_text="Closed all day.",
                validators=[accounts.models.valid_holidays],
                verbose_name="holidays",
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="messages_kept_days",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Older ones are deleted for good. Empty: they are kept.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(30),
                    django.core.validators.MaxValueValidator(3660),
                ],
                verbose_name="messages are kept, in days",
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="quiet_from",
            field=models.TimeField(blank=True, null=True, verbose_name="quiet from"),
        ),
        migrations.AddField(
            model_name="settings",
            name="quiet_until",
            field=models.TimeField(
                blank=True,
                help_text="In this time nothing that the customer has not asked for is sent: follow-ups and marketing wait.",
                null=True,
                verbose_name="quiet until",
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="texts",
            field=models.JSONField(
                blank=True, db_default={}, default=dict, validators=[accounts.models.valid_texts], verbose_name="texts"
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="two_factor_required",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Members without it see nothing until they have set it up.",
                verbose_name="two-factor sign-in for everybody",
            ),
        ),
        migrations.CreateModel(
            name="TokenFamily",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("prefix", models.CharField(max_length=16, verbose_name="begins with")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("scopes", models.JSONField(default=list, verbose_name="may")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
                ("last_used_at", models.DateTimeField(blank=True, null=True, verbose_name="last used")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="ends")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
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
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "API key",
                "verbose_name_plural": "API keys",
                "ordering": ["-created_at"],
                "indexes": [models.Index(fields=["business", "-created_at"], name="accounts_ap_busines_b8e6cc_idx")],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                (
                    "role",
                    models.CharField(
                        choices=[("owner", "Owner"), ("agent", "Agent"), ("viewer", "Viewer")],
                        max_length=10,
                        verbose_name="role",
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="sent")),
                ("expires_at", models.DateTimeField(verbose_name="valid until")),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
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
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "ordering": ["-created_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("business", "email"), name="one_open_invitation"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KnownPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mark", models.CharField(max_length=64)),
                ("seen_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "mark"), name="known_place_once")],
            },
        ),
    ]

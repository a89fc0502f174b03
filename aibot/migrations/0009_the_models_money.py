"""What the language model may cost and has cost, and by which texts it was told how to answer."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import accounts.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_how_the_model_speaks"),
        ("aibot", "0008_turns"),
        ("conversations", "0014_pokes_of_the_teams_work"),
    ]

    operations = [
        migrations.CreateModel(
            name="Budget",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("tokens", "tokens of a day"), ("money", "money of a month")],
                        max_length=6,
                        verbose_name="of",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="from")),
                ("most", models.BigIntegerField(verbose_name="limit")),
                ("reserved", models.BigIntegerField(db_default=0, default=0, verbose_name="reserved")),
                ("used", models.BigIntegerField(db_default=0, default=0, verbose_name="used")),
                (
                    "over",
                    models.BigIntegerField(db_default=0, default=0, verbose_name="reported beyond what was reserved"),
                ),
                ("calls", models.PositiveIntegerField(db_default=0, default=0, verbose_name="calls")),
                ("full_at", models.DateTimeField(blank=True, null=True, verbose_name="used up")),
                ("off_at", models.DateTimeField(blank=True, null=True, verbose_name="switched off")),
                ("told", models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                (
                    "business",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.business",
                    ),
                ),
            ],
            options={
                "verbose_name": "budget of the model",
                "verbose_name_plural": "budgets of the model",
                "ordering": ["-starts_on", "kind"],
            },
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "model",
                    models.CharField(
                        help_text="As in AI_MODEL or AI_TRANSCRIPTION_MODEL.", max_length=120, verbose_name="model"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="from")),
                (
                    "per_million_in",
                    models.DecimalField(
                        decimal_places=4,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="a million tokens in",
                    ),
                ),
                (
                    "per_million_out",
                    models.DecimalField(
                        decimal_places=4,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="a million tokens out",
                    ),
                ),
                (
                    "per_minute",
                    models.DecimalField(
                        decimal_places=4,
                        default=0,
                        help_text="Of a model that writes down what is said, where it is billed by the minute.",
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="a minute of speech",
                    ),
                ),
            ],
            options={
                "verbose_name": "price of a model",
                "verbose_name_plural": "prices of models",
                "ordering": ["model", "-valid_from"],
                "constraints": [models.UniqueConstraint(fields=("model", "valid_from"), name="price_once_a_day")],
            },
        ),
        migrations.CreateModel(
            name="PromptVersion",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64, verbose_name="version")),
                ("text", models.TextField(verbose_name="text")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="first used")),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.business",
                    ),
                ),
            ],
            options={
                "verbose_name": "prompt",
                "verbose_name_plural": "prompts",
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("model", models.CharField(max_length=120, verbose_name="model")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "being called"),
                            ("settled", "settled by the provider's usage"),
                            ("assumed", "charged as reserved: the provider told no usage"),
                            ("released", "not called"),
                            ("lost", "charged as reserved: the worker ended"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("tokens", models.BigIntegerField(verbose_name="reserved tokens")),
                ("money", models.BigIntegerField(default=0, verbose_name="reserved money")),
                ("charged", models.BigIntegerField(default=0, verbose_name="charged tokens")),
                ("charged_money", models.BigIntegerField(default=0, verbose_name="charged money")),
                ("tokens_in", models.BigIntegerField(blank=True, null=True, verbose_name="tokens in")),
                ("tokens_out", models.BigIntegerField(blank=True, null=True, verbose_name="tokens out")),
                ("at", models.DateTimeField(verbose_name="time")),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
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
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="conversations.contact",
                    ),
                ),
                (
                    "of_business",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="aibot.budget"
                    ),
                ),
                (
                    "of_installation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="aibot.budget"
                    ),
                ),
                (
                    "of_month",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="aibot.budget",
                    ),
                ),
            ],
            options={
                "verbose_name": "call of the model",
                "verbose_name_plural": "calls of the model",
                "ordering": ["-at"],
            },
        ),
        migrations.AddIndex(
            model_name="budget",
            index=models.Index(fields=["starts_on"], name="budgets_by_start"),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.UniqueConstraint(
                fields=("business", "kind", "starts_on"), name="budget_of_a_span", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserved__gte", 0)), name="budget_reserved_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="promptversion",
            constraint=models.UniqueConstraint(fields=("business", "digest"), name="prompt_version_once"),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(fields=["contact", "at"], name="reservations_of_contact"),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(fields=["business", "-at"], name="reservations_of_business"),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(condition=models.Q(("state", "open")), fields=["expires_at"], name="reservations_open"),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(fields=["at"], name="reservations_by_age"),
        ),
        migrations.RunSQL(
            "ALTER TABLE aibot_reservation ADD CONSTRAINT aibot_reservation_contact_id_same_business FOREIGN KEY "
            "(business_id, contact_id) REFERENCES conversations_contact (business_id, id) DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE aibot_reservation DROP CONSTRAINT aibot_reservation_contact_id_same_business",
        ),
    ]

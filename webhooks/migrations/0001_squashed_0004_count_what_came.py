"""Deliveries, what failed of them, and how many items came."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from accounts.migrations.operations.tables import CreateModels


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("webhooks", "0001_initial"),
        ("webhooks", "0002_vacuum_the_queue_early"),
        ("webhooks", "0003_replay_of_failed_items"),
        ("webhooks", "0004_count_what_came"),
    ]

    dependencies = [
        ("accounts", "0001_squashed_0012_how_the_model_speaks"),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name="Delivery",
                fields=[
                    ("id", models.BigAutoField(primary_key=True, serialize=False)),
                    ("lane", models.PositiveSmallIntegerField()),
                    ("body", models.BinaryField()),
                    ("size", models.PositiveIntegerField(verbose_name="bytes")),
                    ("verified_by", models.CharField(max_length=64, verbose_name="signed with")),
                    ("received_at", models.DateTimeField(verbose_name="received")),
                    ("processed_at", models.DateTimeField(null=True, verbose_name="worked off")),
                    ("attempts", models.PositiveSmallIntegerField(db_default=0, verbose_name="failed passes")),
                    ("outcome", models.JSONField(default=dict, verbose_name="outcome")),
                ],
                options={
                    "verbose_name": "delivery",
                    "verbose_name_plural": "deliveries",
                    "ordering": ["-id"],
                    "indexes": [
                        models.Index(
                            condition=models.Q(("processed_at", None)), fields=["lane", "id"], name="delivery_queue"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="ChannelEvent",
                fields=[
                    ("id", models.BigAutoField(primary_key=True, serialize=False)),
                    ("waba_id", models.CharField(blank=True, max_length=64)),
                    ("field", models.CharField(max_length=60, verbose_name="field")),
                    ("kind", models.CharField(blank=True, max_length=60, verbose_name="kind")),
                    ("payload", models.JSONField(default=dict)),
                    ("item_hash", models.CharField(max_length=64, unique=True)),
                    ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="time")),
                    (
                        "business",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="accounts.business",
                        ),
                    ),
                    (
                        "number",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to="accounts.whatsappnumber",
                        ),
                    ),
                    (
                        "delivery",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to="webhooks.delivery",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "channel event",
                    "verbose_name_plural": "channel events",
                    "ordering": ["-id"],
                    "indexes": [models.Index(fields=["business", "-id"], name="webhooks_ch_busines_9519ef_idx")],
                },
            ),
            migrations.CreateModel(
                name="FailedItem",
                fields=[
                    ("id", models.BigAutoField(primary_key=True, serialize=False)),
                    ("position", models.PositiveIntegerField(verbose_name="item")),
                    ("kind", models.CharField(max_length=60, verbose_name="kind")),
                    ("reason", models.CharField(max_length=500, verbose_name="reason")),
                    ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="time")),
                    ("resolved_at", models.DateTimeField(null=True, verbose_name="resolved")),
                    (
                        "business",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="accounts.business",
                        ),
                    ),
                    (
                        "delivery",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="failed_items",
                            to="webhooks.delivery",
                        ),
                    ),
                    (
                        "number",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to="accounts.whatsappnumber",
                        ),
                    ),
                    ("outcome", models.CharField(blank=True, db_default="", max_length=200, verbose_name="became")),
                    ("replays", models.PositiveIntegerField(db_default=0, verbose_name="replays")),
                    ("replayed_at", models.DateTimeField(null=True, verbose_name="last replay")),
                    ("asked_at", models.DateTimeField(null=True)),
                    (
                        "asked_by",
                        models.ForeignKey(
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "failed item",
                    "verbose_name_plural": "failed items",
                    "ordering": ["-id"],
                    "constraints": [models.UniqueConstraint(fields=("delivery", "position"), name="failed_once")],
                    "indexes": [
                        models.Index(
                            condition=models.Q(("resolved_at", None)), fields=["created_at"], name="failed_open"
                        ),
                        models.Index(
                            condition=models.Q(("asked_at__isnull", False), ("resolved_at", None)),
                            fields=["delivery", "position"],
                            name="failed_asked",
                        ),
                    ],
                },
            ),
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
                            condition=models.Q(
                                (
                                    "received",
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("done"), "+", models.F("duplicate")
                                            ),
                                            "+",
                                            models.F("ignored"),
                                        ),
                                        "+",
                                        models.F("failed"),
                                    ),
                                )
                            ),
                            name="tally_complete",
                        ),
                    ],
                },
            ),
        ),
        # The queue's index is small only while its dead entries are cleared away: vacuum early.
        migrations.RunSQL(
            "ALTER TABLE webhooks_delivery SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)",
            "ALTER TABLE webhooks_delivery RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)",
        ),
    ]

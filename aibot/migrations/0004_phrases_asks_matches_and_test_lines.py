"""What a reply asks for, what is said outside opening hours, what a rule matched, and a business's test lines."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.ids
import aibot.models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_number_health"),
        ("aibot", "0003_opt_in_rules_of_businesses_that_are_there"),
        ("conversations", "0006_what_the_bot_waits_for"),
    ]

    operations = [
        migrations.AddField(
            model_name="rule",
            name="asks",
            field=models.CharField(
                blank=True,
                choices=[("", "nothing"), ("email", "an e-mail address"), ("problem", "what the problem is")],
                db_default="",
                help_text="The customer's next message is then understood as the answer to that.",
                max_length=10,
                verbose_name="asks for",
            ),
        ),
        migrations.AddField(
            model_name="rule",
            name="away_reply",
            field=models.TextField(
                blank=True,
                db_default="",
                help_text="Empty: the same as at any time.",
                max_length=1000,
                validators=[aibot.models.valid_placeholders],
                verbose_name="reply outside opening hours",
            ),
        ),
        migrations.AlterField(
            model_name="rule",
            name="phrases",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="The message means this when it has one of them, as whole words, anywhere. A star stands for up to three words: how much * cost. (order/parcel) stands for either, {product} for any name of a product.",
                validators=[aibot.models.valid_phrases],
                verbose_name="phrases",
            ),
        ),
        migrations.AlterField(
            model_name="rule",
            name="reply",
            field=models.TextField(
                help_text="May hold {business}, {name}, {prices}, {hours}, {opens} (when you are there next) and {delivery_area}. {prices} are those of the products that the customer names, else all.",
                max_length=1000,
                validators=[aibot.models.valid_placeholders],
                verbose_name="reply",
            ),
        ),
        migrations.RunSQL("UPDATE aibot_rule SET asks = 'problem' WHERE intent = 'support'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="RuleMatch",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("phrase", models.CharField(blank=True, max_length=500, verbose_name="by")),
                ("at", models.DateTimeField(verbose_name="time")),
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
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="conversations.message",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matches",
                        to="aibot.rule",
                    ),
                ),
            ],
            options={
                "verbose_name": "match",
                "verbose_name_plural": "matches",
                "ordering": ["-at"],
                "indexes": [
                    models.Index(fields=["rule", "-at"], name="aibot_rulem_rule_id_390264_idx"),
                    models.Index(fields=["at"], name="rule_match_old"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Trap",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("text", models.CharField(max_length=500, verbose_name="message")),
                (
                    "intent",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("greeting", "greeting"),
                            ("pricing", "pricing"),
                            ("demo", "demo"),
                            ("support", "support"),
                            ("opt_out", "opt-out"),
                            ("opt_in", "opt-in"),
                            ("bye", "bye"),
                        ],
                        help_text="Empty: no rule should answer it.",
                        max_length=10,
                        verbose_name="means",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
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
                "verbose_name": "test line",
                "verbose_name_plural": "test lines",
                "ordering": ["-created_at"],
                "constraints": [models.UniqueConstraint(fields=("business", "text"), name="trap_once")],
            },
        ),
    ]

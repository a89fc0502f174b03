"""Edits, deletions and reactions as rows; templates; Meta's own agent as an owner of threads."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_number_health"),
        ("conversations", "0003_what_is_known_of_each_attempt"),
    ]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="synced_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="contact",
            name="synced_name",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name="conversation",
            name="echoed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="edited_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="edited"),
        ),
        migrations.AddField(
            model_name="message",
            name="original_text",
            field=models.TextField(blank=True, null=True, verbose_name="text before its change"),
        ),
        migrations.AddField(
            model_name="message",
            name="reactions",
            field=models.JSONField(blank=True, db_default={}, default=dict, verbose_name="reactions"),
        ),
        migrations.AddField(
            model_name="message",
            name="revoked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="deleted by its writer"),
        ),
        migrations.AlterField(
            model_name="conversation",
            name="owner",
            field=models.CharField(
                choices=[("bot", "bot"), ("human", "person"), ("meta", "Meta's agent")],
                default="bot",
                max_length=5,
                verbose_name="answered by",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="source",
            field=models.CharField(
                choices=[
                    ("customer", "customer"),
                    ("rule", "rule"),
                    ("answer", "answer"),
                    ("model", "language model"),
                    ("agent", "agent"),
                    ("phone_app", "phone app"),
                    ("meta_agent", "Meta's agent"),
                    ("template", "template"),
                    ("follow_up", "follow-up"),
                    ("system", "system"),
                ],
                max_length=10,
                verbose_name="by",
            ),
        ),
        migrations.CreateModel(
            name="MessageChange",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("wamid", models.CharField(max_length=200)),
                ("target", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[("edit", "edit"), ("revoke", "deletion"), ("reaction", "reaction")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("in", "from the customer"), ("out", "to the customer")],
                        max_length=3,
                        verbose_name="by",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("payload", models.JSONField(default=dict)),
                ("at", models.DateTimeField(verbose_name="time")),
                ("waits", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                    "number",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.whatsappnumber",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a message",
                "verbose_name_plural": "changes of messages",
                "indexes": [
                    models.Index(fields=["number", "target"], name="change_of_message"),
                    models.Index(condition=models.Q(("waits", True)), fields=["number", "target"], name="change_waits"),
                ],
                "constraints": [models.UniqueConstraint(fields=("number", "wamid"), name="change_once")],
            },
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("waba_id", models.CharField(max_length=40, verbose_name="WABA id")),
                ("template_id", models.CharField(blank=True, max_length=40, verbose_name="Meta's id")),
                ("name", models.CharField(max_length=512, verbose_name="name")),
                ("language", models.CharField(max_length=20, verbose_name="language")),
                ("status", models.CharField(blank=True, max_length=30, verbose_name="state")),
                ("status_at", models.DateTimeField(blank=True, null=True, verbose_name="since")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("quality", models.CharField(blank=True, max_length=20, verbose_name="quality")),
                ("quality_at", models.DateTimeField(blank=True, null=True)),
                ("category", models.CharField(blank=True, max_length=30, verbose_name="category")),
                ("category_at", models.DateTimeField(blank=True, null=True)),
                ("next_category", models.CharField(blank=True, max_length=30, verbose_name="category from then on")),
                ("next_category_at", models.DateTimeField(blank=True, null=True, verbose_name="category changes")),
                ("components", models.JSONField(blank=True, default=list, verbose_name="parts")),
                ("listed_at", models.DateTimeField(blank=True, null=True, verbose_name="seen in Meta's list")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
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
                "verbose_name": "template",
                "verbose_name_plural": "templates",
                "ordering": ["name", "language"],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "waba_id", "name", "language"), name="template_once")
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE conversations_messagechange ADD CONSTRAINT conversations_messagechange_number_id_same_business "
            "FOREIGN KEY (business_id, number_id) REFERENCES accounts_whatsappnumber (business_id, id) "
            "DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE conversations_messagechange DROP CONSTRAINT conversations_messagechange_number_id_same_business",
        ),
    ]

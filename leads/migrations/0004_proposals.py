"""What the language model has read about a lead waits for a person's word."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_how_the_model_speaks"),
        ("conversations", "0014_pokes_of_the_teams_work"),
        ("leads", "0003_find_by_interest"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("name", "name"),
                            ("email", "e-mail"),
                            ("product_interest", "interested in"),
                            ("quantity", "quantity"),
                            ("city", "city"),
                            ("budget", "budget"),
                            ("wants_call", "wants a call"),
                            ("follow_up", "follow up"),
                        ],
                        max_length=20,
                        verbose_name="what",
                    ),
                ),
                ("value", models.CharField(max_length=200, verbose_name="value")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "to be decided"), ("accepted", "accepted"), ("dismissed", "dismissed")],
                        default="open",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="proposed")),
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
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to="leads.lead",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="conversations.message"
                    ),
                ),
            ],
            options={
                "verbose_name": "proposal",
                "verbose_name_plural": "proposals",
                "ordering": ["-created_at"],
                "indexes": [models.Index(fields=["business", "state", "-created_at"], name="proposals_to_decide")],
                "constraints": [models.UniqueConstraint(fields=("lead", "what", "value"), name="proposal_once")],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE leads_proposal ADD CONSTRAINT leads_proposal_lead_id_same_business FOREIGN KEY (business_id, lead_id) "
            "REFERENCES leads_lead (business_id, id) DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE leads_proposal DROP CONSTRAINT leads_proposal_lead_id_same_business",
        ),
    ]

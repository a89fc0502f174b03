"""Leads, their history, and what the model has read about them."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import accounts.ids
from accounts.migrations.operations.keys import same_business
from accounts.migrations.operations.tables import CreateModels
from conversations.migrations.operations.pokes import poke


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("leads", "0001_initial"),
        ("leads", "0002_parents_of_the_same_business"),
        ("leads", "0003_find_by_interest"),
        ("leads", "0004_proposals"),
        ("leads", "0005_pokes_of_proposals"),
    ]

    dependencies = [
        ("accounts", "0001_squashed_0012_how_the_model_speaks"),
        ("conversations", "0001_squashed_0016_refused_files"),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name="Lead",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    (
                        "status",
                        models.CharField(
                            choices=[
                                ("new", "new"),
                                ("contacted", "contacted"),
                                ("qualified", "qualified"),
                                ("converted", "converted"),
                                ("paid", "paid"),
                                ("lost", "lost"),
                            ],
                            default="new",
                            max_length=10,
                            verbose_name="stage",
                        ),
                    ),
                    ("product_interest", models.CharField(blank=True, max_length=200, verbose_name="interested in")),
                    (
                        "value",
                        models.DecimalField(
                            blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="value"
                        ),
                    ),
                    ("source", models.CharField(default="whatsapp", max_length=30, verbose_name="came by")),
                    ("referral", models.JSONField(blank=True, default=dict)),
                    ("score", models.SmallIntegerField(default=0, verbose_name="score")),
                    ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                    ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
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
                        "contact",
                        models.OneToOneField(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="lead",
                            to="conversations.contact",
                        ),
                    ),
                    (
                        "owner",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "lead",
                    "verbose_name_plural": "leads",
                    "indexes": [
                        models.Index(
                            fields=["business", "status", "-created_at"], name="leads_lead_busines_cf9a55_idx"
                        ),
                        models.Index(
                            models.F("business"),
                            django.db.models.functions.text.Upper("product_interest"),
                            condition=models.Q(("product_interest", ""), _negated=True),
                            name="leads_by_interest",
                        ),
                    ],
                    "constraints": [models.UniqueConstraint(fields=("business", "id"), name="lead_of_business")],
                },
            ),
            migrations.CreateModel(
                name="LeadEvent",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("what", models.CharField(max_length=30)),
                    ("before", models.CharField(blank=True, max_length=200)),
                    ("after", models.CharField(blank=True, max_length=200)),
                    ("at", models.DateTimeField(auto_now_add=True)),
                    (
                        "actor",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
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
                        "lead",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="events",
                            to="leads.lead",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "lead event",
                    "verbose_name_plural": "lead events",
                    "ordering": ["-at"],
                },
            ),
            migrations.CreateModel(
                name="Proposal",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
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
        ),
        same_business(
            ("leads_lead", "contact_id", "conversations_contact"),
            ("leads_leadevent", "lead_id", "leads_lead"),
            ("leads_proposal", "lead_id", "leads_lead"),
        ),
        # What the model has read, and a person's word on it, is told to the open pages.
        poke("poke_new_proposals", "INSERT", "leads_proposal", "poke_conversations_of_messages"),
        poke("poke_decided_proposals", "UPDATE", "leads_proposal", "poke_conversations_of_messages"),
    ]

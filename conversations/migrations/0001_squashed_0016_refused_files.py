"""Contacts, conversations and messages; what a search reads (operations/search.py) and what tells the open pages (operations/pokes.py)."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import accounts.ids
from accounts.migrations.operations.keys import same_business
from accounts.migrations.operations.tables import CreateModels
from conversations.migrations.operations import pokes, search


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("conversations", "0001_initial"),
        ("conversations", "0002_parents_of_the_same_business"),
        ("conversations", "0003_what_is_known_of_each_attempt"),
        ("conversations", "0005_changes_templates_and_metas_agent"),
        ("conversations", "0006_what_the_bot_waits_for"),
        ("conversations", "0007_programs_write"),
        ("conversations", "0008_the_filters_of_the_list"),
        ("conversations", "0009_messages_that_came_late"),
        ("conversations", "0010_the_teams_work"),
        ("conversations", "0011_what_a_search_reads"),
        ("conversations", "0012_pokes"),
        ("conversations", "0013_templates_to_fetch"),
        ("conversations", "0014_pokes_of_the_teams_work"),
        ("conversations", "0015_pokes_of_what_is_marked_unread"),
        ("conversations", "0016_refused_files"),
    ]

    dependencies = [
        ("accounts", "0001_squashed_0012_how_the_model_speaks"),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE conversations_message_seq", "DROP SEQUENCE conversations_message_seq"),
        CreateModels(
            migrations.CreateModel(
                name="Pace",
                fields=[
                    (
                        "number",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.CASCADE,
                            primary_key=True,
                            related_name="+",
                            serialize=False,
                            to="accounts.whatsappnumber",
                        ),
                    ),
                    ("tokens", models.FloatField(default=0)),
                    ("filled_at", models.DateTimeField()),
                    ("paused_until", models.DateTimeField(blank=True, null=True)),
                    ("strikes", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ],
            ),
            migrations.CreateModel(
                name="Contact",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    (
                        "name",
                        models.CharField(
                            blank=True,
                            help_text="Given by the business; else WhatsApp's.",
                            max_length=200,
                            verbose_name="name",
                        ),
                    ),
                    ("profile_name", models.CharField(blank=True, max_length=200, verbose_name="WhatsApp name")),
                    ("username", models.CharField(blank=True, max_length=100, verbose_name="username")),
                    (
                        "phone",
                        models.CharField(
                            blank=True,
                            help_text="Digits; empty for a username user.",
                            max_length=20,
                            verbose_name="phone",
                        ),
                    ),
                    ("opted_out_at", models.DateTimeField(blank=True, null=True, verbose_name="stopped marketing")),
                    ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="first seen")),
                    (
                        "business",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="accounts.business",
                        ),
                    ),
                    ("synced_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    (
                        "synced_name",
                        models.CharField(blank=True, db_default="", default="", editable=False, max_length=200),
                    ),
                    (
                        "email",
                        models.EmailField(
                            blank=True,
                            db_default="",
                            help_text="As the customer wrote it.",
                            max_length=254,
                            verbose_name="e-mail",
                        ),
                    ),
                    ("blocked_at", models.DateTimeField(blank=True, null=True, verbose_name="blocked")),
                ],
                options={
                    "verbose_name": "contact",
                    "verbose_name_plural": "contacts",
                    "indexes": [
                        models.Index(fields=["business", "-created_at"], name="conversatio_busines_6f196e_idx")
                    ],
                    "constraints": [models.UniqueConstraint(fields=("business", "id"), name="contact_of_business")],
                },
            ),
            migrations.CreateModel(
                name="Conversation",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[("open", "open"), ("closed", "closed")],
                            default="open",
                            max_length=6,
                            verbose_name="state",
                        ),
                    ),
                    (
                        "owner",
                        models.CharField(
                            choices=[("bot", "bot"), ("human", "person"), ("meta", "Meta's agent")],
                            default="bot",
                            max_length=5,
                            verbose_name="answered by",
                        ),
                    ),
                    ("turn", models.PositiveIntegerField(default=0)),
                    ("pending_ask", models.CharField(blank=True, max_length=40)),
                    (
                        "waiting_since",
                        models.DateTimeField(blank=True, null=True, verbose_name="waits for a person since"),
                    ),
                    (
                        "last_inbound_at",
                        models.DateTimeField(blank=True, null=True, verbose_name="customer's last message"),
                    ),
                    ("last_inbound_seq", models.BigIntegerField(default=0)),
                    ("unread", models.PositiveIntegerField(default=0, verbose_name="unread")),
                    ("ai_call_count", models.PositiveIntegerField(default=0, verbose_name="model calls")),
                    ("last_message_at", models.DateTimeField(blank=True, null=True, verbose_name="last message")),
                    ("last_message_text", models.CharField(blank=True, max_length=160, verbose_name="last words")),
                    ("last_message_inbound", models.BooleanField(default=True)),
                    ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="started")),
                    ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                    (
                        "assignee",
                        models.ForeignKey(
                            blank=True,
                            db_index=False,
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
                        "contact",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="conversations",
                            to="conversations.contact",
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
                    ("bot_streak", models.PositiveSmallIntegerField(db_default=0, default=0)),
                    ("bot_streak_at", models.DateTimeField(blank=True, null=True)),
                    ("bot_streak_turn", models.PositiveIntegerField(db_default=0, default=0)),
                    ("pair_until", models.DateTimeField(blank=True, null=True)),
                    ("window_closed_seq", models.BigIntegerField(db_default=0, default=0)),
                    ("echoed_at", models.DateTimeField(blank=True, null=True)),
                    ("pending_ask_turn", models.PositiveIntegerField(db_default=0, default=0)),
                    ("pending_ask_at", models.DateTimeField(blank=True, null=True)),
                    ("handled_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("person_asked_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ("ticked_seq", models.BigIntegerField(db_default=0, default=0, editable=False)),
                ],
                options={
                    "verbose_name": "conversation",
                    "verbose_name_plural": "conversations",
                    "indexes": [
                        models.Index(
                            fields=["business", "-last_message_at", "-id"], name="conversatio_busines_6eeaca_idx"
                        ),
                        models.Index(
                            condition=models.Q(("waiting_since__isnull", False)),
                            fields=["business", "waiting_since"],
                            name="conversations_waiting",
                        ),
                        models.Index(
                            fields=["business", "state", "-last_message_at", "-id"], name="conversations_by_state"
                        ),
                        models.Index(fields=["number", "-last_message_at", "-id"], name="conversations_of_number"),
                        models.Index(
                            condition=models.Q(("assignee__isnull", False)),
                            fields=["assignee", "-last_message_at", "-id"],
                            name="conversations_of_assignee",
                        ),
                        models.Index(
                            condition=models.Q(("unread__gt", 0)),
                            fields=["business", "-last_message_at", "-id"],
                            name="conversations_unread",
                        ),
                        models.Index(
                            condition=models.Q(("owner", "human")),
                            fields=["business", "-last_message_at", "-id"],
                            name="conversations_of_people",
                        ),
                        models.Index(
                            condition=models.Q(("assignee__isnull", False), ("state", "open")),
                            fields=["assignee", "-last_message_at", "-id"],
                            name="inbox_mine",
                        ),
                        models.Index(
                            condition=models.Q(
                                ("assignee__isnull", True),
                                ("state", "open"),
                                models.Q(("owner", "human"), ("waiting_since__isnull", False), _connector="OR"),
                            ),
                            fields=["business", "-last_message_at", "-id"],
                            name="inbox_unassigned",
                        ),
                        models.Index(
                            condition=models.Q(
                                ("state", "open"),
                                ("waiting_since__isnull", True),
                                models.Q(("owner", "human"), _negated=True),
                            ),
                            fields=["business", "-last_message_at", "-id"],
                            name="inbox_bot",
                        ),
                        models.Index(
                            condition=models.Q(("owner", "human"), ("state", "open")),
                            fields=["business", "last_message_at"],
                            name="conversations_in_hand",
                        ),
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("state", "open")),
                            fields=("contact", "number"),
                            name="one_open_conversation",
                        ),
                        models.UniqueConstraint(fields=("business", "id"), name="conversation_of_business"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Identity",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("phone", "phone"),
                                ("bsuid", "business-scoped user id"),
                                ("parent_bsuid", "parent business-scoped user id"),
                            ],
                            max_length=12,
                            verbose_name="kind",
                        ),
                    ),
                    ("value", models.CharField(max_length=150, verbose_name="value")),
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
                        "contact",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="identities",
                            to="conversations.contact",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "identity",
                    "verbose_name_plural": "identities",
                    "constraints": [
                        models.UniqueConstraint(fields=("business", "kind", "value"), name="identity_once")
                    ],
                },
            ),
            migrations.CreateModel(
                name="Message",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    (
                        "seq",
                        models.BigIntegerField(
                            db_default=models.Func(models.Value("conversations_message_seq"), function="nextval"),
                            editable=False,
                        ),
                    ),
                    (
                        "direction",
                        models.CharField(
                            choices=[("in", "from the customer"), ("out", "to the customer")], max_length=3
                        ),
                    ),
                    ("kind", models.CharField(max_length=30, verbose_name="kind")),
                    (
                        "source",
                        models.CharField(
                            choices=[
                                ("customer", "customer"),
                                ("rule", "rule"),
                                ("answer", "answer"),
                                ("model", "language model"),
                                ("agent", "agent"),
                                ("api", "program"),
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
                    ("source_ref", models.UUIDField(blank=True, null=True)),
                    ("source_name", models.CharField(blank=True, max_length=80, verbose_name="which")),
                    (
                        "purpose",
                        models.CharField(
                            choices=[
                                ("reply", "reply"),
                                ("notice", "notice about consent"),
                                ("marketing", "marketing"),
                                ("follow_up", "follow-up"),
                            ],
                            default="reply",
                            max_length=10,
                            verbose_name="for",
                        ),
                    ),
                    ("text", models.TextField(blank=True, verbose_name="text")),
                    ("payload", models.JSONField(default=dict)),
                    ("reply_to", models.CharField(blank=True, max_length=200)),
                    ("wamid", models.CharField(blank=True, max_length=200, null=True)),
                    ("wa_timestamp", models.DateTimeField(verbose_name="time")),
                    (
                        "status",
                        models.PositiveSmallIntegerField(
                            choices=[
                                (0, "waiting"),
                                (10, "being sent"),
                                (20, "not confirmed"),
                                (30, "accepted by WhatsApp"),
                                (40, "sent"),
                                (50, "failed"),
                                (60, "delivered"),
                                (70, "read"),
                                (80, "played"),
                                (90, "not sent"),
                                (100, "received"),
                            ],
                            verbose_name="status",
                        ),
                    ),
                    ("error_code", models.IntegerField(blank=True, null=True)),
                    ("error_text", models.CharField(blank=True, max_length=500, verbose_name="what went wrong")),
                    ("pricing", models.JSONField(blank=True, null=True)),
                    ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                    ("delivered_at", models.DateTimeField(blank=True, null=True, verbose_name="delivered")),
                    ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read")),
                    ("client_ref", models.UUIDField(blank=True, null=True)),
                    ("turn", models.PositiveIntegerField(blank=True, null=True)),
                    ("seen_seq", models.BigIntegerField(blank=True, null=True)),
                    ("attempt", models.PositiveSmallIntegerField(default=0)),
                    ("send_after", models.DateTimeField(blank=True, null=True)),
                    ("sending_since", models.DateTimeField(blank=True, null=True)),
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
                        "conversation",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="messages",
                            to="conversations.conversation",
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
                    ("dismissed_at", models.DateTimeField(blank=True, null=True)),
                    ("doubled_at", models.DateTimeField(blank=True, null=True, verbose_name="sent twice")),
                    ("heard", models.PositiveSmallIntegerField(db_default=0, default=0)),
                    ("resent_at", models.DateTimeField(blank=True, null=True)),
                    ("settled_at", models.DateTimeField(blank=True, null=True)),
                    ("edited_at", models.DateTimeField(blank=True, null=True, verbose_name="edited")),
                    ("original_text", models.TextField(blank=True, null=True, verbose_name="text before its change")),
                    ("reactions", models.JSONField(blank=True, db_default={}, default=dict, verbose_name="reactions")),
                    ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="deleted by its writer")),
                    ("client_digest", models.CharField(blank=True, db_default="", editable=False, max_length=64)),
                ],
                options={
                    "verbose_name": "message",
                    "verbose_name_plural": "messages",
                    "indexes": [
                        models.Index(fields=["conversation", "seq"], name="conversatio_convers_66b9cc_idx"),
                        models.Index(fields=["business", "seq"], name="conversatio_busines_4a2100_idx"),
                        models.Index(
                            condition=models.Q(("status", 0)), fields=["conversation", "seq"], name="outbox_queued"
                        ),
                        models.Index(
                            condition=models.Q(("settled_at", None), ("status__in", [10, 20])),
                            fields=["conversation", "sending_since"],
                            name="outbox_sending",
                        ),
                        models.Index(
                            condition=models.Q(("settled_at", None), ("status", 20)),
                            fields=["sending_since"],
                            name="outbox_unknown",
                        ),
                    ],
                    "constraints": [
                        models.UniqueConstraint(fields=("number", "wamid"), name="wamid_once"),
                        models.UniqueConstraint(
                            condition=models.Q(("client_ref__isnull", False)),
                            fields=("business", "client_ref"),
                            name="client_ref_once",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ConsentEvent",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[("stop", "stopped marketing"), ("start", "allowed marketing")], max_length=5
                        ),
                    ),
                    ("source", models.CharField(max_length=30)),
                    ("at", models.DateTimeField()),
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
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="consent_events",
                            to="conversations.contact",
                        ),
                    ),
                    (
                        "message",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to="conversations.message",
                        ),
                    ),
                    (
                        "how",
                        models.CharField(blank=True, db_default="", max_length=200, verbose_name="how it was said"),
                    ),
                ],
                options={
                    "verbose_name": "consent event",
                    "verbose_name_plural": "consent events",
                    "ordering": ["-at"],
                    "constraints": [models.UniqueConstraint(fields=("contact", "kind", "at"), name="consent_once")],
                },
            ),
            migrations.CreateModel(
                name="ParkedStatus",
                fields=[
                    ("id", models.BigAutoField(primary_key=True, serialize=False)),
                    ("wamid", models.CharField(max_length=200)),
                    (
                        "status",
                        models.PositiveSmallIntegerField(
                            choices=[
                                (0, "waiting"),
                                (10, "being sent"),
                                (20, "not confirmed"),
                                (30, "accepted by WhatsApp"),
                                (40, "sent"),
                                (50, "failed"),
                                (60, "delivered"),
                                (70, "read"),
                                (80, "played"),
                                (90, "not sent"),
                                (100, "received"),
                            ]
                        ),
                    ),
                    ("news", models.JSONField()),
                    ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                    (
                        "number",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.whatsappnumber"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "parked status",
                    "verbose_name_plural": "parked statuses",
                    "constraints": [models.UniqueConstraint(fields=("number", "wamid", "status"), name="parked_once")],
                },
            ),
            migrations.CreateModel(
                name="EarlierAttempt",
                fields=[
                    ("id", models.BigAutoField(primary_key=True, serialize=False)),
                    ("attempt", models.PositiveSmallIntegerField()),
                    ("wamid", models.CharField(max_length=200, null=True)),
                    ("heard", models.PositiveSmallIntegerField(default=0)),
                    ("created_at", models.DateTimeField(auto_now_add=True)),
                    (
                        "message",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="earlier_attempts",
                            to="conversations.message",
                        ),
                    ),
                    (
                        "number",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="accounts.whatsappnumber",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "earlier attempt",
                    "verbose_name_plural": "earlier attempts",
                    "constraints": [
                        models.UniqueConstraint(fields=("message", "attempt"), name="attempt_once"),
                        models.UniqueConstraint(fields=("number", "wamid"), name="attempt_wamid_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="MessageChange",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
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
                        models.Index(
                            condition=models.Q(("waits", True)), fields=["number", "target"], name="change_waits"
                        ),
                    ],
                    "constraints": [models.UniqueConstraint(fields=("number", "wamid"), name="change_once")],
                },
            ),
            migrations.CreateModel(
                name="Template",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
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
                    (
                        "next_category",
                        models.CharField(blank=True, max_length=30, verbose_name="category from then on"),
                    ),
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
                    ("fetch_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ],
                options={
                    "verbose_name": "template",
                    "verbose_name_plural": "templates",
                    "ordering": ["name", "language"],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("business", "waba_id", "name", "language"), name="template_once"
                        )
                    ],
                    "indexes": [
                        models.Index(
                            condition=models.Q(("fetch_at__isnull", False)),
                            fields=["fetch_at"],
                            name="templates_to_fetch",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="CannedReply",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    (
                        "shortcut",
                        models.SlugField(
                            db_index=False,
                            help_text="Typed after a slash: /hours.",
                            max_length=30,
                            verbose_name="shortcut",
                        ),
                    ),
                    ("title", models.CharField(max_length=80, verbose_name="title")),
                    (
                        "text",
                        models.TextField(
                            help_text="May hold {name}, {agent}, {business}, {number} and {delivery_area}.",
                            max_length=4096,
                            verbose_name="text",
                        ),
                    ),
                    (
                        "language",
                        models.CharField(
                            blank=True,
                            choices=[("en", "English"), ("hi", "हिन्दी"), ("hi-Latn", "Hinglish")],
                            max_length=7,
                            verbose_name="language",
                        ),
                    ),
                    ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
                    ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
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
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "canned reply",
                    "verbose_name_plural": "canned replies",
                    "ordering": ["shortcut", "language"],
                    "constraints": [
                        models.UniqueConstraint(fields=("business", "shortcut", "language"), name="canned_reply_once")
                    ],
                },
            ),
            migrations.CreateModel(
                name="Label",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("name", models.CharField(max_length=30, verbose_name="name")),
                    (
                        "colour",
                        models.CharField(
                            choices=[
                                ("plain", "plain"),
                                ("accent", "accent"),
                                ("person", "violet"),
                                ("good", "green"),
                                ("warn", "amber"),
                                ("bad", "red"),
                            ],
                            default="plain",
                            max_length=6,
                            verbose_name="colour",
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
                    "verbose_name": "label",
                    "verbose_name_plural": "labels",
                    "ordering": ["name"],
                    "constraints": [
                        models.UniqueConstraint(
                            models.F("business"), django.db.models.functions.text.Lower("name"), name="label_once"
                        ),
                        models.UniqueConstraint(fields=("business", "id"), name="label_of_business"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ConversationLabel",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
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
                        "conversation",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="labelled",
                            to="conversations.conversation",
                        ),
                    ),
                    (
                        "label",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="conversations.label",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "label of a conversation",
                    "verbose_name_plural": "labels of conversations",
                    "indexes": [models.Index(fields=["label", "conversation"], name="conversations_of_label")],
                    "constraints": [
                        models.UniqueConstraint(fields=("conversation", "label"), name="label_on_conversation_once")
                    ],
                },
            ),
            migrations.CreateModel(
                name="Note",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    (
                        "seq",
                        models.BigIntegerField(
                            db_default=models.Func(models.Value("conversations_message_seq"), function="nextval"),
                            editable=False,
                        ),
                    ),
                    ("author_name", models.CharField(blank=True, max_length=150, verbose_name="by")),
                    ("text", models.TextField(max_length=4096, verbose_name="text")),
                    ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="written")),
                    ("edited_at", models.DateTimeField(blank=True, null=True, verbose_name="edited")),
                    (
                        "author",
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
                        "conversation",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="notes",
                            to="conversations.conversation",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "note",
                    "verbose_name_plural": "notes",
                    "ordering": ["-seq"],
                    "indexes": [models.Index(fields=["business", "created_at"], name="note_old")],
                    "constraints": [models.UniqueConstraint(fields=("conversation", "seq"), name="note_in_thread")],
                },
            ),
            migrations.CreateModel(
                name="ReplyDraft",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("text", models.TextField(max_length=4096)),
                    ("reply_to", models.UUIDField(blank=True, null=True)),
                    ("updated_at", models.DateTimeField(auto_now=True)),
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
                            related_name="drafts",
                            to="conversations.conversation",
                        ),
                    ),
                    (
                        "person",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                        ),
                    ),
                ],
                options={
                    "verbose_name": "draft",
                    "verbose_name_plural": "drafts",
                    "constraints": [models.UniqueConstraint(fields=("conversation", "person"), name="draft_once")],
                },
            ),
            migrations.CreateModel(
                name="ThreadEvent",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    (
                        "seq",
                        models.BigIntegerField(
                            db_default=models.Func(models.Value("conversations_message_seq"), function="nextval"),
                            editable=False,
                        ),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("taken_over", "taken over"),
                                ("returned", "returned to the bot"),
                                ("returned_alone", "returned to the bot by itself"),
                                ("left_waiting", "nobody answered"),
                                ("assigned", "given to somebody"),
                                ("unassigned", "given to nobody"),
                                ("closed", "closed"),
                                ("reopened", "reopened"),
                                ("cancelled", "the bot's reply was cancelled"),
                                ("asked", "the customer asked for a person"),
                                ("blocked", "blocked"),
                                ("unblocked", "unblocked"),
                            ],
                            max_length=14,
                            verbose_name="kind",
                        ),
                    ),
                    ("actor_name", models.CharField(blank=True, max_length=150, verbose_name="by")),
                    ("details", models.JSONField(blank=True, default=dict)),
                    ("at", models.DateTimeField(verbose_name="time")),
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
                        "conversation",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="events",
                            to="conversations.conversation",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "line of a thread",
                    "verbose_name_plural": "lines of threads",
                    "indexes": [models.Index(fields=["business", "at"], name="event_old")],
                    "constraints": [models.UniqueConstraint(fields=("conversation", "seq"), name="event_in_thread")],
                },
            ),
            migrations.CreateModel(
                name="RefusedFile",
                fields=[
                    ("id", models.BigAutoField(primary_key=True, serialize=False)),
                    ("media_id", models.CharField(max_length=200)),
                    ("at", models.DateTimeField(db_index=True)),
                    (
                        "number",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="accounts.whatsappnumber",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "refused file",
                    "verbose_name_plural": "refused files",
                    "constraints": [models.UniqueConstraint(fields=("number", "media_id"), name="refused_once")],
                },
            ),
        ),
        # Of the phone's history, mostly: retention.py asks by their own time. The others are old in the order of their arrival and
        # need no index; this one costs their insertion nothing.
        migrations.RunSQL(
            "CREATE INDEX message_came_late ON conversations_message (business_id, wa_timestamp) "
            "WHERE created_at - wa_timestamp > interval '1 day'",
            "DROP INDEX message_came_late",
        ),
        same_business(
            ("conversations_identity", "contact_id", "conversations_contact"),
            ("conversations_conversation", "contact_id", "conversations_contact"),
            ("conversations_conversation", "number_id", "accounts_whatsappnumber"),
            ("conversations_message", "conversation_id", "conversations_conversation"),
            ("conversations_message", "number_id", "accounts_whatsappnumber"),
            ("conversations_messagechange", "number_id", "accounts_whatsappnumber"),
            ("conversations_consentevent", "contact_id", "conversations_contact"),
            ("conversations_threadevent", "conversation_id", "conversations_conversation"),
            ("conversations_note", "conversation_id", "conversations_conversation"),
            ("conversations_conversationlabel", "conversation_id", "conversations_conversation"),
            ("conversations_conversationlabel", "label_id", "conversations_label"),
            ("conversations_replydraft", "conversation_id", "conversations_conversation"),
        ),
        *search.OPERATIONS,
        *pokes.OPERATIONS,
    ]

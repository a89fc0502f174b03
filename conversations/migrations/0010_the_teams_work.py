"""The team's work in conversations: lines of the thread, notes, canned replies, labels, drafts, blocked contacts; and the
indexes of the inbox's tabs.

The keys hold a row's parents in its own business, as in 0002.
"""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import accounts.ids

CHILDREN = [
    ("conversations_threadevent", "conversation_id", "conversations_conversation"),
    ("conversations_note", "conversation_id", "conversations_conversation"),
    ("conversations_conversationlabel", "conversation_id", "conversations_conversation"),
    ("conversations_conversationlabel", "label_id", "conversations_label"),
    ("conversations_replydraft", "conversation_id", "conversations_conversation"),
]


def _key(table: str, column: str, parent: str) -> migrations.RunSQL:
    name = f"{table}_{column}_same_business"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (business_id, {column}) "
        f"REFERENCES {parent} (business_id, id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_sign_ins_ended"),
        ("conversations", "0009_messages_that_came_late"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CannedReply",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "shortcut",
                    models.SlugField(
                        db_index=False, help_text="Typed after a slash: /hours.", max_length=30, verbose_name="shortcut"
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
            ],
            options={
                "verbose_name": "canned reply",
                "verbose_name_plural": "canned replies",
                "ordering": ["shortcut", "language"],
            },
        ),
        migrations.CreateModel(
            name="ConversationLabel",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "label of a conversation",
                "verbose_name_plural": "labels of conversations",
            },
        ),
        migrations.CreateModel(
            name="Label",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
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
            ],
            options={
                "verbose_name": "label",
                "verbose_name_plural": "labels",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
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
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "ordering": ["-seq"],
            },
        ),
        migrations.CreateModel(
            name="ReplyDraft",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("text", models.TextField(max_length=4096)),
                ("reply_to", models.UUIDField(blank=True, null=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "draft",
                "verbose_name_plural": "drafts",
            },
        ),
        migrations.CreateModel(
            name="ThreadEvent",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
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
            ],
            options={
                "verbose_name": "line of a thread",
                "verbose_name_plural": "lines of threads",
            },
        ),
        migrations.AddField(
            model_name="contact",
            name="blocked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="blocked"),
        ),
        migrations.AddField(
            model_name="conversation",
            name="handled_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="conversation",
            name="person_asked_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="conversation",
            name="ticked_seq",
            field=models.BigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("assignee__isnull", False), ("state", "open")),
                fields=["assignee", "-last_message_at", "-id"],
                name="inbox_mine",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(
                    ("assignee__isnull", True),
                    ("state", "open"),
                    models.Q(("owner", "human"), ("waiting_since__isnull", False), _connector="OR"),
                ),
                fields=["business", "-last_message_at", "-id"],
                name="inbox_unassigned",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(
                    ("state", "open"), ("waiting_since__isnull", True), models.Q(("owner", "human"), _negated=True)
                ),
                fields=["business", "-last_message_at", "-id"],
                name="inbox_bot",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("owner", "human"), ("state", "open")),
                fields=["business", "last_message_at"],
                name="conversations_in_hand",
            ),
        ),
        migrations.AddField(
            model_name="cannedreply",
            name="business",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.business"
            ),
        ),
        migrations.AddField(
            model_name="cannedreply",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="conversationlabel",
            name="business",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.business",
            ),
        ),
        migrations.AddField(
            model_name="conversationlabel",
            name="conversation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="labelled",
                to="conversations.conversation",
            ),
        ),
        migrations.AddField(
            model_name="label",
            name="business",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.business"
            ),
        ),
        migrations.AddField(
            model_name="conversationlabel",
            name="label",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="conversations.label",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="author",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="business",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.business",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="conversation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notes",
                to="conversations.conversation",
            ),
        ),
        migrations.AddField(
            model_name="replydraft",
            name="business",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.business",
            ),
        ),
        migrations.AddField(
            model_name="replydraft",
            name="conversation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="drafts",
                to="conversations.conversation",
            ),
        ),
        migrations.AddField(
            model_name="replydraft",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="threadevent",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="threadevent",
            name="business",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.business",
            ),
        ),
        migrations.AddField(
            model_name="threadevent",
            name="conversation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="conversations.conversation",
            ),
        ),
        migrations.AddConstraint(
            model_name="cannedreply",
            constraint=models.UniqueConstraint(fields=("business", "shortcut", "language"), name="canned_reply_once"),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.UniqueConstraint(
                models.F("business"), django.db.models.functions.text.Lower("name"), name="label_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.UniqueConstraint(fields=("business", "id"), name="label_of_business"),
        ),
        migrations.AddIndex(
            model_name="conversationlabel",
            index=models.Index(fields=["label", "conversation"], name="conversations_of_label"),
        ),
        migrations.AddConstraint(
            model_name="conversationlabel",
            constraint=models.UniqueConstraint(fields=("conversation", "label"), name="label_on_conversation_once"),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["business", "created_at"], name="note_old"),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.UniqueConstraint(fields=("conversation", "seq"), name="note_in_thread"),
        ),
        migrations.AddConstraint(
            model_name="replydraft",
            constraint=models.UniqueConstraint(fields=("conversation", "person"), name="draft_once"),
        ),
        migrations.AddIndex(
            model_name="threadevent",
            index=models.Index(fields=["business", "at"], name="event_old"),
        ),
        migrations.AddConstraint(
            model_name="threadevent",
            constraint=models.UniqueConstraint(fields=("conversation", "seq"), name="event_in_thread"),
        ),
        *[_key(*child) for child in CHILDREN],
    ]

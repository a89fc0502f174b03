"""Files that customers and agents send, and those that are kept to be sent to many."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.ids
from accounts.migrations.operations.keys import same_business
from accounts.migrations.operations.tables import CreateModels
from conversations.migrations.operations.pokes import poke


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("documents", "0001_initial"),
        ("documents", "0002_parents_of_the_same_business"),
        ("documents", "0003_pokes_of_files"),
        ("documents", "0004_kept_files"),
        ("documents", "0005_what_a_machine_read"),
    ]

    dependencies = [
        ("accounts", "0001_squashed_0012_how_the_model_speaks"),
        ("conversations", "0001_squashed_0016_refused_files"),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name="StoredFile",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("sha256", models.CharField(max_length=64)),
                    ("held", models.BooleanField(default=False)),
                    ("place", models.CharField(max_length=10)),
                    ("key", models.UUIDField(unique=True)),
                    ("has_thumb", models.BooleanField(default=False)),
                    ("mime", models.CharField(max_length=100)),
                    ("size", models.BigIntegerField()),
                    ("width", models.PositiveIntegerField(null=True)),
                    ("height", models.PositiveIntegerField(null=True)),
                    ("pages", models.PositiveIntegerField(null=True)),
                    ("seconds", models.FloatField(null=True)),
                    ("created_at", models.DateTimeField(auto_now_add=True)),
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
                    "verbose_name": "stored file",
                    "verbose_name_plural": "stored files",
                    "constraints": [
                        models.UniqueConstraint(fields=("business", "sha256", "held"), name="file_once"),
                        models.UniqueConstraint(fields=("business", "id"), name="file_of_business"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Document",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    (
                        "direction",
                        models.CharField(
                            choices=[("in", "from the customer"), ("out", "to the customer")],
                            max_length=3,
                            verbose_name="direction",
                        ),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("image", "picture"),
                                ("document", "document"),
                                ("audio", "audio"),
                                ("video", "video"),
                                ("sticker", "sticker"),
                            ],
                            max_length=8,
                            verbose_name="kind",
                        ),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("draft", "not sent yet"),
                                ("kept", "kept for an answer"),
                                ("waiting", "waiting"),
                                ("fetching", "being fetched"),
                                ("stored", "stored"),
                                ("quarantined", "kept back"),
                                ("failed", "failed"),
                                ("expired", "gone at WhatsApp"),
                            ],
                            max_length=11,
                            verbose_name="state",
                        ),
                    ),
                    ("why", models.CharField(blank=True, max_length=30, verbose_name="why")),
                    ("name", models.CharField(blank=True, max_length=200, verbose_name="file name")),
                    ("declared", models.CharField(blank=True, max_length=100, verbose_name="type, as it was said")),
                    ("mime", models.CharField(blank=True, max_length=100, verbose_name="type, as it was found")),
                    ("size", models.BigIntegerField(blank=True, null=True, verbose_name="size")),
                    ("voice", models.BooleanField(default=False)),
                    ("media_id", models.CharField(blank=True, max_length=200)),
                    ("media_until", models.DateTimeField(blank=True, null=True)),
                    ("media_number", models.UUIDField(blank=True, null=True)),
                    ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                    ("next_try_at", models.DateTimeField(blank=True, null=True, verbose_name="next attempt")),
                    ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
                    ("stored_at", models.DateTimeField(blank=True, null=True, verbose_name="stored")),
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
                        "conversation",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="documents",
                            to="conversations.conversation",
                            verbose_name="conversation",
                        ),
                    ),
                    (
                        "message",
                        models.OneToOneField(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="document",
                            to="conversations.message",
                            verbose_name="message",
                        ),
                    ),
                    (
                        "uploaded_by",
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
                        "file",
                        models.ForeignKey(
                            blank=True,
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="documents",
                            to="documents.storedfile",
                        ),
                    ),
                    ("text", models.TextField(blank=True, db_default="", default="", verbose_name="read by a machine")),
                    (
                        "read_by",
                        models.CharField(
                            blank=True, db_default="", default="", max_length=120, verbose_name="who read it"
                        ),
                    ),
                    (
                        "read_why",
                        models.CharField(
                            blank=True, db_default="", default="", max_length=40, verbose_name="why it was not read"
                        ),
                    ),
                    ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read")),
                    ("read_attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                    ("read_until", models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    "verbose_name": "document",
                    "verbose_name_plural": "documents",
                    "indexes": [
                        models.Index(
                            condition=models.Q(("state__in", ["waiting", "fetching"])),
                            fields=["next_try_at"],
                            name="documents_due",
                        ),
                        models.Index(fields=["business", "-created_at"], name="documents_of_business"),
                        models.Index(
                            condition=models.Q(("conversation__isnull", False)),
                            fields=["conversation", "-created_at"],
                            name="documents_of_conversation",
                        ),
                        models.Index(
                            condition=models.Q(("state", "draft")), fields=["created_at"], name="documents_drafts"
                        ),
                        models.Index(condition=models.Q(("state", "kept")), fields=["business"], name="documents_kept"),
                    ],
                    "constraints": [models.UniqueConstraint(fields=("business", "id"), name="document_of_business")],
                },
            ),
            migrations.CreateModel(
                name="Upload",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("media_id", models.CharField(blank=True, max_length=200)),
                    ("until", models.DateTimeField(blank=True, null=True)),
                    ("why", models.CharField(blank=True, max_length=30)),
                    ("attempts", models.PositiveSmallIntegerField(default=0)),
                    ("not_before", models.DateTimeField()),
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
                        "document",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="uploads",
                            to="documents.document",
                        ),
                    ),
                    (
                        "number",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="accounts.whatsappnumber",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "upload",
                    "verbose_name_plural": "uploads",
                    "constraints": [models.UniqueConstraint(fields=("document", "number"), name="upload_once")],
                },
            ),
        ),
        same_business(
            ("documents_document", "conversation_id", "conversations_conversation"),
            ("documents_document", "file_id", "documents_storedfile"),
            ("documents_upload", "document_id", "documents_document"),
            ("documents_upload", "number_id", "accounts_whatsappnumber"),
        ),
        # A file that has come, or has not, is told to the open pages.
        poke("poke_new_files", "INSERT", "documents_document", "poke_conversations_of_messages"),
        poke("poke_changed_files", "UPDATE", "documents_document", "poke_conversations_of_messages"),
    ]

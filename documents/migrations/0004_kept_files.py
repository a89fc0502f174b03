"""Files that are kept to be sent to many, and their ids at WhatsApp, one for each number. Both parents of an upload are of its
business.
"""

import django.db.models.deletion
from django.db import migrations, models

import accounts.ids

STATES = [
    ("draft", "not sent yet"),
    ("kept", "kept for an answer"),
    ("waiting", "waiting"),
    ("fetching", "being fetched"),
    ("stored", "stored"),
    ("quarantined", "kept back"),
    ("failed", "failed"),
    ("expired", "gone at WhatsApp"),
]
PARENTS = [("document_id", "documents_document"), ("number_id", "accounts_whatsappnumber")]


def _parent(to: str, **more) -> models.ForeignKey:
    return models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to=to, **more)


def _key(column: str, parent: str) -> migrations.RunSQL:
    name = f"documents_upload_{column}_same_business"
    return migrations.RunSQL(
        f"ALTER TABLE documents_upload ADD CONSTRAINT {name} FOREIGN KEY (business_id, {column}) "
        f"REFERENCES {parent} (business_id, id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE documents_upload DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_how_the_model_speaks"),
        ("conversations", "0016_refused_files"),
        ("documents", "0003_pokes_of_files"),
    ]

    operations = [
        migrations.AlterField(
            "document", "state", models.CharField(choices=STATES, max_length=11, verbose_name="state")
        ),
        migrations.AddIndex(
            "document",
            models.Index(fields=["business"], condition=models.Q(state="kept"), name="documents_kept"),
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
                ("business", _parent("accounts.business", db_index=False, related_name="+")),
                ("document", _parent("documents.document", db_index=False, related_name="uploads")),
                ("number", _parent("accounts.whatsappnumber", related_name="+")),
            ],
            options={
                "verbose_name": "upload",
                "verbose_name_plural": "uploads",
                "constraints": [models.UniqueConstraint(fields=("document", "number"), name="upload_once")],
            },
        ),
        *[_key(*parent) for parent in PARENTS],
    ]

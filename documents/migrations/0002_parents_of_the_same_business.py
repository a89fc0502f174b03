"""A document's conversation and its file belong to the same business."""

from django.db import migrations

CHILDREN = [
    ("conversation_id", "conversations_conversation"),
    ("file_id", "documents_storedfile"),
]


def _key(column: str, parent: str) -> migrations.RunSQL:
    name = f"documents_document_{column}_same_business"
    return migrations.RunSQL(
        f"ALTER TABLE documents_document ADD CONSTRAINT {name} FOREIGN KEY (business_id, {column}) "
        f"REFERENCES {parent} (business_id, id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE documents_document DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("conversations", "0002_parents_of_the_same_business")]

    operations = [_key(*child) for child in CHILDREN]

"""What Django's models cannot say: parents in the same business.

The composite keys are deferred like Django's own: the drain writes an identity before its contact.
"""

from django.db import migrations

CHILDREN = [
    ("conversations_identity", "contact_id", "conversations_contact"),
    ("conversations_conversation", "contact_id", "conversations_contact"),
    ("conversations_conversation", "number_id", "accounts_whatsappnumber"),
    ("conversations_message", "conversation_id", "conversations_conversation"),
    ("conversations_message", "number_id", "accounts_whatsappnumber"),
    ("conversations_consentevent", "contact_id", "conversations_contact"),
]


def _key(table: str, column: str, parent: str) -> migrations.RunSQL:
    name = f"{table}_{column}_same_business"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (business_id, {column}) "
        f"REFERENCES {parent} (business_id, id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("conversations", "0001_initial"), ("accounts", "0002_trigrams_and_audit_lock")]

    operations = [
        *[_key(*child) for child in CHILDREN],
    ]

"""Notes, lines of the thread and labels are told to the open pages as messages are: 0012_pokes has the function."""

from django.db import migrations

TABLES = ("conversations_note", "conversations_threadevent", "conversations_conversationlabel")
EVENTS = {"insert": "NEW", "update": "NEW", "delete": "OLD"}


def _trigger(table: str, event: str) -> migrations.RunSQL:
    name = f"poke_{table.removeprefix('conversations_')}_{event}"
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table} REFERENCING {EVENTS[event]} TABLE AS news "
        "FOR EACH STATEMENT EXECUTE FUNCTION poke_conversations()",
        f"DROP TRIGGER {name} ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("conversations", "0013_templates_to_fetch")]

    operations = [_trigger(table, event) for table in TABLES for event in EVENTS]

"""A file that has come, or has not, is told to the open pages: conversations' 0012_pokes has the function."""

from django.db import migrations

_MADE = "AFTER INSERT ON documents_document REFERENCING NEW TABLE AS news"
_CHANGED = "AFTER UPDATE ON documents_document REFERENCING NEW TABLE AS news"


def _trigger(name: str, when: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} {when} FOR EACH STATEMENT EXECUTE FUNCTION poke_conversations_of_messages()",
        f"DROP TRIGGER {name} ON documents_document",
    )


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_parents_of_the_same_business"), ("conversations", "0012_pokes")]

    operations = [_trigger("poke_new_files", _MADE), _trigger("poke_changed_files", _CHANGED)]

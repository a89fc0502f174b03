"""What the language model has read about a lead, and a person's word on it, is told to the open pages: conversations' 0012_pokes has the
function.
"""

from django.db import migrations

_MADE = "AFTER INSERT ON leads_proposal REFERENCING NEW TABLE AS news"
_DECIDED = "AFTER UPDATE ON leads_proposal REFERENCING NEW TABLE AS news"


def _trigger(name: str, when: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} {when} FOR EACH STATEMENT EXECUTE FUNCTION poke_conversations_of_messages()",
        f"DROP TRIGGER {name} ON leads_proposal",
    )


class Migration(migrations.Migration):
    dependencies = [("leads", "0004_proposals"), ("conversations", "0012_pokes")]

    operations = [_trigger("poke_new_proposals", _MADE), _trigger("poke_decided_proposals", _DECIDED)]

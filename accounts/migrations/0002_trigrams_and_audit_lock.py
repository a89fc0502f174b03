"""pg_trgm, a refusal of databases whose trigrams know no Hindi, and an audit log that is only added to."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


def refuse_without_hindi(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(show_trgm('पनीर'))")
        if cursor.fetchone()[0] == 0:
            raise RuntimeError(
                "This database makes no trigrams of Hindi text, so that search would find nothing in it. Create it with "
                "CREATE DATABASE whatsapp TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin LOCALE 'C.UTF-8'."
            )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        TrigramExtension(),
        migrations.RunPython(refuse_without_hindi, migrations.RunPython.noop),
        migrations.RunSQL(
            """
            CREATE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'the audit log is only added to';
            END $$;
            CREATE TRIGGER audit_lock BEFORE UPDATE OR DELETE ON accounts_auditevent
                FOR EACH ROW EXECUTE FUNCTION audit_is_only_added_to();
            """,
            "DROP TRIGGER audit_lock ON accounts_auditevent; DROP FUNCTION audit_is_only_added_to();",
        ),
    ]

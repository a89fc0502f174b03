"""A notice's conversation belongs to the same business, and takes its notices along when it goes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("inbox", "0001_initial"), ("conversations", "0002_parents_of_the_same_business")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE inbox_waitnotice ADD CONSTRAINT inbox_waitnotice_conversation_id_same_business "
            "FOREIGN KEY (business_id, conversation_id) REFERENCES conversations_conversation (business_id, id) "
            "ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE inbox_waitnotice DROP CONSTRAINT inbox_waitnotice_conversation_id_same_business",
        ),
    ]

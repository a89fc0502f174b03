"""Find the messages that came in more than a day after they were written: the phone's history, mostly.

retention.py asks by their own time. The others are old in the order of their arrival and need no index; this one costs
their insertion nothing.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("conversations", "0008_the_filters_of_the_list")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX message_came_late ON conversations_message (business_id, wa_timestamp) "
            "WHERE created_at - wa_timestamp > interval '1 day'",
            "DROP INDEX message_came_late",
        ),
    ]

"""An index for each filter of the list of conversations, in the list's order; the assignee's own is one of them now."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0007_programs_write")]

    operations = [
        migrations.AlterField(
            model_name="conversation",
            name="assignee",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(fields=["business", "state", "-last_message_at", "-id"], name="conversations_by_state"),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(fields=["number", "-last_message_at", "-id"], name="conversations_of_number"),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("assignee__isnull", False)),
                fields=["assignee", "-last_message_at", "-id"],
                name="conversations_of_assignee",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("unread__gt", 0)),
                fields=["business", "-last_message_at", "-id"],
                name="conversations_unread",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("owner", "human")),
                fields=["business", "-last_message_at", "-id"],
                name="conversations_of_people",
            ),
        ),
    ]

"""Which templates have parts that we do not know: an event told of a change, and only Meta's list has the text."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("conversations", "0012_pokes")]

    operations = [
        migrations.AddField("template", "fetch_at", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddIndex(
            "template",
            models.Index(fields=["fetch_at"], condition=Q(fetch_at__isnull=False), name="templates_to_fetch"),
        ),
    ]

"""The index that the page of unanswered questions reads: most turns have found their answer."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("aibot", "0013_voice_notes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="turn",
            index=models.Index(
                fields=["business", "put_aside", "-at"],
                condition=Q(tier__in=["model", "fallback", "handover"]) & ~Q(outcome="overtaken"),
                name="turns_unanswered",
            ),
        ),
    ]

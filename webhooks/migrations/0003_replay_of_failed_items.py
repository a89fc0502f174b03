"""What a replay leaves on a failed item, and the queue of the replays that somebody asked for."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("webhooks", "0002_vacuum_the_queue_early"),
    ]

    operations = [
        migrations.AddField(
            model_name="faileditem",
            name="outcome",
            field=models.CharField(blank=True, db_default="", max_length=200, verbose_name="became"),
        ),
        migrations.AddField(
            model_name="faileditem",
            name="replays",
            field=models.PositiveIntegerField(db_default=0, verbose_name="replays"),
        ),
        migrations.AddField(
            model_name="faileditem",
            name="replayed_at",
            field=models.DateTimeField(null=True, verbose_name="last replay"),
        ),
        migrations.AddField(model_name="faileditem", name="asked_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="faileditem",
            name="asked_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="faileditem",
            index=models.Index(condition=models.Q(("resolved_at", None)), fields=["created_at"], name="failed_open"),
        ),
        migrations.AddIndex(
            model_name="faileditem",
            index=models.Index(
                condition=models.Q(("asked_at__isnull", False), ("resolved_at", None)),
                fields=["delivery", "position"],
                name="failed_asked",
            ),
        ),
    ]

"""What Meta says of a number and its account: quality, limits, name, warnings."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_trigrams_and_audit_lock"),
    ]

    operations = [
        migrations.AddField(
            model_name="whatsappnumber",
            name="health_times",
            field=models.JSONField(db_default={}, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="whatsappnumber",
            name="messaging_limit",
            field=models.CharField(blank=True, db_default="", max_length=40, verbose_name="new customers a day"),
        ),
        migrations.AddField(
            model_name="whatsappnumber",
            name="name_decision",
            field=models.CharField(blank=True, db_default="", max_length=20, verbose_name="Meta on the display name"),
        ),
        migrations.AddField(
            model_name="whatsappnumber",
            name="quality",
            field=models.CharField(blank=True, db_default="", max_length=20, verbose_name="quality"),
        ),
        migrations.AddField(
            model_name="whatsappnumber",
            name="stopped_by_account",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="whatsappnumber",
            name="verified_name",
            field=models.CharField(blank=True, db_default="", max_length=100, verbose_name="display name"),
        ),
        migrations.AddField(
            model_name="whatsappnumber",
            name="warned_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="warned"),
        ),
        migrations.AddField(
            model_name="whatsappnumber",
            name="warning",
            field=models.CharField(blank=True, db_default="", max_length=300, verbose_name="last warning"),
        ),
    ]

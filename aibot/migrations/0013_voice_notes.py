"""What a turn has spent on voice notes, and which model wrote them down."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aibot", "0012_trials")]

    operations = [
        migrations.AddField(model_name="pendingturn", name="spent", field=models.JSONField(default=list)),
        migrations.AddField(
            model_name="turn",
            name="heard_by",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=120, verbose_name="voice note written down by"
            ),
        ),
    ]

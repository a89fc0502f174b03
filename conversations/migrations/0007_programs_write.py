"""A program as the source of a message, what its request asked for, and how a consent was given."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0006_what_the_bot_waits_for")]

    operations = [
        migrations.AddField(
            model_name="consentevent",
            name="how",
            field=models.CharField(blank=True, db_default="", max_length=200, verbose_name="how it was said"),
        ),
        migrations.AddField(
            model_name="message",
            name="client_digest",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name="message",
            name="source",
            field=models.CharField(
                choices=[
                    ("customer", "customer"),
                    ("rule", "rule"),
                    ("answer", "answer"),
                    ("model", "language model"),
                    ("agent", "agent"),
                    ("api", "program"),
                    ("phone_app", "phone app"),
                    ("meta_agent", "Meta's agent"),
                    ("template", "template"),
                    ("follow_up", "follow-up"),
                    ("system", "system"),
                ],
                max_length=10,
                verbose_name="by",
            ),
        ),
    ]

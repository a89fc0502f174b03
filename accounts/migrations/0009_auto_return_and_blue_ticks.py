"""When a conversation goes back to the bot by itself, and whether opening one sends blue ticks."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_notify_after_minutes"),
    ]

    operations = [
        migrations.AddField(
            model_name="settings",
            name="auto_return_minutes",
            field=models.PositiveIntegerField(
                db_default=0,
                default=0,
                help_text="A conversation that a person has answered goes back to the bot when nobody has written for so long. One that still waits for an answer never does: it is given to nobody, so that somebody looks. 0: never.",
                validators=[django.core.validators.MaxValueValidator(10080)],
                verbose_name="back to the bot after, in minutes",
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="blue_ticks",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="The customer sees blue ticks when somebody of the team opens the conversation.",
                verbose_name="blue ticks",
            ),
        ),
    ]

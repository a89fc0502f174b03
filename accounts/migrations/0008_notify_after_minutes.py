"""After how many minutes somebody is told by e-mail that a customer waits."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_sign_ins_ended"),
    ]

    operations = [
        migrations.AddField(
            model_name="settings",
            name="notify_after_minutes",
            field=models.PositiveSmallIntegerField(
                db_default=10,
                default=10,
                help_text="To whom the conversation is assigned, else to all who answer. 0: no e-mail.",
                validators=[django.core.validators.MaxValueValidator(1440)],
                verbose_name="e-mail when a customer has waited, in minutes",
            ),
        ),
    ]

"""A product has at most 50 other names of 80 characters: the page checks what the API checks."""

from django.db import migrations, models

import accounts.models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_last_business")]

    operations = [
        migrations.AlterField(
            model_name="product",
            name="aliases",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text='As customers write it: ["milk", "doodh", "dudh"].',
                validators=[accounts.models.valid_aliases],
                verbose_name="other names",
            ),
        ),
    ]

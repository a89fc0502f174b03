"""When WhatsApp last told a number's templates, also where there are none; a number of which that is not known is asked for."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_squashed_0012_how_the_model_speaks"),
    ]

    operations = [
        migrations.AddField(
            model_name="whatsappnumber",
            name="templates_fetch_at",
            field=models.DateTimeField(blank=True, default=django.utils.timezone.now, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="whatsappnumber",
            name="templates_listed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]

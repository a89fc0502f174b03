"""What the owner wants no answer to, on the page of unanswered questions."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("aibot", "0009_the_models_money"),
    ]

    operations = [
        migrations.AddField(
            model_name="turn",
            name="put_aside",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]

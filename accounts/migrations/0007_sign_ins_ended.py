"""All of a person's sign-ins can be ended at once, though the password stays: a count in what sessions and tokens hold."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_other_names_of_a_product")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="sign_ins_ended",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
    ]

"""An owner's words on how the language model speaks and what it should know."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_short_names_of_products_that_are_there"),
    ]

    operations = [
        migrations.AddField(
            model_name="settings",
            name="ai_instructions",
            field=models.TextField(
                blank=True,
                db_default="",
                help_text="Added to our own instructions, which it cannot take away: prices, times and links still come from your rows.",
                max_length=4000,
                verbose_name="what the model should know and do",
            ),
        ),
        migrations.AddField(
            model_name="settings",
            name="ai_persona",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="Its name and manner: “You are Asha of Shuddh Dairy, warm and brief.”",
                max_length=300,
                verbose_name="how the model speaks",
            ),
        ),
    ]

"""Who asks for a person: an intent of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("aibot", "0004_phrases_asks_matches_and_test_lines"),
    ]

    operations = [
        migrations.AlterField(
            model_name="rule",
            name="intent",
            field=models.CharField(
                choices=[
                    ("greeting", "greeting"),
                    ("pricing", "pricing"),
                    ("demo", "demo"),
                    ("person", "a person"),
                    ("support", "support"),
                    ("opt_out", "opt-out"),
                    ("opt_in", "opt-in"),
                    ("bye", "bye"),
                ],
                max_length=10,
                verbose_name="intent",
            ),
        ),
        migrations.AlterField(
            model_name="trap",
            name="intent",
            field=models.CharField(
                blank=True,
                choices=[
                    ("greeting", "greeting"),
                    ("pricing", "pricing"),
                    ("demo", "demo"),
                    ("person", "a person"),
                    ("support", "support"),
                    ("opt_out", "opt-out"),
                    ("opt_in", "opt-in"),
                    ("bye", "bye"),
                ],
                help_text="Empty: no rule should answer it.",
                max_length=10,
                verbose_name="means",
            ),
        ),
    ]

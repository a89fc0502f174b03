"""Since when, and in which turn, the bot waits for what it has asked; the e-mail address that a customer gave."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0005_changes_templates_and_metas_agent")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="email",
            field=models.EmailField(
                blank=True, db_default="", help_text="As the customer wrote it.", max_length=254, verbose_name="e-mail"
            ),
        ),
        migrations.AddField(
            model_name="conversation",
            name="pending_ask_turn",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="conversation",
            name="pending_ask_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]

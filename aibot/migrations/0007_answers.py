"""The owner's answers, and the ways in which their questions are asked."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import accounts.ids
import aibot.models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_short_names_of_products_that_are_there"),
        ("aibot", "0006_person_rules_of_businesses_that_are_there"),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "question",
                    models.CharField(
                        help_text="As a customer asks it: How long does the ghee last?",
                        max_length=300,
                        verbose_name="question",
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        help_text="May hold {business}, {name}, {prices}, {hours}, {opens} and {delivery_area}, and values of one product or place: {price:short-name}, {total:short-name*3}, {hours:today}, {delivery:Indiranagar}.",
                        max_length=1500,
                        validators=[aibot.models.valid_placeholders],
                        verbose_name="answer",
                    ),
                ),
                (
                    "text_hi",
                    models.TextField(
                        blank=True,
                        help_text="For those who write in Devanagari. Empty: the answer above.",
                        max_length=1500,
                        validators=[aibot.models.valid_placeholders],
                        verbose_name="answer in Hindi",
                    ),
                ),
                (
                    "text_roman",
                    models.TextField(
                        blank=True,
                        help_text="For those who write Hindi in Latin letters. Empty: the answer above.",
                        max_length=1500,
                        validators=[aibot.models.valid_placeholders],
                        verbose_name="answer in Hinglish",
                    ),
                ),
                (
                    "buttons",
                    models.JSONField(
                        blank=True, default=list, validators=[aibot.models.valid_buttons], verbose_name="buttons"
                    ),
                ),
                (
                    "products",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Those that {prices} stands for; none: those that the customer names, else all.",
                        validators=[aibot.models.valid_product_ids],
                        verbose_name="products",
                    ),
                ),
                ("enabled", models.BooleanField(default=True, verbose_name="on")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "business",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.business",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer",
                "verbose_name_plural": "answers",
                "ordering": ["question"],
            },
        ),
        migrations.CreateModel(
            name="Example",
            fields=[
                ("id", models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("text", models.CharField(max_length=300, verbose_name="asked as")),
                ("place", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("vector", models.BinaryField(null=True)),
                ("matcher", models.CharField(blank=True, editable=False, max_length=40)),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="examples",
                        to="aibot.answer",
                        verbose_name="answer",
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.business",
                    ),
                ),
            ],
            options={
                "verbose_name": "way to ask",
                "verbose_name_plural": "ways to ask",
                "ordering": ["answer", "place"],
            },
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                models.F("business"),
                django.db.models.functions.text.Lower("question"),
                name="answer_once",
                violation_error_message="There is an answer to this question already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(fields=("business", "id"), name="answer_of_business"),
        ),
        migrations.AddIndex(
            model_name="example",
            index=models.Index(fields=["business", "matcher"], name="example_of_business"),
        ),
        migrations.AddConstraint(
            model_name="example",
            constraint=models.UniqueConstraint(
                models.F("answer"), django.db.models.functions.text.Lower("text"), name="example_once"
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE aibot_example ADD CONSTRAINT aibot_example_answer_id_same_business FOREIGN KEY (business_id, answer_id) "
            "REFERENCES aibot_answer (business_id, id) DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE aibot_example DROP CONSTRAINT aibot_example_answer_id_same_business",
        ),
    ]

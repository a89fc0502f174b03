"""Rules, the owner's answers, the turns of what no rule has answered, the model's money, and conversations to try the bot."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import accounts.ids
import aibot.models
from accounts.migrations.operations.keys import same_business
from accounts.migrations.operations.tables import CreateModels


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("aibot", "0001_initial"),
        ("aibot", "0002_opt_in"),
        ("aibot", "0003_opt_in_rules_of_businesses_that_are_there"),
        ("aibot", "0004_phrases_asks_matches_and_test_lines"),
        ("aibot", "0005_person"),
        ("aibot", "0006_person_rules_of_businesses_that_are_there"),
        ("aibot", "0007_answers"),
        ("aibot", "0008_turns"),
        ("aibot", "0009_the_models_money"),
        ("aibot", "0010_questions_put_aside"),
        ("aibot", "0011_files_of_answers"),
        ("aibot", "0012_trials"),
        ("aibot", "0013_voice_notes"),
        ("aibot", "0014_turns_unanswered"),
    ]

    dependencies = [
        ("accounts", "0001_squashed_0012_how_the_model_speaks"),
        ("conversations", "0001_squashed_0016_refused_files"),
        ("documents", "0001_squashed_0005_what_a_machine_read"),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name="Rule",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    (
                        "intent",
                        models.CharField(
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
                    (
                        "language",
                        models.CharField(
                            choices=[("en", "English"), ("hi", "हिन्दी"), ("hi-Latn", "Hinglish")],
                            max_length=7,
                            verbose_name="language",
                        ),
                    ),
                    (
                        "phrases",
                        models.JSONField(
                            blank=True,
                            default=list,
                            help_text="The message means this when it has one of them, as whole words, anywhere. A star stands for up to three words: how much * cost. (order/parcel) stands for either, {product} for any name of a product.",
                            validators=[aibot.models.valid_phrases],
                            verbose_name="phrases",
                        ),
                    ),
                    (
                        "whole_phrases",
                        models.JSONField(
                            blank=True,
                            default=list,
                            help_text="The message means this only when it says nothing else. For words such as stop, help, thanks.",
                            validators=[aibot.models.valid_phrases],
                            verbose_name="whole messages",
                        ),
                    ),
                    (
                        "unless_phrases",
                        models.JSONField(
                            blank=True,
                            default=list,
                            help_text="With one of these in it, the message means something else.",
                            validators=[aibot.models.valid_phrases],
                            verbose_name="but not with",
                        ),
                    ),
                    (
                        "reply",
                        models.TextField(
                            help_text="May hold {business}, {name}, {prices}, {hours}, {opens} (when you are there next) and {delivery_area}. {prices} are those of the products that the customer names, else all.",
                            max_length=1000,
                            validators=[aibot.models.valid_placeholders],
                            verbose_name="reply",
                        ),
                    ),
                    (
                        "buttons",
                        models.JSONField(
                            blank=True, default=list, validators=[aibot.models.valid_buttons], verbose_name="buttons"
                        ),
                    ),
                    (
                        "priority",
                        models.SmallIntegerField(
                            default=0, help_text="The higher one answers when several match.", verbose_name="priority"
                        ),
                    ),
                    ("enabled", models.BooleanField(default=True, verbose_name="on")),
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
                    (
                        "asks",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("", "nothing"),
                                ("email", "an e-mail address"),
                                ("problem", "what the problem is"),
                            ],
                            db_default="",
                            help_text="The customer's next message is then understood as the answer to that.",
                            max_length=10,
                            verbose_name="asks for",
                        ),
                    ),
                    (
                        "away_reply",
                        models.TextField(
                            blank=True,
                            db_default="",
                            help_text="Empty: the same as at any time.",
                            max_length=1000,
                            validators=[aibot.models.valid_placeholders],
                            verbose_name="reply outside opening hours",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "rule",
                    "verbose_name_plural": "rules",
                    "ordering": ["-priority", "intent", "language"],
                    "constraints": [
                        models.UniqueConstraint(fields=("business", "intent", "language"), name="rule_once")
                    ],
                },
            ),
            migrations.CreateModel(
                name="RuleMatch",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("phrase", models.CharField(blank=True, max_length=500, verbose_name="by")),
                    ("at", models.DateTimeField(verbose_name="time")),
                    (
                        "business",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="accounts.business",
                        ),
                    ),
                    (
                        "message",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="conversations.message",
                        ),
                    ),
                    (
                        "rule",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="matches",
                            to="aibot.rule",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "match",
                    "verbose_name_plural": "matches",
                    "ordering": ["-at"],
                    "indexes": [
                        models.Index(fields=["rule", "-at"], name="aibot_rulem_rule_id_390264_idx"),
                        models.Index(fields=["at"], name="rule_match_old"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Trap",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("text", models.CharField(max_length=500, verbose_name="message")),
                    (
                        "intent",
                        models.CharField(
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
                    ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
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
                    "verbose_name": "test line",
                    "verbose_name_plural": "test lines",
                    "ordering": ["-created_at"],
                    "constraints": [models.UniqueConstraint(fields=("business", "text"), name="trap_once")],
                },
            ),
            migrations.CreateModel(
                name="Answer",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
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
                    (
                        "document",
                        models.OneToOneField(
                            blank=True,
                            db_constraint=False,
                            editable=False,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to="documents.document",
                            verbose_name="picture or document",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "answer",
                    "verbose_name_plural": "answers",
                    "ordering": ["question"],
                    "constraints": [
                        models.UniqueConstraint(
                            models.F("business"),
                            django.db.models.functions.text.Lower("question"),
                            name="answer_once",
                            violation_error_message="There is an answer to this question already.",
                        ),
                        models.UniqueConstraint(fields=("business", "id"), name="answer_of_business"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Example",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
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
                    "indexes": [models.Index(fields=["business", "matcher"], name="example_of_business")],
                    "constraints": [
                        models.UniqueConstraint(
                            models.F("answer"), django.db.models.functions.text.Lower("text"), name="example_once"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="PendingTurn",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("turn", models.PositiveIntegerField()),
                    ("messages", models.JSONField(default=list)),
                    ("first_seq", models.BigIntegerField()),
                    ("last_seq", models.BigIntegerField()),
                    ("first_at", models.DateTimeField()),
                    ("due_at", models.DateTimeField()),
                    ("look_at", models.DateTimeField()),
                    ("ticket", models.UUIDField(null=True)),
                    ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
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
                    (
                        "conversation",
                        models.OneToOneField(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="pending_turn",
                            to="conversations.conversation",
                        ),
                    ),
                    (
                        "reply",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to="conversations.message",
                        ),
                    ),
                    ("spent", models.JSONField(default=list)),
                ],
                options={
                    "verbose_name": "pending turn",
                    "verbose_name_plural": "pending turns",
                    "indexes": [models.Index(fields=["look_at"], name="turns_to_look_at")],
                },
            ),
            migrations.CreateModel(
                name="Turn",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("first_seq", models.BigIntegerField()),
                    ("seen_seq", models.BigIntegerField()),
                    ("messages", models.PositiveSmallIntegerField(verbose_name="messages")),
                    (
                        "tier",
                        models.CharField(
                            choices=[
                                ("answer", "answer"),
                                ("ask", "which answer is meant"),
                                ("model", "language model"),
                                ("fallback", "no answer: a person"),
                                ("handover", "handed over"),
                                ("silent", "nothing said"),
                            ],
                            max_length=8,
                            verbose_name="tier",
                        ),
                    ),
                    (
                        "outcome",
                        models.CharField(
                            choices=[
                                ("queued", "said"),
                                ("overtaken", "the customer wrote again"),
                                ("taken_over", "a person took over"),
                                ("waits", "waits for a person"),
                            ],
                            max_length=10,
                            verbose_name="outcome",
                        ),
                    ),
                    ("reason", models.CharField(blank=True, max_length=80, verbose_name="reason")),
                    ("answer", models.UUIDField(null=True, verbose_name="answer")),
                    ("ranked", models.JSONField(default=list, verbose_name="nearest answers")),
                    ("matcher", models.CharField(blank=True, max_length=40, verbose_name="matcher")),
                    ("prompt_version", models.CharField(blank=True, max_length=64, verbose_name="prompt")),
                    ("model", models.CharField(blank=True, max_length=120, verbose_name="model")),
                    ("tokens_in", models.PositiveIntegerField(default=0, verbose_name="tokens read")),
                    ("tokens_out", models.PositiveIntegerField(default=0, verbose_name="tokens written")),
                    ("cost", models.DecimalField(decimal_places=6, max_digits=14, null=True, verbose_name="cost")),
                    ("latency_ms", models.PositiveIntegerField(default=0, verbose_name="took, in ms")),
                    ("guard", models.CharField(blank=True, max_length=80, verbose_name="guard")),
                    ("at", models.DateTimeField(verbose_name="time")),
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
                    (
                        "conversation",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="turns",
                            to="conversations.conversation",
                        ),
                    ),
                    (
                        "message",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="conversations.message",
                        ),
                    ),
                    (
                        "reply",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to="conversations.message",
                        ),
                    ),
                    ("put_aside", models.BooleanField(db_default=False, default=False, editable=False)),
                    (
                        "heard_by",
                        models.CharField(
                            blank=True,
                            db_default="",
                            default="",
                            max_length=120,
                            verbose_name="voice note written down by",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "turn",
                    "verbose_name_plural": "turns",
                    "ordering": ["-at"],
                    "indexes": [
                        models.Index(fields=["conversation", "-at"], name="turns_of_conversation"),
                        models.Index(fields=["business", "-at"], name="turns_of_business"),
                        models.Index(fields=["at"], name="turn_old"),
                        models.Index(
                            condition=models.Q(
                                ("tier__in", ["model", "fallback", "handover"]),
                                models.Q(("outcome", "overtaken"), _negated=True),
                            ),
                            fields=["business", "put_aside", "-at"],
                            name="turns_unanswered",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Budget",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[("tokens", "tokens of a day"), ("money", "money of a month")],
                            max_length=6,
                            verbose_name="of",
                        ),
                    ),
                    ("starts_on", models.DateField(verbose_name="from")),
                    ("most", models.BigIntegerField(verbose_name="limit")),
                    ("reserved", models.BigIntegerField(db_default=0, default=0, verbose_name="reserved")),
                    ("used", models.BigIntegerField(db_default=0, default=0, verbose_name="used")),
                    (
                        "over",
                        models.BigIntegerField(
                            db_default=0, default=0, verbose_name="reported beyond what was reserved"
                        ),
                    ),
                    ("calls", models.PositiveIntegerField(db_default=0, default=0, verbose_name="calls")),
                    ("full_at", models.DateTimeField(blank=True, null=True, verbose_name="used up")),
                    ("off_at", models.DateTimeField(blank=True, null=True, verbose_name="switched off")),
                    ("told", models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                    (
                        "business",
                        models.ForeignKey(
                            blank=True,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="accounts.business",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "budget of the model",
                    "verbose_name_plural": "budgets of the model",
                    "ordering": ["-starts_on", "kind"],
                    "indexes": [models.Index(fields=["starts_on"], name="budgets_by_start")],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("business", "kind", "starts_on"), name="budget_of_a_span", nulls_distinct=False
                        ),
                        models.CheckConstraint(
                            condition=models.Q(("reserved__gte", 0)), name="budget_reserved_not_negative"
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Price",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    (
                        "model",
                        models.CharField(
                            help_text="As in AI_MODEL or AI_TRANSCRIPTION_MODEL.", max_length=120, verbose_name="model"
                        ),
                    ),
                    ("valid_from", models.DateField(verbose_name="from")),
                    (
                        "per_million_in",
                        models.DecimalField(
                            decimal_places=4,
                            max_digits=12,
                            validators=[django.core.validators.MinValueValidator(0)],
                            verbose_name="a million tokens in",
                        ),
                    ),
                    (
                        "per_million_out",
                        models.DecimalField(
                            decimal_places=4,
                            max_digits=12,
                            validators=[django.core.validators.MinValueValidator(0)],
                            verbose_name="a million tokens out",
                        ),
                    ),
                    (
                        "per_minute",
                        models.DecimalField(
                            decimal_places=4,
                            default=0,
                            help_text="Of a model that writes down what is said, where it is billed by the minute.",
                            max_digits=12,
                            validators=[django.core.validators.MinValueValidator(0)],
                            verbose_name="a minute of speech",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "price of a model",
                    "verbose_name_plural": "prices of models",
                    "ordering": ["model", "-valid_from"],
                    "constraints": [models.UniqueConstraint(fields=("model", "valid_from"), name="price_once_a_day")],
                },
            ),
            migrations.CreateModel(
                name="PromptVersion",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("digest", models.CharField(max_length=64, verbose_name="version")),
                    ("text", models.TextField(verbose_name="text")),
                    ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="first used")),
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
                    "verbose_name": "prompt",
                    "verbose_name_plural": "prompts",
                    "ordering": ["-created_at"],
                    "constraints": [models.UniqueConstraint(fields=("business", "digest"), name="prompt_version_once")],
                },
            ),
            migrations.CreateModel(
                name="Reservation",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("model", models.CharField(max_length=120, verbose_name="model")),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("open", "being called"),
                                ("settled", "settled by the provider's usage"),
                                ("assumed", "charged as reserved: the provider told no usage"),
                                ("released", "not called"),
                                ("lost", "charged as reserved: the worker ended"),
                            ],
                            default="open",
                            max_length=8,
                            verbose_name="state",
                        ),
                    ),
                    ("tokens", models.BigIntegerField(verbose_name="reserved tokens")),
                    ("money", models.BigIntegerField(default=0, verbose_name="reserved money")),
                    ("charged", models.BigIntegerField(default=0, verbose_name="charged tokens")),
                    ("charged_money", models.BigIntegerField(default=0, verbose_name="charged money")),
                    ("tokens_in", models.BigIntegerField(blank=True, null=True, verbose_name="tokens in")),
                    ("tokens_out", models.BigIntegerField(blank=True, null=True, verbose_name="tokens out")),
                    ("at", models.DateTimeField(verbose_name="time")),
                    ("expires_at", models.DateTimeField()),
                    ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                    (
                        "business",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="accounts.business",
                        ),
                    ),
                    (
                        "contact",
                        models.ForeignKey(
                            db_constraint=False,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="conversations.contact",
                        ),
                    ),
                    (
                        "of_business",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="aibot.budget",
                        ),
                    ),
                    (
                        "of_installation",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="aibot.budget",
                        ),
                    ),
                    (
                        "of_month",
                        models.ForeignKey(
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="aibot.budget",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "call of the model",
                    "verbose_name_plural": "calls of the model",
                    "ordering": ["-at"],
                    "indexes": [
                        models.Index(fields=["contact", "at"], name="reservations_of_contact"),
                        models.Index(fields=["business", "-at"], name="reservations_of_business"),
                        models.Index(
                            condition=models.Q(("state", "open")), fields=["expires_at"], name="reservations_open"
                        ),
                        models.Index(fields=["at"], name="reservations_by_age"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Trial",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("lines", models.JSONField(default=list)),
                    ("state", models.JSONField(default=dict)),
                    ("with_model", models.BooleanField(default=False)),
                    ("said_at", models.DateTimeField()),
                    ("waiting_since", models.DateTimeField(null=True)),
                    ("ticket", models.UUIDField(null=True)),
                    ("taken_at", models.DateTimeField(null=True)),
                    ("touched_at", models.DateTimeField()),
                    (
                        "business",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="accounts.business",
                        ),
                    ),
                    (
                        "user",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                        ),
                    ),
                ],
                options={
                    "verbose_name": "trial",
                    "verbose_name_plural": "trials",
                    "indexes": [
                        models.Index(
                            condition=models.Q(("waiting_since__isnull", False)),
                            fields=["waiting_since"],
                            name="trials_that_wait",
                        ),
                        models.Index(fields=["touched_at"], name="trials_by_age"),
                    ],
                    "constraints": [models.UniqueConstraint(fields=("business", "user"), name="trial_once")],
                },
            ),
        ),
        same_business(
            ("aibot_answer", "document_id", "documents_document"),
            ("aibot_example", "answer_id", "aibot_answer"),
            ("aibot_pendingturn", "conversation_id", "conversations_conversation"),
            ("aibot_turn", "conversation_id", "conversations_conversation"),
            ("aibot_reservation", "contact_id", "conversations_contact"),
        ),
    ]

"""People, businesses, numbers, products, settings; a refusal of databases whose trigrams know no Hindi; an audit log that is only
added to.
"""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import accounts.ids
import accounts.models
import accounts.secrets
from accounts.migrations.operations.tables import CreateModels


def refuse_without_hindi(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(show_trgm('पनीर'))")
        if cursor.fetchone()[0] == 0:
            raise RuntimeError(
                "This database makes no trigrams of Hindi text, so that search would find nothing in it. Create it with "
                "CREATE DATABASE whatsapp TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin LOCALE 'C.UTF-8'."
            )


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_trigrams_and_audit_lock"),
        ("accounts", "0003_number_health"),
        ("accounts", "0004_doors"),
        ("accounts", "0005_last_business"),
        ("accounts", "0006_other_names_of_a_product"),
        ("accounts", "0007_sign_ins_ended"),
        ("accounts", "0008_notify_after_minutes"),
        ("accounts", "0009_auto_return_and_blue_ticks"),
        ("accounts", "0010_short_names_of_products"),
        ("accounts", "0011_short_names_of_products_that_are_there"),
        ("accounts", "0012_how_the_model_speaks"),
    ]

    dependencies = []

    operations = [
        TrigramExtension(),
        migrations.RunPython(refuse_without_hindi, migrations.RunPython.noop),
        CreateModels(
            migrations.CreateModel(
                name="Business",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("name", models.CharField(max_length=120, verbose_name="name")),
                    ("slug", models.SlugField(max_length=60, unique=True, verbose_name="short name")),
                    (
                        "time_zone",
                        models.CharField(
                            default="Asia/Kolkata",
                            max_length=60,
                            validators=[accounts.models._known_time_zone],
                            verbose_name="time zone",
                        ),
                    ),
                    (
                        "language",
                        models.CharField(
                            choices=[("en", "English"), ("hi", "हिन्दी"), ("hi-Latn", "Hinglish")],
                            default="en",
                            max_length=10,
                            verbose_name="language",
                        ),
                    ),
                    (
                        "currency",
                        models.CharField(
                            default="INR",
                            max_length=3,
                            validators=[
                                django.core.validators.RegexValidator("^[A-Z]{3}$", "Three capitals, such as INR.")
                            ],
                            verbose_name="currency",
                        ),
                    ),
                    ("active", models.BooleanField(default=True, verbose_name="active")),
                    ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                    (
                        "ai_daily_tokens",
                        models.PositiveBigIntegerField(
                            blank=True,
                            help_text="Empty: as much as the installation allows. 0: no model.",
                            null=True,
                            verbose_name="model tokens a day, granted",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "business",
                    "verbose_name_plural": "businesses",
                    "ordering": ["name"],
                },
            ),
            migrations.CreateModel(
                name="User",
                fields=[
                    ("password", models.CharField(max_length=128, verbose_name="password")),
                    ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail")),
                    ("name", models.CharField(max_length=120, verbose_name="name")),
                    ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                    ("is_active", models.BooleanField(default=True, verbose_name="active")),
                    ("is_superuser", models.BooleanField(default=False, verbose_name="owner of the installation")),
                    ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                    ("last_business", models.UUIDField(blank=True, editable=False, null=True)),
                    ("sign_ins_ended", models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                ],
                options={
                    "verbose_name": "person",
                    "verbose_name_plural": "people",
                    "constraints": [
                        models.CheckConstraint(
                            condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                            name="user_email_lower",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Settings",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    (
                        "hours",
                        models.JSONField(
                            default=accounts.models.default_hours,
                            validators=[accounts.models.valid_hours],
                            verbose_name="opening hours",
                        ),
                    ),
                    ("delivery_area", models.CharField(blank=True, max_length=300, verbose_name="delivery area")),
                    (
                        "fallback_text",
                        models.TextField(
                            default="Thank you for your message. A person from our team will answer you soon.",
                            help_text="Sent once; the conversation then waits for a person.",
                            max_length=1000,
                            verbose_name="when no rule answers",
                        ),
                    ),
                    (
                        "fallback_text_hi",
                        models.TextField(
                            blank=True,
                            default="आपके संदेश के लिए धन्यवाद। हमारी टीम जल्द ही आपको जवाब देगी।",
                            max_length=1000,
                            verbose_name="the same in Hindi",
                        ),
                    ),
                    ("updated_at", models.DateTimeField(auto_now=True)),
                    (
                        "business",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.CASCADE, related_name="settings", to="accounts.business"
                        ),
                    ),
                    (
                        "ai_calls_per_hour",
                        models.PositiveIntegerField(
                            blank=True,
                            help_text="Empty: as many as you are allowed.",
                            null=True,
                            verbose_name="model calls per customer and hour",
                        ),
                    ),
                    (
                        "ai_daily_tokens",
                        models.PositiveBigIntegerField(
                            blank=True,
                            help_text="Empty: as much as you are allowed.",
                            null=True,
                            verbose_name="model tokens a day",
                        ),
                    ),
                    (
                        "bot_on",
                        models.BooleanField(
                            db_default=True,
                            default=True,
                            help_text="Off: every message waits for a person.",
                            verbose_name="bot",
                        ),
                    ),
                    (
                        "holidays",
                        models.JSONField(
                            blank=True,
                            db_default=[],
                            default=list,
                            help_text="Closed all day.",
                            validators=[accounts.models.valid_holidays],
                            verbose_name="holidays",
                        ),
                    ),
                    (
                        "messages_kept_days",
                        models.PositiveIntegerField(
                            blank=True,
                            help_text="Older ones are deleted for good. Empty: they are kept.",
                            null=True,
                            validators=[
                                django.core.validators.MinValueValidator(30),
                                django.core.validators.MaxValueValidator(3660),
                            ],
                            verbose_name="messages are kept, in days",
                        ),
                    ),
                    ("quiet_from", models.TimeField(blank=True, null=True, verbose_name="quiet from")),
                    (
                        "quiet_until",
                        models.TimeField(
                            blank=True,
                            help_text="In this time nothing that the customer has not asked for is sent: follow-ups and marketing wait.",
                            null=True,
                            verbose_name="quiet until",
                        ),
                    ),
                    (
                        "texts",
                        models.JSONField(
                            blank=True,
                            db_default={},
                            default=dict,
                            validators=[accounts.models.valid_texts],
                            verbose_name="texts",
                        ),
                    ),
                    (
                        "two_factor_required",
                        models.BooleanField(
                            db_default=False,
                            default=False,
                            help_text="Members without it see nothing until they have set it up.",
                            verbose_name="two-factor sign-in for everybody",
                        ),
                    ),
                    (
                        "notify_after_minutes",
                        models.PositiveSmallIntegerField(
                            db_default=10,
                            default=10,
                            help_text="To whom the conversation is assigned, else to all who answer. 0: no e-mail.",
                            validators=[django.core.validators.MaxValueValidator(1440)],
                            verbose_name="e-mail when a customer has waited, in minutes",
                        ),
                    ),
                    (
                        "auto_return_minutes",
                        models.PositiveIntegerField(
                            db_default=0,
                            default=0,
                            help_text="A conversation that a person has answered goes back to the bot when nobody has written for so long. One that still waits for an answer never does: it is given to nobody, so that somebody looks. 0: never.",
                            validators=[django.core.validators.MaxValueValidator(10080)],
                            verbose_name="back to the bot after, in minutes",
                        ),
                    ),
                    (
                        "blue_ticks",
                        models.BooleanField(
                            db_default=True,
                            default=True,
                            help_text="The customer sees blue ticks when somebody of the team opens the conversation.",
                            verbose_name="blue ticks",
                        ),
                    ),
                    (
                        "ai_instructions",
                        models.TextField(
                            blank=True,
                            db_default="",
                            help_text="Added to our own instructions, which it cannot take away: prices, times and links still come from your rows.",
                            max_length=4000,
                            verbose_name="what the model should know and do",
                        ),
                    ),
                    (
                        "ai_persona",
                        models.CharField(
                            blank=True,
                            db_default="",
                            help_text="Its name and manner: “You are Asha of Shuddh Dairy, warm and brief.”",
                            max_length=300,
                            verbose_name="how the model speaks",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "settings",
                    "verbose_name_plural": "settings",
                },
            ),
            migrations.CreateModel(
                name="AuditEvent",
                fields=[
                    ("id", models.BigAutoField(primary_key=True, serialize=False)),
                    ("action", models.CharField(max_length=60, verbose_name="action")),
                    ("target", models.CharField(blank=True, max_length=120, verbose_name="of")),
                    ("details", models.JSONField(blank=True, default=dict, verbose_name="details")),
                    ("at", models.DateTimeField(auto_now_add=True, verbose_name="time")),
                    (
                        "actor",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "business",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="accounts.business",
                        ),
                    ),
                    ("address", models.GenericIPAddressField(blank=True, null=True, verbose_name="from")),
                    ("api_key", models.CharField(blank=True, db_default="", max_length=16, verbose_name="API key")),
                    ("request_id", models.CharField(blank=True, db_default="", max_length=64)),
                ],
                options={
                    "verbose_name": "audit event",
                    "verbose_name_plural": "audit log",
                    "ordering": ["-id"],
                    "indexes": [models.Index(fields=["business", "-id"], name="accounts_au_busines_92f989_idx")],
                },
            ),
            migrations.CreateModel(
                name="Membership",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    (
                        "role",
                        models.CharField(
                            choices=[("owner", "Owner"), ("agent", "Agent"), ("viewer", "Viewer")],
                            max_length=10,
                            verbose_name="role",
                        ),
                    ),
                    ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
                    (
                        "business",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="memberships",
                            to="accounts.business",
                        ),
                    ),
                    (
                        "user",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="memberships",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "member",
                    "verbose_name_plural": "members",
                    "constraints": [models.UniqueConstraint(fields=("user", "business"), name="membership_once")],
                },
            ),
            migrations.CreateModel(
                name="Product",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("name", models.CharField(max_length=80, verbose_name="name")),
                    ("name_hi", models.CharField(blank=True, max_length=80, verbose_name="name in Hindi")),
                    ("name_roman", models.CharField(blank=True, max_length=80, verbose_name="name in Hinglish")),
                    (
                        "aliases",
                        models.JSONField(
                            blank=True,
                            default=list,
                            help_text='As customers write it: ["milk", "doodh", "dudh"].',
                            validators=[accounts.models.valid_aliases],
                            verbose_name="other names",
                        ),
                    ),
                    ("unit", models.CharField(help_text="1 kg, 500 ml, piece", max_length=30, verbose_name="unit")),
                    (
                        "price",
                        models.DecimalField(
                            decimal_places=2,
                            max_digits=10,
                            validators=[django.core.validators.MinValueValidator(0)],
                            verbose_name="price",
                        ),
                    ),
                    ("active", models.BooleanField(default=True, verbose_name="on sale")),
                    ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
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
                        "slug",
                        models.SlugField(
                            blank=True,
                            db_default="",
                            db_index=False,
                            editable=False,
                            help_text="In answers: {price:short-name} is its price, {total:short-name*3} the sum for three.",
                            max_length=80,
                            verbose_name="short name",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "product",
                    "verbose_name_plural": "products",
                    "ordering": ["position", "name"],
                    "constraints": [
                        models.UniqueConstraint(
                            models.F("business"),
                            django.db.models.functions.text.Lower("name"),
                            django.db.models.functions.text.Lower("unit"),
                            name="product_once",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("slug", ""), _negated=True),
                            fields=("business", "slug"),
                            name="product_slug_once",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="WhatsAppNumber",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    (
                        "phone_number_id",
                        models.CharField(
                            max_length=40,
                            unique=True,
                            validators=[
                                django.core.validators.RegexValidator("^\\d{3,40}$", "Digits, as Meta shows it.")
                            ],
                            verbose_name="phone number id",
                        ),
                    ),
                    ("waba_id", models.CharField(blank=True, db_index=True, max_length=40, verbose_name="WABA id")),
                    ("display_phone_number", models.CharField(blank=True, max_length=30, verbose_name="phone number")),
                    ("access_token", accounts.secrets.SecretField(blank=True, default="", verbose_name="access token")),
                    (
                        "app_secret",
                        accounts.secrets.SecretField(
                            blank=True,
                            default="",
                            help_text="Only where this number has a Meta app of its own.",
                            verbose_name="app secret",
                        ),
                    ),
                    ("app_secret_mark", models.CharField(blank=True, editable=False, max_length=64)),
                    ("verify_token", models.CharField(blank=True, max_length=120, verbose_name="verify token")),
                    ("active", models.BooleanField(default=True, verbose_name="active")),
                    (
                        "per_second",
                        models.PositiveSmallIntegerField(
                            default=80,
                            help_text="Meta allows 80; 20 where the phone's app is connected too; 1,000 after an upgrade.",
                            validators=[
                                django.core.validators.MinValueValidator(1),
                                django.core.validators.MaxValueValidator(1000),
                            ],
                            verbose_name="messages a second",
                        ),
                    ),
                    ("stopped_at", models.DateTimeField(blank=True, null=True, verbose_name="sending stopped")),
                    ("stopped_reason", models.CharField(blank=True, max_length=300, verbose_name="why")),
                    ("created_at", models.DateTimeField(auto_now_add=True)),
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
                    ("health_times", models.JSONField(db_default={}, default=dict, editable=False)),
                    (
                        "messaging_limit",
                        models.CharField(blank=True, db_default="", max_length=40, verbose_name="new customers a day"),
                    ),
                    (
                        "name_decision",
                        models.CharField(
                            blank=True, db_default="", max_length=20, verbose_name="Meta on the display name"
                        ),
                    ),
                    ("quality", models.CharField(blank=True, db_default="", max_length=20, verbose_name="quality")),
                    ("stopped_by_account", models.BooleanField(db_default=False, default=False, editable=False)),
                    (
                        "verified_name",
                        models.CharField(blank=True, db_default="", max_length=100, verbose_name="display name"),
                    ),
                    ("warned_at", models.DateTimeField(blank=True, null=True, verbose_name="warned")),
                    (
                        "warning",
                        models.CharField(blank=True, db_default="", max_length=300, verbose_name="last warning"),
                    ),
                ],
                options={
                    "verbose_name": "WhatsApp number",
                    "verbose_name_plural": "WhatsApp numbers",
                    "ordering": ["display_phone_number"],
                    "constraints": [models.UniqueConstraint(fields=("business", "id"), name="number_of_business")],
                },
            ),
            migrations.CreateModel(
                name="TokenFamily",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("created_at", models.DateTimeField(auto_now_add=True)),
                    ("revoked_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "user",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                        ),
                    ),
                ],
            ),
            migrations.CreateModel(
                name="ApiKey",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("name", models.CharField(max_length=80, verbose_name="name")),
                    ("prefix", models.CharField(max_length=16, verbose_name="begins with")),
                    ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                    ("scopes", models.JSONField(default=list, verbose_name="may")),
                    ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
                    ("last_used_at", models.DateTimeField(blank=True, null=True, verbose_name="last used")),
                    ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="ends")),
                    ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
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
                        "created_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "API key",
                    "verbose_name_plural": "API keys",
                    "ordering": ["-created_at"],
                    "indexes": [
                        models.Index(fields=["business", "-created_at"], name="accounts_ap_busines_b8e6cc_idx")
                    ],
                },
            ),
            migrations.CreateModel(
                name="Invitation",
                fields=[
                    (
                        "id",
                        models.UUIDField(default=accounts.ids.uuid7, editable=False, primary_key=True, serialize=False),
                    ),
                    ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                    (
                        "role",
                        models.CharField(
                            choices=[("owner", "Owner"), ("agent", "Agent"), ("viewer", "Viewer")],
                            max_length=10,
                            verbose_name="role",
                        ),
                    ),
                    ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                    ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="sent")),
                    ("expires_at", models.DateTimeField(verbose_name="valid until")),
                    ("ended_at", models.DateTimeField(blank=True, null=True)),
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
                        "invited_by",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                ],
                options={
                    "verbose_name": "invitation",
                    "verbose_name_plural": "invitations",
                    "ordering": ["-created_at"],
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("ended_at", None)),
                            fields=("business", "email"),
                            name="one_open_invitation",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="KnownPlace",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    ("mark", models.CharField(max_length=64)),
                    ("seen_at", models.DateTimeField()),
                    (
                        "user",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                        ),
                    ),
                ],
                options={
                    "constraints": [models.UniqueConstraint(fields=("user", "mark"), name="known_place_once")],
                },
            ),
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'the audit log is only added to';
            END $$;
            CREATE TRIGGER audit_lock BEFORE UPDATE OR DELETE ON accounts_auditevent
                FOR EACH ROW EXECUTE FUNCTION audit_is_only_added_to();
            """,
            "DROP TRIGGER audit_lock ON accounts_auditevent; DROP FUNCTION audit_is_only_added_to();",
        ),
    ]

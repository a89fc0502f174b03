"""People, businesses, their numbers, products and settings."""

import re
from datetime import date
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from . import placeholders
from .ids import uuid7
from .money import CURRENCIES
from .scoping import OwnedModel
from .secrets import SecretField


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, **{**fields, "is_superuser": True})

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser):
    """A person. What they may do in a business stands in their Membership; only the installation's owner is a
    superuser.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254, unique=True)  # in small letters
    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_superuser = models.BooleanField(_("owner of the installation"), default=False)
    # The business that they chose last (access.py): where they are after the next sign-in.
    last_business = models.UUIDField(null=True, blank=True, editable=False)
    sign_ins_ended = models.PositiveIntegerField(default=0, db_default=0, editable=False)  # how often: entering.end_all
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = UserManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower")]

    def __str__(self):
        return self.name or self.email

    def _get_session_auth_hash(self, secret=None) -> str:
        """Django's: a session, and a token of the API, ends where it changes."""
        return salted_hmac(
            "accounts.sign-in", f"{self.sign_ins_ended}:{self.password}", secret, algorithm="sha256"
        ).hexdigest()

    def get_full_name(self) -> str:
        """Django's name for it, which the admin asks for."""
        return self.name

    def clean(self):
        super().clean()
        self.email = self.email.lower()

    @cached_property
    def is_staff(self) -> bool:
        """Django's word for "may enter the admin": members of any business. What they see there, their role decides."""
        return self.is_superuser or Membership.objects.filter(user=self, business__active=True).exists()

    def has_perm(self, perm, obj=None) -> bool:
        """Django's permission tables are not used: see accounts.access."""
        return self.is_active and self.is_superuser

    def has_perms(self, perms, obj=None) -> bool:
        return self.has_perm(None)

    def has_module_perms(self, app_label) -> bool:
        return self.is_active and self.is_superuser


_time_zones = cache(available_timezones)  # it reads a folder


def _known_time_zone(value: str) -> None:
    if value not in _time_zones():
        raise ValidationError(_("%(value)s is no time zone, such as Asia/Kolkata."), params={"value": value})


class Business(models.Model):
    """A tenant: one shop, its people, its numbers and all that its customers wrote."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=60, default="Asia/Kolkata", validators=[_known_time_zone])
    language = models.CharField(
        _("language"),
        max_length=10,
        default="en",
        choices=[("en", "English"), ("hi", "हिन्दी"), ("hi-Latn", "Hinglish")],
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="INR",
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capitals, such as INR."))],
    )
    active = models.BooleanField(_("active"), default=True)
    # What the installation's owner grants: null is the installation's own budget (AI_DAILY_TOKEN_BUDGET), 0 switches the model off.
    ai_daily_tokens = models.PositiveBigIntegerField(
        _("model tokens a day, granted"),
        null=True,
        blank=True,
        help_text=_("Empty: as much as the installation allows. 0: no model."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("business")
        verbose_name_plural = _("businesses")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def clean(self):
        super().clean()
        if re.fullmatch("[A-Z]{3}", self.currency) and self.currency not in CURRENCIES:
            words = _("%(code)s is not the code of money that is in use, such as INR.")
            raise ValidationError({"currency": ValidationError(words, params={"code": self.currency})})

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Membership(models.Model):
    """A person's role in a business: the one source of permissions."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        AGENT = "agent", _("Agent")
        VIEWER = "viewer", _("Viewer")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(fields=["user", "business"], name="membership_once")]

    def __str__(self):
        return f"{self.user} ({self.get_role_display()})"


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def default_hours() -> dict[str, list[list[str]]]:
    """Nine to nine on every day. A day's value is a list of [from, to]; an empty list is closed."""
    return {day: [["09:00", "21:00"]] for day in DAYS}


def valid_hours(value) -> None:
    """Days as mon..sun; times as HH:MM, from before to, one span after the other."""
    if not isinstance(value, dict) or set(value) - set(DAYS):
        raise ValidationError(_("Opening hours need the days mon, tue, wed, thu, fri, sat, sun."))
    for day, spans in value.items():
        if not _in_order(spans):
            raise ValidationError(_('%(day)s must be a list such as [["09:00", "18:00"]].'), params={"day": day})


def _in_order(spans) -> bool:
    if not isinstance(spans, list) or any(not isinstance(span, list) or len(span) != 2 for span in spans):
        return False
    times = [text for span in spans for text in span]
    if any(not isinstance(text, str) or not _TIME.fullmatch(text) for text in times):
        return False
    return all(earlier < later for earlier, later in pairwise(times))  # HH:MM sorts as text


def valid_holidays(value) -> None:
    """[{"date": "2026-01-26", "name": "Republic Day"}]: closed all day; each date once, at most 200."""
    if not isinstance(value, list) or len(value) > 200:
        raise ValidationError(_("Holidays are a list of at most 200 dates."))
    if any(not isinstance(day, dict) or set(day) != {"date", "name"} for day in value):
        raise ValidationError(_('A holiday is {"date": "2026-01-26", "name": "Republic Day"}.'))
    if any(not isinstance(day["name"], str) or len(day["name"]) > 80 for day in value):
        raise ValidationError(_("A holiday's name has at most 80 characters."))
    if any(not day["date"] for day in value):
        raise ValidationError(_("Give each holiday its date."))
    for day in value:
        if not _is_date(day["date"]):
            raise ValidationError(_("%(date)s is no date, such as 2026-01-26."), params={"date": day["date"]})
    if len({day["date"] for day in value}) != len(value):
        raise ValidationError(_("A date stands twice among the holidays."))


def _is_date(text) -> bool:
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


LANGUAGE_NAMES = {"en": "English", "hi": "हिन्दी", "hi-Latn": "Hinglish"}
LANGUAGES = tuple(LANGUAGE_NAMES)
TEXTS = ("greeting", "away", "handover", "opt_out", "automated")


TEXT_LENGTH = 1000


def valid_texts(value) -> None:
    """{"greeting": {"en": "Welcome to {business}."}}: see text_errors."""
    if errors := text_errors(value):
        raise ValidationError(list(errors.values()))


def text_errors(value) -> dict[tuple[str, ...], ValidationError]:
    """(kind, language) -> what is wrong. Kinds of TEXTS by languages of LANGUAGES, TEXT_LENGTH characters each, with the
    placeholders of rules. What is wrong with the whole stands under ().
    """
    if not isinstance(value, dict):
        return {(): ValidationError(_("Texts are for %(known)s."), params={"known": ", ".join(TEXTS)})}
    errors = {}
    for kind, by_language in value.items():
        if kind not in TEXTS:
            errors[(kind,)] = ValidationError(_("Texts are for %(known)s."), params={"known": ", ".join(TEXTS)})
        elif not isinstance(by_language, dict):
            errors[(kind,)] = ValidationError(_("Give the text of each language."))
        else:
            errors |= {(kind, name): e for name, text in by_language.items() if (e := _text_error(name, text))}
    return errors


def _text_error(language: str, text) -> ValidationError | None:
    if language not in LANGUAGES:
        return ValidationError(_("The languages are %(known)s."), params={"known": ", ".join(LANGUAGES)})
    if not isinstance(text, str) or len(text) > TEXT_LENGTH:
        return ValidationError(_("A text has at most 1,000 characters."))
    if "\x00" in text:
        return ValidationError(_("A text holds a character that cannot be stored."))
    try:
        placeholders.check(text)
    except ValidationError as error:
        return error
    return None


class Settings(OwnedModel):
    """What a business's owner sets, one row each: hours, texts, the bot. Only preferences.py writes it."""

    business = models.OneToOneField(Business, on_delete=models.CASCADE, related_name="settings")
    hours = models.JSONField(_("opening hours"), default=default_hours, validators=[valid_hours])
    holidays = models.JSONField(
        _("holidays"),
        default=list,
        db_default=[],
        blank=True,
        validators=[valid_holidays],
        help_text=_("Closed all day."),
    )
    delivery_area = models.CharField(_("delivery area"), max_length=300, blank=True)
    bot_on = models.BooleanField(
        _("bot"), default=True, db_default=True, help_text=_("Off: every message waits for a person.")
    )
    texts = models.JSONField(_("texts"), default=dict, db_default={}, blank=True, validators=[valid_texts])
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(
        _("quiet until"),
        null=True,
        blank=True,
        help_text=_("In this time nothing that the customer has not asked for is sent: follow-ups and marketing wait."),
    )
    ai_daily_tokens = models.PositiveBigIntegerField(
        _("model tokens a day"), null=True, blank=True, help_text=_("Empty: as much as you are allowed.")
    )
    ai_calls_per_hour = models.PositiveIntegerField(
        _("model calls per customer and hour"), null=True, blank=True, help_text=_("Empty: as many as you are allowed.")
    )
    ai_persona = models.CharField(
        _("how the model speaks"),
        max_length=300,
        blank=True,
        db_default="",
        help_text=_("Its name and manner: “You are Asha of Shuddh Dairy, warm and brief.”"),
    )
    ai_instructions = models.TextField(
        _("what the model should know and do"),
        max_length=4000,
        blank=True,
        db_default="",
        help_text=_(
            "Added to our own instructions, which it cannot take away: prices, times and links still come from your rows."
        ),
    )
    messages_kept_days = models.PositiveIntegerField(
        _("messages are kept, in days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(30), MaxValueValidator(3660)],
        help_text=_("Older ones are deleted for good. Empty: they are kept."),
    )
    auto_return_minutes = models.PositiveIntegerField(
        _("back to the bot after, in minutes"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(7 * 24 * 60)],
        help_text=_(
            "A conversation that a person has answered goes back to the bot when nobody has written for so long. One that still "
            "waits for an answer never does: it is given to nobody, so that somebody looks. 0: never."
        ),
    )
    blue_ticks = models.BooleanField(
        _("blue ticks"),
        default=True,
        db_default=True,
        help_text=_("The customer sees blue ticks when somebody of the team opens the conversation."),
    )
    notify_after_minutes = models.PositiveSmallIntegerField(
        _("e-mail when a customer has waited, in minutes"),
        default=10,
        db_default=10,
        validators=[MaxValueValidator(1440)],
        help_text=_("To whom the conversation is assigned, else to all who answer. 0: no e-mail."),
    )
    two_factor_required = models.BooleanField(
        _("two-factor sign-in for everybody"),
        default=False,
        db_default=False,
        help_text=_("Members without it see nothing until they have set it up."),
    )
    fallback_text = models.TextField(
        _("when no rule answers"),
        max_length=1000,
        default="Thank you for your message. A person from our team will answer you soon.",
        help_text=_("Sent once; the conversation then waits for a person."),
    )
    fallback_text_hi = models.TextField(
        _("the same in Hindi"),
        max_length=1000,
        blank=True,
        default="आपके संदेश के लिए धन्यवाद। हमारी टीम जल्द ही आपको जवाब देगी।",
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("settings")
        verbose_name_plural = _("settings")

    def __str__(self):
        return gettext("Settings of %(business)s") % {"business": self.business}

    def clean(self):
        super().clean()
        if (self.quiet_from is None) != (self.quiet_until is None) or (
            self.quiet_from and self.quiet_from == self.quiet_until
        ):
            raise ValidationError({"quiet_until": _("A quiet time needs a beginning and another end.")})

    def says(self, kind: str, language: str) -> str:
        """The owner's text of a kind in a language, or "" where they have written none."""
        return self.texts.get(kind, {}).get(language, "").strip()


def valid_aliases(value) -> None:
    """At most 50 texts of 80 characters."""
    if not isinstance(value, list) or len(value) > 50:
        raise ValidationError(_("A product has at most 50 other names."))
    if any(not isinstance(name, str) or not name.strip() or len(name) > 80 for name in value):
        raise ValidationError(_("A name has at most 80 characters."))


class Product(OwnedModel):
    """What the business sells. The one place of prices: no text holds one."""

    name = models.CharField(_("name"), max_length=80)
    name_hi = models.CharField(_("name in Hindi"), max_length=80, blank=True)
    name_roman = models.CharField(_("name in Hinglish"), max_length=80, blank=True)
    aliases = models.JSONField(
        _("other names"),
        default=list,
        blank=True,
        validators=[valid_aliases],
        help_text=_('As customers write it: ["milk", "doodh", "dudh"].'),
    )
    unit = models.CharField(_("unit"), max_length=30, help_text=_("1 kg, 500 ml, piece"))
    # products.slug_for gives it once; it stays when the name changes, since texts name the product by it.
    slug = models.SlugField(
        _("short name"),
        max_length=80,
        blank=True,
        db_default="",
        db_index=False,
        editable=False,
        help_text=_("In answers: {price:short-name} is its price, {total:short-name*3} the sum for three."),
    )
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    active = models.BooleanField(_("on sale"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint("business", Lower("name"), Lower("unit"), name="product_once"),
            models.UniqueConstraint(fields=["business", "slug"], condition=~Q(slug=""), name="product_slug_once"),
        ]

    def __str__(self):
        return f"{self.name} ({self.unit})"


class WhatsAppNumber(OwnedModel):
    """A business phone number on WhatsApp's Cloud API."""

    phone_number_id = models.CharField(
        _("phone number id"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^\d{3,40}$", _("Digits, as Meta shows it."))],
    )
    waba_id = models.CharField(_("WABA id"), max_length=40, blank=True, db_index=True)
    display_phone_number = models.CharField(_("phone number"), max_length=30, blank=True)
    access_token = SecretField(_("access token"))
    app_secret = SecretField(_("app secret"), help_text=_("Only where this number has a Meta app of its own."))
    # Says which secret signed a webhook without opening it: see webhooks.signers.
    app_secret_mark = models.CharField(max_length=64, blank=True, editable=False)
    verify_token = models.CharField(_("verify token"), max_length=120, blank=True)
    active = models.BooleanField(_("active"), default=True)
    per_second = models.PositiveSmallIntegerField(
        _("messages a second"),
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("Meta allows 80; 20 where the phone's app is connected too; 1,000 after an upgrade."),
    )
    stopped_at = models.DateTimeField(_("sending stopped"), null=True, blank=True)
    stopped_reason = models.CharField(_("why"), max_length=300, blank=True)
    # An account event of Meta's stopped it: another one of Meta's may let it go on (health.py).
    stopped_by_account = models.BooleanField(default=False, db_default=False, editable=False)
    quality = models.CharField(_("quality"), max_length=20, blank=True, db_default="")
    messaging_limit = models.CharField(_("new customers a day"), max_length=40, blank=True, db_default="")
    verified_name = models.CharField(_("display name"), max_length=100, blank=True, db_default="")
    name_decision = models.CharField(_("Meta on the display name"), max_length=20, blank=True, db_default="")
    warning = models.CharField(_("last warning"), max_length=300, blank=True, db_default="")
    warned_at = models.DateTimeField(_("warned"), null=True, blank=True)
    health_times = models.JSONField(
        default=dict, db_default={}, editable=False
    )  # aspect -> Meta's time of the last news
    # When WhatsApp last told its account's templates, and when it is asked for them outside the daily round: a new number soon
    # (conversations.templates).
    templates_listed_at = models.DateTimeField(null=True, blank=True, editable=False)
    templates_fetch_at = models.DateTimeField(null=True, blank=True, default=timezone.now, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("WhatsApp number")
        verbose_name_plural = _("WhatsApp numbers")
        ordering = ["display_phone_number"]
        constraints = [models.UniqueConstraint(fields=["business", "id"], name="number_of_business")]

    def __str__(self):
        return self.display_phone_number or self.phone_number_id


class ApiKey(OwnedModel):
    """A program's key to a business: what it may do stands in its scopes (keys.py). The key itself is shown once and
    kept as a hash."""

    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("begins with"), max_length=16)
    digest = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256: the key is 256 random bits
    scopes = models.JSONField(pgettext_lazy("of an API key", "may"), default=list)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["business", "-created_at"])]

    def __str__(self):
        return self.name


class Invitation(OwnedModel):
    """A place in a business for whoever opens the link that was mailed: invitations.py. The link's token is kept as a
    hash."""

    email = models.EmailField(_("e-mail"), max_length=254)
    role = models.CharField(_("role"), max_length=10, choices=Membership.Role)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("sent"), auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"))
    ended_at = models.DateTimeField(null=True, blank=True)  # accepted or withdrawn

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "email"], condition=Q(ended_at=None), name="one_open_invitation"
            ),
        ]

    def __str__(self):
        return self.email


class KnownPlace(models.Model):
    """A browser or a network from which a person has signed in before: guesses from elsewhere do not lock it out
    (throttle.py)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    mark = models.CharField(max_length=64)  # an HMAC: no address is stored
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "mark"], name="known_place_once")]


class TokenFamily(models.Model):
    """A sign-in by the API: the refresh tokens that follow from it. Revoked as one (tokens.py)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class AuditEvent(models.Model):
    """Who did what. Rows are only added: the database refuses to change or delete one (migration 0002)."""

    id = models.BigAutoField(primary_key=True)
    business = models.ForeignKey(
        Business, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    actor = models.ForeignKey(User, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    action = models.CharField(_("action"), max_length=60)
    target = models.CharField(_("of"), max_length=120, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    address = models.GenericIPAddressField(_("from"), null=True, blank=True)  # address.client_address
    request_id = models.CharField(max_length=64, blank=True, db_default="")
    api_key = models.CharField(_("API key"), max_length=16, blank=True, db_default="")  # its prefix
    at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit log")
        ordering = ["-id"]
        indexes = [models.Index(fields=["business", "-id"])]

    def __str__(self):
        return self.action

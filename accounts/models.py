"""People, businesses, their numbers, products and settings."""

import re
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .ids import uuid7
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
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("business")
        verbose_name_plural = _("businesses")
        ordering = ["name"]

    def __str__(self):
        return self.name

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


class Settings(OwnedModel):
    """What a business's owner sets, one row each: hours, texts, the bot."""

    business = models.OneToOneField(Business, on_delete=models.CASCADE, related_name="settings")
    hours = models.JSONField(_("opening hours"), default=default_hours, validators=[valid_hours])
    delivery_area = models.CharField(_("delivery area"), max_length=300, blank=True)
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


class Product(OwnedModel):
    """What the business sells. The one place of prices: no text holds one."""

    name = models.CharField(_("name"), max_length=80)
    name_hi = models.CharField(_("name in Hindi"), max_length=80, blank=True)
    name_roman = models.CharField(_("name in Hinglish"), max_length=80, blank=True)
    aliases = models.JSONField(
        _("other names"), default=list, blank=True, help_text=_('As customers write it: ["milk", "doodh", "dudh"].')
    )
    unit = models.CharField(_("unit"), max_length=30, help_text=_("1 kg, 500 ml, piece"))
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    active = models.BooleanField(_("on sale"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint("business", Lower("name"), Lower("unit"), name="product_once")]

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
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("WhatsApp number")
        verbose_name_plural = _("WhatsApp numbers")
        ordering = ["display_phone_number"]
        constraints = [models.UniqueConstraint(fields=["business", "id"], name="number_of_business")]

    def __str__(self):
        return self.display_phone_number or self.phone_number_id


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
    at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit log")
        ordering = ["-id"]
        indexes = [models.Index(fields=["business", "-id"])]

    def __str__(self):
        return self.action

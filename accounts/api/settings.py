"""/api/settings: what the owner of a business sets, as one document in sections.

PUT takes the whole document, PATCH a part of it: objects are merged name by name, lists and values are replaced, null
empties. Who sends ``updatedAt`` back (or ``If-Match`` with the answer's ETag) is refused where somebody else has changed
the settings since: 409 (412).
"""

import re
from datetime import datetime

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from .. import allowance, preferences
from ..doors.strict import StrictSerializer
from ..doors.views import SETTINGS, BusinessView, actor
from ..models import DAYS, LANGUAGES, TEXT_LENGTH, Business, Settings

_CLOCK = "%H:%M"
_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z"
_LANGUAGES = "By language: en, hi, hi-Latn. A language that is left out has no text of the owner's."


# --- what goes out -------------------------------------------------------------------------------------------------------------


@extend_schema_field({"type": "string", "pattern": _TIME.replace(r"\Z", "$"), "example": "09:00"})
class Clock(serializers.TimeField):
    """Hours and minutes: 09:00."""

    def __init__(self, **options):
        super().__init__(format=_CLOCK, input_formats=[_CLOCK], **options)

    def to_internal_value(self, value):
        if not re.match(_TIME, value):
            self.fail("invalid", format="hh:mm")
        return super().to_internal_value(value)


class ProfileOut(serializers.Serializer):
    name = serializers.CharField(source="business.name")
    timeZone = serializers.CharField(source="business.time_zone")
    language = serializers.CharField(source="business.language")
    currency = serializers.CharField(source="business.currency")
    deliveryArea = serializers.CharField(source="delivery_area")


def _spans(**options) -> serializers.ListField:
    """A day's opening: [["09:00", "13:00"], ["16:00", "21:00"]]; empty: closed."""
    time = serializers.RegexField(_TIME, trim_whitespace=False)
    span = serializers.ListField(child=time, min_length=2, max_length=2)
    return serializers.ListField(child=span, **options)


class HoursOut(serializers.Serializer):
    mon, tue, wed, thu, fri, sat, sun = (_spans() for _ in range(7))


class HolidayOut(serializers.Serializer):
    date = serializers.DateField(help_text="Closed all day.")
    name = serializers.CharField()


@extend_schema_field(
    {
        "type": "object",
        "properties": {name: {"type": "string", "nullable": True, "maxLength": TEXT_LENGTH} for name in LANGUAGES},
        "additionalProperties": False,
    }
)
class Texts(serializers.DictField):
    """preferences.py says what is wrong with one, text by text."""

    child = serializers.CharField(allow_blank=True, allow_null=True)

    def __init__(self, **options):
        super().__init__(help_text=_LANGUAGES, **options)


class FallbackOut(serializers.Serializer):
    en = serializers.CharField(source="fallback_text", help_text="For Hinglish too.")
    hi = serializers.CharField(source="fallback_text_hi")


class TextsOut(serializers.Serializer):
    greeting = serializers.DictField(child=serializers.CharField(), source="texts.greeting", default={})
    away = serializers.DictField(child=serializers.CharField(), source="texts.away", default={})
    handover = serializers.DictField(child=serializers.CharField(), source="texts.handover", default={})
    optOut = serializers.DictField(child=serializers.CharField(), source="texts.opt_out", default={})
    automated = serializers.DictField(child=serializers.CharField(), source="texts.automated", default={})
    fallback = FallbackOut(source="*")


class QuietOut(serializers.Serializer):
    start = Clock(source="quiet_from", allow_null=True)
    end = Clock(source="quiet_until", allow_null=True)


class BotOut(serializers.Serializer):
    on = serializers.BooleanField(source="bot_on")
    autoReturnMinutes = serializers.IntegerField(source="auto_return_minutes", help_text="0: never.")


class InboxOut(serializers.Serializer):
    blueTicks = serializers.BooleanField(source="blue_ticks")


class ModelOut(serializers.Serializer):
    dailyTokens = serializers.IntegerField(source="ai_daily_tokens", allow_null=True)
    callsPerHour = serializers.IntegerField(source="ai_calls_per_hour", allow_null=True)
    persona = serializers.CharField(source="ai_persona")
    instructions = serializers.CharField(source="ai_instructions")


class NotificationsOut(serializers.Serializer):
    emailAfterMinutes = serializers.IntegerField(source="notify_after_minutes", help_text="0: no e-mail.")


class RetentionOut(serializers.Serializer):
    messagesKeptDays = serializers.IntegerField(source="messages_kept_days", allow_null=True)


class SecurityOut(serializers.Serializer):
    twoFactorRequired = serializers.BooleanField(source="two_factor_required")


class SettingsOut(serializers.Serializer):
    profile = ProfileOut(source="*")
    hours = HoursOut()
    holidays = HolidayOut(many=True)
    texts = TextsOut(source="*")
    quiet = QuietOut(source="*")
    bot = BotOut(source="*")
    inbox = InboxOut(source="*")
    model = ModelOut(source="*")
    notifications = NotificationsOut(source="*")
    retention = RetentionOut(source="*")
    security = SecurityOut(source="*")
    updatedAt = serializers.DateTimeField(source="updated_at")


class LimitsOut(serializers.Serializer):
    """What holds for the language model now, and the most that the owner may set."""

    dailyTokens = serializers.IntegerField(source="daily_tokens", help_text="0: the model is off.")
    callsPerHour = serializers.IntegerField(source="calls_per_hour", help_text="Of one customer.")
    mostDailyTokens = serializers.IntegerField(source="most_daily_tokens")
    mostCallsPerHour = serializers.IntegerField(source="most_calls_per_hour")


# --- what comes in: shape alone; preferences.py knows what will do -------------------------------------------------------------


@extend_schema_field({"type": "string", "format": "time-zone", "minLength": 1, "maxLength": 60})
class ZoneName(serializers.CharField):
    """A name of the IANA's."""


class ProfileIn(StrictSerializer):
    name = serializers.CharField(max_length=120)
    timeZone = ZoneName(source="time_zone", max_length=60, help_text="Such as Asia/Kolkata.")
    language = serializers.ChoiceField(Business._meta.get_field("language").choices)
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", help_text="A code of ISO 4217, of money in use: INR.")
    deliveryArea = serializers.CharField(source="delivery_area", max_length=300, allow_blank=True)


class HoursIn(StrictSerializer):
    mon, tue, wed, thu, fri, sat, sun = (_spans() for _ in range(7))


class IsoDate(serializers.DateField):
    """A date that stays the text which JSON holds."""

    def to_internal_value(self, value) -> str:
        return super().to_internal_value(value).isoformat()


class HolidayIn(StrictSerializer):
    date = IsoDate()
    name = serializers.CharField(max_length=80, allow_blank=True, required=False)


class FallbackIn(StrictSerializer):
    en = serializers.CharField(source="fallback_text", max_length=TEXT_LENGTH)
    hi = serializers.CharField(source="fallback_text_hi", max_length=TEXT_LENGTH, allow_blank=True)


class TextsIn(StrictSerializer):
    greeting = Texts(allow_null=True)
    away = Texts(allow_null=True)
    handover = Texts(allow_null=True)
    optOut = Texts(source="opt_out", allow_null=True)
    automated = Texts(allow_null=True)
    fallback = FallbackIn()


class QuietIn(StrictSerializer):
    start = Clock(source="quiet_from", allow_null=True)
    end = Clock(source="quiet_until", allow_null=True)


class BotIn(StrictSerializer):
    on = serializers.BooleanField(source="bot_on")
    autoReturnMinutes = serializers.IntegerField(
        source="auto_return_minutes",
        min_value=0,
        max_value=7 * 24 * 60,
        help_text=(
            "A conversation that a person has answered goes back to the bot after so long a silence; one that waits for an "
            "answer is given to nobody instead. 0: never."
        ),
    )


class InboxIn(StrictSerializer):
    blueTicks = serializers.BooleanField(
        source="blue_ticks", help_text="The customer sees blue ticks when somebody of the team opens the conversation."
    )


class ModelIn(StrictSerializer):
    dailyTokens = serializers.IntegerField(source="ai_daily_tokens", min_value=0, allow_null=True)
    callsPerHour = serializers.IntegerField(source="ai_calls_per_hour", min_value=0, allow_null=True)
    persona = serializers.CharField(source="ai_persona", max_length=300, allow_blank=True)
    instructions = serializers.CharField(source="ai_instructions", max_length=4000, allow_blank=True)


class NotificationsIn(StrictSerializer):
    emailAfterMinutes = serializers.IntegerField(source="notify_after_minutes", min_value=0, max_value=1440)


class RetentionIn(StrictSerializer):
    messagesKeptDays = serializers.IntegerField(
        source="messages_kept_days", min_value=30, max_value=3660, allow_null=True
    )


class SecurityIn(StrictSerializer):
    twoFactorRequired = serializers.BooleanField(source="two_factor_required")


class SettingsIn(StrictSerializer):
    profile = ProfileIn()
    hours = HoursIn()
    holidays = HolidayIn(many=True, max_length=200)
    texts = TextsIn()
    quiet = QuietIn()
    bot = BotIn()
    inbox = InboxIn()
    model = ModelIn()
    notifications = NotificationsIn()
    retention = RetentionIn()
    security = SecurityIn()
    updatedAt = serializers.DateTimeField(required=False, help_text="Of the settings that you have read.")


_SECTIONS = {
    "profile": ProfileIn,
    "quiet": QuietIn,
    "bot": BotIn,
    "inbox": InboxIn,
    "model": ModelIn,
    "notifications": NotificationsIn,
    "retention": RetentionIn,
    "security": SecurityIn,
}
_PATHS = {
    field.source or name: f"{section}.{name}"
    for section, serializer in (*_SECTIONS.items(), ("texts.fallback", FallbackIn))
    for name, field in serializer._declared_fields.items()
}


def _flat(given: dict) -> dict:
    """The document's sections as preferences.FIELDS."""
    flat = {name: given[name] for name in ("hours", "holidays") if name in given}
    for section in _SECTIONS:
        flat |= given.get(section, {})
    if "texts" in given:
        texts = dict(given["texts"])
        flat |= texts.pop("fallback", {})
        flat |= {"texts": texts} if texts else {}
    return flat


def _path(name: str) -> str:
    return _PATHS.get(name, name.replace("opt_out", "optOut"))


# --- the doors -----------------------------------------------------------------------------------------------------------------

_IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag of what you have read.")
_DESCRIPTION = "Refused with 409 (`updatedAt`) or 412 (`If-Match`) where somebody else has changed the settings since."


_WHOLE = {
    "profile": {
        "name": "Shuddh Dairy",
        "timeZone": "Asia/Kolkata",
        "language": "en",
        "currency": "INR",
        "deliveryArea": "Indiranagar and Koramangala, Bengaluru",
    },
    "hours": {**{day: [["07:00", "13:00"], ["16:00", "21:00"]] for day in DAYS}, "sun": []},
    "holidays": [{"date": "2027-01-26", "name": "Republic Day"}],
    "texts": {
        "greeting": {"en": "Welcome to {business}."},
        "away": {"en": "We are closed now and open again {opens}."},
        "handover": {},
        "optOut": {},
        "automated": {},
        "fallback": {"en": "A person from our team will answer you soon.", "hi": ""},
    },
    "quiet": {"start": "21:00", "end": "09:00"},
    "bot": {"on": True, "autoReturnMinutes": 0},
    "inbox": {"blueTicks": True},
    "model": {
        "dailyTokens": None,
        "callsPerHour": None,
        "persona": "You are Asha of Shuddh Dairy, warm and brief.",
        "instructions": "",
    },
    "notifications": {"emailAfterMinutes": 10},
    "retention": {"messagesKeptDays": 365},
    "security": {"twoFactorRequired": False},
}


class BusinessSettings(BusinessView):
    section = "settings"
    body_limit = SETTINGS

    @extend_schema(operation_id="settings_read", summary="The settings", responses=SettingsOut)
    def get(self, request):
        return _answer(preferences.of(request.business))

    @extend_schema(
        operation_id="settings_replace",
        summary="Replace the settings",
        description=f"The whole document: every section with all its fields. {_DESCRIPTION}",
        request=SettingsIn,
        responses=SettingsOut,
        parameters=[_IF_MATCH],
        examples=[OpenApiExample("A dairy", value=_WHOLE, request_only=True)],
    )
    def put(self, request):
        return self._write(request, self.checked(SettingsIn), merge=False)

    @extend_schema(
        operation_id="settings_change",
        summary="Change some settings",
        description="A part of the document: what is named changes, objects are merged, lists are replaced, null empties. "
        + _DESCRIPTION,
        request=SettingsIn,
        responses=SettingsOut,
        parameters=[_IF_MATCH],
        examples=[
            OpenApiExample(
                "Closed on Republic Day, and a text for the night",
                value={
                    "holidays": [{"date": "2027-01-26", "name": "Republic Day"}],
                    "texts": {"away": {"en": "We are closed now and open again {opens}."}},
                },
                request_only=True,
            )
        ],
    )
    def patch(self, request):
        return self._write(request, self.checked(SettingsIn, partial=True), merge=True)

    def _write(self, request, given: dict, *, merge: bool):
        seen, refused_with = _seen(request, given)
        try:
            row = preferences.change(request.business, actor=actor(request), seen=seen, merge=merge, **_flat(given))
        except preferences.ChangedMeanwhile as error:
            error.status = refused_with
            raise
        except ValidationError as error:
            raise serializers.ValidationError({_path(n): t for n, t in error.message_dict.items()}) from None
        return _answer(row)


class ModelLimits(BusinessView):
    section = "settings"

    @extend_schema(operation_id="settings_limits", summary="What the language model may use", responses=LimitsOut)
    def get(self, request):
        return Response(LimitsOut(allowance.limits_of(request.business)).data)


def _answer(row: Settings) -> Response:
    return Response(SettingsOut(row).data, headers={"ETag": f'"{preferences.mark(row)}"'})


def _seen(request, given: dict) -> tuple[datetime | None, int]:
    """The settings that the writer has read, and the status for who has read older ones."""
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return given.get("updatedAt"), 409
    seen = preferences.seen_of(header.removeprefix("W/").strip('"'))
    if seen is None:
        raise preferences.ChangedMeanwhile(request.business, status=412)
    return seen, 412

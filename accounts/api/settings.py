"""/api/settings: what the owner of a business sets, as one document in sections.

PUT takes the whole document, PATCH a part of it: objects are merged name by name, lists and values are replaced, null
empties. Who sends ``updatedAt`` back (or ``If-Match`` with the answer's ETag) is refused where somebody else has changed
the settings since: 409 (412).
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from .. import allowance, preferences
from ..doors.strict import StrictSerializer
from ..doors.views import SETTINGS, BusinessView, actor
from ..models import Settings

_CLOCK = "%H:%M"
_LANGUAGES = "By language: en, hi, hi-Latn. A language that is left out has no text of the owner's."


# --- what goes out -------------------------------------------------------------------------------------------------------------


class ProfileOut(serializers.Serializer):
    name = serializers.CharField(source="business.name")
    timeZone = serializers.CharField(source="business.time_zone")
    language = serializers.CharField(source="business.language")
    currency = serializers.CharField(source="business.currency")
    deliveryArea = serializers.CharField(source="delivery_area")


def _spans(**options) -> serializers.ListField:
    """A day's opening: [["09:00", "13:00"], ["16:00", "21:00"]]; empty: closed."""
    span = serializers.ListField(child=serializers.CharField(max_length=5), min_length=2, max_length=2)
    return serializers.ListField(child=span, **options)


class HoursOut(serializers.Serializer):
    mon, tue, wed, thu, fri, sat, sun = (_spans() for _ in range(7))


class HolidayOut(serializers.Serializer):
    date = serializers.DateField(help_text="Closed all day.")
    name = serializers.CharField()


def _texts(**options) -> serializers.DictField:
    child = serializers.CharField(allow_blank=True, allow_null=True)
    return serializers.DictField(child=child, help_text=_LANGUAGES, **options)


class FallbackOut(serializers.Serializer):
    en = serializers.CharField(source="fallback_text", help_text="For Hinglish too.")
    hi = serializers.CharField(source="fallback_text_hi")


class TextsOut(serializers.Serializer):
    greeting = serializers.DictField(child=serializers.CharField(), source="texts.greeting", default={})
    away = serializers.DictField(child=serializers.CharField(), source="texts.away", default={})
    handover = serializers.DictField(child=serializers.CharField(), source="texts.handover", default={})
    optOut = serializers.DictField(child=serializers.CharField(), source="texts.opt_out", default={})
    fallback = FallbackOut(source="*")


class QuietOut(serializers.Serializer):
    start = serializers.TimeField(source="quiet_from", format=_CLOCK, allow_null=True)
    end = serializers.TimeField(source="quiet_until", format=_CLOCK, allow_null=True)


class BotOut(serializers.Serializer):
    on = serializers.BooleanField(source="bot_on")


class ModelOut(serializers.Serializer):
    dailyTokens = serializers.IntegerField(source="ai_daily_tokens", allow_null=True)
    callsPerHour = serializers.IntegerField(source="ai_calls_per_hour", allow_null=True)


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
    model = ModelOut(source="*")
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


class ProfileIn(StrictSerializer):
    name = serializers.CharField()
    timeZone = serializers.CharField(source="time_zone")
    language = serializers.CharField()
    currency = serializers.CharField()
    deliveryArea = serializers.CharField(source="delivery_area", allow_blank=True)


class HoursIn(StrictSerializer):
    mon, tue, wed, thu, fri, sat, sun = (_spans() for _ in range(7))


class IsoDate(serializers.DateField):
    """A date that stays the text which JSON holds."""

    def to_internal_value(self, value) -> str:
        return super().to_internal_value(value).isoformat()


class HolidayIn(StrictSerializer):
    date = IsoDate()
    name = serializers.CharField(allow_blank=True, required=False)


class FallbackIn(StrictSerializer):
    en = serializers.CharField(source="fallback_text")
    hi = serializers.CharField(source="fallback_text_hi", allow_blank=True)


class TextsIn(StrictSerializer):
    greeting = _texts(allow_null=True)
    away = _texts(allow_null=True)
    handover = _texts(allow_null=True)
    optOut = _texts(source="opt_out", allow_null=True)
    fallback = FallbackIn()


class QuietIn(StrictSerializer):
    start = serializers.TimeField(source="quiet_from", input_formats=[_CLOCK], allow_null=True)
    end = serializers.TimeField(source="quiet_until", input_formats=[_CLOCK], allow_null=True)


class BotIn(StrictSerializer):
    on = serializers.BooleanField(source="bot_on")


class ModelIn(StrictSerializer):
    dailyTokens = serializers.IntegerField(source="ai_daily_tokens", allow_null=True)
    callsPerHour = serializers.IntegerField(source="ai_calls_per_hour", allow_null=True)


class RetentionIn(StrictSerializer):
    messagesKeptDays = serializers.IntegerField(source="messages_kept_days", allow_null=True)


class SecurityIn(StrictSerializer):
    twoFactorRequired = serializers.BooleanField(source="two_factor_required")


class SettingsIn(StrictSerializer):
    profile = ProfileIn()
    hours = HoursIn()
    holidays = HolidayIn(many=True)
    texts = TextsIn()
    quiet = QuietIn()
    bot = BotIn()
    model = ModelIn()
    retention = RetentionIn()
    security = SecurityIn()
    updatedAt = serializers.DateTimeField(required=False, help_text="Of the settings that you have read.")


_SECTIONS = {
    "profile": ProfileIn,
    "quiet": QuietIn,
    "bot": BotIn,
    "model": ModelIn,
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


class BusinessSettings(BusinessView):
    section = "settings"
    body_limit = SETTINGS

    @extend_schema(operation_id="settings_read", summary="What the owner sets", responses=SettingsOut)
    def get(self, request):
        return _answer(preferences.of(request.business))

    @extend_schema(
        operation_id="settings_replace",
        summary="Write the whole document",
        description=f"The whole document: every section with all its fields. {_DESCRIPTION}",
        request=SettingsIn,
        responses=SettingsOut,
        parameters=[_IF_MATCH],
    )
    def put(self, request):
        return self._write(request, self.checked(SettingsIn), merge=False)

    @extend_schema(
        operation_id="settings_change",
        summary="Change a part of it",
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

    @extend_schema(operation_id="settings_limits", summary="What holds for the language model now", responses=LimitsOut)
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

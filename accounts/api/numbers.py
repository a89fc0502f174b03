"""/api/numbers: the WhatsApp numbers of the business. Tokens and secrets go in and never come out."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers, status
from rest_framework.response import Response

from .. import numbers
from ..doors.description import Error
from ..doors.strict import Query, StrictSerializer
from ..doors.views import OWNER, BusinessViewSet, actor
from ..models import WhatsAppNumber
from ..secrets import SecretError

_SPARE = 16  # a shorter secret cannot spare four characters


class SecretOut(serializers.Serializer):
    """What is told of a stored secret."""

    set = serializers.BooleanField(source="is_set")
    lastFour = serializers.CharField(
        source="last_four", allow_null=True, help_text="null where none is stored, or where it is too short to show."
    )


class NumberOut(serializers.ModelSerializer):
    phoneNumberId = serializers.CharField(source="phone_number_id")
    wabaId = serializers.CharField(source="waba_id")
    displayPhoneNumber = serializers.CharField(source="display_phone_number")
    accessToken = serializers.SerializerMethodField()
    appSecret = serializers.SerializerMethodField()
    verifyToken = serializers.SerializerMethodField()
    perSecond = serializers.IntegerField(source="per_second", help_text="Messages a second.")
    stoppedAt = serializers.DateTimeField(source="stopped_at", allow_null=True, help_text="WhatsApp refuses to send.")
    stoppedReason = serializers.CharField(source="stopped_reason")
    messagingLimit = serializers.CharField(source="messaging_limit")
    verifiedName = serializers.CharField(source="verified_name")
    nameDecision = serializers.CharField(source="name_decision")
    warnedAt = serializers.DateTimeField(source="warned_at", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    class Meta:
        model = WhatsAppNumber
        fields = [
            "id", "phoneNumberId", "wabaId", "displayPhoneNumber", "accessToken", "appSecret", "verifyToken", "active",
            "perSecond", "stoppedAt", "stoppedReason", "quality", "messagingLimit", "verifiedName", "nameDecision",
            "warning", "warnedAt", "createdAt", "updatedAt",
        ]  # fmt: skip

    @extend_schema_field(SecretOut)
    def get_accessToken(self, number):
        return _secret(number.access_token)

    @extend_schema_field(SecretOut)
    def get_appSecret(self, number):
        return _secret(number.app_secret)

    @extend_schema_field(SecretOut)
    def get_verifyToken(self, number):
        end = number.verify_token[-4:] if len(number.verify_token) >= _SPARE else None
        return {"set": bool(number.verify_token), "lastFour": end}


def _secret(secret) -> dict:
    try:
        return {"set": bool(secret), "lastFour": secret.last_four or None}
    except SecretError:  # no key opens it: the check of the number says so
        return {"set": True, "lastFour": None}


class NumberIn(StrictSerializer):
    """Of a number that is there."""

    wabaId = serializers.CharField(
        source="waba_id",
        required=False,
        allow_blank=True,
        validators=[RegexValidator(r"^[0-9]{3,40}\Z", _("Digits, as Meta shows it."))],
    )
    displayPhoneNumber = serializers.CharField(
        source="display_phone_number",
        max_length=30,
        required=False,
        allow_blank=True,
        validators=[numbers.valid_phone_number],
        help_text="7 to 15 digits; spaces, +, - and brackets between them.",
    )
    accessToken = serializers.CharField(
        source="access_token", max_length=1000, validators=[numbers.valid_token], required=False, write_only=True
    )
    appSecret = serializers.CharField(
        source="app_secret",
        max_length=200,
        required=False,
        allow_blank=True,
        write_only=True,
        help_text='Only where the number has a Meta app of its own. "" removes it.',
    )
    verifyToken = serializers.CharField(
        source="verify_token", max_length=120, required=False, allow_blank=True, write_only=True
    )
    active = serializers.BooleanField(required=False)
    perSecond = serializers.IntegerField(source="per_second", min_value=1, max_value=1000, required=False)
    resume = serializers.BooleanField(required=False, help_text="Start sending again, once the cause is mended.")


class NewNumberIn(NumberIn):
    phoneNumberId = serializers.CharField(
        source="phone_number_id", validators=[RegexValidator(r"^[0-9]{3,40}\Z", _("Digits, as Meta shows it."))]
    )
    accessToken = serializers.CharField(
        source="access_token", max_length=1000, validators=[numbers.valid_token], write_only=True
    )
    resume = None


_NEW = {
    "phoneNumberId": "106540352242922",
    "wabaId": "102290129340398",
    "displayPhoneNumber": "+91 80 4718 0033",
    "accessToken": "EAA...",
}


@extend_schema_view(
    list=extend_schema(operation_id="numbers_list", summary="WhatsApp numbers", responses=NumberOut(many=True)),
    retrieve=extend_schema(operation_id="numbers_one", summary="One number, and what WhatsApp says of it"),
    create=extend_schema(
        operation_id="numbers_connect",
        summary="Connect a number",
        description=(
            "The ids and the token stand in Meta's developer page. Meta is asked whether it shows them to this token: "
            "it can take seconds. Check the rest afterwards: /api/numbers/{id}/check."
        ),
        request=NewNumberIn,
        responses={
            201: NumberOut,
            409: OpenApiResponse(Error, "`number_taken`: it is connected already."),
            503: OpenApiResponse(Error, "`meta_unreachable`: Meta does not answer; try again."),
        },
        examples=[OpenApiExample("A number", _NEW, request_only=True)],
    ),
    partial_update=extend_schema(
        operation_id="numbers_update",
        summary="Change a number",
        description=(
            "A new access token starts the sending again where it was stopped. Another `wabaId` is one that Meta shows "
            "to the token. Numbers are switched off (`active: false`), never deleted: their conversations hang on them."
        ),
        responses={
            200: NumberOut,
            503: OpenApiResponse(Error, "`meta_unreachable`: Meta does not answer; try again."),
        },
    ),
)
class Numbers(BusinessViewSet):
    section = "numbers"
    least = {"read": OWNER, "write": OWNER}
    serializer_class = NumberOut
    input_class = NumberIn
    query = Query
    ordering = "created_at"

    def get_queryset(self):
        return WhatsAppNumber.objects.select_related("business")

    def list(self, request):
        return self.get_paginated_response(NumberOut(self.paginate_queryset(self.get_queryset()), many=True).data)

    def retrieve(self, request, pk):
        return Response(NumberOut(self.get_object()).data)

    def create(self, request):
        number = numbers.connect(request.business, **self.checked(NewNumberIn), actor=actor(request))
        return Response(NumberOut(number).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request, pk):
        number = numbers.change(self.get_object(), **self.checked(NumberIn, partial=True), actor=actor(request))
        return Response(NumberOut(number).data)

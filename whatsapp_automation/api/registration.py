"""/api/auth/register: open a business. Only where the installation allows it (OPEN_REGISTRATION)."""

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from accounts import profile, throttle
from accounts.address import of_request
from accounts.api.auth import SIGNED_IN, SignedInOut, signed_in
from accounts.doors.strict import StrictSerializer
from accounts.doors.views import OpenDoor

from .. import registration

_TYPED = "a long pass phrase"


class RegisterIn(StrictSerializer):
    businessName = serializers.CharField(source="business_name", max_length=120)
    name = serializers.CharField(max_length=120)
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False, help_text="At least 12 characters.")
    phone = serializers.CharField(max_length=20, required=False, allow_blank=True, validators=[profile.valid_phone])


class ReceivedOut(serializers.Serializer):
    code = serializers.CharField(help_text="`check_mail`")
    message = serializers.CharField()


class Register(OpenDoor):
    def initial(self, request, *args, **kwargs):
        if not settings.OPEN_REGISTRATION:
            raise Http404
        super().initial(request, *args, **kwargs)

    @extend_schema(
        operation_id="auth_register",
        summary="Open a business",
        description=(
            "For a new e-mail: the business with its default rules and settings, and its owner signed in. The model is "
            "off (`aiDailyTokens` 0) until the installation's owner grants it. Where the installation does not allow "
            "registration (OPEN_REGISTRATION) this address does not exist: 404."
        ),
        request=RegisterIn,
        responses={
            201: SignedInOut,
            202: OpenApiResponse(
                ReceivedOut,
                "Nothing was opened for this e-mail. The answer does not say why: whoever reads its mail knows.",
            ),
        },
        examples=[
            OpenApiExample(
                "A dairy",
                {
                    "businessName": "Shuddh Dairy",
                    "name": "Asha",
                    "email": "asha@shop.example",
                    "password": _TYPED,
                    "phone": "+91 98765 43210",
                },
                request_only=True,
            ),
            OpenApiExample("Opened", SIGNED_IN, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request):
        given = self.checked(RegisterIn)
        try:
            user, _business = registration.register(**given)
        except registration.EmailKnown:
            body = {"code": "check_mail", "message": _("Check your mail.")}
            return Response(body, status=status.HTTP_202_ACCEPTED)
        device = throttle.succeeded(user, of_request(request), request.COOKIES.get(throttle.DEVICE_COOKIE, ""))
        response = Response(signed_in(user), status=status.HTTP_201_CREATED)
        throttle.keep_device(response, device)
        return response

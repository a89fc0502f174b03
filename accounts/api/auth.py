"""/api/auth: sign in and out, tokens, one's own account and password. Registration is whatsapp_automation's: a new
business gets rules."""

from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework_simplejwt.settings import api_settings

from .. import access, entering, passwords, profile, throttle, tokens
from ..address import of_request
from ..doors.description import Error
from ..doors.strict import StrictSerializer
from ..doors.views import OpenDoor, PersonView
from ..errors import DomainError
from ..models import Membership, User


class PersonOut(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "email", "name", "phone"]
        read_only_fields = fields


class PlaceOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.ChoiceField(Membership.Role.choices)


class MeOut(serializers.Serializer):
    user = PersonOut()
    businesses = PlaceOut(many=True)


class TokensOut(serializers.Serializer):
    access = serializers.CharField(help_text="Goes into the header Authorization: Bearer ...")
    refresh = serializers.CharField(help_text="For /api/auth/refresh; good for one use.")
    expiresIn = serializers.IntegerField(help_text="Seconds until the access token ends.")


class SignedInOut(TokensOut, MeOut):
    pass


class LoginIn(StrictSerializer):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)
    code = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text="Of the authenticator app, or a recovery code: where two-factor sign-in is on.",
    )


class RefreshIn(StrictSerializer):
    refresh = serializers.CharField(max_length=4096)


class MeIn(StrictSerializer):
    name = serializers.CharField(max_length=120)
    phone = serializers.CharField(max_length=20, allow_blank=True, validators=[profile.valid_phone])


class PasswordIn(StrictSerializer):
    old = serializers.CharField(max_length=1000, trim_whitespace=False)
    new = serializers.CharField(max_length=1000, trim_whitespace=False)


_PERSON = {"id": "0199a1c2-0000-7000-8000-000000000001", "email": "asha@shop.example", "name": "Asha", "phone": ""}
_PLACE = {"id": "0199a1c2-0000-7000-8000-000000000002", "name": "Shuddh Dairy", "role": "owner"}
_TYPED = "a long pass phrase"
SIGNED_IN = {
    "access": "eyJhbGciOi...",
    "refresh": "eyJhbGciOi...",
    "expiresIn": 600,
    "user": _PERSON,
    "businesses": [_PLACE],
}


class Login(OpenDoor):
    @extend_schema(
        operation_id="auth_login",
        summary="Sign in",
        request=LoginIn,
        responses={
            200: SignedInOut,
            401: OpenApiResponse(
                Error,
                "`wrong_credentials`: the same for an unknown e-mail, a wrong password and an account that is switched "
                "off. `two_factor_code_needed`: send it again, with `code`. `wrong_code`.",
            ),
            429: OpenApiResponse(Error, "`too_many_attempts`: wait for the seconds of `Retry-After`."),
        },
        examples=[
            OpenApiExample("Sign in", {"email": "asha@shop.example", "password": _TYPED}, request_only=True),
            OpenApiExample(
                "With the second factor",
                {"email": "asha@shop.example", "password": _TYPED, "code": "123456"},
                request_only=True,
            ),
            OpenApiExample("Signed in", SIGNED_IN, response_only=True, status_codes=["200"]),
        ],
    )
    def post(self, request):
        given = self.checked(LoginIn)
        user, device = entering.enter(
            **given, address=of_request(request), device=request.COOKIES.get(throttle.DEVICE_COOKIE, "")
        )
        response = Response(signed_in(user))
        throttle.keep_device(response, device)
        return response


class Refresh(OpenDoor):
    @extend_schema(
        operation_id="auth_refresh",
        summary="Exchange a refresh token for the next tokens",
        description=(
            "A refresh token is good for one use; keep the new one. Using it a second time, later than ten seconds "
            "after the first, ends the whole sign-in: one of the two was a thief."
        ),
        request=RefreshIn,
        responses={
            200: TokensOut,
            401: OpenApiResponse(
                Error,
                "`token_not_valid`: it has ended, or it was used before. `password_changed`, `user_inactive`.",
            ),
        },
    )
    def post(self, request):
        return Response(_pair(tokens.refresh(self.checked(RefreshIn)["refresh"])))


class Logout(OpenDoor):
    @extend_schema(
        operation_id="auth_logout",
        summary="Sign out",
        description="Ends the sign-in that the refresh token is of, its access tokens too. An ended one is no error.",
        request=RefreshIn,
        responses={204: None},
    )
    def post(self, request):
        user = tokens.end(self.checked(RefreshIn)["refresh"])
        if user:
            entering.left(user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Me(PersonView):
    @extend_schema(operation_id="auth_me", summary="Who am I, and in which businesses?", responses={200: MeOut})
    def get(self, request):
        return Response(_me(request.user))

    @extend_schema(
        operation_id="auth_me_update",
        summary="Change one's own name or phone",
        request=MeIn(partial=True),
        responses={200: MeOut},
    )
    def patch(self, request):
        profile.change(request.user, actor=request.user, **self.checked(MeIn, partial=True))
        return Response(_me(request.user))


class Password(PersonView):
    @extend_schema(
        operation_id="auth_password",
        summary="Change one's own password",
        description="Ends every session and every sign-in of this person, this one too: the answer opens a new one.",
        request=PasswordIn,
        responses={200: SignedInOut},
    )
    def post(self, request):
        given = self.checked(PasswordIn)
        place = of_request(request), request.COOKIES.get(throttle.DEVICE_COOKIE, "")
        throttle.attempt(request.user.email, *place)  # the old password is guessed here as well as at sign-in
        user = request.user
        if not user.check_password(given["old"]):
            raise DomainError("wrong_password", _("The present password is not right."), old=_("This is not right."))
        try:
            validate_password(given["new"], user)
        except ValidationError as error:
            raise DomainError("weak_password", _("Choose another password."), new=error.messages) from None
        passwords.change(user, given["new"], actor=user)
        device = throttle.known_from_here(user, *place)
        response = Response(signed_in(user))
        throttle.keep_device(response, device)
        return response


def signed_in(user: User) -> dict:
    """Opens a sign-in; the body that tells of it."""
    return _pair(tokens.open_family(user)) | _me(user)


def _pair(token) -> dict:
    return {
        "access": str(token.access_token),
        "refresh": str(token),
        "expiresIn": api_settings.ACCESS_TOKEN_LIFETIME // timedelta(seconds=1),
    }


def _me(user: User) -> dict:
    places = [{"id": business.pk, "name": business.name, "role": role} for business, role in access.places_of(user)]
    return MeOut({"user": user, "businesses": places}).data

"""Tokens of the API: a short access token, and a refresh token that is good for one use.

A sign-in opens a family (TokenFamily). Refreshing ends a token and gives the next one; a token that is used a second
time was stolen, or its thief has used it first: the whole family ends. Two tabs that refresh at the same moment are no
theft: within GRACE the second one is only refused. A change of the password and the end of an account end all tokens.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from rest_framework_simplejwt.exceptions import AuthenticationFailed, InvalidToken, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from .models import TokenFamily, User

FAMILY, PASSWORD = "family", "password"  # claims; the second is a digest that changes with the password
GRACE = timedelta(seconds=10)


def open_family(user: User) -> RefreshToken:
    """The first refresh token of a sign-in; ``.access_token`` is its access token."""
    family = TokenFamily.objects.create(user=user)
    return _token(user, family)


def refresh(text: str) -> RefreshToken:
    """Exchange a refresh token for the next one. Of any number at once, on any number of processes, exactly one
    succeeds.

    Raises InvalidToken, AuthenticationFailed (both 401).
    """
    stolen = None
    with transaction.atomic():
        token, user, family = _opened(text)
        if _end(token):
            return _token(user, family)
        used_at = (
            BlacklistedToken.objects.filter(token__jti=token["jti"]).values_list("blacklisted_at", flat=True).first()
        )
        if used_at is None or timezone.now() - used_at > GRACE:
            stolen = family
    if stolen:
        revoke_family(stolen.pk)
    raise InvalidToken(_("This token was used before."))


def end(text: str) -> User | None:
    """Log out: the family ends, its access tokens too. Returns whose it was; a token that is no good any more is no
    error.
    """
    try:
        family_id = _uuid(_Unchecked(text).get(FAMILY))
    except TokenError:
        return None
    family = TokenFamily.objects.select_related("user").filter(pk=family_id).first()
    return family.user if family and revoke_family(family_id) else None


def revoke_family(family_id) -> bool:
    """False where it had ended before."""
    return TokenFamily.objects.filter(pk=family_id, revoked_at=None).update(revoked_at=timezone.now()) > 0


def revoke_all(user: User) -> None:
    """End every sign-in of a person by the API."""
    TokenFamily.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())


def user_of(text: str) -> User:
    """Whose access token this is. Raises InvalidToken, AuthenticationFailed (both 401): also where the account or its
    sign-in has ended."""
    try:
        token = AccessToken(text)
    except TokenError as error:
        raise InvalidToken(_("The access token is not valid, or it has expired.")) from error
    user, _family = _holders(token)
    return user


def _opened(text: str) -> tuple[RefreshToken, User, TokenFamily]:
    try:
        token = _Unchecked(text)
    except TokenError as error:
        raise InvalidToken(_("The refresh token is not valid, or it has expired.")) from error
    return token, *_holders(token)


class _Unchecked(RefreshToken):
    """A refresh token whose earlier use is not asked for on reading: ``_end`` decides that, and only one can win
    there."""

    def check_blacklist(self) -> None:
        return


def _holders(token) -> tuple[User, TokenFamily]:
    family = TokenFamily.objects.select_related("user").filter(pk=_uuid(token.get(FAMILY))).first()
    if family is None or family.revoked_at or str(family.user_id) != str(token.get(api_settings.USER_ID_CLAIM)):
        raise InvalidToken(_("This sign-in has ended."))
    user = family.user
    if not user.is_active:
        raise AuthenticationFailed(_("This account is switched off."), code="user_inactive")
    if not constant_time_compare(str(token.get(PASSWORD)), _password_mark(user)):
        raise AuthenticationFailed(_("The password has been changed."), code="password_changed")
    return user, family


def _end(token: RefreshToken) -> bool:
    """Whether this call is the one that ended the token."""
    outstanding, _new = OutstandingToken.objects.get_or_create(
        jti=token["jti"],
        defaults={"token": token[FAMILY], "user_id": token[api_settings.USER_ID_CLAIM], "expires_at": _expiry(token)},
    )
    _row, created = BlacklistedToken.objects.get_or_create(token=outstanding)
    return created


def _token(user: User, family: TokenFamily) -> RefreshToken:
    token = RefreshToken()
    token[api_settings.USER_ID_CLAIM] = str(user.pk)
    token[PASSWORD] = _password_mark(user)
    token[FAMILY] = str(family.pk)
    OutstandingToken.objects.create(  # in place of the token itself its family: see tidying.py
        user=user, jti=token["jti"], token=token[FAMILY], created_at=token.current_time, expires_at=_expiry(token)
    )
    return token


def _password_mark(user: User) -> str:
    return user.get_session_auth_hash()[:24]


def _expiry(token) -> datetime:
    return datetime.fromtimestamp(token["exp"], tz=UTC)


def _uuid(text) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None

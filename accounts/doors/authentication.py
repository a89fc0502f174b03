"""``Authorization: Bearer ...``: a person's access token, or an API key."""

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from .. import keys, tokens
from ..address import asker
from ..models import ApiKey
from .errors import CHALLENGE


class KeyHolder:
    """``request.user`` of a program: no person, and no superuser anywhere."""

    is_authenticated = True
    is_active = True
    is_anonymous = is_staff = is_superuser = False
    pk = None

    def __init__(self, key: ApiKey):
        self.key = key

    def __str__(self):
        return self.key.name


class Bearer(BaseAuthentication):
    def authenticate(self, request):
        text = _bearer(request)
        if text is None:
            return None
        if not text.startswith(keys.BEGINS):
            return tokens.user_of(text), None
        key = keys.find(text)
        if key is None:
            raise AuthenticationFailed(_("This API key is not valid."), code="invalid_key")
        asker().api_key = key.prefix
        return KeyHolder(key), key

    def authenticate_header(self, request):
        return CHALLENGE["WWW-Authenticate"]


def _bearer(request) -> str | None:
    parts = get_authorization_header(request).split()
    if not parts or parts[0].lower() != b"bearer":
        return None
    if len(parts) != 2 or len(parts[1]) > 4096:
        raise AuthenticationFailed(_("Send one token: Authorization: Bearer ..."), code="bad_authorization")
    try:
        return parts[1].decode("ascii")
    except UnicodeDecodeError:
        raise AuthenticationFailed(_("Send one token: Authorization: Bearer ..."), code="bad_authorization") from None

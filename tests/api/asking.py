"""Ask the API as a person or a program does."""

from django_scopes import scope
from rest_framework.test import APIClient

from accounts import keys, tokens


def as_person(user, business=None) -> APIClient:
    """A client with the person's access token; ``business`` is named in X-Business."""
    client = APIClient()
    headers = {"HTTP_AUTHORIZATION": f"Bearer {tokens.open_family(user).access_token}"}
    if business is not None:
        headers["HTTP_X_BUSINESS"] = str(business.pk)
    client.credentials(**headers)
    return client


def as_key(business, *scopes, by) -> APIClient:
    """A client with a new API key of the business."""
    with scope(business=business):
        _key, text = keys.create(business, "Test", list(scopes), actor=by)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def sign_in(email: str, password: str, code: str | None = None, **meta):
    """The answer of /api/auth/login."""
    body = {"email": email, "password": password} | ({} if code is None else {"code": code})
    return APIClient().post("/api/auth/login", body, format="json", **meta)

"""The Graph API client of a number. One pool of connections for all of them."""

from functools import lru_cache
from uuid import UUID

from django.conf import settings

from accounts.secrets import open_sealed
from cloud_api.client import Client, shared_session

CONNECTIONS = 32


@lru_cache(maxsize=256)
def client_of(sealed_token: str, business_id: UUID) -> Client:
    """Raises SecretError where the stored token cannot be opened."""
    return Client(
        settings.GRAPH_API_URL,
        settings.GRAPH_API_VERSION,
        open_sealed(sealed_token, business_id),
        session=_session(),
        media_hosts=settings.MEDIA_HOSTS,
    )


@lru_cache(maxsize=1)
def _session():
    return shared_session(pool_size=CONNECTIONS)

"""X-Hub-Signature-256: HMAC-SHA256 over the raw body, keyed with the app secret (Meta, "Create a webhook endpoint")."""

import hmac
import re
from collections.abc import Iterable

_SHAPE = re.compile(r"sha256=[0-9a-fA-F]{64}")


def sign(body: bytes, secret: str) -> str:
    """The whole header value, "sha256=" and 64 hex digits, that Meta would send with these bytes."""
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


def is_well_formed(header: str | None) -> bool:
    """Whether the header has the one shape that Meta sends; checked before the body is read."""
    return header is not None and _SHAPE.fullmatch(header) is not None


def verify(body: bytes, header: str | None, secrets: Iterable[str]) -> str | None:
    """The secret that signed these bytes, or None. An empty secret never matches. Compares in constant time."""
    if header is None or not is_well_formed(header):
        return None
    given = header.lower()
    for secret in secrets:
        if secret and hmac.compare_digest(sign(body, secret), given):
            return secret
    return None

"""The audit log: who did what, in the transaction of the act itself."""

from .address import asker
from .models import AuditEvent, Business, User


def record(action: str, *, business: Business | None, actor: User | None, target: str = "", **details) -> None:
    """Add a row. ``details`` holds ids, codes and names of fields: never a message's text, a secret or a phone
    number. Address, request and API key are those of the request that is served.
    """
    who = asker()
    AuditEvent.objects.create(
        business=business,
        actor=actor,
        action=action,
        target=target,
        details=details,
        address=who.address,
        request_id=who.request_id,
        api_key=who.api_key,
    )

"""The audit log: who did what, in the transaction of the act itself."""

from .models import AuditEvent, Business, User


def record(action: str, *, business: Business | None, actor: User | None, target: str = "", **details) -> None:
    """Add a row. ``details`` holds ids, codes and names of fields: never a message's text, a secret or a phone
    number.
    """
    AuditEvent.objects.create(business=business, actor=actor, action=action, target=target, details=details)

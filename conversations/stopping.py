"""Numbers that may not send: WhatsApp refuses their token, payment or account, and would refuse every further message.

What waits, waits until the owner has mended the cause and starts the sending again (the number's page in the admin). Bot's
answers that have become too old by then are not sent (claiming.verdict).
"""

import re
from datetime import datetime
from uuid import UUID

import structlog

from accounts.models import AuditEvent, WhatsAppNumber

from . import sets, troubles

log = structlog.get_logger(__name__)

_CODE = re.compile(r"\((\d{1,9})\) ")


def stop(reasons: dict[UUID, str], now: datetime) -> None:
    """Stop numbers, each once: a further refusal of one that is stopped changes nothing. Each leaves a row in the audit log."""
    stopped = sets.fetch(
        """
        UPDATE accounts_whatsappnumber n SET stopped_at = %(now)s, stopped_reason = w.reason
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, reason text)
        WHERE n.id = w.id AND n.stopped_at IS NULL
        RETURNING n.id, n.business_id, n.stopped_reason
        """,
        [{"id": number, "reason": _stored(reason)} for number, reason in reasons.items()],
        now=now,
    )
    for row in stopped:
        AuditEvent.objects.create(
            business_id=row.business_id,
            actor=None,
            action="number.stopped",
            target=str(row.id),
            details={"code": code_of(row.stopped_reason)},
        )
        log.error("number_stopped", number=str(row.id), code=code_of(row.stopped_reason))


def _stored(reason: str) -> str:
    """Meta's code, what it means and what to do, then Meta's own words: the number's page shows it as it is."""
    trouble = troubles.CODES.get(code_of(reason))
    if trouble is None:
        return reason[:300]
    return f"({code_of(reason)}) {trouble.what['en']} {trouble.do['en']} {_CODE.sub('', reason)}"[:300]


def code_of(reason: str) -> int | None:
    """Meta's code in a stored reason, which begins with it: "(190) Session has expired"."""
    found = _CODE.match(reason)
    return int(found[1]) if found else None


def in_words(number: WhatsAppNumber) -> str:
    """Why the number is stopped and what to do, in the active language."""
    told = troubles.tell(code_of(number.stopped_reason), _CODE.sub("", number.stopped_reason, count=1))
    return f"{told.what} {told.do}"

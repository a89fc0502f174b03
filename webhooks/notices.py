"""What WhatsApp tells us that is neither a message nor a status: kept as ChannelEvent rows, each once.

Their effects (a template's new state, a stopped account, a person's echo from the phone app) belong to the apps that
own the rows; here they are kept.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from conversations import sets


@dataclass(frozen=True, slots=True)
class Notice:
    delivery_id: int
    business_id: UUID | None
    number_id: UUID | None
    waba_id: str
    field: str
    kind: str
    payload: object


def record(notices: list[Notice], now: datetime) -> int:
    """Store those that are new; returns how many were."""
    return sets.run(
        """
        INSERT INTO webhooks_channelevent (business_id, number_id, waba_id, field, kind, payload, item_hash, delivery_id, created_at)
        SELECT business_id, number_id, waba_id, field, kind, payload, item_hash, delivery_id, %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(business_id uuid, number_id uuid, waba_id text, field text, kind text,
             payload jsonb, item_hash text, delivery_id bigint)
        ORDER BY item_hash
        ON CONFLICT (item_hash) DO NOTHING
        """,
        [
            {
                "business_id": n.business_id,
                "number_id": n.number_id,
                "waba_id": n.waba_id[:64],
                "field": n.field[:60],
                "kind": n.kind[:60],
                "payload": n.payload,
                "item_hash": _hash(n),
                "delivery_id": n.delivery_id,
            }
            for n in notices
        ],
        now=now,
    )


def _hash(notice: Notice) -> str:
    item = [notice.waba_id, str(notice.number_id), notice.field, notice.kind, notice.payload]
    return hashlib.sha256(json.dumps(item, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

"""What WhatsApp tells us that is neither a message nor a status: kept as ChannelEvent rows, each once.

What it changes (a template's state, a number's health, consent) belongs to the apps that own the rows: channel.py
hands it to them. Only an event that is new here may take effect.
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
    at: int | None = None  # Meta's time, where it stands outside of the payload


def record(notices: list[Notice], now: datetime) -> list[bool]:
    """Store those that are new; says of each whether it was."""
    hashes = [_hash(notice) for notice in notices]
    new = _insert(dict(zip(hashes, notices, strict=True)), now)
    first = {item_hash: place for place, item_hash in reversed(list(enumerate(hashes)))}
    return [item_hash in new and first[item_hash] == place for place, item_hash in enumerate(hashes)]


def _insert(notices: dict[str, Notice], now: datetime) -> set[str]:
    rows = sets.fetch(
        """
        INSERT INTO webhooks_channelevent (business_id, number_id, waba_id, field, kind, payload, item_hash, delivery_id, created_at)
        SELECT business_id, number_id, waba_id, field, kind, payload, item_hash, delivery_id, %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(business_id uuid, number_id uuid, waba_id text, field text, kind text,
             payload jsonb, item_hash text, delivery_id bigint)
        ORDER BY item_hash
        ON CONFLICT (item_hash) DO NOTHING
        RETURNING item_hash
        """,
        [
            {
                "business_id": n.business_id,
                "number_id": n.number_id,
                "waba_id": n.waba_id[:64],
                "field": n.field[:60],
                "kind": n.kind[:60],
                "payload": n.payload,
                "item_hash": item_hash,
                "delivery_id": n.delivery_id,
            }
            for item_hash, n in notices.items()
        ],
        now=now,
    )
    return {row.item_hash for row in rows}


def _hash(notice: Notice) -> str:
    """The same words at another time are another event: a template is paused, approved, and paused again. What Meta posts
    once more has its first time.
    """
    item = [notice.waba_id, str(notice.number_id), notice.field, notice.kind, notice.payload]
    item += [notice.at] if notice.at is not None else []
    return hashlib.sha256(json.dumps(item, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

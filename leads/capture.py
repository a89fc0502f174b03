"""Every contact is a lead from its first message."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from accounts.ids import uuid7
from conversations import sets
from conversations.inbound import Recorded

from .models import Lead

SOURCES = {"ad": "ad", "post": "post"}  # referral.source_type -> Lead.source


def leads_for(recorded: Sequence[Recorded], now: datetime) -> int:
    """Make the contacts' leads where they have none; returns how many are new. Set SQL, in the caller's transaction.

    An advertisement or post that a message came from is kept for a lead that has none yet.
    """
    rows: dict = {}
    for r in recorded:
        row = rows.setdefault(
            r.contact_id,
            {
                "id": uuid7(),
                "business_id": r.business_id,
                "contact_id": r.contact_id,
                "source": "whatsapp",
                "referral": {},
            },
        )
        if r.event.referral and not row["referral"]:
            row["referral"] = r.event.referral
            row["source"] = SOURCES.get(str(r.event.referral.get("source_type")), "ad")
    created = sets.fetch(
        """
        INSERT INTO leads_lead AS l (id, business_id, contact_id, status, product_interest, source, referral, score, created_at, updated_at)
        SELECT id, business_id, contact_id, %(new)s, '', source, referral, 0, %(now)s, %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, business_id uuid, contact_id uuid, source text, referral jsonb)
        ORDER BY contact_id
        ON CONFLICT (contact_id) DO UPDATE SET referral = excluded.referral, source = excluded.source, updated_at = excluded.updated_at
            WHERE l.referral = '{}' AND excluded.referral <> '{}'
        RETURNING (xmax = 0) AS is_new
        """,
        list(rows.values()),
        now=now,
        new=Lead.Stage.NEW.value,
    )
    return sum(row.is_new for row in created)


def note_emails(emails: Mapping[UUID, str], now: datetime) -> None:
    """contact -> the address that they gave the bot: a line of the lead's history. Set SQL, in the caller's transaction;
    the leads must be there, and the contacts have the address already.
    """
    sets.run(
        """
        INSERT INTO leads_leadevent (id, business_id, lead_id, what, before, after, at)
        SELECT w.id, l.business_id, l.id, 'email', '', left(w.email, 200), %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, contact_id uuid, email text)
        JOIN leads_lead l ON l.contact_id = w.contact_id
        """,
        [{"id": uuid7(), "contact_id": contact, "email": email} for contact, email in emails.items()],
        now=now,
    )

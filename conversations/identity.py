"""Whose message is it? WhatsApp names a customer by phone number, by BSUID, by parent BSUID, or by some of them.

A contact is found by BSUID, else by phone, else made; identities that it lacked are added. Where a phone belongs to
one contact and a BSUID to another they stay two: nobody's threads are merged by themselves.

WhatsApp says when a customer takes another number or user id (``renew_many``), and the phone's address book what the
business calls them (``name_many``).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.ids import uuid7
from cloud_api.events import Person

from . import sets
from .models import Identity

Key = tuple[UUID, str, str]  # business, kind, value
MEETINGS = 5  # with other workers over the same new customers, in one call


@dataclass(frozen=True, slots=True)
class Wanted:
    business_id: UUID
    person: Person


@dataclass(frozen=True, slots=True)
class Renewal:
    """WhatsApp's word that a customer is named otherwise from now on. An empty field says nothing."""

    business_id: UUID
    old: Person
    previous_bsuid: str = ""
    new_phone: str = ""
    new_bsuid: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A contact of the phone's address book, as of a moment."""

    business_id: UUID
    phone: str
    name: str
    at: datetime


class Contested(RuntimeError):
    """Another worker has just given these identities to a contact."""


class Nobody(ValueError):
    """A message without any identifier of its sender."""


def contacts_for(wanted: list[Wanted], now: datetime) -> list[UUID]:
    """The contact of each, in order, made where there was none. Raises Nobody for a person without an identifier.

    Two workers may meet the same new customer: the unique identity decides, and the loser takes the winner's contact.
    """
    keys = [_keys(w) for w in wanted]
    for _ in range(MEETINGS):
        people, missing = _assign(keys, _look_up({key for own in keys for key in own}))
        if not missing or _added(people, missing, wanted, now):
            break
    else:
        raise Contested("The sender's ids changed hands again and again while the message was being stored.")
    _refresh_names(people, wanted)
    return people


def _added(people: list[UUID], missing: dict[Key, UUID], wanted: list[Wanted], now: datetime) -> bool:
    """Whether all of the identities were still free. Where somebody was faster none is taken: half of a person's ids with
    one contact and half with another would be two people.
    """
    try:
        with transaction.atomic():
            if len(_add_identities(missing, now)) < len(missing):
                raise Contested
            _add_contacts(people, wanted, now)
    except Contested:
        return False
    return True


def _keys(wanted: Wanted) -> list[Key]:
    person, business = wanted.person, wanted.business_id
    named = [
        (business, Identity.Kind.BSUID.value, person.bsuid),
        (business, Identity.Kind.PHONE.value, person.phone),
        (business, Identity.Kind.PARENT_BSUID.value, person.parent_bsuid),
    ]
    found = [key for key in named if key[2]]
    if not found:
        raise Nobody("The message names no sender: neither a phone number nor a user id.")
    return found


def _look_up(keys: set[Key]) -> dict[Key, UUID]:
    rows = sets.fetch(
        """
        SELECT i.business_id, i.kind, i.value, i.contact_id
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(business_id uuid, kind text, value text)
        JOIN conversations_identity i USING (business_id, kind, value)
        """,
        [{"business_id": b, "kind": k, "value": v} for b, k, v in keys],
    )
    return {(r.business_id, r.kind, r.value): r.contact_id for r in rows}


def _assign(keys: list[list[Key]], known: dict[Key, UUID]) -> tuple[list[UUID], dict[Key, UUID]]:
    """The contact of each person, and the identities that are to be added for it."""
    known = dict(known)
    people, missing = [], {}
    for own in keys:
        contact = next((known[key] for key in own if key in known), None) or uuid7()
        for key in own:
            if key not in known:
                known[key] = missing[key] = contact
        people.append(contact)
    return people, missing


def _add_identities(missing: dict[Key, UUID], now: datetime) -> set[Key]:
    """Those that were added. The contact's own row may come later in the transaction: its key is checked at the
    commit.
    """
    rows = sets.fetch(
        """
        INSERT INTO conversations_identity (id, business_id, contact_id, kind, value, created_at)
        SELECT id, business_id, contact_id, kind, value, %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, business_id uuid, contact_id uuid, kind text, value text)
        ORDER BY business_id, kind, value
        ON CONFLICT (business_id, kind, value) DO NOTHING
        RETURNING business_id, kind, value
        """,
        [{"id": uuid7(), "business_id": b, "contact_id": c, "kind": k, "value": v} for (b, k, v), c in missing.items()],
        now=now,
    )
    return {(r.business_id, r.kind, r.value) for r in rows}


def _add_contacts(people: list[UUID], wanted: list[Wanted], now: datetime) -> None:
    """The rows of new contacts. One that is there already stays as it is."""
    rows = {
        contact: {
            "id": contact,
            "business_id": w.business_id,
            "profile_name": w.person.name[:200],
            "username": w.person.username[:100],
            "phone": w.person.phone[:20],
        }
        for contact, w in zip(people, wanted, strict=True)
    }
    sets.run(
        """
        INSERT INTO conversations_contact (id, business_id, name, profile_name, username, phone, created_at)
        SELECT id, business_id, '', profile_name, username, phone, %(now)s
        FROM jsonb_to_recordset(%(rows)s::jsonb)
             AS w(id uuid, business_id uuid, profile_name text, username text, phone text)
        ORDER BY id
        ON CONFLICT (id) DO NOTHING
        """,
        list(rows.values()),
        now=now,
    )


def _refresh_names(people: list[UUID], wanted: list[Wanted]) -> None:
    """WhatsApp's names and the phone, where they are new or changed. A missing one changes nothing."""
    rows = {
        contact: {
            "id": contact,
            "profile_name": w.person.name[:200],
            "username": w.person.username[:100],
            "phone": w.person.phone[:20],
        }
        for contact, w in zip(people, wanted, strict=True)
    }
    sets.run(
        """
        WITH wanted AS (
            SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, profile_name text, username text, phone text)
        ), changed AS MATERIALIZED (
            SELECT c.id, coalesce(nullif(w.profile_name, ''), c.profile_name) AS profile_name,
                   coalesce(nullif(w.username, ''), c.username) AS username, coalesce(nullif(w.phone, ''), c.phone) AS phone
            FROM wanted w JOIN conversations_contact c ON c.id = w.id
            WHERE (w.profile_name <> '' AND w.profile_name <> c.profile_name)
               OR (w.username <> '' AND w.username <> c.username)
               OR (w.phone <> '' AND w.phone <> c.phone)
            ORDER BY c.id FOR NO KEY UPDATE OF c
        )
        UPDATE conversations_contact c
        SET profile_name = changed.profile_name, username = changed.username, phone = changed.phone
        FROM changed WHERE c.id = changed.id
        """,
        list(rows.values()),
    )


# --- other names ----------------------------------------------------------------------------------------------------------


def renew_many(renewals: list[Renewal], now: datetime) -> list[UUID | None]:
    """Give contacts their new identities; returns the contact of each, None where nobody has the old ones.

    The old phone number is taken away: it may soon be a stranger's. The old user ids stay, since nobody else gets them
    and messages of before may be on their way. What belongs to another contact already stays there. Apply each of
    Meta's events once: a second time the old number may be somebody else's.
    """
    return [_renew(renewal, now) for renewal in renewals]


def _renew(renewal: Renewal, now: datetime) -> UUID | None:
    business = renewal.business_id
    old = [
        (business, Identity.Kind.BSUID.value, renewal.previous_bsuid),
        (business, Identity.Kind.BSUID.value, renewal.old.bsuid),
        (business, Identity.Kind.PHONE.value, renewal.old.phone),
    ]
    known = _look_up({key for key in old if key[2]})
    contact = next((known[key] for key in old if key in known), None)
    if contact is None:
        return None
    if renewal.new_phone and renewal.new_phone != renewal.old.phone:
        _take_away(contact, business, renewal.old.phone)
    new = {
        (business, Identity.Kind.PHONE.value, renewal.new_phone): contact,
        (business, Identity.Kind.BSUID.value, renewal.previous_bsuid): contact,
        (business, Identity.Kind.BSUID.value, renewal.new_bsuid): contact,
    }
    _add_identities({key: contact for key in new if key[2]}, now)
    _show_own_phone(contact)
    return contact


def _take_away(contact: UUID, business: UUID, phone: str) -> None:
    sets.run(
        """
        DELETE FROM conversations_identity
        WHERE business_id = %(business)s AND kind = 'phone' AND value = %(phone)s AND contact_id = %(contact)s
        """,
        business=business,
        phone=phone,
        contact=contact,
    )


def _show_own_phone(contact: UUID) -> None:
    """The contact's row shows its newest phone number, or none."""
    sets.run(
        """
        UPDATE conversations_contact c SET phone = coalesce((
            SELECT i.value FROM conversations_identity i WHERE i.contact_id = c.id AND i.kind = 'phone' ORDER BY i.id DESC LIMIT 1
        ), '') WHERE c.id = %(contact)s
        """,
        contact=contact,
    )


def name_many(entries: list[Entry], now: datetime) -> None:
    """Make the address book's contacts known, under the name that it gives them. The latest entry of a phone holds,
    whatever the order in which they come; a name that a person has entered here since is kept.
    """
    last: dict[tuple[UUID, str], Entry] = {}
    for entry in entries:
        key = (entry.business_id, entry.phone)
        if key not in last or (entry.at, entry.name) > (last[key].at, last[key].name):
            last[key] = entry
    contacts = contacts_for([Wanted(e.business_id, Person(phone=e.phone)) for e in last.values()], now)
    of_contact: dict[UUID, Entry] = {}
    for contact, entry in zip(contacts, last.values(), strict=True):
        if contact not in of_contact or (entry.at, entry.name) > (of_contact[contact].at, of_contact[contact].name):
            of_contact[contact] = entry
    sets.run(
        """
        UPDATE conversations_contact c SET name = w.name, synced_at = w.at, synced_name = w.name
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(id uuid, name text, at timestamptz)
        WHERE c.id = w.id AND w.name <> '' AND c.name = c.synced_name
          AND (c.synced_at IS NULL OR (c.synced_at, c.synced_name) < (w.at, w.name))
        """,
        [{"id": contact, "name": e.name[:200], "at": e.at} for contact, e in of_contact.items()],
    )

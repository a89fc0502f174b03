"""Whatever the order, the repetition and the bundling of webhooks: the end is the same.

One customer's messages, edits, deletions, reactions, STOPs, the phone app's echoes and statuses, a few seconds apart.
Left out of the comparison: ids, the order of arrival (seq) and what the bot replied, as DESIGN says.
"""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_scopes import scopes_disabled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.models import ConsentEvent, Contact, Conversation, Identity, Message, MessageChange
from leads.models import Lead
from tests.factories import (
    DAIRY_NUMBER,
    MEERA,
    deliver,
    drain,
    message_body,
    status_body,
    text_body,
    together,
    value_body,
)
from webhooks.models import FailedItem

TEXTS = ("price?", "hello", "do you fly to the moon", "STOP", "start", "धन्यवाद", "मेरा ऑर्डर नहीं आया")
EMOJI = ("👍", "🙏", "")


class Undo(Exception):
    """Ends a trial: its rows go."""


def _at(second: int) -> datetime:
    return timezone.now().replace(microsecond=0) - timedelta(seconds=120 - second)


def _echo(place: int, item: dict, second: int) -> bytes:
    base = {"id": f"wamid.e{place}", "from": "918047180011", "to": MEERA.phone, "to_user_id": MEERA.user_id}
    return value_body(
        {"message_echoes": [base | {"timestamp": str(int(_at(second).timestamp()))} | item]}, field="smb_message_echoes"
    )


messages_ = st.tuples(st.just("message"), st.integers(0, 5), st.sampled_from(TEXTS), st.integers(0, 100))
edits = st.tuples(st.just("edit"), st.integers(0, 7), st.sampled_from(TEXTS), st.integers(0, 100))
revokes = st.tuples(st.just("revoke"), st.integers(0, 7), st.just(""), st.integers(0, 100))
reactions = st.tuples(st.just("reaction"), st.integers(0, 7), st.sampled_from(EMOJI), st.integers(0, 3))
echoes_ = st.tuples(st.just("echo"), st.integers(6, 7), st.sampled_from(TEXTS), st.integers(0, 100))
statuses = st.tuples(
    st.just("status"), st.integers(6, 7), st.sampled_from(("sent", "delivered", "read")), st.integers(0, 100)
)
histories = st.lists(
    st.one_of(messages_, messages_, edits, revokes, reactions, echoes_, statuses), min_size=2, max_size=9
)


def _bodies(history: list[tuple]) -> list[bytes]:
    """One body for each; targets 0 to 5 are the customer's messages, 6 and 7 the phone app's."""
    bodies, seen, said = [], set(), Counter()
    for place, (what, target, word, second) in enumerate(history):
        wamid = f"wamid.{'e' if target > 5 else 'm'}{target}"
        ours = target > 5
        if what in ("message", "echo"):
            if wamid in seen:
                continue  # one message has one content
            seen.add(wamid)
        if what == "message":
            said[word] += 1
            if said[word] == 3:
                continue  # the third time is a robot's: when it hands over depends on which one comes last
            bodies.append(text_body(wamid, word, at=_at(second)))
        elif what == "echo":
            bodies.append(_echo(target, {"type": "text", "text": {"body": word}}, second))
        elif what == "status":
            bodies.append(status_body(wamid, word, at=_at(100 + len(word))))  # each word of a message comes at one time
        else:
            payload = {
                "edit": {"original_message_id": wamid, "message": {"type": "text", "text": {"body": word}}},
                "revoke": {"original_message_id": wamid},
                "reaction": {"message_id": wamid, "emoji": word} if word else {"message_id": wamid},
            }[what]
            if ours and what != "reaction":
                bodies.append(_echo(f"c{place}", {"type": what, what: payload}, second))
            else:
                bodies.append(message_body(f"wamid.c{place}", what, payload, at=_at(second)))
    return bodies


def _end(deliveries: list[list[bytes]]) -> dict:
    """What the database holds after these bodies, each inner list in a pass of its own."""
    try:
        with _trial():
            for bodies in deliveries:
                for body in bodies:
                    deliver(body)
                drain()
            end = _state()
            raise Undo
    except Undo:
        return end


def _trial() -> transaction.Atomic:
    """A transaction in which a pass may open its own, which must be durable elsewhere: as Django's TestCase does it."""
    block = transaction.atomic()
    block._from_testcase = True
    return block


def _state() -> dict:
    theirs = Message.objects.exclude(source__in=["rule", "system"])
    columns = (
        "wamid",
        "direction",
        "kind",
        "source",
        "text",
        "payload",
        "original_text",
        "edited_at",
        "revoked_at",
        "reactions",
    )
    return {
        "failed": list(FailedItem.objects.values_list("reason", flat=True)),
        "messages": sorted(
            theirs.values_list(*columns, "wa_timestamp", "status", "sent_at", "delivered_at", "read_at"), key=str
        ),
        "changes": sorted(
            MessageChange.objects.values_list("wamid", "target", "kind", "side", "at", "text", "waits"), key=str
        ),
        "conversations": list(
            Conversation.objects.values_list(
                "state", "owner", "turn", "unread", "last_inbound_at", "echoed_at", "waiting_since"
            )
        ),
        "contacts": list(Contact.objects.values_list("profile_name", "phone", "opted_out_at")),
        "identities": sorted(Identity.objects.values_list("kind", "value")),
        "consent": sorted(ConsentEvent.objects.values_list("kind", "source", "at"), key=str),
        "leads": list(Lead.objects.values_list("status", "source")),
    }


@pytest.fixture
def shop(dairy):
    with scopes_disabled():
        yield dairy


@pytest.mark.slow
@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories, seed=st.integers(0, 2**32))
def test_any_order_repetition_and_bundling_ends_the_same(shop, history, seed):
    bodies = _bodies(history)
    chance = random.Random(seed)
    shuffled = [*bodies, *chance.sample(bodies, len(bodies) // 2)]
    chance.shuffle(shuffled)
    bundles, rest = [], shuffled
    while rest:
        size = chance.randint(1, 3)
        bundles.append([together(*rest[:size])] if chance.random() < 0.5 else rest[:size])
        rest = rest[size:]
    assert _end(bundles) == _end([[body] for body in bodies])


def test_the_number_of_these_bodies_is_the_dairys(shop):
    """Else all would be equal for being empty."""
    end = _end([[text_body("wamid.m0", "price?")], [_echo(6, {"type": "text", "text": {"body": "hi"}}, 99)]])
    assert [row[1] for row in end["messages"]] == ["in", "out"] or [row[1] for row in end["messages"]] == ["out", "in"]
    assert end["failed"] == []
    assert DAIRY_NUMBER in text_body("wamid.m0", "x").decode()

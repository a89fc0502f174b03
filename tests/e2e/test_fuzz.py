"""Anything that is signed, posted to the running product: it is answered 200, worked off, and harms nobody."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import Customer, message_body, status_body, text_body, value_body
from whatsapp_automation.embedded.environment import DEMO_PHONE_NUMBER_ID as NUMBER

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from(["", "\0", "\ud800", "wamid.x", "9" * 400, "IN.1", "-1", "0", "नमस्ते", "messages"]),
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
PERSON = Customer("Fuzz", "919811111111", "IN.FUZZ", "fuzz")
EDIT = {"original_message_id": "wamid.fuzz.text", "message": {"type": "text", "text": {"body": "x"}}}


def _said(kind: str, payload, **more) -> bytes:
    return message_body(f"wamid.fuzz.{kind}", kind, payload, PERSON, NUMBER, **more)


def _told(field: str, **value) -> bytes:
    return value_body(value, number=NUMBER, field=field)


NAMED = {"message_template_name": "fuzz", "message_template_id": 1, "message_template_language": "en"}
SYNCED = {"type": "contact", "action": "add", "contact": {"phone_number": "919833333333", "full_name": "F"}}
PREFERENCE = {"wa_id": PERSON.phone, "category": "marketing_messages", "value": "stop"}
CALL = {"id": "wacid.1", "from": PERSON.phone, "event": "connect", "direction": "USER_INITIATED"}
ECHO = {"id": "wamid.fuzz.echo", "to": PERSON.phone, "type": "text", "text": {"body": "x"}}
THREAD = {"id": PERSON.phone, "messages": [{"id": "wamid.fuzz.old", "type": "text"}]}
MODELS = [
    text_body("wamid.fuzz.text", "price?", PERSON, NUMBER, context={"id": "x"}, referral={"source_type": "ad"}),
    _said("image", {"id": "1", "caption": "c"}, errors=[{"code": 1}]),
    _said("edit", EDIT),
    _said("revoke", {"original_message_id": "wamid.fuzz.text"}),
    _said("reaction", {"message_id": "wamid.fuzz.text", "emoji": "x"}),
    _said("system", {"type": "user_changed_number", "wa_id": "919822222222"}),
    _said("order", {"product_items": [{"quantity": 1}]}),
    _said("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}),
    status_body("wamid.fuzz.out", "failed", PERSON, NUMBER, errors=[{"code": 131026}], pricing={"type": "regular"}),
    _told("smb_message_echoes", message_echoes=[ECHO]),
    _told("standby", standby={"messages": [ECHO], "message_echoes": [ECHO]}),
    _told("history", history=[{"threads": [THREAD]}]),
    _told("smb_app_state_sync", state_sync=[SYNCED]),
    _told("user_preferences", user_preferences=[PREFERENCE]),
    _told("calls", calls=[CALL]),
    _told("messaging_handovers", type="control_passed", sender={"phone_number": PERSON.phone}),
    _told("message_template_status_update", event="PAUSED", **NAMED),
    _told("template_category_update", correct_category="MARKETING", category_update_timestamp=1, **NAMED),
    _told("phone_number_quality_update", event="FLAGGED", current_limit="TIER_1K"),
    _told("account_update", event="ACCOUNT_RESTRICTION", restriction_info=[{"restriction_type": "X"}]),
]
READABLE = ("It could not be read", "Nobody:")  # the only reasons for which an item may fail here


def _mutated(document, chance: random.Random, strange: list):
    """The document with some of its values dropped, doubled or replaced by something strange."""
    if isinstance(document, dict):
        kept = {key: _mutated(value, chance, strange) for key, value in document.items() if chance.random() > 0.03}
        return kept if chance.random() > 0.02 else chance.choice(strange)
    if isinstance(document, list):
        items = [_mutated(item, chance, strange) for item in document for _ in range(1 + (chance.random() < 0.05))]
        return items if chance.random() > 0.03 else chance.choice(strange)
    return document if chance.random() > 0.06 else chance.choice(strange)


@pytest.fixture
def quiet_afterwards(world):
    """All is worked off in the end, no item failed for a reason that nobody foresaw, and customers are served."""
    began = world.query("SELECT coalesce(max(id), 0) AS id FROM webhooks_delivery")[0]["id"]
    yield world
    world.until(world.all_processed, within=60)
    failed = world.query("SELECT reason, kind FROM webhooks_faileditem WHERE delivery_id > %s", began)
    assert [row for row in failed if not row["reason"].startswith(READABLE)] == []
    world.query("UPDATE accounts_whatsappnumber SET stopped_at = NULL WHERE stopped_by_account")
    world.answer(world.new_phone(), "hello")


def test_any_bytes_are_answered_200(quiet_afterwards):
    world = quiet_afterwards

    @settings(max_examples=60, derandomize=True, deadline=None)
    @given(body=st.one_of(st.binary(max_size=300), ANY_JSON.map(lambda v: json.dumps(v).encode())))
    def post(body):
        assert world.post_webhook(body or b" ") == 200

    post()


def test_real_shapes_with_strange_values_are_answered_200(quiet_afterwards):
    world = quiet_afterwards

    @settings(max_examples=150, derandomize=True, deadline=None)
    @given(
        place=st.integers(0, len(MODELS) - 1),
        seed=st.integers(0, 2**32),
        strange=st.lists(ANY_JSON, min_size=1, max_size=4),
    )
    def post(place, seed, strange):
        body = json.dumps(_mutated(json.loads(MODELS[place]), random.Random(seed), strange)).encode()
        assert world.post_webhook(body) == 200

    post()

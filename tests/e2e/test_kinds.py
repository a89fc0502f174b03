"""Every kind of webhook item, posted to the running product: what it becomes. docs/webhooks.md is the same as a table."""

import re
import time
from itertools import count
from pathlib import Path

import pytest

from cloud_api.events import NAMED_FIELDS
from tests.factories import Customer, entries_body, message_body, text_body, value_body
from whatsapp_automation.embedded.environment import DEMO_PHONE_NUMBER_ID as NUMBER

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "webhooks.md"
_wamids = count(1)


class Talk:
    """A new customer's webhooks, and what the database holds of them afterwards."""

    def __init__(self, world):
        self.world = world
        phone = world.new_phone()
        self.customer = Customer("Kind Person", phone, f"IN.{phone}")
        self.waba = world.query("SELECT waba_id FROM accounts_whatsappnumber WHERE phone_number_id = %s", NUMBER)[0][
            "waba_id"
        ]

    def wamid(self) -> str:
        return f"wamid.kinds.{time.time_ns()}.{next(_wamids)}"

    def post(self, *bodies: bytes) -> list[dict]:
        """Post, wait until they are worked off, return their outcomes. All are answered 200 and none fails."""
        outcomes = []
        for body in bodies:
            last = self.world.query("SELECT coalesce(max(id), 0) AS id FROM webhooks_delivery")[0]["id"]
            assert self.world.post_webhook(body) == 200
            rows = self.world.until(
                lambda last=last, body=body: self.world.query(
                    "SELECT outcome FROM webhooks_delivery WHERE id > %s AND body = %s AND processed_at IS NOT NULL",
                    last,
                    body,
                )
            )
            outcomes.append(rows[0]["outcome"])
            assert "failed" not in rows[0]["outcome"]
        return outcomes

    def says(self, kind: str, payload, *, wamid: str = "", **more) -> str:
        wamid = wamid or self.wamid()
        assert self.post(message_body(wamid, kind, payload, self.customer, NUMBER, **more)) == [{"message": 1}]
        return wamid

    def value(self, field: str, **value) -> dict:
        return self.post(value_body(value, number=NUMBER, field=field))[0]

    def account(self, field: str, **value) -> dict:
        """An event of the whole account: with entry.time, without metadata."""
        change = {"field": field, "value": value}
        return self.post(entries_body([{"id": self.waba, "time": int(time.time()), "changes": [change]}]))[0]

    def message(self, wamid: str) -> dict:
        return self.world.query("SELECT * FROM conversations_message WHERE wamid = %s", wamid)[0]

    def conversation(self) -> dict:
        return self.world.query(
            """
            SELECT c.* FROM conversations_conversation c JOIN conversations_identity i ON i.contact_id = c.contact_id
            WHERE i.value IN (%s, %s) LIMIT 1
            """,
            self.customer.phone,
            self.customer.user_id,
        )[0]

    def contact(self) -> list[dict]:
        return self.world.query(
            "SELECT p.* FROM conversations_contact p JOIN conversations_identity i ON i.contact_id = p.id WHERE i.value = %s",
            self.customer.phone,
        )

    def bot_answers(self) -> int:
        """Of the bot, ever: also those that were cancelled."""
        return len(
            self.world.query(
                "SELECT 1 FROM conversations_message WHERE conversation_id = %s AND source IN ('rule', 'system') AND direction = 'out'",
                self.conversation()["id"],
            )
        )

    def events(self, field: str, kind: str) -> list[dict]:
        return self.world.query("SELECT * FROM webhooks_channelevent WHERE field = %s AND kind = %s", field, kind)

    def number(self) -> dict:
        return self.world.query("SELECT * FROM accounts_whatsappnumber WHERE phone_number_id = %s", NUMBER)[0]


@pytest.fixture
def talk(world) -> Talk:
    return Talk(world)


# --- messages -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "payload", "text"),
    [
        ("text", {"body": "price?"}, "price?"),
        ("image", {"id": "901", "mime_type": "image/jpeg", "sha256": "x", "caption": "my bill"}, "my bill"),
        ("video", {"id": "902", "mime_type": "video/mp4", "sha256": "x"}, ""),
        ("audio", {"id": "903", "mime_type": "audio/ogg; codecs=opus", "voice": True}, ""),
        ("voice", {"id": "904", "mime_type": "audio/ogg"}, ""),
        ("document", {"id": "905", "mime_type": "application/pdf", "filename": "../../बिल.pdf"}, ""),
        ("sticker", {"id": "906", "mime_type": "image/webp", "animated": False}, ""),
        ("location", {"latitude": 18.52, "longitude": 73.85, "name": "Home"}, "Home"),
        ("interactive", {"type": "button_reply", "button_reply": {"id": "x", "title": "Price"}}, "Price"),
        ("interactive", {"type": "list_reply", "list_reply": {"id": "x", "title": "Ghee"}}, "Ghee"),
        ("interactive", {"type": "nfm_reply", "nfm_reply": {"body": "Sent", "response_json": "{bad"}}, "Sent"),
        ("button", {"payload": "YES", "text": "Yes"}, "Yes"),
        (
            "order",
            {"catalog_id": "1", "product_items": [{"product_retailer_id": "ghee", "quantity": "2"}]},
            "2 x ghee",
        ),
        ("unsupported", {"type": "poll_creation"}, ""),
        ("request_welcome", {}, ""),
        ("ephemeral", {}, ""),
        ("hologram", {"of": "next year"}, ""),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isalpha() else "",
)
def test_a_message_is_kept_with_a_readable_text_and_its_payload(talk, kind, payload, text):
    row = talk.message(talk.says(kind, payload))
    assert (row["direction"], row["kind"], row["text"], row["payload"]) == ("in", kind, text, payload)
    conversation = talk.conversation()
    assert conversation["unread"] == 1
    assert conversation["last_inbound_at"] == row["wa_timestamp"]
    assert talk.world.query("SELECT 1 FROM leads_lead WHERE contact_id = %s", conversation["contact_id"])


def test_contact_cards_are_kept_with_their_names(talk):
    cards = [{"name": {"formatted_name": "Dr. Rao"}, "phones": [{"phone": "+91 1"}], "origin": "other"}, {"vcard": "x"}]
    row = talk.message(talk.says("contacts", cards))
    assert (row["text"], row["payload"]) == ("Dr. Rao", {"contacts": cards})


def test_a_forwarded_message_says_so(talk):
    row = talk.message(talk.says("text", {"body": "look at this"}, context={"frequently_forwarded": True}))
    assert row["payload"]["forwarded"] is True


def test_a_reply_to_a_message_that_we_never_had_keeps_what_it_quotes(talk):
    row = talk.message(talk.says("text", {"body": "that one"}, context={"from": "1", "id": "wamid.of.nobody"}))
    assert row["reply_to"] == "wamid.of.nobody"


def test_a_question_about_a_product_keeps_the_product(talk):
    product = {"catalog_id": "1", "product_retailer_id": "ghee"}
    row = talk.message(talk.says("text", {"body": "is it fresh"}, context={"id": "x", "referred_product": product}))
    assert row["payload"]["referred_product"] == product


def test_an_advertisement_that_brought_the_customer_is_kept_for_the_lead(talk):
    referral = {"source_type": "ad", "source_id": "77", "headline": "Pure ghee", "ctwa_clid": "c"}
    talk.says("text", {"body": "hi"}, referral=referral)
    [lead] = talk.world.query("SELECT * FROM leads_lead WHERE contact_id = %s", talk.conversation()["contact_id"])
    assert (lead["source"], lead["referral"]) == ("ad", referral)


def test_a_message_whose_file_failed_keeps_the_error(talk):
    errors = [{"code": 131052, "title": "Media download error", "error_data": {"details": "too large"}}]
    row = talk.message(talk.says("image", {"mime_type": "image/jpeg"}, errors=errors))
    assert row["payload"]["errors"] == [{"code": 131052, "title": "Media download error", "details": "too large"}]


def test_a_call_of_a_customers_opens_the_window_and_starts_no_bot(talk):
    call = {"id": talk.wamid(), "from": talk.customer.phone, "from_user_id": talk.customer.user_id}
    call |= {"timestamp": str(int(time.time())), "event": "connect", "direction": "USER_INITIATED", "session": {}}
    assert talk.value("calls", contacts=[talk.customer.contact], calls=[call]) == {"call": 1}
    assert talk.value("calls", calls=[call | {"event": "terminate"}]) == {"notice": 1}
    row = talk.message(call["id"])
    assert (row["kind"], row["direction"]) == ("call", "in")
    assert talk.conversation()["last_inbound_at"] == row["wa_timestamp"]
    assert talk.bot_answers() == 0


def test_a_group_message_is_kept_apart_and_never_answered(talk):
    body = text_body(talk.wamid(), "price?", talk.customer, NUMBER, group_id="HBgL-group")
    assert talk.post(body) == [{"group_message": 1}]
    assert talk.contact() == []
    assert talk.events("messages", "group_message")


# --- changes of messages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["after", "before"])
def test_an_edit_changes_the_message_and_starts_no_bot(talk, order):
    wamid = talk.wamid()
    edit = {"original_message_id": wamid, "message": {"type": "text", "text": {"body": "5 kg please"}}}
    body = message_body(talk.wamid(), "edit", edit, talk.customer, NUMBER)
    if order == "before":
        assert talk.post(body) == [{"edit": 1}]
    talk.says("text", {"body": "2 kg please"}, wamid=wamid)
    if order == "after":
        assert talk.post(body) == [{"edit": 1}]
    row = talk.message(wamid)
    assert (row["text"], row["original_text"]) == ("5 kg please", "2 kg please")
    assert row["edited_at"]
    assert (talk.conversation()["last_message_text"], talk.bot_answers()) != ("2 kg please", 2)
    assert talk.post(body) == [{"duplicate": 1}]


@pytest.mark.parametrize("order", ["after", "before"])
def test_a_deletion_erases_the_message(talk, order):
    wamid = talk.wamid()
    body = message_body(talk.wamid(), "revoke", {"original_message_id": wamid}, talk.customer, NUMBER)
    if order == "before":
        assert talk.post(body) == [{"revoke": 1}]
    talk.says("sticker", {"id": "1"}, wamid=wamid)
    if order == "after":
        assert talk.post(body) == [{"revoke": 1}]
    row = talk.message(wamid)
    assert (row["text"], row["payload"]) == ("", {})
    assert row["revoked_at"]
    assert talk.conversation()["last_message_text"] == "[deleted]"


def test_a_reaction_stands_at_its_message_until_it_is_taken_back(talk):
    wamid = talk.says("text", {"body": "hello"})
    given = message_body(talk.wamid(), "reaction", {"message_id": wamid, "emoji": "👍"}, talk.customer, NUMBER)
    assert talk.post(given) == [{"reaction": 1}]
    assert talk.message(wamid)["reactions"] == {"in": "👍"}
    time.sleep(1)  # reactions of one second are told apart by their ids alone
    later = message_body(talk.wamid(), "reaction", {"message_id": wamid}, talk.customer, NUMBER)
    assert talk.post(later) == [{"reaction": 1}]
    assert talk.message(wamid)["reactions"] == {}
    assert talk.conversation()["unread"] == 1


# --- who the customer is --------------------------------------------------------------------------------------------------


def test_a_changed_number_moves_to_the_contact_and_leaves_the_old_one_free(talk):
    talk.says("text", {"body": "hello"})
    [before] = talk.contact()
    new_phone = talk.world.new_phone()
    system = {"type": "user_changed_number", "wa_id": new_phone, "body": "Kind Person changed their number"}
    item = {"id": talk.wamid(), "from": talk.customer.phone, "timestamp": str(int(time.time())), "type": "system"}
    assert talk.value("messages", messages=[item | {"system": system}]) == {"system": 1}
    assert talk.contact() == []
    talk.customer = Customer("Kind Person", new_phone)
    [after] = talk.contact()
    assert (after["id"], after["phone"]) == (before["id"], new_phone)
    line = talk.message(item["id"])
    assert (line["kind"], line["source"], line["text"]) == ("system", "system", system["body"])


def test_a_changed_user_id_is_one_contact_still(talk):
    talk.says("text", {"body": "hello"})
    [before] = talk.contact()
    new = f"IN.new{talk.customer.phone}"
    system = {"type": "user_changed_user_id", "user_id": new, "previous_user_id": talk.customer.user_id}
    item = {"id": talk.wamid(), "timestamp": str(int(time.time())), "type": "system", "system": system}
    assert talk.value("messages", messages=[item]) == {"system": 1}
    found = talk.world.query("SELECT contact_id FROM conversations_identity WHERE value = %s", new)
    assert [row["contact_id"] for row in found] == [before["id"]]


def test_a_changed_identity_key_is_a_line_in_the_thread(talk):
    talk.says("text", {"body": "hello"})
    system = {"type": "customer_identity_changed", "body": "The security code changed", "hash": "h"}
    item = {"id": talk.wamid(), "from": talk.customer.phone, "timestamp": str(int(time.time())), "type": "system"}
    assert talk.value("messages", messages=[item | {"system": system}]) == {"system": 1}
    assert talk.message(item["id"])["text"] == "The security code changed"
    assert talk.conversation()["unread"] == 1


def test_a_synced_contact_is_known_by_name_and_is_no_conversation(talk):
    contact = {"full_name": "Pablo of the phone book", "first_name": "Pablo", "phone_number": talk.customer.phone}
    item = {"type": "contact", "action": "add", "contact": contact, "metadata": {"timestamp": str(int(time.time()))}}
    assert talk.value("smb_app_state_sync", state_sync=[item]) == {"contact_sync": 1}
    [row] = talk.contact()
    assert row["name"] == "Pablo of the phone book"
    assert not talk.world.query("SELECT 1 FROM conversations_conversation WHERE contact_id = %s", row["id"])
    assert not talk.world.query("SELECT 1 FROM leads_lead WHERE contact_id = %s", row["id"])
    assert talk.value("smb_app_state_sync", state_sync=[item | {"action": "remove"}]) == {"notice": 1}
    assert len(talk.contact()) == 1


# --- others who write -----------------------------------------------------------------------------------------------------


def test_an_echo_of_the_phone_app_is_a_person_who_has_spoken(talk):
    talk.says("text", {"body": "do you know the secret"})
    time.sleep(1)  # an echo answers what came in earlier seconds
    item = {"id": talk.wamid(), "from": "918047180011", "to": talk.customer.phone, "timestamp": str(int(time.time()))}
    echo = item | {"type": "text", "text": {"body": "I do"}}
    assert talk.value("smb_message_echoes", message_echoes=[echo]) == {"echo": 1}
    conversation = talk.conversation()
    assert (conversation["owner"], conversation["unread"], conversation["waiting_since"]) == ("human", 0, None)
    row = talk.message(item["id"])
    assert (row["direction"], row["source"], row["text"]) == ("out", "phone_app", "I do")
    before = talk.bot_answers()
    talk.says("text", {"body": "price?"})
    assert talk.bot_answers() == before
    assert talk.value("smb_message_echoes", message_echoes=[echo]) == {"duplicate": 1}


def test_an_edit_and_a_deletion_in_the_phone_app_change_its_own_message(talk):
    item = {"id": talk.wamid(), "from": "918047180011", "to": talk.customer.phone, "timestamp": str(int(time.time()))}
    edit = {"original_message_id": item["id"], "message": {"type": "text", "text": {"body": "At seven"}}}
    echoes = [
        item | {"type": "text", "text": {"body": "At six"}},
        item | {"id": talk.wamid(), "type": "edit", "edit": edit},
    ]
    assert talk.value("smb_message_echoes", message_echoes=echoes) == {"echo": 1, "edit": 1}
    assert talk.message(item["id"])["text"] == "At seven"
    revoke = item | {"id": talk.wamid(), "type": "revoke", "revoke": {"original_message_id": item["id"]}}
    assert talk.value("smb_message_echoes", message_echoes=[revoke]) == {"revoke": 1}
    assert talk.message(item["id"])["text"] == ""


def test_what_metas_agent_answers_is_seen_and_the_bot_is_silent(talk):
    asked = {"id": talk.wamid(), "from": talk.customer.phone, "timestamp": str(int(time.time()))}
    said = {"id": talk.wamid(), "timestamp": str(int(time.time()))}
    standby = {
        "metadata": {"display_phone_number": "918047180011", "phone_number_id": NUMBER},
        "contacts": [talk.customer.contact],
        "messages": [asked | {"type": "text", "text": {"body": "price?"}}],
        "message_echoes": [
            said | {"message": {"to": talk.customer.phone, "type": "text", "text": {"body": "I am an agent"}}}
        ],
    }
    body = entries_body([{"id": talk.waba, "changes": [{"field": "standby", "value": {"standby": standby}}]}])
    assert talk.post(body) == [{"standby": 1, "echo": 1}]
    conversation = talk.conversation()
    assert (conversation["owner"], conversation["unread"], talk.bot_answers()) == ("meta", 0, 0)
    assert talk.message(said["id"])["source"] == "meta_agent"
    talk.says("text", {"body": "price?"})  # not in standby: the thread is the bot's again
    assert (talk.conversation()["owner"], talk.bot_answers()) == ("bot", 1)


def test_a_thread_that_metas_agent_passes_on_waits_for_a_person(talk):
    value = {"type": "control_passed", "sender": {"phone_number": talk.customer.phone}, "timestamp": "1750275992"}
    assert talk.account("messaging_handovers", **value, recipient={"phone_number_id": NUMBER}) == {"handover": 1}
    conversation = talk.conversation()
    assert conversation["owner"] == "human"
    assert conversation["waiting_since"]
    nobody = {"type": "control_passed", "recipient": {"phone_number_id": NUMBER}, "timestamp": str(time.time_ns())}
    assert talk.account("messaging_handovers", **nobody) == {"handover": 1}


def test_history_fills_the_thread_and_nothing_else(talk):
    ours, theirs = talk.wamid(), talk.wamid()
    chunk = {
        "metadata": {"phase": 0, "chunk_order": 1, "progress": time.time_ns()},
        "threads": [
            {
                "id": talk.customer.phone,
                "messages": [
                    {"from": "918047180011", "id": ours, "timestamp": "1750275990", "type": "text", "text": {"body": "Hi"}}
                    | {"history_context": {"status": "READ"}},
                    {"from": talk.customer.phone, "id": theirs, "timestamp": "1750275992", "type": "media_placeholder"},
                ],
            }
        ],
    }  # fmt: skip
    assert talk.value("history", history=[chunk]) == {"notice": 1, "history": 2}
    conversation = talk.conversation()
    assert (conversation["unread"], conversation["last_inbound_at"], talk.bot_answers()) == (0, None, 0)
    assert not talk.world.query("SELECT 1 FROM leads_lead WHERE contact_id = %s", conversation["contact_id"])
    assert (talk.message(ours)["direction"], talk.message(ours)["status"]) == ("out", 70)
    photo = {"from": talk.customer.phone, "id": theirs, "timestamp": "1750275992", "type": "image"}
    photo["image"] = {"id": "5", "caption": "Our cow"}
    assert talk.value("history", messages=[photo]) == {"history": 1}
    assert (talk.message(theirs)["kind"], talk.message(theirs)["text"]) == ("image", "Our cow")
    assert talk.value("history", messages=[photo]) == {"duplicate": 1}


def test_a_declined_history_is_kept_as_an_event(talk):
    errors = [{"code": 2593109, "title": f"declined {time.time_ns()}"}]
    assert talk.value("history", history=[{"errors": errors}]) == {"notice": 1}
    assert talk.events("history", "history_declined")


# --- statuses -------------------------------------------------------------------------------------------------------------


def test_a_status_of_an_unknown_message_is_parked_and_an_unknown_status_kept(talk):
    item = {"id": talk.wamid(), "timestamp": str(int(time.time())), "recipient_id": talk.customer.phone}
    assert talk.value("messages", statuses=[item | {"status": "read"}]) == {"status": 1}
    assert talk.world.query("SELECT 1 FROM conversations_parkedstatus WHERE wamid = %s", item["id"])
    assert talk.value("messages", statuses=[item | {"status": "pondered"}]) == {"unknown_status": 1}
    group = item | {"status": "read", "recipient_type": "group", "recipient_id": "HBgL"}
    assert talk.value("messages", statuses=[group]) == {"group_status": 1}


def test_statuses_move_an_answer_up_and_carry_its_price_once(talk):
    phone = talk.customer.phone
    wamid = talk.world.answer(phone, "hello")["wamid"]
    for status, category in (("sent", "service"), ("delivered", "utility")):
        item = {"id": wamid, "status": status, "timestamp": str(int(time.time())), "recipient_id": phone}
        item["pricing"] = {"type": "free_customer_service", "category": category}
        assert talk.value("messages", statuses=[item]) == {"status": 1}
    row = talk.message(wamid)
    assert row["status"] >= 60
    assert row["pricing"]["type"]
    assert row["sent_at"]


# --- the channel ----------------------------------------------------------------------------------------------------------


def test_a_marketing_preference_is_the_customers_word_on_consent(talk):
    def preference(value: str, at: int) -> dict:
        item = {"wa_id": talk.customer.phone, "category": "marketing_messages", "value": value, "timestamp": at}
        return talk.value("user_preferences", contacts=[talk.customer.contact], user_preferences=[item])

    now = int(time.time())
    assert preference("stop", now - 10) == {"preference": 1}
    assert talk.contact()[0]["opted_out_at"]
    assert preference("resume", now - 5) == {"preference": 1}
    assert talk.contact()[0]["opted_out_at"] is None
    assert preference("signup", now) == {"preference": 1}
    [row] = talk.world.query(
        "SELECT count(*) AS n FROM conversations_consentevent WHERE contact_id = %s", talk.contact()[0]["id"]
    )
    assert row["n"] == 2


def test_template_events_keep_our_copy_true(talk):
    name = f"summer_{time.time_ns()}"
    of = {"message_template_id": 77, "message_template_name": name, "message_template_language": "en-US"}
    assert talk.account("message_template_status_update", **of, event="REJECTED", reason="SCAM") == {"template": 1}
    assert talk.account("message_template_quality_update", **of, new_quality_score="YELLOW") == {"template": 1}
    later = int(time.time()) + 86_400
    assert talk.account(
        "template_category_update", **of, new_category="UTILITY", correct_category="MARKETING", category_update_timestamp=later
    ) == {"template": 1}  # fmt: skip
    assert talk.account("message_template_components_update", **of, message_template_title="x") == {"template": 1}
    assert talk.account("template_correct_category_detection", **of, new_category="UTILITY") == {"template": 1}
    [row] = talk.world.query("SELECT * FROM conversations_template WHERE name = %s", name)
    assert (row["language"], row["status"], row["reason"]) == ("en_US", "REJECTED", "SCAM")
    assert (row["quality"], row["category"], row["template_id"]) == ("YELLOW", "UTILITY", "77")


def test_quality_limit_and_name_stand_at_the_number(talk):
    of = {"display_phone_number": talk.number()["display_phone_number"]}
    limit = f"TIER_{time.time_ns()}"[:20]
    assert talk.account("phone_number_quality_update", **of, event="FLAGGED", current_limit=limit) == {"health": 1}
    assert (talk.number()["quality"], talk.number()["messaging_limit"]) == ("RED", limit)
    assert talk.account("business_capability_update", max_daily_conversations_per_business=time.time_ns()) == {
        "health": 1
    }
    assert talk.number()["messaging_limit"] != limit
    name = f"Shuddh {time.time_ns()}"
    assert talk.account("phone_number_name_update", **of, decision="APPROVED", requested_verified_name=name) == {
        "health": 1
    }
    assert (talk.number()["verified_name"], talk.number()["name_decision"]) == (name, "APPROVED")


@pytest.mark.parametrize(
    ("field", "value", "warning"),
    [
        ("security", {"event": "PIN_CHANGED"}, "PIN was changed"),
        ("account_alerts", {"alert_info": {"alert_status": "ACTIVE", "alert_description": "Limits"}}, "Limits"),
        ("account_review_update", {"decision": "REJECTED"}, "rejected the account"),
        ("account_update", {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SCAM"}}, "SCAM"),
    ],
    ids=["security", "alert", "review", "violation"],
)
def test_a_warning_stands_at_the_number(talk, field, value, warning):
    assert talk.account(field, **value, seen=time.time_ns()) == {"health": 1}
    assert warning in talk.number()["warning"]
    assert talk.number()["stopped_at"] is None


def test_an_error_of_the_channel_is_a_warning_and_no_message(talk):
    error = {"code": 131035, "title": f"No storage {time.time_ns()}"}
    assert talk.value("messages", errors=[error]) == {"health": 1}
    assert error["title"] in talk.number()["warning"]


def test_a_ban_stops_the_number_and_its_end_lets_it_go_on(talk):
    ban = {"event": "DISABLED_UPDATE", "seen": time.time_ns()}
    try:
        assert talk.account("account_update", **ban, ban_info={"waba_ban_state": "DISABLE"}) == {"health": 1}
        assert talk.number()["stopped_at"]
        talk.says("text", {"body": "hello"})
        assert talk.world.query(
            "SELECT 1 FROM conversations_message WHERE conversation_id = %s AND status = 0", talk.conversation()["id"]
        )
    finally:
        assert talk.account("account_update", **ban, ban_info={"waba_ban_state": "REINSTATE"}) == {"health": 1}
    assert talk.number()["stopped_at"] is None
    talk.world.until(talk.world.quiet)


@pytest.mark.parametrize(
    "field",
    [
        "account_settings_update",
        "automatic_events",
        "business_username_update",
        "business_username_updates",
        "flows",
        "group_lifecycle_update",
        "group_participants_update",
        "group_settings_update",
        "group_status_update",
        "partner_solutions",
        "payment_configuration_update",
        "a_field_of_next_year",
    ],
)
def test_any_other_field_is_kept_as_an_event(talk, field):
    value = {"event": "SOMETHING", "seen": time.time_ns()}
    change = {"field": field, "value": value}
    body = entries_body([{"id": talk.waba, "time": int(time.time()), "changes": [change]}])
    assert talk.post(body) == [{"notice": 1}]
    assert [row["payload"] for row in talk.events(field, "SOMETHING")][-1] == value
    assert talk.post(body) == [{"duplicate": 1}]


def test_what_is_nobodys_is_kept_and_changes_nothing(talk):
    body = text_body(talk.wamid(), "price?", talk.customer, "999000111")
    assert talk.post(body) == [{"unknown_number": 1}]
    assert talk.contact() == []


# --- the document ---------------------------------------------------------------------------------------------------------


def test_the_document_names_every_field_and_every_test():
    text = DOCUMENT.read_text()
    named = set(re.findall(r"`(test_\w+)`", text))
    here = {name for name in globals() if name.startswith("test_")} - {
        "test_the_document_names_every_field_and_every_test"
    }
    assert named == here
    assert {field for field in NAMED_FIELDS if f"`{field}`" not in text} == set()

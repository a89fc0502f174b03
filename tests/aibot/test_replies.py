"""What the bot answers: from the webhook's body, through the drain, to the row that waits to be sent."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django_scopes import scope

from accounts.models import Product, Settings
from aibot.models import Rule
from conversations import assignment
from conversations.models import ConsentEvent, Contact, Conversation, Message
from tests.factories import MASALA_NUMBER, MEERA, RAVI, Chat, new_wamid, receive, text_body, together
from webhooks.models import FailedItem

UNKNOWN = "do you also sell bicycles"


@pytest.fixture(autouse=True)
def nothing_fails(dairy):
    """The dairy is open, and no item of a webhook may be kept as failed."""
    yield
    assert list(FailedItem.objects.values_list("reason", flat=True)) == []


@pytest.fixture
def meera() -> Chat:
    return Chat(MEERA)


def rule(business, intent: str, language: str = "en") -> Rule:
    with scope(business=business):
        return Rule.objects.get(intent=intent, language=language)


def conversation(business) -> Conversation:
    with scope(business=business):
        return Conversation.objects.select_related("contact").get()


def buttons(message: Message) -> list[tuple[str, str]]:
    found = message.payload["interactive"]["action"]["buttons"]
    return [(button["reply"]["id"], button["reply"]["title"]) for button in found]


# --- the six intents ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "intent", "language", "words"),
    [
        ("Hello", "greeting", "en", "Hello Meera Iyer! Welcome to Shuddh Dairy."),
        ("नमस्ते", "greeting", "hi", "नमस्ते Meera Iyer! Shuddh Dairy में आपका स्वागत है।"),
        ("namaste", "greeting", "hi-Latn", "Namaste Meera Iyer!"),
        ("what is the price", "pricing", "en", "Cow ghee (1 kg): ₹750"),
        ("कीमत क्या है", "pricing", "hi", "गाय का घी (1 kg): ₹750"),
        ("kya rate hai", "pricing", "hi-Latn", "Gaay ka ghee (1 kg): ₹750"),
        ("can I get a demo", "demo", "en", "free sample, Meera Iyer."),
        ("डेमो चाहिए", "demo", "hi", "मुफ़्त सैंपल"),
        ("sample chahiye", "demo", "hi-Latn", "free sample"),
        ("my order has not arrived", "support", "en", "Our hours: Mon-Sun 9:00-21:00."),
        ("मदद चाहिए", "support", "hi", "सोम-रवि 9:00-21:00"),
        ("kaam nahi kar raha", "support", "hi-Latn", "Mon-Sun 9:00-21:00"),
        ("STOP", "opt_out", "en", "You will get no more offers from Shuddh Dairy."),
        ("बंद करो", "opt_out", "hi", "Shuddh Dairy से कोई ऑफ़र नहीं"),
        ("band karo", "opt_out", "hi-Latn", "koi offer nahi milega"),
        ("thanks", "bye", "en", "Thank you, Meera Iyer!"),
        ("धन्यवाद", "bye", "hi", "धन्यवाद!"),
        ("shukriya", "bye", "hi-Latn", "Dhanyawad!"),
    ],
)
def test_each_intent_is_answered_in_its_language_and_says_which_rule_it_was(
    dairy, meera, said, intent, language, words
):
    (answer,) = meera.says(said)
    matched = rule(dairy, intent, language)
    assert words in answer.text
    assert (answer.source, answer.source_ref, answer.source_name) == ("rule", matched.pk, str(matched))
    assert (answer.status, answer.business_id) == (0, dairy.pk)
    assert answer.purpose == ("notice" if intent == "opt_out" else "reply")


def test_what_the_customer_reads_is_what_the_thread_shows(meera):
    (priced,) = meera.says("price")
    (greeted,) = meera.says("hi")
    assert priced.payload["text"]["body"] == priced.text
    assert greeted.payload["interactive"]["body"]["text"] == greeted.text


def test_a_customer_who_is_named_by_a_number_alone_is_not_called_by_it(meera):
    meera.sender = MEERA.__class__("+91 98765", MEERA.phone, MEERA.user_id)
    (answer,) = meera.says("hello")
    assert answer.text.startswith("Hello! Welcome")


# --- the menu -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "language"), [("hi", "en"), ("नमस्ते", "hi"), ("namaste", "hi-Latn")])
def test_the_greeting_has_a_menu_whose_buttons_say_intent_and_language(meera, said, language):
    (answer,) = meera.says(said)
    assert [name for name, _ in buttons(answer)] == [f"menu:{i}:{language}" for i in ("pricing", "demo", "support")]


@pytest.mark.parametrize(("said", "language"), [("hi", "en"), ("नमस्ते", "hi"), ("namaste", "hi-Latn")])
def test_each_tap_leads_to_that_rule_in_that_language(dairy, meera, said, language):
    (menu,) = meera.says(said)
    for name, title in buttons(menu):
        (answer,) = meera.taps(name, title)
        assert answer.source_ref == rule(dairy, name.split(":")[1], language).pk


def test_a_tap_on_a_rule_that_is_off_in_this_language_is_answered_in_another(dairy, meera):
    off = rule(dairy, "pricing", "hi")
    off.enabled = False
    with scope(business=dairy):
        off.save()
    (answer,) = meera.taps("menu:pricing:hi", "दाम")
    assert "₹750" in answer.text
    assert answer.source_ref != off.pk


def test_a_tap_on_a_button_that_is_not_of_the_menu_is_read_by_its_title(dairy, meera):
    (answer,) = meera.taps("cancel-button", "Prices")
    assert answer.source_ref == rule(dairy, "pricing").pk
    (answer,) = meera.taps("menu:nothing:en", UNKNOWN)
    assert answer.source_name == "fallback"


def test_a_templates_button_is_read_by_its_words(dairy, meera):
    (answer,) = meera.sends("button", {"payload": "stop-promotions", "text": "Stop"})
    assert answer.source_ref == rule(dairy, "opt_out").pk


# --- prices -------------------------------------------------------------------------------------------------------------------


def test_prices_are_the_rows_of_this_business_alone(masala, meera):
    (ours,) = meera.says("price list")
    (theirs,) = Chat(MEERA, MASALA_NUMBER).says("price list")
    assert "Cow ghee" in ours.text
    assert "Garam masala" not in ours.text
    assert "Garam masala (100 g): ₹95" in theirs.text
    assert "Cow ghee" not in theirs.text


def test_a_changed_price_is_said_at_once(dairy, meera):
    assert "₹750" in meera.says("price")[0].text
    with scope(business=dairy):
        ghee = Product.objects.get(name="Cow ghee")
        ghee.price = Decimal("799")
        ghee.save()
    (answer,) = meera.says("price")
    assert "Cow ghee (1 kg): ₹799" in answer.text
    assert "₹750" not in answer.text


def test_a_change_that_was_begun_earlier_and_committed_later_is_said_too(dairy, meera):
    with scope(business=dairy):
        Product.objects.filter(name="Cow ghee").update(updated_at=timezone.now())
        meera.says("price")
        Product.objects.filter(name="Cow milk").update(price=80, updated_at=timezone.now() - timedelta(seconds=5))
    assert "Cow milk (1 litre): ₹80" in meera.says("price")[0].text


def test_a_product_that_is_added_taken_off_or_deleted_is_said_at_once(dairy, meera):
    meera.says("price")
    with scope(business=dairy):
        Product.objects.create(business=dairy, name="Curd", unit="400 g", price=45, position=9)
        assert "Curd (400 g): ₹45" in meera.says("price")[0].text
        milk = Product.objects.get(name="Cow milk")
        milk.active = False
        milk.save()
        assert "Cow milk" not in meera.says("prices")[0].text
        Product.objects.get(name="Curd").delete()
        assert "Curd" not in meera.says("price list")[0].text


def test_new_hours_and_a_new_area_are_said_at_once(dairy, meera):
    meera.says("help")
    with scope(business=dairy):
        row = Settings.objects.get()
        row.hours, row.delivery_area = {"mon": [["10:00", "12:00"]]}, "Jayanagar"
        row.save()
    assert "Mon 10:00-12:00, Tue-Sun closed" in meera.taps("menu:support:en", "Help")[0].text
    assert "Delivery: Jayanagar" in meera.says("price")[0].text


def test_a_price_list_that_is_too_long_for_whatsapp_is_cut(dairy, meera):
    with scope(business=dairy):
        Product.objects.bulk_create(
            Product(business=dairy, name=f"Sweet number {n} " + "x" * 50, unit="1 kg", price=n) for n in range(100)
        )
    (answer,) = meera.says("price")
    assert len(answer.payload["text"]["body"]) == 4096
    assert answer.text == answer.payload["text"]["body"]


# --- rules that the owner changes ---------------------------------------------------------------------------------------------


def test_a_rule_that_is_switched_off_is_silent(dairy, masala, meera):
    meera.says("thanks")
    with scope(business=dairy):
        Rule.objects.filter(intent="bye").update(enabled=False, updated_at=timezone.now())
        Settings.objects.update(fallback_text="", fallback_text_hi="", updated_at=timezone.now())
    assert meera.says("thanks") == []
    (theirs,) = Chat(MEERA, MASALA_NUMBER).says("thanks")
    assert theirs.source == "rule"


def test_a_changed_rule_counts_at_once(dairy, meera):
    meera.says("hi")
    changed = rule(dairy, "demo")
    changed.phrases, changed.reply = ["show me a cow"], "Moo, {name}."
    with scope(business=dairy):
        changed.save()
    assert meera.says("please show me a cow")[0].text == "Moo, Meera Iyer."


def test_a_reply_with_nothing_left_to_say_gives_way_to_the_fallback(dairy, meera):
    changed = rule(dairy, "demo")
    changed.reply = "{delivery_area}"
    with scope(business=dairy):
        changed.save()
    (answer,) = meera.says("demo")
    assert answer.source_name == "fallback"


def test_another_business_rules_do_not_answer(dairy, masala, meera):
    with scope(business=masala):
        Rule.objects.update(whole_phrases=["zebra"], phrases=["zebra"], updated_at=timezone.now())
    (answer,) = meera.says("zebra")
    assert answer.source_name == "fallback"
    (theirs,) = Chat(MEERA, MASALA_NUMBER).says("zebra")
    assert theirs.source == "rule"


# --- what no rule answers -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("always_open")
def test_the_fallback_is_said_once_then_the_conversation_waits(dairy, meera):
    (answer,) = meera.says(UNKNOWN)
    with scope(business=dairy):
        assert answer.text == Settings.objects.get().fallback_text
    assert (answer.source, answer.source_name, answer.source_ref) == ("system", "fallback", None)
    since = conversation(dairy).waiting_since
    assert since is not None
    assert meera.says(UNKNOWN + "?") == []
    assert meera.sends("image", {"id": "1", "mime_type": "image/jpeg", "caption": "price"}) == []
    assert conversation(dairy).waiting_since == since


def test_a_thumb_for_what_the_bot_has_said_asks_for_nothing(dairy, meera):
    """Who begins with one is answered; a question mark is a question, and a digit may be a choice."""
    assert len(meera.says("👍")) == len(meera.says("hi")) == 1
    with scope(business=dairy):
        Conversation.objects.update(waiting_since=None)
    assert meera.says("👍🏽") == meera.says("...") == meera.says("❤️ 😊") == []
    assert conversation(dairy).waiting_since is None
    assert [answer.source_name for answer in meera.says("❤️ ??")] == ["fallback"]


def test_two_unknown_messages_in_one_pass_get_one_fallback(dairy):
    receive(together(text_body(new_wamid(), UNKNOWN), text_body(new_wamid(), UNKNOWN + "?")))
    with scope(business=dairy):
        assert Message.objects.filter(direction="out").count() == 1


def test_a_rule_still_answers_while_the_conversation_waits(dairy, meera):
    meera.says(UNKNOWN)
    (answer,) = meera.says("price")
    assert answer.source_ref == rule(dairy, "pricing").pk
    assert conversation(dairy).waiting_since is not None


@pytest.mark.usefixtures("always_open")
def test_the_fallback_is_in_hindi_for_devanagari(dairy, meera):
    (answer,) = meera.says("क्या आप साइकिल भी बेचते हैं")
    with scope(business=dairy):
        assert answer.text == Settings.objects.get().fallback_text_hi


def test_without_hindi_words_the_fallback_is_the_other_one(dairy, meera):
    with scope(business=dairy):
        Settings.objects.update(fallback_text_hi="", fallback_text="Wait, please.", updated_at=timezone.now())
    assert meera.says("क्या आप साइकिल भी बेचते हैं")[0].text == "Wait, please."


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("image", {"id": "1", "mime_type": "image/jpeg", "caption": "price"}),
        ("audio", {"id": "1", "mime_type": "audio/ogg; codecs=opus", "voice": True}),
        ("location", {"latitude": 12.97, "longitude": 77.59}),
    ],
)
def test_what_the_bot_cannot_read_waits_for_a_person(dairy, meera, kind, payload):
    (answer,) = meera.sends(kind, payload)
    assert answer.source_name == "fallback"
    assert conversation(dairy).waiting_since is not None


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("sticker", {"id": "1", "mime_type": "image/webp", "animated": False}),
        ("unsupported", {"type": "edit"}),
        ("unsupported", {"type": "poll_update"}),
    ],
)
def test_nobody_expects_an_answer_to_a_sticker_or_to_a_change_that_whatsapp_does_not_pass_on(
    dairy, meera, kind, payload
):
    assert meera.sends(kind, payload) == []
    assert conversation(dairy).waiting_since is None


@pytest.mark.parametrize("payload", [{"type": "poll_creation"}, {"type": ["edit"]}, {}])
def test_what_whatsapp_does_not_pass_on_waits_for_a_person(dairy, meera, payload):
    assert len(meera.sends("unsupported", payload)) == 1
    assert conversation(dairy).waiting_since is not None


def test_a_reaction_is_no_message(dairy, meera):
    assert meera.sends("reaction", {"message_id": "wamid.x", "emoji": "👍"}) == []
    with scope(business=dairy):
        assert not Conversation.objects.exists()


def test_who_asks_for_help_waits_for_a_person_and_hears_no_fallback(dairy, meera):
    (answer,) = meera.says("my order has not arrived")
    assert answer.source_ref == rule(dairy, "support").pk
    assert conversation(dairy).waiting_since is not None
    (noted,) = meera.says("it was order number twelve")
    assert noted.source_name == "handover: problem"
    assert meera.says("and it was for my mother") == []


# --- who answers, and when ----------------------------------------------------------------------------------------------------


def test_a_message_older_than_fifteen_minutes_is_shown_not_answered_and_waits(dairy, meera):
    assert meera.says("price", at=timezone.now() - timedelta(minutes=16)) == []
    assert conversation(dairy).waiting_since is not None
    assert conversation(dairy).unread == 1
    (answer,) = meera.says("price", at=timezone.now() - timedelta(minutes=14))
    assert answer.source_ref == rule(dairy, "pricing").pk


def test_the_age_limit_is_a_setting(meera, settings):
    settings.ANSWER_AGE_LIMIT = timedelta(hours=1)
    assert len(meera.says("price", at=timezone.now() - timedelta(minutes=50))) == 1


def test_where_a_person_answers_the_bot_is_silent(dairy, meera, bob):
    meera.says("hi")
    with scope(business=dairy):
        assignment.take_over(conversation(dairy), by=bob, now=timezone.now())
    for said in ("price", UNKNOWN, "help"):
        assert meera.says(said) == []
    assert conversation(dairy).waiting_since is None
    with scope(business=dairy):
        assignment.return_to_bot(conversation(dairy), by=bob)
    (answer,) = meera.says("price")
    assert answer.turn == 2


def test_a_reply_carries_the_turn_that_it_was_made_for(dairy, meera, bob):
    assert meera.says("hi")[0].turn == 0


def test_one_customers_takeover_does_not_silence_the_bot_for_another(dairy, meera, bob):
    meera.says("hi")
    with scope(business=dairy):
        assignment.take_over(conversation(dairy), by=bob, now=timezone.now())
    assert len(Chat(RAVI).says("price")) == 1


def test_a_webhook_that_comes_twice_is_answered_once(dairy):
    body = text_body("wamid.once", "price")
    receive(body, body, together(body, body))
    with scope(business=dairy):
        assert Message.objects.filter(direction="out").count() == 1


# --- STOP ---------------------------------------------------------------------------------------------------------------------


def events(business) -> list[tuple[str, str]]:
    with scope(business=business):
        return list(ConsentEvent.objects.order_by("at").values_list("kind", "source"))


def opted_out(business) -> bool:
    with scope(business=business):
        return Contact.objects.get().opted_out_at is not None


def test_stop_is_recorded_and_confirmed_once(dairy, meera):
    earlier = timezone.now() - timedelta(minutes=5)
    (answer,) = meera.says("STOP", at=earlier)
    assert answer.purpose == "notice"
    assert opted_out(dairy)
    assert meera.says("stop!!") == []
    assert events(dairy) == [("stop", "message"), ("stop", "message")]
    with scope(business=dairy):
        first = ConsentEvent.objects.order_by("at").first()
        assert first.message.text == "STOP"
        assert first.at == earlier.replace(microsecond=0)


def test_two_stops_in_one_pass_are_confirmed_once(dairy):
    receive(together(text_body(new_wamid(), "STOP"), text_body(new_wamid(), "unsubscribe")))
    with scope(business=dairy):
        assert Message.objects.filter(direction="out").count() == 1
    assert opted_out(dairy)


def test_after_stop_a_question_still_gets_its_answer(dairy, meera):
    meera.says("STOP")
    (answer,) = meera.says("price")
    assert answer.source_ref == rule(dairy, "pricing").pk
    assert opted_out(dairy)


def test_stop_to_a_person_is_recorded_though_the_bot_says_nothing(dairy, meera, bob):
    meera.says("hi")
    with scope(business=dairy):
        assignment.take_over(conversation(dairy), by=bob, now=timezone.now())
    assert meera.says("STOP") == []
    assert events(dairy) == [("stop", "message")]
    assert opted_out(dairy)


def test_stop_that_came_late_is_recorded_though_it_is_not_answered(dairy, meera):
    assert meera.says("STOP", at=timezone.now() - timedelta(hours=2)) == []
    assert events(dairy) == [("stop", "message")]
    assert opted_out(dairy)


def test_stop_to_one_shop_is_no_stop_to_another(dairy, masala, meera):
    Chat(MEERA, MASALA_NUMBER).says("hi")
    meera.says("STOP")
    assert opted_out(dairy)
    assert not opted_out(masala)


@pytest.mark.parametrize("said", ["please don't stop sending offers", "can you stop my order", "is there a bus stop"])
def test_what_only_sounds_like_stop_is_none(dairy, meera, said):
    meera.says(said)
    assert events(dairy) == []
    assert not opted_out(dairy)

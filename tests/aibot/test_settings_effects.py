"""What an owner sets and what customers then get: holidays, texts, the bot on or off. Through the webhook."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts import preferences
from accounts.models import DAYS
from aibot import hours
from aibot.models import Rule
from conversations.models import Contact, Conversation
from tests.factories import MASALA_NUMBER, MEERA, Chat
from webhooks.models import FailedItem

UNKNOWN = {
    "en": "do you also sell bicycles",
    "hi": "क्या आप साइकिल भी बेचते हैं",
    "hi-Latn": "kya aap cycle bhi bechte hain",
}
ALL_DAY = {day: [["00:00", "23:59"]] for day in DAYS}


@pytest.fixture(autouse=True)
def all_businesses(dairy):
    with scopes_disabled():
        yield
        assert list(FailedItem.objects.values_list("reason", flat=True)) == []


@pytest.fixture
def meera() -> Chat:
    return Chat()


@pytest.fixture
def sets(dairy, alice):
    """``sets(texts=...)``: Alice changes her settings."""
    return lambda **fields: preferences.change(dairy, actor=alice, **fields)


@pytest.fixture
def closed(sets):
    """The dairy opens on one day of the week, in three days."""
    today = timezone.localtime(timezone=preferences.of(sets().business).business.zone).weekday()
    sets(hours={DAYS[(today + 3) % 7]: [["09:30", "10:00"]]})


def today_there(business) -> str:
    return timezone.localtime(timezone=business.zone).date().isoformat()


def the_one() -> Conversation:
    return Conversation.objects.select_related("contact").get()


# --- greeting and opt-out ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said", "own"),
    [
        ("en", "hello", "Hello Meera Iyer! Welcome to Shuddh Dairy"),
        ("hi", "नमस्ते", "नमस्ते Meera Iyer!"),
        ("hi-Latn", "namaste", "Namaste Meera Iyer!"),
    ],
)
def test_the_owners_greeting_is_said_in_its_language_alone(meera, sets, language, said, own):
    sets(texts={"greeting": {language: "{business}: good to see you, {name}. {hours}"}})
    (answer,) = meera.says(said)
    assert answer.text == "Shuddh Dairy: good to see you, Meera Iyer. " + {
        "en": "Mon-Sun 9:00-21:00",
        "hi": "सोम-रवि 9:00-21:00",
        "hi-Latn": "Mon-Sun 9:00-21:00",
    }[language]  # fmt: skip
    assert answer.source == "rule"
    assert answer.payload["type"] == "interactive"  # with the rule's menu
    other = next(lang for lang in UNKNOWN if lang != language)
    sets(texts={"greeting": {other: "Another language's."}})
    assert own in Chat(MEERA).says(said + "!")[0].text


def test_the_owners_opt_out_text_confirms_a_stop(meera, sets):
    sets(texts={"opt_out": {"en": "Fine, {name}: no more offers."}})
    (answer,) = meera.says("STOP")
    assert (answer.text, answer.purpose) == ("Fine, Meera Iyer: no more offers.", "notice")
    assert Contact.objects.get().opted_out_at


def test_a_text_of_another_business_is_not_said(masala, sets):
    sets(texts={"greeting": {"en": "Only at the dairy."}})
    assert "Masala Junction" in Chat(MEERA, MASALA_NUMBER).says("hello")[0].text


def test_a_greeting_for_closed_hours_stays_the_rules(meera, sets, closed):
    Rule.objects.filter(intent="greeting", language="en").update(away_reply="We sleep.", updated_at=timezone.now())
    sets(texts={"greeting": {"en": "Good to see you."}})
    assert meera.says("hello")[0].text == "We sleep."


# --- away ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", UNKNOWN)
def test_outside_hours_who_gets_no_rules_answer_gets_the_away_text_in_their_language(meera, sets, closed, language):
    sets(texts={"away": {language: "Back {opens}."}})
    (answer,) = meera.says(UNKNOWN[language])
    assert answer.text.startswith("Back ")
    assert "9:30" in answer.text
    assert answer.source_name == "fallback"
    assert the_one().waiting_since
    assert meera.says(UNKNOWN[language] + "?") == []  # once


@pytest.mark.parametrize("language", UNKNOWN)
def test_without_an_away_text_in_their_language_they_get_the_fallback(meera, sets, closed, language):
    sets(
        texts={"away": {other: "Back {opens}." for other in UNKNOWN if other != language}},
        fallback_text="Wait, {name}.",
        fallback_text_hi="रुकिए।",
    )
    (answer,) = meera.says(UNKNOWN[language])
    assert answer.text == ("रुकिए।" if language == "hi" else "Wait, Meera Iyer.")


@pytest.mark.parametrize(
    ("language", "words", "promise"),
    [
        ("en", "open again on {} at 9:30; a person", "soon"),
        ("hi", "{} को 9:30 बजे फिर खुलेंगे", "जल्द"),
        ("hi-Latn", "{} ko 9:30 baje phir khulenge", "jald"),
    ],
)
def test_outside_hours_nobody_is_promised_soon_where_the_owner_has_written_nothing(
    meera, dairy, sets, closed, language, words, promise
):
    [answer] = meera.says(UNKNOWN[language])
    opening = timezone.localtime(timezone=dairy.zone) + timedelta(days=3)
    assert words.format(hours._DAYS[language][opening.weekday()]) in answer.text
    assert promise not in answer.text.lower()
    assert the_one().waiting_since


def test_where_nobody_knows_when_it_opens_no_time_is_named(meera, dairy, sets, closed):
    today = timezone.localtime(timezone=dairy.zone).date()
    off = [{"date": (today + timedelta(days=3 + 7 * week)).isoformat(), "name": "Off"} for week in range(54)]
    row = sets(holidays=off)
    assert meera.says(UNKNOWN["en"])[0].text == row.fallback_text


def test_within_hours_nobody_is_away(meera, sets):
    sets(hours={}, texts={"away": {"en": "Back {opens}."}})
    assert meera.says(UNKNOWN["en"])[0].text == preferences.of(sets().business).fallback_text


@pytest.mark.parametrize(("language", "words"), [("en", "Back"), ("hi", "फिर"), ("hi-Latn", "Phir")])
def test_a_picture_is_answered_in_the_businesss_language(meera, sets, closed, language, words):
    sets(language=language, texts={"away": {"en": "Back {opens}.", "hi": "फिर {opens}।", "hi-Latn": "Phir {opens}."}})
    assert meera.sends("image", {"id": "1", "mime_type": "image/jpeg"})[0].text.startswith(words)


def test_a_picture_sent_to_a_hindi_shop_gets_the_hindi_fallback(meera, sets):
    row = sets(language="hi", hours={})
    assert meera.sends("image", {"id": "1", "mime_type": "image/jpeg"})[0].text == row.fallback_text_hi


def test_a_rule_answers_outside_hours_too(meera, sets, closed):
    sets(texts={"away": {"en": "Back {opens}."}})
    assert meera.says("price")[0].source == "rule"


# --- holidays ------------------------------------------------------------------------------------------------------------------


def test_on_a_holiday_the_shop_is_closed(meera, dairy, sets):
    sets(hours=ALL_DAY, texts={"away": {"en": "Back {opens}."}})
    sets(holidays=[{"date": today_there(dairy), "name": "Diwali"}])
    assert meera.says(UNKNOWN["en"])[0].text == "Back tomorrow at 0:00."


def test_the_next_opening_is_after_the_holidays(meera, dairy, sets):
    first = timezone.localtime(timezone=dairy.zone).date()
    dates = [(first + timedelta(days=n)).isoformat() for n in range(9)]
    sets(hours={}, holidays=[{"date": date, "name": ""} for date in dates])
    sets(texts={"away": {"en": "Back {opens}."}})
    opening = first + timedelta(days=9)
    assert meera.says(UNKNOWN["en"])[0].text == f"Back on {opening.day} {opening:%B} at 0:00."


def test_another_days_holiday_closes_nothing(meera, dairy, sets):
    tomorrow = (timezone.localtime(timezone=dairy.zone).date() + timedelta(days=1)).isoformat()
    sets(hours={}, holidays=[{"date": tomorrow, "name": "Diwali"}], texts={"away": {"en": "Away."}})
    assert meera.says(UNKNOWN["en"])[0].text != "Away."


def test_a_rules_reply_for_closed_hours_is_said_on_a_holiday(meera, dairy, sets):
    sets(hours={}, holidays=[{"date": today_there(dairy), "name": "Diwali"}])
    (answer,) = meera.says("help")
    assert "tomorrow at 0:00" in answer.text
    (noted,) = meera.says("the milk was sour")
    assert "open again tomorrow at 0:00" in noted.text


# --- handover ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "asked"), [("en", "help"), ("hi", "मदद चाहिए"), ("hi-Latn", "madad chahiye")])
def test_a_problem_is_handed_over_with_the_owners_words(meera, sets, language, asked):
    sets(texts={"handover": {language: "Lalita of {business} will call you, {name}."}})
    meera.says(asked)
    (noted,) = meera.says("the packet had a hole")
    assert (noted.text, noted.source_name) == ("Lalita of Shuddh Dairy will call you, Meera Iyer.", "handover: problem")
    assert the_one().waiting_since


def test_in_another_language_it_is_handed_over_as_before(meera, sets):
    sets(hours={}, texts={"handover": {"hi": "ललिता"}})
    meera.says("help")
    (noted,) = meera.says("the packet had a hole")
    assert noted.text.startswith("Thank you, we have noted it.")


def test_one_who_says_the_same_again_and_again_is_handed_over_with_them_too(meera, sets):
    sets(texts={"handover": {"en": "Lalita will see to it."}})
    for said in ("thanks", "price", "thanks"):
        meera.says(said)
    (handover,) = meera.says("thanks ")
    assert (handover.text, handover.source_name) == ("Lalita will see to it.", "handover: repeated")


def test_a_wish_for_a_person_that_is_asked_nothing_is_answered_with_them(meera, sets):
    sets(hours={}, texts={"handover": {"en": "Lalita will see to it."}})
    Rule.objects.filter(intent="support", language="en").update(asks="", updated_at=timezone.now())
    (answer,) = meera.says("can I talk to a person")
    assert answer.text == "Lalita will see to it."
    assert the_one().waiting_since


# --- the bot is off ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["hello", "price", UNKNOWN["en"], "help", "START"])
def test_with_the_bot_off_nothing_is_said_and_the_conversation_waits(meera, sets, said):
    sets(bot_on=False)
    assert meera.says(said) == []
    assert the_one().waiting_since


def test_with_the_bot_off_a_tap_a_picture_and_an_ask_wait_too(meera, sets):
    meera.says("can I get a demo")
    sets(bot_on=False)
    assert meera.says("meera@example.com") == []
    assert meera.taps("menu:pricing:en", "Prices") == []
    assert meera.sends("image", {"id": "1", "mime_type": "image/jpeg"}) == []
    assert the_one().waiting_since


def test_with_the_bot_off_a_stop_is_recorded_and_confirmed_once(meera, sets):
    sets(bot_on=False)
    (answer,) = meera.says("STOP")
    assert "no more offers" in answer.text
    assert Contact.objects.get().opted_out_at
    assert the_one().waiting_since is None
    assert meera.says("stop") == []


def test_with_the_bot_off_a_start_is_recorded(meera, sets):
    meera.says("STOP", at=timezone.now() - timedelta(minutes=1))
    sets(bot_on=False)
    meera.says("START")
    assert Contact.objects.get().opted_out_at is None


def test_switched_on_again_the_bot_answers_and_the_other_shop_always_did(masala, meera, sets):
    sets(bot_on=False)
    assert Chat(MEERA, MASALA_NUMBER).says("price")[0].source == "rule"
    assert meera.says("price") == []
    sets(bot_on=True)
    assert meera.says("price")[0].source == "rule"

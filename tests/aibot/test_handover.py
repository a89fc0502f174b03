"""The bot stops in time: after many answers in a row, and when the same words come again and again."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from conversations import assignment, outbound, streaks
from conversations.models import ConsentEvent, Contact, Conversation, Message
from conversations.thread import answered_by
from tests.factories import Chat, deliver, drain, receive, text_body

QUESTIONS = (
    "hi",
    "price",
    "demo",
    "how much is the milk",
    "namaste",
    "price of ghee",
    "price of paneer",
    "thanks",
)
HANDOVER = "Thank you for your message. A person from our team will answer you soon."


@pytest.fixture(autouse=True)
def all_businesses(always_open):
    with scopes_disabled():
        yield


@pytest.fixture
def meera() -> Chat:
    return Chat()


@pytest.fixture
def talkative(meera) -> Chat:
    """She has asked eight things, and the bot has answered each."""
    assert [len(meera.says(question)) for question in QUESTIONS] == [1] * streaks.MOST
    return meera


def the_one() -> Conversation:
    return Conversation.objects.get()


def test_the_ninth_question_is_handed_to_a_person_with_one_text(talkative):
    assert the_one().waiting_since is None
    [handover] = talkative.says("what is the price of ghee and milk")
    assert (handover.text, handover.source, handover.source_name) == (HANDOVER, "system", "handover: long")
    assert the_one().waiting_since
    assert answered_by(the_one()).who == "The bot has handed over and is silent"
    assert [talkative.says(text) for text in ("price", "hello", "what?")] == [[], [], []]


def test_a_crowd_of_questions_in_one_pass_is_counted_too(meera):

    for place in range(12):
        deliver(text_body(f"wamid.crowd{place}", QUESTIONS[place % 8] if place < 8 else f"price {place}"))
    drain()
    names = [m.source_name for m in Message.objects.filter(direction="out").order_by("seq")]
    assert len(names) == streaks.MOST + 1
    assert names[-1] == "handover: long"


@pytest.mark.parametrize("act", ["take over and return", "agent writes and return"])
def test_a_person_ends_the_streak(talkative, bob, act):
    with transaction.atomic():
        if act == "take over and return":
            assignment.take_over(the_one(), by=bob, now=timezone.now())
        else:
            outbound.queue_text(the_one(), "I am here", by=bob)
        assignment.return_to_bot(the_one(), by=bob)
    [answer] = talkative.says("price")  # which was said before, but in an earlier turn
    assert answer.source == "rule"
    assert the_one().bot_streak == 1


def test_after_a_day_of_silence_the_bot_answers_again(talkative):
    talkative.says("one more")
    Conversation.objects.update(bot_streak_at=timezone.now() - timedelta(hours=25))
    Message.objects.update(created_at=timezone.now() - timedelta(hours=25))
    [answer] = talkative.says("price")
    assert answer.source == "rule"


def test_one_who_writes_on_keeps_the_bot_silent(talkative):
    talkative.says("one more")
    Conversation.objects.update(bot_streak_at=timezone.now() - timedelta(hours=23))
    assert talkative.says("price") == []
    assert the_one().bot_streak_at > timezone.now() - timedelta(minutes=1)


def test_the_same_words_for_the_third_time_are_another_robots(meera):
    assert [m.source_name for said in ("Thanks", "price", "thanks") for m in meera.says(said)] == [
        "bye · English",
        "pricing · English",
    ]
    [handover] = meera.says("thanks ")
    assert (handover.text, handover.source_name) == (HANDOVER, "handover: repeated")
    assert meera.says("price") == []
    assert the_one().waiting_since


def test_the_same_words_long_apart_are_nobody_s_loop(meera):
    meera.says("hello")
    meera.says("hello")
    long_ago = timezone.now() - timedelta(minutes=11)
    Message.objects.update(wa_timestamp=long_ago, created_at=long_ago)
    assert [m.source for m in meera.says("hello")] == ["rule"]


def test_taps_on_the_menu_are_no_loop(meera):
    meera.says("hello")
    taps = [meera.taps("menu:pricing:en", "Prices") for _ in range(4)]
    assert [len(answers) for answers in taps] == [1] * 4


def test_stop_is_heard_and_confirmed_though_the_bot_is_silent(talkative):
    talkative.says("one more")
    [confirmed] = talkative.says("STOP")
    assert confirmed.purpose == "notice"
    assert Contact.objects.get().opted_out_at


# --- START ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("START", "Welcome back!"),
        ("शुरू", "फिर से स्वागत"),
        ("shuru karo", "phir se swagat"),
        ("Start please", "Welcome back!"),
    ],
)
def test_start_allows_offers_again_and_is_confirmed(meera, said, words):
    meera.says("STOP", at=timezone.now() - timedelta(minutes=1))
    [answer] = meera.says(said)
    assert words in answer.text
    assert answer.purpose == "notice"
    assert Contact.objects.get().opted_out_at is None
    assert ConsentEvent.objects.latest("at").kind == "start"


@pytest.mark.parametrize("said", ["when do you start delivery", "शुरू कब होगा", "I want to start a subscription"])
def test_start_inside_a_sentence_is_none(meera, said):
    meera.says("STOP", at=timezone.now() - timedelta(minutes=1))
    meera.says(said)
    assert Contact.objects.get().opted_out_at


def test_start_after_stop_is_confirmed_and_a_second_stop_too(meera):
    at = timezone.now() - timedelta(minutes=3)
    meera.says("STOP", at=at)
    meera.says("START", at=at + timedelta(minutes=1))
    [again] = meera.says("STOP", at=at + timedelta(minutes=2))
    assert "no more offers" in again.text
    assert Contact.objects.get().opted_out_at


def test_a_silent_streak_does_not_swallow_consent(talkative):
    talkative.says("STOP")
    talkative.says("one more")
    receive(text_body("wamid.start", "START", at=timezone.now() + timedelta(seconds=2)))
    assert Contact.objects.get().opted_out_at is None

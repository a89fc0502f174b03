"""The bot has asked for something: the next message is understood as that, and a question in between as a question."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from accounts.models import DAYS, Settings
from aibot.asking import find_email, heard
from conversations import assignment
from conversations.models import Conversation, Message
from leads.models import LeadEvent
from tests.factories import Chat, deliver, drain, receive, text_body, together
from webhooks.models import FailedItem

ADDRESS = "meera.iyer@gmail.com"


@pytest.fixture(autouse=True)
def all_businesses(dairy):
    with scopes_disabled():
        yield
        assert list(FailedItem.objects.values_list("reason", flat=True)) == []


@pytest.fixture
def meera() -> Chat:
    return Chat()


def the_one() -> Conversation:
    return Conversation.objects.select_related("contact").get()


def emails() -> list[str]:
    return list(LeadEvent.objects.filter(what="email").values_list("after", flat=True))


def set_hours(hours: dict) -> None:
    Settings.objects.update(hours=hours, updated_at=timezone.now())


# --- an e-mail address --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "said", "thanks"),
    [
        ("can I get a demo", ADDRESS, f"Thank you! We have noted {ADDRESS}"),
        ("डेमो चाहिए", f"मेरा पता {ADDRESS} है", f"हमने {ADDRESS} लिख लिया है"),
        ("demo chahiye", f"mera mail {ADDRESS}.", f"Humne {ADDRESS} likh liya hai"),
    ],
)
def test_an_address_goes_to_the_contact_and_the_lead_in_the_language_of_the_ask(meera, asked, said, thanks):
    meera.says(asked)
    (answer,) = meera.says(said)
    assert thanks in answer.text
    assert the_one().contact.email == ADDRESS
    assert emails() == [ADDRESS]
    assert the_one().pending_ask == ""
    assert the_one().waiting_since is None


def test_an_invalid_address_is_asked_for_once_more_then_a_person_takes_it(meera):
    meera.says("demo")
    (again,) = meera.says("meera at gmail")
    assert "does not look like an e-mail" in again.text
    (handed,) = meera.says("meera@@gmail")
    assert handed.source_name == "fallback"
    assert the_one().waiting_since
    assert (the_one().contact.email, the_one().pending_ask, emails()) == ("", "", [])


def test_after_the_second_asking_a_valid_address_is_taken(meera):
    meera.says("demo")
    meera.says("gmail it is")
    (thanks,) = meera.says(ADDRESS.upper())
    assert "MEERA.IYER@gmail.com" in thanks.text


def test_a_question_in_between_is_answered_and_the_ask_stays(meera):
    meera.says("demo")
    assert "Cow ghee" in meera.says("what is the price of ghee?")[0].text
    assert "Fresh paneer" in meera.taps("menu:pricing:en", "Prices")[0].text
    assert meera.says("do you also sell bicycles?")[0].source_name == "fallback"
    (thanks,) = meera.says(ADDRESS)
    assert "noted" in thanks.text


def test_an_address_with_a_question_is_taken_and_the_question_answered(meera):
    meera.says("demo")
    (answer,) = meera.says(f"{ADDRESS}, and what is the price of ghee?")
    assert "Cow ghee" in answer.text
    assert the_one().contact.email == ADDRESS


def test_stop_instead_of_an_address_is_stop(meera):
    meera.says("demo")
    (answer,) = meera.says("STOP")
    assert answer.purpose == "notice"


def test_an_address_that_nobody_asked_for_is_no_answer_to_an_ask(meera):
    (answer,) = meera.says(ADDRESS)
    assert answer.source_name == "fallback"
    assert emails() == []


def test_a_persons_word_and_a_day_end_the_ask(meera, bob):
    meera.says("demo")
    with transaction.atomic():
        assignment.take_over(the_one(), by=bob, now=timezone.now())
        assignment.return_to_bot(the_one(), by=bob)
    assert meera.says(ADDRESS)[0].source_name == "fallback"
    meera.taps("menu:demo:en", "Demo")
    Conversation.objects.update(pending_ask_at=timezone.now() - timedelta(hours=25), waiting_since=None)
    assert meera.says(ADDRESS)[0].source_name == "fallback"


def test_ask_and_answer_in_one_pass_and_the_same_bodies_twice(meera):
    bodies = text_body("wamid.ask", "demo"), text_body("wamid.mail", ADDRESS)
    receive(together(*bodies), together(*bodies), *bodies)
    texts = list(Message.objects.filter(direction="out").order_by("seq").values_list("source_name", flat=True))
    assert texts == ["demo · English", "asked: e-mail"]
    assert emails() == [ADDRESS]


# --- a problem ----------------------------------------------------------------------------------------------------------------


def test_the_problem_goes_to_a_person_and_within_hours_no_opening_is_named(meera):
    set_hours({day: [["00:00", "23:59"]] for day in DAYS})
    meera.says("help")
    (noted,) = meera.says("the milk of this morning was not fresh at all")
    assert noted.text == "Thank you, we have noted it. A person from our team will answer you here soon."
    assert the_one().waiting_since
    assert meera.says("and one thing more about it") == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [("help", "open again on "), ("मदद चाहिए", "फिर खुलेंगे"), ("madad chahiye", "phir khulenge")],
)
def test_outside_hours_the_handover_names_the_next_opening(meera, asked, words):
    day = DAYS[(timezone.localtime(timezone=the_zone()).weekday() + 3) % 7]
    set_hours({day: [["09:30", "10:00"]]})
    (told,) = meera.says(asked)
    assert "9:30" in told.text
    (noted,) = meera.says("the packet had a hole")
    assert words in noted.text
    assert "9:30" in noted.text


def the_zone():
    return Settings.objects.select_related("business").get().business.zone


def test_a_picture_is_a_problem_too_and_more_trouble_is_no_second_question(meera):
    meera.says("help")
    (noted,) = meera.sends("image", {"id": "1", "mime_type": "image/jpeg"})
    assert noted.source_name == "handover: problem"
    Conversation.objects.update(pending_ask="problem:en")
    (noted,) = meera.says("my order has not arrived")
    assert noted.source_name == "handover: problem"


def test_a_price_asked_in_between_is_told_and_the_problem_still_heard(meera):
    meera.says("help")
    assert "Cow milk" in meera.says("price of milk")[0].text
    assert meera.says("thanks")[0].source == "rule"
    assert meera.says("it was sour")[0].source_name == "handover: problem"


# --- the reading of an answer -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@b.co", "a@b.co"),
        ("mail: <a.b+c@Example.COM>.", "a.b+c@example.com"),
        ("ａ@ｂ.co", "a@b.co"),
        ("first a@@b, then c@d.in", "c@d.in"),
        ("a@b", ""),
        ("@b.co", ""),
        ("a@", ""),
        ("a at b.co", ""),
        ("", ""),
        ("x" * 250 + "@example.com", ""),
    ],
)
def test_an_address_in_a_text(text, found):
    assert find_email(text) == found


def test_a_tap_is_never_an_answer():
    assert heard("email", ADDRESS, "text", tapped=True, intent="").what == "question"
    assert heard("problem", "x", "text", tapped=True, intent="").what == "question"


# --- the same answer, and a greeting that came too late ---------------------------------------------------------------------


def test_the_same_answer_is_given_once_in_ten_minutes_in_whatever_words_it_is_asked_for(meera):
    assert len(meera.says("price list")) == 1
    assert meera.says("what are your prices") == []
    assert the_one().waiting_since is None  # in one breath
    earlier = timezone.now() - timedelta(minutes=2)
    Message.objects.update(created_at=earlier)
    assert meera.says("prices please") == []
    assert the_one().waiting_since  # asked again after a while: a person looks at it
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert len(meera.says("tell me the prices")) == 1


def test_another_product_is_another_question_and_a_tap_is_always_answered(meera):
    assert "Cow ghee" in meera.says("price of ghee")[0].text
    assert "Cow ghee" not in meera.says("price of panir")[0].text
    assert "दूध" in meera.says("दूध का दाम")[0].text
    assert meera.says("ghee price") == []
    for _ in range(2):
        assert len(meera.taps("menu:pricing:en", "Prices")) == 1


def test_the_same_question_twice_in_one_pass_is_answered_once(meera):
    receive(together(text_body("wamid.1", "price"), text_body("wamid.2", "prices")))
    assert Message.objects.filter(direction="out").count() == 1


def test_what_was_not_sent_was_not_said(meera):
    meera.says("price")
    Message.objects.filter(direction="out").update(status=50)
    assert len(meera.says("price")) == 1


@pytest.mark.parametrize("question", ["price?", "my order has not arrived", "do you sell bicycles"])
def test_a_greeting_that_waits_is_dropped_when_something_is_asked(meera, question):
    (greeting,) = meera.says("hi")
    (answer,) = meera.says(question)
    greeting.refresh_from_db()
    assert (greeting.status, greeting.error_text) == (90, "The customer has asked something since.")
    assert answer.status == 0


def test_in_one_pass_too(meera):
    for place, text in enumerate(["hi", "price?"]):
        deliver(text_body(f"wamid.{place}", text))
    drain()
    rows = Message.objects.filter(direction="out").order_by("seq").values_list("source_name", "status")
    assert list(rows) == [("greeting · English", 90), ("pricing · English", 0)]


def test_a_greeting_that_is_on_its_way_or_was_sent_stays(meera):
    (greeting,) = meera.says("hi")
    for status in (10, 40):
        Message.objects.filter(pk=greeting.pk).update(status=status)
        meera.says("price?")
        greeting.refresh_from_db()
        assert greeting.status == status


def test_thanks_and_an_answered_question_drop_nothing(meera):
    (greeting,) = meera.says("hi")
    meera.says("thanks")
    greeting.refresh_from_db()
    assert greeting.status == 0
    (priced,) = meera.says("price")
    meera.says("help")
    priced.refresh_from_db()
    assert priced.status == 0

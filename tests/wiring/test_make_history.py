"""manage.py make_history: made-up conversations that look real, can be counted, and go again."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django_scopes import scope, scopes_disabled

from accounts.models import Business, WhatsAppNumber
from conversations import search, sending
from conversations.models import Contact, Conversation, Identity, Message
from conversations.queries import first_id_of
from leads.models import Lead
from tests.factories import MEERA, Chat
from whatsapp_automation import history

pytestmark = pytest.mark.django_db


def make(**options) -> None:
    call_command("make_history", **{"conversations": 40, "messages": 1_000, "business": "shuddh-dairy", **options})


def counts() -> dict[str, int]:
    with scopes_disabled():
        return {m.__name__: m.objects.count() for m in (Contact, Identity, Conversation, Message, Lead, WhatsAppNumber)}


def test_it_makes_what_was_asked_for_and_says_how_far_it_is(dairy, capsys):
    before = counts()
    make()
    after = counts()
    assert {name: after[name] - before[name] for name in after} == {
        "Contact": 40,
        "Identity": 40,
        "Conversation": 40,
        "Message": 1_000,
        "Lead": 40,
        "WhatsAppNumber": 1,
    }
    said = capsys.readouterr().out
    assert "messages: 1000 of 1000" in said
    assert "40 conversations, 1000 messages in shuddh-dairy" in said


def test_the_rows_hold_together(dairy):
    make()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with scope(business=dairy):
        for conversation in Conversation.objects.all():
            last = Message.objects.filter(conversation=conversation).order_by("-seq").first()
            assert conversation.last_message_at == last.wa_timestamp
            assert conversation.last_message_text == last.text[:160]
        times = list(Message.objects.order_by("seq").values_list("id", "wa_timestamp"))
        assert times == sorted(times)
        assert all(first_id_of(at) <= pk for pk, at in times)


@pytest.mark.parametrize("word", ["delivery", "paneer"])
def test_a_word_stands_as_often_as_it_says_in_both_scripts(dairy, word):
    make()
    every, place, one, other = history.WORDS[word]
    with scope(business=dairy):
        made = Message.objects.filter(text__contains=one) | Message.objects.filter(text__contains=other)
        assert made.count() == len(
            [n for n in range(1, 1_001) if n % every == place and (word == "delivery" or n % 77 != 5)]
        )
        assert Message.objects.filter(text__contains=other).exists()
        assert {hit.message.text.isascii() for hit in search.search(word, most=200).hits} == {True, False}


def test_nothing_of_it_can_leave(dairy):
    make()
    with scopes_disabled():
        number = WhatsAppNumber.objects.get(phone_number_id__startswith=history.NUMBER)
        assert not number.active
        assert not number.access_token
        assert not Message.objects.filter(status=0).exists()
    assert sending.work() == 0


def test_it_is_removed_and_what_was_real_stays(dairy):
    Chat(MEERA).says("hello, ghee please")
    real = counts()
    make()
    make(remove=True)
    assert counts() == real
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    make()
    assert counts()["Message"] == real["Message"] + 1_000


def test_without_a_business_it_makes_one_of_its_own():
    make(business=None, conversations=3, messages=9)
    with scope(business=Business.objects.get(slug="history")):
        assert Conversation.objects.count() == 3


def test_it_refuses_what_makes_no_sense_and_in_production_without_yes(dairy, settings):
    for options in ({"conversations": 0}, {"conversations": 5, "messages": 4}, {"business": "nobody"}):
        with pytest.raises(CommandError):
            make(**options)
    with pytest.raises(CommandError):
        make(business=None, remove=True)
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        make()
    make(conversations=2, messages=4, yes=True)
    assert counts()["Message"] == 4
